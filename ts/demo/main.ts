/**
 * `npm start`: an economy of AI agents on a local chain, from nothing to a report, in one command.
 *
 * Read `runEconomy.ts` next: it is the loop. `scenario.ts` has the cast and the terms.
 */
import { accessSync, constants, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { constants as os } from "node:os";
import { dirname, resolve } from "node:path";
import type { Address } from "viem";
import { BackpressureError, describeError, exitCodeOf, UsageError } from "../core/errors.ts";
import { startAnvil } from "../localchain/anvil.ts";
import { deployProtocol } from "../localchain/deployScript.ts";
import { build } from "../localchain/forge.ts";
import { LocalChain } from "../localchain/localChain.ts";
import { deploySuperfluid } from "../localchain/localSuperfluid.ts";
import { readTrace } from "../sim/trace.ts";
import { type Counterfactual, compare } from "./counterfactual/counterfactual.ts";
import { explainCounterfactual } from "./counterfactual/explain.ts";
import { replayInBackground } from "./counterfactual/inBackground.ts";
import { generateRequests, planDemand, type Request } from "./demand.ts";
import { formatCount } from "./format.ts";
import { Broadcast } from "./live/broadcast.ts";
import { openMarket } from "./market.ts";
import { type Options, parseOptions } from "./options.ts";
import { legend, type Output, Progress } from "./progress.ts";
import { renderReport } from "./report/report.ts";
import { type EconomyResult, runEconomy } from "./runEconomy.ts";
import { quietTimeline, START, type Timeline, timelineOf } from "./scenario.ts";
import { assertSound, explain, summarise } from "./summary.ts";

/** Seconds that lie between the chain's first block and the start, for deployment. */
const PREPARATION = 86_400;

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options === undefined) return;
  const timeline = options.interactive ? quietTimeline(options.minutes) : timelineOf(options.minutes);
  // Whatever the user may have got wrong is found before anything takes time.
  const requests = loadRequests(options, timeline);
  const reportPath = prepareReport(options.report);

  const output: Output = options.json ? process.stderr : process.stdout;
  const progress = new Progress(output);
  const broadcast = await Broadcast.start(options.interactive, timeline);
  progress.note(`${options.interactive ? "Play with it" : "Watch it live"}: ${broadcast.url}`);
  try {
    await runAndReport(options, timeline, requests, { progress, broadcast, reportPath });
  } catch (error) {
    broadcast.failed(describeError(error));
    throw error;
  } finally {
    await broadcast.stop();
  }
}

type Places = { progress: Progress; broadcast: Broadcast; reportPath: string };

async function runAndReport(
  options: Options,
  timeline: Timeline,
  requests: Request[],
  { progress, broadcast, reportPath }: Places,
): Promise<void> {
  progress.title("Backpressure Economics: an economy of AI agents, paid by the second");
  const { result, counterfactual } = await runAndReplay(options, timeline, requests, progress, broadcast);
  const summary = summarise(result, options, counterfactual);
  const report = await renderReport(summary, result);
  writeFileSync(reportPath, report.html);
  broadcast.ended(report.outcome);
  progress.title("What happened");
  for (const line of explain(summary, result.deadSink, result.liar, timeline)) progress.note(line);
  if (summary.counterfactual) {
    progress.title("What would have happened without the protocol");
    for (const line of explainCounterfactual(summary.counterfactual)) progress.note(line);
  }
  progress.note(`\n  Open ${options.report} in a browser: the charts, and what they mean.\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  assertSound(summary);
}

/** While the chain runs, another thread works out what would have happened otherwise. What a visitor does has no plan. */
async function runAndReplay(
  options: Options,
  timeline: Timeline,
  requests: Request[],
  progress: Progress,
  broadcast: Broadcast,
): Promise<{ result: EconomyResult; counterfactual: Counterfactual | null }> {
  if (options.interactive) {
    return { result: await run(options, timeline, requests, progress, broadcast), counterfactual: null };
  }
  const replay = replayInBackground({ requests, timeline, seed: options.seed });
  try {
    const result = await run(options, timeline, requests, progress, broadcast);
    broadcast.step("what would have happened without the protocol");
    return { result, counterfactual: compare(await replay.result(), result) };
  } finally {
    await replay.stop();
  }
}

function loadRequests({ trace, seed }: Options, timeline: Timeline): Request[] {
  const series = trace === undefined ? generateRequests(seed, timeline.end) : readTrace(trace);
  return planDemand(series, timeline, seed);
}

/** Fails early if the report could not be written at the end. */
function prepareReport(path: string): string {
  const absolute = resolve(path);
  try {
    makeFolder(dirname(absolute));
    const existing = statSync(absolute, { throwIfNoEntry: false });
    if (existing?.isDirectory()) throw new UsageError("it is a folder");
    accessSync(existing ? absolute : dirname(absolute), constants.W_OK);
  } catch (cause) {
    throw new UsageError(`cannot write the report to ${path}: ${describeError(cause)}`, { cause });
  }
  return absolute;
}

/** One level after the other: told to do it all at once, Node never returns from where nothing can be created. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

async function run(
  options: Options,
  timeline: Timeline,
  requests: Request[],
  progress: Progress,
  broadcast: Broadcast,
): Promise<EconomyResult> {
  const { minutes, seed, trace } = options;
  broadcast.step("the contracts");
  await compile(progress);
  broadcast.step("a local chain with Superfluid, the protocol and its agents");
  const anvil = await startAnvil({ timestamp: START - PREPARATION });
  try {
    progress.step("chain", `anvil on ${anvil.url}; it ends with this program`);
    const superfluid = await deploySuperfluid(anvil.url, anvil.deployer);
    progress.step("Superfluid", `the real framework, USDC and USDCx; host ${brief(superfluid.host)}`);
    const protocol = await deployProtocol({ url: anvil.url, sender: anvil.deployer, host: superfluid.host });
    progress.step("protocol", `deployed through script/Deploy.s.sol; pool ${brief(protocol.backpressurePool)}`);
    const chain = new LocalChain(anvil.url);
    await chain.takeControl();
    const market = await openMarket(chain, protocol, superfluid);
    const sinks = market.stages.reduce((sum, stage) => sum + stage.sinks.length, 0);
    progress.step("agents", `${sinks} agents in ${market.stages.length} stages have bonded and registered`);
    progress.step("demand", `${formatCount(requests.length)} requests in ${minutes} minutes, ${origin(trace, seed)}`);
    progress.note(legend());
    const chainId = await chain.client.getChainId();
    const { visitor } = broadcast;
    return await runEconomy({
      ...{ chain, market, requests, timeline, seed, chainId },
      ...(visitor === undefined ? {} : { visitor: (workshop) => visitor.beforeSlot(workshop) }),
      onFrame: (frame) => {
        progress.sample(frame.sample, frame.events, timeline);
        broadcast.frame(frame);
      },
    });
  } finally {
    await anvil.stop();
  }
}

async function compile(progress: Progress): Promise<void> {
  const notice = setTimeout(() => progress.step("contracts", "compiling; the first time takes half a minute …"), 2000);
  try {
    progress.step("contracts", (await build()) === "compiled" ? "compiled" : "compiled already");
  } finally {
    clearTimeout(notice);
  }
}

/** "0x3C57…8E9f". */
function brief(address: Address): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}

function origin(trace: string | undefined, seed: number): string {
  return trace === undefined ? `from the built-in bursty generator, seed ${seed}` : `from ${trace}`;
}

/** Prints one line, ever, and what a tool said if one failed. */
function tell(error: unknown): void {
  process.stderr.write(`error: ${describeError(error)}\n`);
  if (error instanceof BackpressureError && error.details) process.stderr.write(`${error.details}\n`);
  if (process.env.DEBUG) console.error(error);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    process.stderr.write(`\nstopped by ${signal}\n`);
    process.exit(128 + os.signals[signal]);
  });
}

// Who started us may be killed in a way that tells us nothing; running on for nobody would be rude.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(1);
}, 500).unref();

process.on("uncaughtException", (error) => {
  tell(error);
  process.exit(1);
});
for (const stream of [process.stdout, process.stderr]) {
  // Whoever read our output has enough of it, as in `npm start | head`.
  stream.on("error", () => process.exit(0));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  tell(error);
  // Not process.exit: what was written to a pipe has to get through.
  process.exitCode = exitCodeOf(error);
}
