import { Agents } from "../agents.ts";
import { Recorder } from "../record.ts";
import type { Result } from "../result.ts";
import type { Scenario } from "../scenario.ts";
import { createState, type SinkState } from "../sinkState.ts";
import { type Ablation, looksAtQueues, paysByJob, paysEverythingOut, type Strategy, UnitRule } from "../strategy.ts";
import { EvidenceLedger } from "./evidenceLedger.ts";
import { Pools } from "./fluidPools.ts";
import type { Ledger } from "./ledger.ts";
import { PlainLedger } from "./plainLedger.ts";
import { ConservationError, exactSum, quantaPerUnitSecond } from "./quanta.ts";
import { QueueRule } from "./queueRules.ts";

/** What a run may be told besides its scenario. */
export interface Options {
  ablation?: Ablation;
  /** Sinks whose units, pay and backlog are recorded in every step. */
  probes?: readonly number[];
}

/** Runs the fluid model. Throws `ConservationError` if a single quantum of money goes astray. */
export function simulate(scenario: Scenario, strategy: Strategy = "closed", options: Options = {}): Result {
  const quanta = quantaPerUnitSecond(scenario);
  const state = createState(scenario);
  const agents = new Agents(scenario, state);
  const pools = new Pools(scenario, state, quanta);
  const rule = new UnitRule(scenario, state, strategy, options.ablation ?? {});
  const ledger = ledgerOf(scenario, state, quanta);
  const recorder = new Recorder(scenario, state, pools.all, quanta, options.probes ?? []);
  const queues = looksAtQueues(strategy) ? new QueueRule(scenario, state, strategy, quanta) : undefined;
  const everything = paysEverythingOut(strategy);
  const returns = !paysByJob(strategy);

  for (let step = 0; step < scenario.steps; step++) {
    agents.begin(step);
    const possible = recorder.possible();
    agents.report(step);
    rule.update(step);
    queues?.begin(step);
    pools.open(step);
    const keeperIsHere = step % scenario.keeperSteps === 0;
    let done = 0;
    let usable = 0;
    for (const [p, pool] of pools.all.entries()) {
      queues?.route(step, p, pool);
      pools.pay(p, everything, keeperIsHere);
      const work = serve(scenario, agents, pools, p, 1 / quanta);
      done += work.done;
      usable += work.usable;
      if (keeperIsHere && returns) pools.release(p);
    }
    ledger?.settle(step, pools);
    pools.audit();
    recorder.record(step, done, usable, possible);
  }
  auditSinks(state, pools);
  return summarize(state, pools, recorder, ledger, quanta);
}

function ledgerOf(scenario: Scenario, state: SinkState, quanta: number): Ledger | undefined {
  const rules = scenario.verification;
  if (rules === undefined) return undefined;
  const Kind = rules.ledger === "evidence" ? EvidenceLedger : PlainLedger;
  return new Kind(scenario, rules, state, quanta);
}

function serve(scenario: Scenario, agents: Agents, pools: Pools, p: number, secondsPerQuantum: number) {
  const { first } = scenario.sinks;
  const work = agents.serve(first[p] as number, first[p + 1] as number, secondsPerQuantum);
  for (const link of scenario.links) {
    if (link.upstream === p) pools.feed(link, work.done);
  }
  return work;
}

/** What sinks and sources have in their hands, added up afresh, is what the pools say that they gave. */
function auditSinks(state: SinkState, pools: Pools): void {
  const paid = pools.all.reduce((sum, pool) => sum + pool.paidTotal, 0);
  const received = exactSum(state.received);
  if (received !== paid) throw new ConservationError("what the sinks hold", paid, received);
  const returned = pools.all.reduce((sum, pool) => sum + pool.returnedTotal, 0);
  const back = exactSum(pools.returned);
  if (back !== returned) throw new ConservationError("what the sources got back", returned, back);
}

function summarize(
  state: SinkState,
  pools: Pools,
  recorder: Recorder,
  ledger: Ledger | undefined,
  quanta: number,
): Result {
  const total = (pick: (pool: Pools["all"][number]) => number) =>
    pools.all.reduce((sum, pool) => sum + pick(pool), 0) / quanta;
  const count = state.received.length;
  return {
    streamed: total((a) => a.streamedTotal),
    paid: total((a) => a.paidTotal),
    served: state.served.reduce((sum, amount) => sum + amount, 0),
    returned: total((a) => a.returnedTotal),
    escrow: total((a) => a.level),
    slashed: total((a) => a.slashedTotal),
    recording: recorder.recording,
    probes: recorder.probes,
    state,
    received: state.received.map((amount) => amount / quanta),
    slashedOf: ledger?.bonds.slashed ?? new Float64Array(count),
    slashedAt: ledger?.bonds.slashedAt ?? new Int32Array(count).fill(-1),
    moves: 0,
    returnedTo: pools.returned.map((amount) => amount / quanta),
  };
}
