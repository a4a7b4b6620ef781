import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createPublicClient, http } from "viem";
import { afterEach, expect, test, vi } from "vitest";
import { PROJECT_ROOT } from "../core/projectRoot.ts";
import { startAnvil } from "../localchain/anvil.ts";
import { nodeArguments, runProgram } from "../testkit/processes.ts";

// How long it takes to start processes is the machine's business.
vi.setConfig({ testTimeout: 240_000 });

const MARK = `example-of-test-${process.pid}`;

afterEach(() => vi.unstubAllEnvs());

/** Programs that the examples have left behind. */
function leftBehind(): string[] {
  const { stdout } = spawnSync("ps", ["axeww", "-o", "pid=,command="], { encoding: "utf8", maxBuffer: 64_000_000 });
  const lines = stdout.split("\n").filter((line) => line.includes(MARK) && !line.includes("ps axeww"));
  return lines.filter((line) => Number.parseInt(line, 10) !== process.pid);
}

/** Runs the script behind `npm run example:NAME`. */
async function runExample(name: string): Promise<string> {
  const script = nodeArguments(`example:${name}`).at(-1) ?? "";
  // Children inherit the mark, and theirs do.
  vi.stubEnv("EXAMPLE_MARK", MARK);
  const { code, stdout, stderr } = await runProgram(script, []);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(leftBehind()).toEqual([]);
  return stdout;
}

test("an agent sells work over HTTP to whoever streams, and to nobody else", async () => {
  const lines = (await runExample("sell-work-over-http")).trim().split("\n");
  expect(lines).toEqual([
    expect.stringMatching(/^Without a stream: 402, pay at least \d+ wei\/s to 0x[0-9a-fA-F]{40}$/),
    expect.stringMatching(/^If the buyer dies it loses 1,000 tokens at most, 7[12]\.?\d* for the deposit$/),
    expect.stringMatching(/^The buyer streams 1[78]\.?\d* tokens an hour$/),
    'With a stream: 200, "5 words"',
    "On the chain: work worth 0.0005 tokens is acknowledged",
    "After the stream: 402",
  ]);
});

test("a bottleneck limits what the stages before it are paid, until it is gone", async () => {
  const [narrow = "", wide = ""] = (await runExample("buy-through-a-pipeline")).split("\n\n");
  const paid = (text: string) => [...text.matchAll(/(\d+)\/h are paid/g)].map(([, amount]) => Number(amount));
  expect(narrow).toContain("report is the bottleneck.");
  const [transcribe = 0, summarise = 0, report = 0] = paid(narrow);
  // 100 units at 0.36 tokens an hour, and 5 % of hysteresis; the stages before pay no more than it can take.
  expect(report).toBeGreaterThan(30);
  expect(report).toBeLessThan(38);
  for (const before of [transcribe, summarise]) {
    expect(before).toBeGreaterThan(20);
    expect(before).toBeLessThanOrEqual(report);
  }
  expect(wide).toContain("Nothing limits the first stage.");
  // Everything that comes in: 150 units' worth.
  for (const amount of paid(wide)) expect(amount).toBeGreaterThan(52);
  expect(paid(wide)).toHaveLength(3);
});

test("an integrator reads pools with the ABIs alone, on a chain that runs already", async () => {
  const source = readFileSync(join(PROJECT_ROOT, "examples/read-pools-with-abis.ts"), "utf8");
  const imports = [...source.matchAll(/from "([^"]*)";/g)].map(([, from]) => from);
  expect(imports).toEqual(["viem", "viem/chains", "../ts/abi/index.ts", "./pools.ts"]);

  const anvil = await startAnvil();
  vi.stubEnv("LOCAL_RPC_URL", anvil.url);
  const output = await runExample("read-pools-with-abis").catch(async (error) => {
    await anvil.stop();
    throw error;
  });
  const [saturated = "", spare = ""] = output.split(/^summarise: /m);
  expect(saturated).toMatch(/^translate: stream to 0x/);
  expect(saturated).toMatch(/54\.00 tokens\/h flow in, the sinks could take 3[12]\.\d+/);
  expect(saturated).toContain("a unit earns 100 % of the most it may earn");
  expect(saturated.match(/sink 0x\w{40} earns 1[56]\.\d\d tokens\/h/g)).toHaveLength(2);
  expect(spare).toMatch(/18\.00 tokens\/h flow in/);
  expect(spare).toMatch(/a unit earns 5\d % of the most/);
  expect(spare).toMatch(/\n {2}1 units of escrow take the rest/);
  // The chain was there before, and stays.
  const client = createPublicClient({ transport: http(anvil.url) });
  expect(await client.getBlockNumber()).toBeGreaterThan(50n);
  await anvil.stop();
});
