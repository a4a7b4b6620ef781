import type { Hex } from "viem";
import { accountOf, type Market, type MarketStage } from "./market.ts";
import { EPOCH, SOURCES, STAGES, START, UNIT_RATE } from "./scenario.ts";
import type { SinkState, StageState, State } from "./state.ts";

/** Values of the economy's types, for tests of what only computes with them. */

const address = (name: string): Hex => accountOf(name).address;

export function someMarket(): Market {
  const stages = STAGES.map((plan, index): MarketStage => {
    const before = STAGES[index - 1]?.agents ?? SOURCES;
    return {
      plan,
      id: `0x${String(index + 1).repeat(64)}`,
      distributionPool: address(`pool ${index}`),
      sinks: plan.agents.map(({ name }) => accountOf(name)),
      sources: before.map(({ name }) => accountOf(name)),
    };
  });
  const names = [
    "host",
    "stakeManager",
    "capacityRegistry",
    "backpressurePool",
    "escrowBuffer",
    "pipeline",
    "completionTracker",
  ] as const;
  const tokens = [
    "gdaV1",
    "gdaV1Forwarder",
    "cfaV1",
    "cfaV1Forwarder",
    "superTokenFactory",
    "underlying",
    "superToken",
  ];
  const entries = (of: readonly string[]) => Object.fromEntries(of.map((name) => [name, address(name)]));
  return {
    protocol: entries(names) as Market["protocol"],
    superfluid: entries(["host", ...tokens]) as Market["superfluid"],
    stages,
    keeper: accountOf("keeper"),
  };
}

/** A sink with 1000 units that is paid in full, and was paid a lot since its window opened, which was just now. */
export function someSink(differs: Partial<SinkState> = {}): SinkState {
  const window = { acknowledgedMark: 0n, receivedMark: 0n, openedAt: START + 600, peakScaled: 0n, strikes: 0 };
  return {
    received: 10n ** 6n * UNIT_RATE,
    units: 1000n,
    effective: 1000n,
    flow: 1000n * UNIT_RATE,
    needsRebalance: false,
    ledger: { acknowledged: 0n, owed: 0n, ...window },
    registered: true,
    settledEpoch: START / EPOCH + 10,
    verifiedBacklog: 0n,
    ...differs,
  };
}

/** A state in which every sink has 1000 units and all of them are paid in full. */
export function someState(differs: Partial<StageState> = {}, seconds = 615): State {
  const sink = someSink();
  const stage: StageState = {
    flow: 3001n * UNIT_RATE,
    totalUnits: 3001n,
    sinkUnits: 3000n,
    escrowUnits: 1n,
    price: UNIT_RATE,
    priceCap: UNIT_RATE,
    intake: 3000n * UNIT_RATE,
    limit: 3000n * UNIT_RATE,
    level: 0n,
    drainable: 0n,
    releasable: 0n,
    needsRebalance: false,
    sinks: [sink, sink, sink],
    paid: 0n,
    returned: [0n, 0n, 0n],
    spent: [0n, 0n, 0n],
    ...differs,
  };
  return { timestamp: START + seconds, stages: [stage, stage, stage] };
}
