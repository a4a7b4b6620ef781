import { describe, expect, test } from "vitest";
import { decayed } from "./deadSink.ts";
import { Audit } from "./invariants.ts";
import { START, UNIT_RATE } from "./scenario.ts";
import { someMarket, someSink, someState } from "./someMarket.ts";
import { StreamLedger } from "./streamLedger.ts";

const market = someMarket();

/** An audit that has seen the inflow of every pool change at `changed` seconds after the start. */
function auditAfterChange(changed: number): Audit {
  const ledger = new StreamLedger(market.superfluid.gdaV1);
  Object.defineProperty(ledger, "changedAt", { value: () => START + changed });
  return new Audit(market, ledger, START);
}

describe("I2, pools", () => {
  const tooMuch = { price: UNIT_RATE + 1n };

  test("one wei per unit too much is a violation that says where and when", () => {
    const audit = auditAfterChange(500);
    audit.afterBlock(someState(tooMuch, 517));
    expect(audit.violations).toEqual([
      {
        invariant: "I2",
        reason: `a unit of transcribe is paid ${UNIT_RATE + 1n} wei/s, at most ${UNIT_RATE} (517 s after the start)`,
      },
    ]);
    expect(audit.highest.confirmed).toBe(1.000000000001);
  });

  test("not while a change of inflow waits to be confirmed: 12 s and 5 s for a keeper", () => {
    const audit = auditAfterChange(500);
    audit.afterBlock(someState(tooMuch, 500));
    audit.afterBlock(someState(tooMuch, 516));
    expect(audit.violations).toEqual([]);
    expect(audit.highest).toEqual({ confirmed: 0, unconfirmed: 1.000000000001 });
    expect(audit.looks).toEqual({ confirmed: 0, unconfirmed: 6 });
  });

  test("the full price is none", () => {
    const audit = auditAfterChange(500);
    audit.afterBlock(someState({}, 600));
    expect(audit.violations).toEqual([]);
    expect(audit.highest.confirmed).toBe(1);
  });
});

describe("I2, sinks", () => {
  const paid = (units: bigint, effective: bigint) => {
    const sink = someSink({ units, effective, flow: units * UNIT_RATE });
    return someState({ sinks: [sink] }, 600);
  };

  test.each([
    [1050n, 1000n, 0],
    [1051n, 1000n, 1],
    [1n, 0n, 1],
    [0n, 0n, 0],
  ])("%d units of pay for a capacity of %d: %d violation", (units, effective, count) => {
    const audit = auditAfterChange(500);
    audit.afterKeeper(paid(units, effective));
    expect(audit.violations).toHaveLength(count);
  });
});

test("I8: a pool without units", () => {
  const audit = auditAfterChange(500);
  audit.afterBlock(someState({ totalUnits: 0n, price: 0n }));
  expect(audit.violations).toEqual([
    { invariant: "I8", reason: "the pool of transcribe has no units (615 s after the start)" },
  ]);
});

test("of each invariant the first violation is kept", () => {
  const audit = auditAfterChange(0);
  audit.report("I1", "first");
  audit.report("I1", "second");
  audit.report("I3", "third");
  expect(audit.violations.map(({ reason }) => reason)).toEqual(["first", "third"]);
});

test("decayed: 30 % less an epoch, and a twentieth that waits", () => {
  expect(decayed(2000, 0)).toBe(2101);
  expect(decayed(2000, 1)).toBe(1471);
  expect(decayed(2000, 17)).toBe(6);
  expect(decayed(2000, 100)).toBe(2);
});
