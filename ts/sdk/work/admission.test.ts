import { type Address, type Hex, numberToHex, zeroHash } from "viem";
import { expect, test } from "vitest";
import { Random } from "../../model/random.ts";
import { InvalidParameterError } from "../errors.ts";
import { type Account, Admission, type AdmissionParameters } from "./admission.ts";
import { CreditQueue } from "./creditQueue.ts";
import {
  AcknowledgeFirstError,
  CapacityError,
  CreditMissingError,
  DisputedError,
  OrderConflictError,
  type OrderKey,
} from "./errors.ts";
import type { Order } from "./orders.ts";

const [A, B, SINK] = ["0xA", "0xB", "0xC"] as Address[] as [Address, Address, Address];

const TERMS = { oneTask: 100n, epochLength: 60, horizon: 360, rate: () => 100n, maxWait: 60 };
const HASH: Hex = "0x01";

const keyOf = (source: Address, nonce: number): OrderKey => ({
  ...{ source, sink: SINK, taskTypeId: zeroHash },
  nonce: numberToHex(nonce),
});

/** A sink to whom A has paid so much within the last minute, and ways to order from it. */
function sinkThat(parameters: Partial<AdmissionParameters> = {}, paid = 1000n) {
  const admission = new Admission({ ...TERMS, ...parameters });
  admission.paid(A, 0n, 0);
  admission.paid(A, paid, 60);
  const order = (nonce: number, maximum = 100n, source = A, now = 60) =>
    admission.admit({ key: keyOf(source, nonce), hash: HASH, maximum, validBefore: now + 30, now });
  const serve = (nonce: number, cost = 100n) => {
    order(nonce);
    return admission.settle({ key: keyOf(A, nonce), cost, answer: "done" });
  };
  return { admission, order, serve };
}

const code = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof OrderConflictError) return error.code;
    throw error;
  }
  return "taken";
};

test("credit is reserved before the work and settled after it", () => {
  const { admission, order } = sinkThat({}, 250n);
  expect(order(1)).toEqual({ kind: "admitted", trial: false });
  order(2);
  expect([admission.available(A, 60), admission.backlog]).toEqual([50n, 200n]);
  expect(() => order(3)).toThrow(new CreditMissingError(A, 50n, 12));
  expect(admission.settle({ key: keyOf(A, 1), cost: 30n, answer: "done" })).toBe(30n);
  expect(admission.available(A, 60)).toBe(120n);
  admission.fail(keyOf(A, 2));
  expect([admission.available(A, 60), admission.backlog]).toEqual([220n, 0n]);
  // Nobody pays for more than was reserved.
  order(4);
  expect(admission.settle({ key: keyOf(A, 4), cost: 500n, answer: "done" })).toBe(130n);
  expect(() => admission.fail(keyOf(A, 4))).toThrow(InvalidParameterError);
  expect(() => order(5, 101n)).toThrow(InvalidParameterError);
});

test("ten orders at once get the credit of one", () => {
  const { order } = sinkThat({}, 100n);
  const taken = Array.from({ length: 10 }, (_, nonce) => {
    try {
      return order(nonce).kind;
    } catch (error) {
      return (error as Error).name;
    }
  });
  expect(taken).toEqual(["admitted", ...Array(9).fill("CreditMissingError")]);
});

test("a stranger is lent nothing, and trials have one cap for all", () => {
  const { order } = sinkThat();
  expect(() => order(1, 10n, B)).toThrow(new CreditMissingError(B, 10n, undefined));
  const { admission, order: tried } = sinkThat({ freeTrials: 100n });
  expect(tried(1, 60n, B)).toEqual({ kind: "admitted", trial: true });
  expect(() => tried(2, 60n, "0xD")).toThrow(CreditMissingError);
  expect(tried(3, 60n, "0xD", 120)).toEqual({ kind: "admitted", trial: true });
  expect(admission.settle({ key: keyOf(B, 1), cost: 60n, answer: "done" })).toBe(0n);
  // Who has paid gets no trial.
  tried(4);
  expect(admission.available(A, 60)).toBe(900n);
});

test("the overdraft is a tenth of what was paid and acknowledged, and a task at most", () => {
  const overdraft = (paid: bigint, acknowledged: bigint) => {
    const { admission } = sinkThat({}, paid);
    admission.acknowledged(A, acknowledged, acknowledged);
    let lent = 0n;
    const used = (amount: bigint) => ({ key: keyOf(A, Number(amount)), hash: HASH, maximum: 1n });
    for (let amount = 1n; amount <= paid + 200n; amount++) {
      try {
        admission.admit({ ...used(amount), validBefore: 90, now: 60 });
        lent = amount > paid ? amount - paid : 0n;
      } catch {
        break;
      }
    }
    return lent;
  };
  expect(overdraft(500n, 0n)).toBe(0n);
  expect(overdraft(500n, 200n)).toBe(20n);
  expect(overdraft(500n, 9000n)).toBe(50n);
  expect(overdraft(2000n, 9000n)).toBe(100n);
});

test("above the burst limit it is capacity that is missing, with the time", () => {
  const { order } = sinkThat({ rate: () => 2n, maxWait: 60 });
  order(1);
  expect(() => order(2, 60n)).toThrow(new CapacityError(20));
  order(3, 20n);
});

test("finished work must be acknowledged, apart from a task or two epochs of pay", () => {
  const { admission, serve, order } = sinkThat({}, 100n);
  admission.paid(A, 300n, 120);
  const at = (nonce: number, now: number) => {
    order(nonce, 100n, A, now);
    return admission.settle({ key: keyOf(A, nonce), cost: 100n, answer: "done" });
  };
  expect([serve(1), at(2, 120)]).toEqual([100n, 200n]);
  admission.paid(A, 600n, 300);
  admission.paid(A, 600n, 421);
  expect(() => at(3, 421)).toThrow(new AcknowledgeFirstError(A, 200n));
  admission.acknowledged(A, 200n, 200n);
  expect(at(3, 421)).toBe(300n);
});

test("what a source does not count is disputed; above 2 % they part", () => {
  const { admission, serve, order } = sinkThat({}, 100_000n);
  for (let nonce = 0; nonce < 100; nonce++) {
    const total = serve(nonce);
    admission.acknowledged(A, total - 1n, total);
  }
  admission.acknowledged(A, 9_999n, 10_000n);
  expect(admission.account(A)).toMatchObject({ used: 10_000n, disputed: 1n, acknowledged: 9_999n });
  order(101);
  admission.acknowledged(A, 10_000n, 10_201n);
  expect(() => order(102)).toThrow(new DisputedError(A, 201n));
});

test("no order is worked on twice, also after a restart", () => {
  const [accounts, orders] = [new Map<string, Account>(), new Map<string, Order>()];
  const { admission, order } = sinkThat({ accounts, orders });
  const again = (sink: Admission, nonce: number, hash = HASH, now = 60) =>
    sink.admit({ key: keyOf(A, nonce), hash, maximum: 100n, validBefore: 90, now });
  order(1);
  order(2);
  expect(code(() => again(admission, 1))).toBe("in_progress");
  admission.settle({ key: keyOf(A, 1), cost: 70n, answer: "forty-two" });
  expect(again(admission, 1)).toEqual({ kind: "answered", answer: "forty-two" });
  expect(code(() => again(admission, 1, "0x02"))).toBe("other_request");
  order(3);
  admission.fail(keyOf(A, 3));
  expect(code(() => again(admission, 3))).toBe("failed");
  expect(code(() => again(admission, 4, HASH, 90))).toBe("expired");
  expect(code(() => again(admission, 4, HASH, -3600))).toBe("valid_too_long");

  const restarted = new Admission({ ...TERMS, accounts, orders });
  expect(code(() => again(restarted, 2))).toBe("interrupted");
  expect(again(restarted, 1)).toEqual({ kind: "answered", answer: "forty-two" });
  expect(restarted.available(A, 60)).toBe(930n);
  restarted.prune(150);
  expect(orders.size).toBe(3);
  restarted.prune(151);
  expect(orders.size).toBe(0);
  expect(code(() => again(restarted, 1, HASH, 151))).toBe("expired");
});

test.each([1n, 2n, 3n])("a source never gets more than it paid and the overdraft, history %i", (seed) => {
  const random = new Random(seed);
  const admission = new Admission({ ...TERMS, rate: () => 10n ** 9n });
  const running: OrderKey[] = [];
  let [paid, nonce, served] = [0n, 0, 0];
  for (let now = 0; now < 5000; now++) {
    if (random.oneIn(5n)) {
      paid += random.edgy(0n, 200n);
      admission.paid(A, paid, now);
    }
    const key = keyOf(A, nonce++);
    try {
      admission.admit({ key, hash: HASH, maximum: random.edgy(1n, 100n), validBefore: now + 9, now });
      running.push(key);
    } catch (error) {
      if (!(error instanceof CreditMissingError || error instanceof AcknowledgeFirstError)) throw error;
    }
    for (const done of random.oneIn(3n) ? running.splice(0, 3) : []) {
      served += 1;
      if (random.oneIn(4n)) admission.fail(done);
      else {
        const total = admission.settle({ key: done, cost: random.edgy(0n, 200n), answer: "" });
        if (random.oneIn(2n)) admission.acknowledged(A, total, total);
      }
    }
    const { used, acknowledged } = admission.account(A);
    const proven = paid < acknowledged ? paid : acknowledged;
    const overdraft = proven / 10n < 100n ? proven / 10n : 100n;
    expect(used + admission.backlog).toBeLessThanOrEqual(paid + overdraft);
  }
  expect(served).toBeGreaterThan(100);
});

test("whose credit is larger comes first, and each in its own order", async () => {
  const credit: Record<Address, bigint> = { [A]: 5n, [B]: 9n };
  const queue = new CreditQueue({ concurrency: 1, creditOf: (source) => credit[source] ?? 0n });
  const order: string[] = [];
  const enter = async (source: Address, name: string) => {
    const release = await queue.enter(source);
    order.push(name);
    return release;
  };
  const first = await enter(A, "A1");
  const [a2, b1, b2] = [enter(A, "A2"), enter(B, "B1"), enter(B, "B2")];
  expect(queue.size).toEqual({ running: 1, waiting: 3 });
  first();
  first();
  const second = await b1;
  credit[B] = 1n;
  second();
  (await a2)();
  (await b2)();
  expect(order).toEqual(["A1", "B1", "A2", "B2"]);
  expect(queue.size).toEqual({ running: 0, waiting: 0 });
});
