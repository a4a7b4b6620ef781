import { describe, expect, test } from "vitest";
import { Protocol, type ProtocolParameters } from "../../model/protocol.ts";
import { scenarios, UNIT_RATE } from "../agreementScenarios.ts";
import { market } from "../experiments/standardMarket.ts";
import { simulate } from "../fluid/fluidEngine.ts";
import { constantSource, type Scenario, scenarioOf, sinksOf } from "../scenario.ts";
import { type Call, KEEPER_AFTER, OPENED_AT, STARTS_AT } from "./exactCalls.ts";
import { type ExactRun, simulateExact } from "./exactEngine.ts";

/** The reference: the same calls, sink by sink, in bigint. */
class Reference {
  readonly #protocols: Protocol<string>[];
  readonly #sourceCounts: number[];

  constructor(scenario: Scenario) {
    const p = scenario.parameters;
    this.#sourceCounts = scenario.bufferMax.map(
      (_, pool) =>
        scenario.sources.filter((source) => source.pool === pool).length +
        scenario.links.filter((link) => link.downstream === pool).length,
    );
    this.#protocols = scenario.bufferMax.map((limit, pool) => {
      const parameters: ProtocolParameters = {
        unitRate: UNIT_RATE,
        epochLength: BigInt(p.epochLength),
        horizon: BigInt(p.horizon),
        acknowledgementGrace: BigInt(p.grace),
        receiptEpochs: 5n,
        // The exact engine has no ledger of acknowledgements, so nobody fades for want of a settlement.
        verified: false,
        signalTimeToLive: BigInt(p.timeToLive),
        smoothing: BigInt(Math.round(p.smoothing * 1000)) * 10n ** 15n,
        minimumStake: 1n,
        bufferMax: Number.isFinite(limit) ? BigInt(Math.floor(limit)) * UNIT_RATE : 2n ** 127n,
      };
      const protocol = new Protocol<string>(parameters, OPENED_AT);
      const [from, to] = [scenario.sinks.first[pool] as number, scenario.sinks.first[pool + 1] as number];
      for (let i = from; i < to; i++) {
        protocol.changeStake(`sink ${i}`, 2n ** 111n, OPENED_AT);
        protocol.register(`sink ${i}`, OPENED_AT);
      }
      return protocol;
    });
  }

  make(call: Call): void {
    const protocol = this.of(call.pool);
    const { at } = call;
    switch (call.kind) {
      case "setFlow":
        protocol.syncSource(`source ${call.source}`, at);
        protocol.setStream(`source ${call.source}`, call.rate, at);
        protocol.syncSource(`source ${call.source}`, at);
        return;
      case "rebalance":
        protocol.rebalance(
          call.sinks.map((i) => `sink ${i}`),
          at,
        );
        return;
      case "attest":
        protocol.signal(
          call.signals.map(({ sink, ...signal }) => [`sink ${sink}`, signal] as const),
          at,
        );
        return;
      case "propagate":
        protocol.propagate(this.of(call.downstream), call.ratio, at);
        return;
      case "drain":
        protocol.drain(at);
        return;
      case "releaseAndSync":
        protocol.release(at);
        for (let s = 0; s < (this.#sourceCounts[call.pool] as number); s++) protocol.syncSource(`source ${s}`, at);
    }
  }

  of(pool: number): Protocol<string> {
    return this.#protocols[pool] as Protocol<string>;
  }
}

/** Compares everything there is after every keeper's visit; returns how many sinks were compared. */
function compare(scenario: Scenario): number {
  let reference: Reference | undefined;
  let compared = 0;
  const check = (step: number, run: ExactRun, calls: readonly Call[]) => {
    reference ??= new Reference(scenario);
    for (const call of calls) reference.make(call);
    const now = run.timeOf(step) + KEEPER_AFTER;
    run.pools.forEach((pool, p) => {
      const { split } = (reference as Reference).of(p);
      const where = `pool ${p}, step ${step}`;
      expect(pool.sinkUnits, where).toBe(split.sinkUnits);
      expect(pool.escrowUnits, where).toBe(split.escrowUnits);
      expect(pool.gda.flowRate, where).toBe(split.pool.flowRate);
      expect(pool.gda.adjustmentRate, where).toBe(split.pool.adjustmentRate);
      expect(pool.level, where).toBe((reference as Reference).of(p).overflow(now));
      const { returns } = (reference as Reference).of(p);
      const waiting = (reference as Reference).of(p).book(now).setAside;
      const returned = pool.gda.flows.reduce((sum, _, s) => sum + returns.returnedTo(`source ${s}`), 0n);
      expect(pool.released, where).toBe(waiting + returned);
      for (let s = 0; s < pool.gda.flows.length; s++) {
        expect(pool.returnedTo(s), where).toBe(returns.returnedTo(`source ${s}`));
      }
      for (let i = scenario.sinks.first[p] as number; i < (scenario.sinks.first[p + 1] as number); i++) {
        if (BigInt(run.sinks.units[i] as number) !== split.pool.unitsOf(`sink ${i}`)) {
          expect.fail(`${where}: units of sink ${i}`);
        }
        // What is paid up to the reports of this step; the reference says it as of then.
        if (run.receivedOf(i) > split.pool.receivedBy(`sink ${i}`, now)) expect.fail(`${where}: pay of sink ${i}`);
        compared++;
      }
    });
  };
  const result = simulateExact(scenario, { unitRate: UNIT_RATE, observe: check });
  const end = STARTS_AT + BigInt(scenario.steps * scenario.parameters.epochLength) + 2n;
  result.received.forEach((amount, i) => {
    const pool = scenario.sinks.first.findLastIndex((from) => from <= i);
    const reference_ = (reference as Reference).of(pool).split.pool.receivedBy(`sink ${i}`, end);
    expect(amount).toBe(Number(reference_) / Number(UNIT_RATE));
  });
  return compared;
}

describe("the fast engine against the reference machine, integer for integer", () => {
  test.each(Object.entries(scenarios()))("%s", (_, scenario) => {
    expect(compare(scenario)).toBeGreaterThanOrEqual(200 * scenario.sinks.count);
  });

  test("random markets", () => {
    for (let seed = 1; seed <= 4; seed++) {
      const scenario = market(
        seed,
        { load: 0.6 + 0.2 * seed, bursty: true, steps: 150 },
        { bufferMax: [1e4, 1e5, 1e6] },
      );
      const kind = seed % 2 === 0 ? ("dieSilent" as const) : ("fallSilent" as const);
      compare({ ...scenario, events: [{ step: 60, kind, sinks: [1, 5, 20, 41], value: 0 }] });
    }
  });
});

test("each scenario makes the calls that it is there for", () => {
  const counts = (name: string) => {
    const scenario = scenarios()[name];
    if (!scenario) throw new Error(name);
    const seen = new Map<string, number>();
    simulateExact(scenario, {
      observe: (_, __, calls) => {
        for (const call of calls) {
          const kind = call.kind === "rebalance" && call.sinks.length > 0 ? "rebalance of sinks" : call.kind;
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
        }
      },
    });
    return (kind: string) => seen.get(kind) ?? 0;
  };
  expect(counts("saturated")("attest")).toBe(210);
  expect(counts("bursts")("drain")).toBeGreaterThan(50);
  expect(counts("bursts")("setFlow")).toBeGreaterThan(40);
  expect(counts("deaths")("rebalance of sinks")).toBeGreaterThan(10);
  expect(counts("refunds")("releaseAndSync")).toBeGreaterThan(20);
  expect(counts("pipeline")("propagate")).toBe(210);
});

describe("the fast engine", () => {
  test("comes to the same rest as the fluid model, to within a unit", () => {
    const steps = 400;
    const scenario = scenarioOf({
      start: "ramp",
      steps,
      sinks: sinksOf([[{ rate: 100 }, { rate: 200 }, { rate: 200, claim: 600 }]]),
      sources: [constantSource(0, 450, steps)],
    });
    const probes = [0, 1, 2];
    const fluid = simulate(scenario, "closed", { probes }).probes;
    const exact = simulateExact(scenario, { probes }).probes;
    probes.forEach((i) => {
      expect(Math.abs((fluid[i]?.units.at(-1) as number) - (exact[i]?.units.at(-1) as number))).toBeLessThan(1);
      expect(Math.abs((fluid[i]?.pay.at(-1) as number) - (exact[i]?.pay.at(-1) as number))).toBeLessThan(1);
    });
  });

  test("refuses what its integers cannot hold", () => {
    const huge = scenarioOf({
      steps: 1,
      sinks: sinksOf([[{ rate: 1, claim: 1e7 }]]),
      sources: [constantSource(0, 1, 1)],
    });
    expect(() => simulateExact(huge)).toThrow("declares too much");
    expect(() => simulateExact(huge, { unitRate: 10n ** 15n })).toThrow("2^54");
  });
});
