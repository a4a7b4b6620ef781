import { describe, expect, test } from "vitest";
import { max, SCALE } from "../exact.ts";
import { Random } from "../random.ts";
import { Evidence } from "./evidence.ts";
import { STRIKES } from "./rule.ts";

const H = 60n;
const V = 5n * H;
const TERMS = { unitRate: 10n ** 9n, horizon: 360n, acknowledgementGrace: 120n, receiptInterval: V };
const UNITS = 100n * SCALE;
/** What 100 units are paid per epoch. */
const PAY = 100n * H * TERMS.unitRate;
const START = 1_800_000_000n;

/** Two sinks with the same pay and one source that pays for both, by epochs; receipts as the test says. */
class Pool {
  readonly evidence = new Evidence<string>(TERMS, H, START);
  now = START;
  received = { good: 0n, bad: 0n };

  constructor() {
    this.evidence.register("good", this.reading("good"));
    this.evidence.register("bad", this.reading("bad"));
  }

  get paid(): bigint {
    return this.received.good + this.received.bad;
  }

  reading(sink: "good" | "bad") {
    return { now: this.now, paid: this.paid, received: this.received[sink] };
  }

  pass(epochs: number, act: () => void = () => {}): void {
    for (let i = 0; i < epochs; i++) {
      this.now += H;
      this.received.good += PAY;
      this.received.bad += PAY;
      act();
    }
  }

  /** The source has acknowledged so much to a sink in all. */
  acknowledge(sink: "good" | "bad", claimed: bigint, spent = this.paid): bigint {
    return this.evidence.acknowledge("source", sink, claimed, spent, this.reading(sink));
  }

  settle(sink: "good" | "bad"): bigint {
    return this.evidence.settle(sink, UNITS, this.reading(sink));
  }
}

describe("receipts", () => {
  test("count up to what the source has spent, and the rest when they come again", () => {
    const pool = new Pool();
    pool.pass(1);
    expect(pool.acknowledge("good", PAY, PAY / 2n)).toBe(PAY / 2n);
    expect(pool.acknowledge("good", PAY, PAY / 2n)).toBe(0n);
    expect(pool.acknowledge("good", PAY, PAY)).toBe(PAY / 2n);
    expect(pool.evidence.completedOf("source", "good")).toBe(PAY);
    expect(pool.evidence.acknowledgedBy("source")).toBe(PAY);
  });

  test("count up to what the sink was paid, and for a stranger not at all", () => {
    const pool = new Pool();
    pool.pass(1);
    expect(pool.acknowledge("good", 5n * PAY)).toBe(PAY);
    const reading = { now: pool.now, paid: pool.paid, received: 0n };
    expect(pool.evidence.acknowledge("source", "stranger", PAY, pool.paid, reading)).toBe(0n);
  });

  test("the first of an epoch makes what was spent take part; what is spent again does not count again", () => {
    const pool = new Pool();
    pool.pass(2);
    pool.acknowledge("good", 1n, PAY);
    pool.acknowledge("bad", 1n, 2n * PAY);
    expect(pool.evidence.participationDown(pool.paid)).toBe(10n ** 18n / 4n);
    pool.pass(1);
    pool.acknowledge("good", 2n, PAY - 1n);
    pool.pass(1);
    pool.acknowledge("good", 3n, PAY);
    expect(pool.evidence.participationDown(pool.paid)).toBe(10n ** 18n / 8n);
  });
});

describe("windows", () => {
  test("one that is too young stays open, and its receipts count at par meanwhile", () => {
    const pool = new Pool();
    pool.pass(10, () => pool.acknowledge("good", pool.received.good));
    pool.settle("bad");
    const { owed } = pool.evidence.ledgerOf("bad");
    // Half was acknowledged: (0.95 · 0.5 − 0.05) / 0.5 of ten epochs' pay.
    expect(owed).toBe((10n * PAY * 85n) / 100n);
    pool.pass(4);
    pool.acknowledge("bad", PAY);
    expect(pool.settle("bad")).toBe((owed - PAY) / TERMS.unitRate - 12_000n);
    expect(pool.evidence.ledgerOf("bad").owed).toBe(owed);
  });

  test("one without a quorum stays open, and is dropped after twice the interval", () => {
    const pool = new Pool();
    pool.pass(9, () => pool.settle("bad"));
    expect(pool.evidence.ledgerOf("bad").openedAt).toBe(START);
    pool.pass(1, () => pool.settle("bad"));
    expect(pool.evidence.ledgerOf("bad")).toMatchObject({ openedAt: pool.now, owed: 0n, clearReceived: 10n * PAY });
    expect(pool.evidence.isVerified(pool.paid)).toBe(false);
  });

  test("a dropped one charges nothing and forgives nothing but what was acknowledged", () => {
    const pool = new Pool();
    pool.pass(5, () => pool.acknowledge("good", pool.received.good));
    pool.settle("bad");
    const { owed, clearReceived } = pool.evidence.ledgerOf("bad");
    pool.pass(60);
    pool.acknowledge("bad", PAY, 11n * PAY);
    pool.settle("bad");
    expect(pool.evidence.ledgerOf("bad").owed).toBe(owed - PAY);
    expect(pool.evidence.ledgerOf("bad").clearReceived).toBe(clearReceived + 60n * PAY);
  });

  test("what was acknowledged above a window's pay counts in the next", () => {
    const pool = new Pool();
    const owedAfter: bigint[] = [];
    // Lumps of two epochs: windows of five hold two or three of them. A sink that delivers 80 % owes more and more.
    for (let i = 1; i <= 40; i++) {
      pool.pass(1);
      if (i % 2 === 0) {
        pool.acknowledge("good", pool.received.good);
        pool.acknowledge("bad", (pool.received.bad * 8n) / 10n);
      }
      pool.settle("bad");
      if (i % 10 === 0) owedAfter.push(pool.evidence.ledgerOf("bad").owed);
    }
    for (const [i, owed] of owedAfter.slice(1).entries()) expect(owed).toBeGreaterThan(owedAfter[i] as bigint);
  });
});

describe("a dead sink", () => {
  const dead = (settle: (pool: Pool) => void): Pool => {
    const pool = new Pool();
    pool.pass(40, () => {
      pool.acknowledge("good", pool.received.good);
      settle(pool);
    });
    return pool;
  };

  test("is struck by whoever closes its windows, itself too, and pays its pay and a tenth", () => {
    const pool = dead((p) => p.settle("bad"));
    expect(pool.evidence.ledgerOf("bad").strikes).toBe(STRIKES);
    const charge = pool.evidence.judge("bad", UNITS, false, pool.reading("bad"));
    expect(charge).toBe((40n * PAY * 11n) / 10n);
    expect(pool.evidence.ledgerOf("bad")).toMatchObject({ owed: 0n, earned: 0n, strikes: 0n });
    expect(pool.evidence.judge("bad", UNITS, false, pool.reading("bad"))).toBe(0n);
  });

  test("pays the same when it leaves and nobody ever settled it", () => {
    const pool = dead(() => {});
    expect(pool.evidence.judge("bad", 0n, true, pool.reading("bad"))).toBe((40n * PAY * 11n) / 10n);
    expect(pool.evidence.exitChargeOf("bad")).toBe(0n);
  });

  test("that registers again has not paid by it", () => {
    const pool = dead((p) => p.settle("bad"));
    const before = { ...pool.evidence.ledgerOf("bad") };
    pool.evidence.register("bad", pool.reading("bad"));
    expect(pool.evidence.ledgerOf("bad")).toEqual(before);
  });

  test("does not get the doubt of who leaves while it stays", () => {
    const half = (capacity: bigint): bigint => {
      const pool = new Pool();
      pool.pass(10, () => {
        pool.acknowledge("good", pool.received.good);
        pool.acknowledge("bad", (pool.received.bad * 6n) / 10n);
      });
      return pool.evidence.judge("bad", capacity, true, pool.reading("bad"));
    };
    expect(half(UNITS)).toBeGreaterThan(half(0n));
  });
});

/** What a history of random calls may never bring about, whatever sources, sinks and strangers do. */
test.each([1n, 2n, 3n, 4n])("random histories, seed %s: nothing negative, nothing charged above pay", (seed) => {
  const random = new Random(seed);
  const evidence = new Evidence<number>(TERMS, H, START);
  let now = START;
  const received = [0n, 0n, 0n, 0n];
  const claimed = new Map<string, bigint>();
  const spent = [0n, 0n, 0n];
  const most = [0n, 0n, 0n];
  const paid = (): bigint => received.reduce((a, b) => a + b);
  const reading = (k: number) => ({ now, paid: paid(), received: received[k] as bigint });
  const charged = [0n, 0n, 0n, 0n];
  for (const k of received.keys()) evidence.register(k, reading(k));
  const closings = new Map<number, bigint>();
  for (let i = 0; i < 3000; i++) {
    const k = Number(random.between(0n, 3n));
    const s = Number(random.between(0n, 2n));
    const action = random.between(0n, 6n);
    if (action === 0n) now += random.edgy(0n, 4n * V);
    else if (action === 1n) received[k] = (received[k] as bigint) + random.edgy(0n, 10n * PAY);
    else if (action === 2n) {
      // What was spent falls a little when a claim grows.
      spent[s] = max(0n, (spent[s] as bigint) + random.edgy(0n, 10n * PAY) - random.edgy(0n, 5n));
      most[s] = max(most[s] as bigint, spent[s] as bigint);
    } else if (action === 3n) {
      const key = `${s} ${k}`;
      claimed.set(key, (claimed.get(key) ?? 0n) + random.edgy(0n, 10n * PAY));
      evidence.acknowledge(s, k, claimed.get(key) as bigint, spent[s] as bigint, reading(k));
    } else if (action === 4n) {
      expect(evidence.settle(k, random.edgy(0n, 2n * UNITS), reading(k))).toBeGreaterThanOrEqual(0n);
    } else {
      const capacity = random.oneIn(2n) ? 0n : random.edgy(0n, UNITS);
      charged[k] = (charged[k] as bigint) + evidence.judge(k, capacity, random.oneIn(2n), reading(k));
    }
    const ledger = evidence.ledgerOf(k);
    for (const value of Object.values(ledger)) expect(value).toBeGreaterThanOrEqual(0n);
    expect(ledger.owed).toBeLessThanOrEqual(ledger.receivedMark - ledger.clearReceived);
    expect(ledger.clearReceived).toBeLessThanOrEqual(ledger.receivedMark);
    expect(ledger.acknowledged).toBeLessThanOrEqual(received[k] as bigint);
    expect(evidence.acknowledgedBy(s)).toBeLessThanOrEqual(most[s] as bigint);
    // A window is never younger than V when it closes, so windows never overlap.
    const before = closings.get(k);
    if (before !== undefined && ledger.openedAt !== before) expect(ledger.openedAt - before).toBeGreaterThanOrEqual(V);
    closings.set(k, ledger.openedAt);
    expect((charged[k] as bigint) * 10n).toBeLessThanOrEqual((received[k] as bigint) * 11n);
  }
});

describe("order", () => {
  const play = (shuffle: (calls: (() => void)[]) => void) => {
    const pool = new Pool();
    pool.pass(23, () => {
      const calls = [
        () => pool.acknowledge("good", pool.received.good),
        () => pool.acknowledge("bad", pool.received.bad / 2n),
      ];
      shuffle(calls);
      for (const call of calls) call();
      pool.settle("good");
      pool.settle("bad");
    });
    return [pool.evidence.ledgerOf("good"), pool.evidence.ledgerOf("bad")];
  };

  test("of receipts within a block makes no difference", () => {
    expect(play((calls) => calls.reverse())).toEqual(play(() => {}));
  });

  test("and number of settlements makes none: a window closes when it is old enough, whoever comes before", () => {
    const often = new Pool();
    const once = new Pool();
    for (const pool of [often, once]) {
      pool.pass(5, () => {
        pool.acknowledge("good", pool.received.good);
        if (pool === often) for (let i = 0; i < 3; i++) pool.settle("bad");
      });
      pool.settle("bad");
    }
    expect(often.evidence.ledgerOf("bad")).toEqual(once.evidence.ledgerOf("bad"));
  });
});
