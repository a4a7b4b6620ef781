import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TASK } from "../../x402/testMarket.ts";
import { startTestSeller, type TestSeller, textOf } from "./testSeller.ts";

/** Answers that are open at the same moment. */
const TOGETHER = 200;

let seller: TestSeller;
beforeAll(async () => {
  seller = await startTestSeller({ concurrency: TOGETHER });
});
afterAll(() => seller.market.close());

const event = (index: number, length = 1): string => `data: ${String(index).padEnd(length, ".")}\n\n`;
/** What the server behind does with a request. */
const answerWith = (answer: (response: ServerResponse) => void): void =>
  seller.answerWith((response) => answer(response.writeHead(200, { "content-type": "text/event-stream" })));

test("hundreds of answers are open at once, and each is whole and in order", async () => {
  const begun: ServerResponse[] = [];
  const EVENTS = 40;
  answerWith((response) => {
    response.write(event(0));
    begun.push(response);
    if (begun.length < TOGETHER) return;
    // In turns, so that a mistake about whose event it is would show.
    for (let index = 1; index < EVENTS; index++) for (const one of begun) one.write(event(index));
    for (const one of begun) one.end();
  });
  const whole = Array.from({ length: EVENTS }, (_, index) => event(index)).join("");
  const texts = await Promise.all(Array.from({ length: TOGETHER }, async () => textOf(await seller.open())));
  expect(texts.filter((text) => !text.startsWith(`${whole}: payment-response `))).toEqual([]);
  expect([begun.length, seller.till.backlog]).toEqual([TOGETHER, 0n]);
});

test("a client that goes away in the middle stops the server behind, and frees what was reserved", async () => {
  let stopped: Promise<unknown> = Promise.resolve();
  answerWith((response) => {
    stopped = once(response, "close");
    response.write(event(0));
  });
  const response = await seller.open();
  await once(response, "data");
  expect(seller.till.backlog).toBe(TASK);
  response.destroy();
  await stopped;
  await expect.poll(() => seller.till.backlog).toBe(0n);
});

test("a client that does not read holds the server behind up, and nothing piles up in between", async () => {
  const [BYTES, EVENT] = [128 * 2 ** 20, 2 ** 16];
  const given = new Map<ServerResponse, number>();
  answerWith(async (response) => {
    for (let sent = 0; sent < BYTES && !response.destroyed; sent += EVENT) {
      given.set(response, sent + EVENT);
      if (!response.write(event(sent / EVENT, EVENT - 8))) await once(response, "drain");
    }
    response.end();
  });
  const slow = await seller.open();
  const fast = await seller.open();
  let read = 0;
  for await (const chunk of fast) read += chunk.length;
  const [toSlow, toFast] = [...given.values()];
  expect([read >= BYTES, toFast]).toEqual([true, BYTES]);
  // What two connections' buffers hold, in the time in which another client has read everything.
  expect(toSlow).toBeLessThan(BYTES / 4);
  let index = 0;
  let rest = "";
  for await (const chunk of slow.setEncoding("utf8")) {
    rest += chunk;
    for (; rest.length >= EVENT; rest = rest.slice(EVENT)) {
      if (!rest.startsWith(`data: ${index}.`)) throw new Error(`event ${index} is not there`);
      index += 1;
    }
  }
  expect(index).toBe(BYTES / EVENT);
});
