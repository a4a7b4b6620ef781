import { type Hex, keccak256, parseEther, stringToBytes } from "viem";
import { getBalance } from "viem/actions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { superTokenAt } from "../sdk/calls/contracts.ts";
import { read } from "../sdk/internal/call.ts";
import { runCommand } from "../testkit/terminal.ts";
import { startTestChain, type TestChain } from "../testkit/testChain.ts";
import { createWorkplace, type Workplace } from "../testkit/workplace.ts";
import { cliProgram } from "./program.ts";

let chain: TestChain;
let workplace: Workplace;
beforeAll(async () => {
  chain = await startTestChain();
  const taskTypeId = await chain.registerTaskType("words");
  workplace = createWorkplace(chain, { words: taskTypeId });
  // An epoch of it is to be over.
  for (let epoch = 0; epoch < 3; epoch++) await chain.pass(60);
});
afterAll(async () => {
  workplace.remove();
  await chain.stop();
});

const keyOf = (name: string): Hex => keccak256(stringToBytes(name));

function command(key: Hex, ...argv: string[]) {
  const env = { ...workplace.env(), PRIVATE_KEY: key, BACKPRESSURE_DATA: workplace.folder };
  return runCommand(cliProgram, argv, { env });
}

test("the faucet gives ether and tokens, which are unwrapped and wrapped again", async () => {
  const { account } = await chain.actor("thirsty");
  const faucet = ["faucet", account.address, "--ether", "3", "--tokens", "20", "--task-type", "words"];
  expect(await command(keyOf("thirsty"), ...faucet)).toMatchObject({ code: 0, error: "" });
  expect(await getBalance(chain.client, account)).toBe(parseEther("3"));
  const balance = () => read(chain.client, superTokenAt(chain.superToken).balanceOf(account.address));
  expect(await balance()).toBe(parseEther("20"));
  const words = ["--network", "local", "--task-type", "words"];
  expect(await command(keyOf("thirsty"), "unwrap", "5.5", ...words)).toMatchObject({ code: 0 });
  expect(await balance()).toBe(parseEther("14.5"));
  expect(await command(keyOf("thirsty"), "wrap", "2", ...words)).toMatchObject({ code: 0 });
  expect(await balance()).toBe(parseEther("16.5"));
  const unnamed = await command(keyOf("thirsty"), "wrap", "2", "--network", "local");
  expect(unnamed).toMatchObject({ code: 2, error: expect.stringContaining("--token") });
});

const SELL = [
  "sell",
  "--network",
  "local",
  "--task-type",
  "words",
  "--upstream",
  "http://127.0.0.1:9",
  "--price",
  "0.001",
];

test.each([
  ["without a bond", ["--work", "usage.total_tokens", "--listen", "0", "--port", "0"], "--stake"],
  ["what nobody has named", ["--work", "request"], "--route"],
  ["a route that is none", ["--work", "request", "--route", "GET /../etc"], "is no route"],
  ["by a measure that there is not", ["--work", "love"], "Allowed choices"],
  ["another pool", ["--work", "request", "--task-type", "none"], "is no task type"],
])("nobody sells %s, and nothing keeps running", async (_, argv, message) => {
  const outcome = await command(keyOf("seller without a bond"), ...SELL, ...argv);
  expect(outcome).toMatchObject({ code: 2, error: expect.stringContaining(message) });
  expect(outcome.error).not.toContain(keyOf("seller without a bond"));
});

test.each([
  ["a budget that is none", ["--budget", "5/week", "--any-sink"], "is no budget"],
  ["strangers without being told to", ["--budget", "5/day"], "--any-sink"],
])("nobody buys from %s", async (_, argv, message) => {
  const outcome = await command(keyOf("buyer"), "buy", "--network", "local", "--task-type", "words", ...argv);
  expect(outcome).toMatchObject({ code: 2, error: expect.stringContaining(message) });
});

test("a model with half of what spending needs gets nothing", async () => {
  const outcome = await command(keyOf("model"), "mcp", "--network", "local", "--budget", "5/day");
  expect(outcome).toMatchObject({ code: 2, error: expect.stringContaining("--pools") });
});
