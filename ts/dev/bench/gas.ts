/**
 * `npm run --silent bench:gas`: what each operation costs, one JSON object per line:
 *
 *     {"operation":"commit","sinks":10,"gas":34898}
 *
 * Each figure is the gas of the whole transaction (base fee, calldata, execution, less refunds) on the real Superfluid
 * framework, in a pool of that many sinks that all hold units. The measuring itself is in `test/gas/*Gas.t.sol`, which
 * fails, and so does this, when a figure leaves its target or its committed snapshot.
 */
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** One line of the benchmark. */
export type Measurement = {
  operation: string;
  /** Sinks that are registered and hold units in the measured pool. */
  sinks: number;
  /** Gas of the whole transaction; for a pipeline, of all its transactions. */
  gas: number;
};

/** What `forge test --json` reports, as far as it matters here. */
export type ForgeReport = Record<string, { test_results: Record<string, ForgeTestResult> }>;

type ForgeTestResult = {
  status: "Success" | "Failure" | "Skipped";
  reason: string | null;
  /** Group, for example `gas-100`, to operation to gas. */
  gas_snapshots: Record<string, Record<string, string>>;
};

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Every figure in the report, by number of sinks, then in the order of the tests. */
export function measurementsOf(report: ForgeReport): Measurement[] {
  return results(report)
    .flatMap(([, result]) => Object.entries(result.gas_snapshots ?? {}))
    .flatMap(([group, operations]) => {
      const sinks = Number(/^gas-(\d+)$/.exec(group)?.[1] ?? Number.NaN);
      return Number.isNaN(sinks)
        ? []
        : Object.entries(operations).map(([operation, gas]) => ({ operation, sinks, gas: Number(gas) }));
    })
    .sort((a, b) => a.sinks - b.sinks);
}

/** One sentence per failed test. */
export function failuresOf(report: ForgeReport): string[] {
  return results(report)
    .filter(([, result]) => result.status === "Failure")
    .map(([name, result]) => `${name}: ${result.reason ?? "failed"}`);
}

function results(report: ForgeReport): [string, ForgeTestResult][] {
  return Object.entries(report).flatMap(([suite, { test_results }]) =>
    Object.entries(test_results).map(([test, result]): [string, ForgeTestResult] => [
      `${suite.split(":").at(-1)}.${test}`,
      result,
    ]),
  );
}

/** Runs the gas tests. A failed test is part of the report; no report at all (it does not compile) is an error. */
async function runForge(): Promise<ForgeReport> {
  const forge = resolve(ROOT, "node_modules/.bin/forge");
  const args = ["test", "--match-path", "test/gas/*Gas.t.sol", "--isolate", "--json"];
  const child = spawn(forge, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  const code = await new Promise<number | null>((done, fail) => child.once("error", fail).once("close", done));
  const text = await out;
  try {
    return JSON.parse(text.slice(text.indexOf("{"))) as ForgeReport;
  } catch {
    throw new Error(`forge ended with code ${code} and without a report: ${await err}`);
  }
}

async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function main(): Promise<void> {
  const report = await runForge();
  const measurements = measurementsOf(report);
  for (const measurement of measurements) process.stdout.write(`${JSON.stringify(measurement)}\n`);
  const failures = failuresOf(report);
  if (failures.length > 0) throw new Error(failures.join("; "));
  if (measurements.length === 0) throw new Error("forge measured nothing");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await main();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`bench:gas: ${message.replace(/\s+/g, " ").trim()}\n`);
    process.exitCode = 1;
  }
}
