import { expect, test } from "vitest";
import { MalformedMessageError, toStatementHeader } from "../../sdk/work/wire.ts";
import { StatementFilter } from "../buyer/statements.ts";
import { byUsageTokens } from "./byUsageTokens.ts";
import { type Measurement, type Meter, perByte, perSecond, type Task } from "./meter.ts";
import { concat, EventSplitter, MAX_EVENT } from "./sse.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (all: Uint8Array) => new TextDecoder().decode(all);
const taskOf = (body: unknown): Task => {
  const url = new URL("https://agent.example/v1");
  return { method: "POST", url, headers: new Headers(), body: bytes(JSON.stringify(body)) };
};

const [INPUT, OUTPUT] = [10n, 1000n];
const METER = byUsageTokens({ input: INPUT, output: OUTPUT, maxOutput: 100, defaultOutput: 50, maxAnswers: 2 });

/** Cuts bytes into pieces of so many. */
const pieces = (all: Uint8Array, size: number) =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.subarray(i * size, (i + 1) * size));

function pass(measurement: Measurement, answer: string, size: number): string {
  const passed = pieces(bytes(answer), size).map((chunk) => measurement.take(chunk));
  return text(concat([...passed, measurement.end()]));
}

const prepare = METER.prepare as NonNullable<Meter["prepare"]>;
const bodyOf = (body: unknown) => JSON.parse(text(prepare(taskOf(body)).body));

test.each([
  [{}, 50n, { max_tokens: 50 }],
  [{ max_tokens: 7 }, 7n, { max_tokens: 7 }],
  [{ max_tokens: 700 }, 100n, { max_tokens: 100 }],
  [{ max_completion_tokens: 30, n: 2 }, 60n, { max_completion_tokens: 30, n: 2 }],
  [{ max_tokens: 9, max_completion_tokens: 8 }, 8n, { max_tokens: 8, max_completion_tokens: 8 }],
  [{ stream: true }, 50n, { max_tokens: 50, stream_options: { include_usage: true } }],
])("a request gets a limit, which is its maximum: %j", (body, tokens, prepared) => {
  const task = taskOf(body);
  expect(METER.maximum(task)).toBe(INPUT * BigInt(task.body.length) + OUTPUT * tokens);
  expect(bodyOf(body)).toEqual({ ...body, ...prepared });
});

test.each([[[]], ["text"], [{ n: 3 }], [{ n: 0 }], [{ max_tokens: "5" }], [{ max_tokens: 1.5 }]])(
  "what is no task is refused: %j",
  (body) => {
    expect(() => METER.maximum(taskOf(body))).toThrow(MalformedMessageError);
  },
);

const piece = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ delta: { role: "assistant", content } }] })}\n\n`;
const LAST = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } })}\r\n\r\n`;
const DONE = "data: [DONE]\n\n";

test("a stream costs its usage, however it is cut; its last word is for who has asked for it", () => {
  const answer = piece("grüß") + piece("dich") + LAST + DONE;
  const size = bytes(answer).length;
  for (let length = 1; length <= size; length += 3) {
    const silent = METER.start(taskOf({ stream: true }), { isStream: true });
    expect(pass(silent, answer, length)).toBe(piece("grüß") + piece("dich") + DONE);
    expect(silent.cost()).toBe(3n * INPUT + 4n * OUTPUT);
    const asked = METER.start(taskOf({ stream: true, stream_options: { include_usage: true } }), { isStream: true });
    expect(pass(asked, answer, length)).toBe(answer);
    expect(asked.cost()).toBe(3n * INPUT + 4n * OUTPUT);
  }
});

test("what does not get as far as its usage costs what was produced", () => {
  const task = taskOf({ stream: true });
  const broken = METER.start(task, { isStream: true });
  const input = BigInt(Math.ceil(task.body.length / 4)) * INPUT;
  expect(broken.cost()).toBe(input);
  pass(broken, piece("a") + piece("b") + piece("c") + piece(""), 7);
  // At least a token for every piece that says something, and one for every four bytes.
  expect(broken.cost()).toBe(input + 3n * OUTPUT);
  broken.take(bytes(piece("x".repeat(400))));
  expect(broken.cost()).toBe(input + 101n * OUTPUT);
});

test("a whole answer costs its usage, in either style, or else its length", () => {
  const start = () => METER.start(taskOf({}), { isStream: false });
  for (const usage of [
    { prompt_tokens: 5, completion_tokens: 6 },
    { input_tokens: 5, output_tokens: 6 },
  ]) {
    const whole = start();
    pass(whole, JSON.stringify({ choices: [], usage }), 10);
    expect(whole.cost()).toBe(5n * INPUT + 6n * OUTPUT);
  }
  const lies = start();
  pass(lies, JSON.stringify({ usage: { prompt_tokens: -5, completion_tokens: 1.5 } }), 10);
  expect(lies.cost()).toBeGreaterThan(10n * OUTPUT);
});

test("seconds begun and bytes sent", () => {
  let now = 0;
  const timed = perSecond({ price: 5n, longest: 2.5, clock: () => now });
  expect(timed.maximum(taskOf({}))).toBe(15n);
  const measured = timed.start(taskOf({}), { isStream: false });
  expect(measured.cost()).toBe(5n);
  now = 1001;
  expect(measured.cost()).toBe(10n);
  const counted = perByte({ price: 3n, most: 10 });
  const sent = counted.start(taskOf({}), { isStream: true });
  expect(pass(sent, "grüß", 2)).toBe("grüß");
  expect([counted.maximum(taskOf({})), sent.cost()]).toEqual([30n, 18n]);
});

test("the sink's statement is taken out of a stream, and nothing else", () => {
  const statement = { cost: 5n, completed: 7n, available: -1n, acknowledged: undefined };
  const settled = { success: true, chainId: 1, payer: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" } as const;
  const comment = `: payment-response ${toStatementHeader(statement, settled)}\n\n`;
  const answer = `: a comment\n\n${piece("a")}: payment-response %%%\n\n`;
  for (const size of [1, 2, 5, 1000]) {
    const filter = new StatementFilter();
    const passed = pieces(bytes(answer + comment), size).map((chunk) => filter.take(chunk));
    expect(text(concat([...passed, filter.end()]))).toBe(answer);
    expect(filter.statement).toEqual(statement);
  }
});

test("events end with any of the three blank lines", () => {
  const events = ["data: a\n\n", "data: b\r\r", "data: c\r\n\r\n", ": d\n\n"];
  const splitter = new EventSplitter();
  expect(splitter.take(bytes(`${events.join("")}data: half`)).map(text)).toEqual(events);
  expect(text(splitter.rest())).toBe("data: half");
  for (const size of [1, 2, 3]) {
    const cut = new EventSplitter();
    expect(pieces(bytes(events.join("")), size).flatMap((chunk) => cut.take(chunk).map(text))).toEqual(events);
  }
});

test("an event without an end is passed on in pieces, and costs what was produced", () => {
  const chunk = bytes("x".repeat(1024));
  const splitter = new EventSplitter();
  let [given, most] = [0, 0];
  for (let sent = 0; sent < 3 * MAX_EVENT; sent += chunk.length) {
    for (const piece of splitter.take(chunk)) given += piece.length;
    most = Math.max(most, sent + chunk.length - given);
  }
  expect([given + splitter.rest().length, most]).toEqual([3 * MAX_EVENT, MAX_EVENT]);
  const measured = byUsageTokens({ input: 1n, output: 1n, maxOutput: 10 }).start(taskOf({}), { isStream: true });
  for (let sent = 0; sent < 2 * MAX_EVENT; sent += chunk.length) measured.take(chunk);
  expect(measured.cost()).toBeGreaterThan(10n);
});
