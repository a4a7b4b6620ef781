import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { type Hex, keccak256, numberToHex } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addSink } from "../../localchain/participants.ts";
import { signAttestation, type WriteClient } from "../../sdk/index.ts";
import { DescribedApi, errorBody } from "../../testkit/http.ts";
import { type RunningService, startService } from "../../testkit/service.ts";
import { EPOCH, startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { createWorkplace, type Workplace } from "../../testkit/workplace.ts";
import { oracleProgram } from "./program.ts";

/** Nothing is submitted meanwhile. */
const ARGV = ["--network", "local", "--port", "0", "--max-wait", "3600", "--client-limit", "1000000"];
const SLOW_CLIENTS = 1_000;

let chain: TestChain;
let taskTypeId: Hex;
let sink: WriteClient;
let workplace: Workplace;
let service: RunningService;
let oracle: DescribedApi;

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("work");
  sink = await addSink(chain, taskTypeId, "ada", 100n);
  await chain.actor("operator");
  await chain.pass(EPOCH);
  workplace = createWorkplace(chain);
  const data = ["--data", join(workplace.folder, "data"), "--sink-limit", "100000"];
  service = await startService(oracleProgram, [...ARGV, ...data], workplace.env());
  oracle = await DescribedApi.of(service.url);
});

afterAll(async () => {
  await service.stop();
  workplace.remove();
  await chain.stop();
});

async function attest() {
  await chain.pass(1);
  const signed = await signAttestation(sink, { deployment: chain.deployment, taskTypeId, capacity: 80n, backlog: 0n });
  return { ...signed, capacity: "80", backlog: "0" };
}

const faults = () => service.log.filter(({ level }) => level === "error");

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  return socket;
}

/** Sends bytes over a connection of its own. @returns The status of every answer until the service closes it. */
async function raw(...parts: (string | Uint8Array)[]): Promise<number[]> {
  const socket = await open();
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
  });
  // The service may hang up in the middle of what it does not want.
  socket.on("error", () => {});
  for (const part of parts) socket.write(part);
  await once(socket, "close");
  return [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
}

const HEAD = "POST /attestations HTTP/1.1\r\nHost: oracle\r\nContent-Type: application/json\r\n";
const LAST = "Connection: close\r\n";

test("a request hidden in another one is no request", async () => {
  const hidden = "GET /openapi.json HTTP/1.1\r\nHost: oracle\r\nConnection: close\r\n\r\n";
  const length = `Content-Length: ${hidden.length}\r\n`;
  const ambiguous = [
    `${HEAD}${length}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `${HEAD}Content-Length: 2\r\n${length}\r\n{}${hidden}`,
    `${HEAD}Content-Length: 2, ${hidden.length}\r\n\r\n{}${hidden}`,
    `${HEAD}Content-Length: +2\r\n\r\n{}${hidden}`,
    `${HEAD}Content-Length : 2\r\n\r\n{}${hidden}`,
    `${HEAD}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
    `${HEAD}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${hidden}`,
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n2;\n{}\n0\r\n\r\n${hidden}`,
    `${HEAD}X-Folded: a\r\n Content-Length: 0\r\n\r\n${hidden}`,
    `${HEAD}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n${hidden}`,
  ];
  for (const bytes of ambiguous) expect({ bytes, statuses: await raw(bytes) }).toMatchObject({ statuses: [400] });
});

test("JSON that is deep, wide, doubled or no UTF-8 is refused, and reaches no prototype", async () => {
  const good = await attest();
  const text = JSON.stringify(good);
  const invalid = [
    "[".repeat(200_000),
    `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
    `{"a":`.repeat(40_000),
    JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key ${index}`, 1]))),
    `{"__proto__":{"polluted":true,"capacity":"90"},${text.slice(1)}`,
    `{"constructor":{"prototype":{"polluted":true}},${text.slice(1)}`,
    text.replace(good.sink, `__proto__`),
    text.replace('"80"', '{"toString":"80"}'),
    text.replace('"80"', "1e999"),
    `${text}${text}`,
    "null",
    '"text"',
    "",
  ];
  for (const body of invalid) {
    const { status, body: answer } = await oracle.post("/attestations", body);
    expect({ body: body.slice(0, 60), status, answer }).toMatchObject({
      status: 400,
      answer: errorBody("invalid_message", /./),
    });
  }
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  const bytes = Buffer.from(text.replace('"80"', '"8@"'));
  for (const wrong of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf8]]) {
    const body = Buffer.concat(
      [bytes.subarray(0, bytes.indexOf("@")), Buffer.from(wrong), bytes.subarray(bytes.indexOf("@") + 1)].map(
        Buffer.from,
      ),
    );
    expect(await raw(`${HEAD}${LAST}Content-Length: ${body.length}\r\n\r\n`, body)).toEqual([400]);
  }
  // Of two values the last one counts, for the signature as for what is stored.
  const doubled = (capacity: string) => text.replace(/\}$/, `,"capacity":"${capacity}"}`);
  expect((await oracle.post("/attestations", doubled("90"))).status).toBe(422);
  expect((await oracle.post("/attestations", doubled("80"))).status).toBe(200);
  expect(faults()).toEqual([]);
});

test("a body is refused as soon as it is too large, whether or not it says so", async () => {
  expect(await raw(`${HEAD}${LAST}Content-Length: 10000000000\r\n\r\n{`)).toEqual([413]);
  const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
  expect(await raw(`${HEAD}${LAST}Transfer-Encoding: chunked\r\n\r\n`, ...Array<string>(8).fill(chunk))).toEqual([413]);
  expect(await raw(`${HEAD}X-Long: ${"x".repeat(20_000)}\r\n\r\n`)).toEqual([431]);
});

test("whatever is changed in a request, it is judged", async () => {
  const text = JSON.stringify(await attest());
  let drawn = 0;
  const draw = (below: number): number => Number(BigInt(keccak256(numberToHex(drawn++))) % BigInt(Math.max(1, below)));
  const changes: ((body: string) => string)[] = [
    (body) => body.slice(0, draw(body.length)),
    (body) => body.slice(draw(body.length)),
    (body) => {
      const place = draw(body.length);
      return body.slice(0, place) + String.fromCharCode(draw(0x300)) + body.slice(place + draw(3));
    },
    (body) => body.replaceAll(String(draw(10)), String(draw(1e9))),
    (body) => `[${body},${body}]`,
  ];
  for (let i = 0; i < 300; i++) {
    let body = text;
    for (let times = 1 + draw(3); times > 0; times--)
      body = (changes[draw(changes.length)] as (text: string) => string)(body);
    const { status } = await oracle.post(draw(2) ? "/attestations" : "/attestations/batch", body);
    if (body !== text) expect([400, 404, 413, 422]).toContain(status);
  }
  expect(faults()).toEqual([]);
});

test("a thousand clients that never finish keep nobody else waiting", async () => {
  const sockets = await Promise.all(Array.from({ length: SLOW_CLIENTS }, open));
  for (const [index, socket] of sockets.entries()) {
    socket.on("error", () => {});
    socket.write(index % 2 ? HEAD : `${HEAD}Content-Length: 400\r\n\r\n{"sink":`);
  }
  try {
    for (let i = 0; i < 5; i++) expect((await oracle.post("/attestations", await attest())).status).toBe(200);
    expect((await fetch(`${service.url}/openapi.json`)).status).toBe(200);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});
