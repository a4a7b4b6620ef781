import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { someFrame } from "../someFrame.ts";
import type { Command } from "./command.ts";
import { Feed, type Message } from "./feed.ts";
import { type Live, startLive } from "./server.ts";

let live: Live | undefined;
afterEach(() => live?.stop());

const page = async (token: string): Promise<string> => `<p>${token}</p>`;

type Asked = { path?: string; method?: string; headers?: Record<string, string>; body?: string };

/** Like a browser, but with any headers. */
async function ask({ path = "/", method = "GET", headers = {}, body }: Asked): Promise<IncomingMessage> {
  const sent = request(new URL(path, live?.url), { method, headers });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return response;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += part;
  return text;
}

/** What was sent as events, up to the end. */
async function eventsOf(response: IncomingMessage): Promise<{ id: string; messages: Message[] }[]> {
  const blocks = (await textOf(response)).split("\n\n").filter((block) => block !== "");
  return blocks.map((block) => ({
    id: /^id: (.*)$/m.exec(block)?.[1] ?? "",
    messages: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? ""),
  }));
}

describe("who may do what", () => {
  const commands: Command[] = [];
  const kill = { do: "kill", stage: 1, agent: 0 };

  async function command(change: (headers: Record<string, string>) => void, body: unknown = kill): Promise<number> {
    live = await startLive({ feed: new Feed(), page, port: 0, onCommand: (each) => commands.push(each) });
    const token = /<p>(.*)<\/p>/.exec(await textOf(await ask({})))?.[1] ?? "";
    const headers = { origin: live.url.slice(0, -1), "x-token": token, "content-type": "application/json" };
    change(headers);
    const { statusCode } = await ask({ path: "/command", method: "POST", headers, body: JSON.stringify(body) });
    return statusCode ?? 0;
  }

  test("the page's own command arrives", async () => {
    expect(await command(() => {})).toBe(204);
    expect(commands.splice(0)).toEqual([kill]);
  });

  test.each<[string, (headers: Record<string, string>) => void]>([
    ["without the token", (headers) => delete headers["x-token"]],
    ["with another token", (headers) => Object.assign(headers, { "x-token": "0".repeat(32) })],
    ["of a foreign page", (headers) => Object.assign(headers, { origin: "https://evil.example" })],
    ["of no page", (headers) => delete headers.origin],
    ["by another name of this machine", (headers) => Object.assign(headers, { host: "evil.example" })],
  ])("a command %s is refused", async (_, change) => {
    expect(await command(change)).toBe(403);
    expect(commands).toEqual([]);
  });

  test.each([
    [{ do: "explode" }],
    [{ do: "kill", stage: 7, agent: 0 }],
    [{ do: "kill", stage: 1, agent: 0, also: 1 }],
    [{ do: "demand", factor: 1e9 }],
    [{ do: "speed", speed: 16 }],
    [null],
    ["x".repeat(2000)],
  ])("%j is no command", async (body) => {
    expect([400, 413]).toContain(await command(() => {}, body));
    expect(commands).toEqual([]);
  });

  test("without a visitor there are no commands, and no name but ours is answered", async () => {
    live = await startLive({ feed: new Feed(), page, port: 0 });
    expect((await ask({ path: "/command", method: "POST" })).statusCode).toBe(404);
    for (const path of ["/", "/events"]) {
      expect((await ask({ path, headers: { host: "evil.example" } })).statusCode).toBe(403);
    }
  });
});

describe("what is sent", () => {
  const frame = (at: number): Message => ({ kind: "frame", frame: someFrame(at) });

  test("everything so far, then what comes, up to the end; later only what is new", async () => {
    const feed = new Feed();
    live = await startLive({ feed, page, port: 0 });
    feed.add(frame(0));
    feed.add(frame(15));
    const first = await ask({ path: "/events" });
    const late = await ask({ path: "/events", headers: { "last-event-id": "1" } });
    feed.add({ kind: "failed", text: "enough" });
    const stopped = live.stop();
    live = undefined;
    const sent = (await eventsOf(first)).flatMap(({ messages }) => messages);
    expect(sent).toEqual([frame(0), frame(15), { kind: "failed", text: "enough" }]);
    const again = await eventsOf(late);
    expect(again.flatMap(({ messages }) => messages)).toEqual(sent.slice(1));
    expect(again.at(-1)?.id).toBe("3");
    await stopped;
  });

  test("a page that has gone makes room for another", async () => {
    live = await startLive({ feed: new Feed(), page, port: 0 });
    const open = await Promise.all(Array.from({ length: 8 }, () => ask({ path: "/events" })));
    expect((await ask({ path: "/events" })).statusCode).toBe(503);
    for (const response of open) response.destroy();
    await expect.poll(async () => (await ask({ path: "/events" })).statusCode).toBe(200);
  });
});

test("a port in use picks another", async () => {
  live = await startLive({ feed: new Feed(), page, port: 0 });
  const { port } = new URL(live.url);
  const other = await startLive({ feed: new Feed(), page, port: Number(port) });
  expect(other.url).not.toBe(live.url);
  await other.stop();
});
