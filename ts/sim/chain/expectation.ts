import { UNIT_RATE } from "../agreementScenarios.ts";
import type { Call } from "../exact/exactCalls.ts";
import { simulateExact } from "../exact/exactEngine.ts";
import type { Scenario } from "../scenario.ts";

/** What the model does and says in one epoch, to be repeated on a chain. Everything in wei, wei/s and whole units. */
export interface Epoch {
  /** Sources, reports: the block at `reportAt`. */
  reportAt: bigint;
  reports: Call[];
  /** What each sink has received by `reportAt`. */
  received: bigint[];
  /** The keeper's block. */
  keeperAt: bigint;
  keeper: Call[];
  units: bigint[];
  pools: PoolState[];
}

export interface PoolState {
  sinkUnits: bigint;
  escrowUnits: bigint;
  flowRate: bigint;
  adjustmentRate: bigint;
  sourceRates: bigint[];
  overflow: bigint;
  setAside: bigint;
  returned: bigint[];
}

/** Runs the fast engine and keeps what a chain will be held against. */
export function expectationOf(scenario: Scenario): Epoch[] {
  const epochs: Epoch[] = [];
  simulateExact(scenario, {
    unitRate: UNIT_RATE,
    observe: (step, run, calls) => {
      const reportAt = run.timeOf(step);
      epochs.push({
        reportAt,
        keeperAt: reportAt + 12n,
        reports: calls.filter(({ at }) => at === reportAt),
        keeper: calls.filter(({ at }) => at !== reportAt),
        received: [...run.sinks.units].map((_, i) => run.receivedOf(i)),
        units: [...run.sinks.units].map(BigInt),
        pools: run.pools.map((pool) => ({
          sinkUnits: pool.sinkUnits,
          escrowUnits: pool.escrowUnits,
          flowRate: pool.gda.flowRate,
          adjustmentRate: pool.gda.adjustmentRate,
          sourceRates: [...pool.gda.flows],
          overflow: pool.level,
          setAside: pool.setAside,
          returned: pool.gda.flows.map((_, source) => pool.returnedTo(source)),
        })),
      });
    },
  });
  return epochs;
}
