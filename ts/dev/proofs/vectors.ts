import {
  creditUp,
  debitDown,
  exitChargeDown,
  isQuorum,
  participatingDown,
  peakAfterDown,
  shareDown,
  standardDown,
  unearnedDown,
} from "../../model/evidence/rule.ts";
import {
  capacityCapDown,
  effectiveUnitsDown,
  escrowUnitsUp,
  feeUnitsDown,
  fillBucket,
  pipelineLimitDown,
  priceCapDown,
  remainingShareDown,
  shouldMove,
  smooth,
  WAD,
} from "../../model/exact.ts";
import {
  accrue,
  type Book,
  type Claim,
  donate,
  drain,
  type Ends,
  emptyBook,
  noClaim,
  overflowOf,
  pay,
  redeem,
  release,
  rescale,
  sync,
} from "../../model/shares.ts";

type Value = bigint | boolean;
type Draw = (below: bigint) => bigint;

const CASES = 24;
const HISTORIES = 6;
const CALLS = 40;
const CLAIMS = 4;

/** Numbers that are the same everywhere: Knuth's generator of 64 bits, its upper half. */
function draws(seed: bigint): Draw {
  let state = seed;
  const word = () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return state >> 32n;
  };
  return (below) => ((word() << 96n) | (word() << 64n) | (word() << 32n) | word()) % below;
}

/** Numbers of all magnitudes, and the ends of the range among them. */
function upTo(draw: Draw, bits: bigint): bigint {
  return draw(6n) === 0n ? draw(3n) : draw(2n ** (1n + draw(bits)));
}

const coq = (value: Value): string => (value.toString().startsWith("-") ? `(${value})` : value.toString());

/** A function of the proofs, and the model's answer for drawn arguments. */
type Case = (draw: Draw) => { call: string; is: Value };

const call = (name: string, ...args: readonly Value[]): string => [name, ...args.map(coq)].join(" ");

const CASE_OF: readonly Case[] = [
  (draw) => {
    const [l, q, u, f] = [upTo(draw, 96n), 1n + upTo(draw, 60n), upTo(draw, 60n), upTo(draw, 50n)];
    return { call: call("EscrowUnits.escrowUnitsUp", l, q, u, f), is: escrowUnitsUp(l, q, u, f) };
  },
  (draw) => {
    const [q, limit, u] = [upTo(draw, 80n), upTo(draw, 96n), upTo(draw, 60n)];
    return { call: call("EscrowUnits.priceCapDown", q, limit, u), is: priceCapDown(q, limit, u) };
  },
  (draw) => {
    const [u, fee] = [upTo(draw, 60n), draw(101n)];
    return { call: call("EscrowUnits.feeUnitsDown", u, fee), is: feeUnitsDown(u, fee) };
  },
  (draw) => {
    const [intake, overflow, t, ratio] = [
      upTo(draw, 96n),
      upTo(draw, 110n),
      1n + upTo(draw, 20n),
      1n + upTo(draw, 70n),
    ];
    return {
      call: call("EscrowUnits.pipelineLimitDown", intake, overflow, t, ratio),
      is: pipelineLimitDown(intake, overflow, t, ratio),
    };
  },
  (draw) => {
    const [bucket, capacity, paid, depth] = [upTo(draw, 120n), upTo(draw, 120n), upTo(draw, 120n), upTo(draw, 120n)];
    return {
      call: call("TokenBucket.fillBucket", bucket, capacity, paid, depth),
      is: fillBucket(bucket, capacity, paid, depth),
    };
  },
  (draw) => {
    const [stake, m, b] = [upTo(draw, 110n), upTo(draw, 100n), 1n + upTo(draw, 90n)];
    return { call: call("StakeCap.capacityCapDown", stake, m, b), is: capacityCapDown(stake, m, b) };
  },
  (draw) => {
    const [alpha, epochs] = [draw(WAD + 1n), upTo(draw, 20n)];
    return { call: `Smoothing.remainingShareDown 64 ${alpha} ${epochs}`, is: remainingShareDown(alpha, epochs) };
  },
  (draw) => {
    const [now, target, alpha, epochs] = [upTo(draw, 71n), upTo(draw, 71n), draw(WAD + 1n), upTo(draw, 8n)];
    return {
      call: `Smoothing.smooth ${now} ${target} (Smoothing.remainingShareDown 64 ${alpha} ${epochs})`,
      is: smooth(now, target, alpha, epochs),
    };
  },
  (draw) => {
    const [c, q, t] = [upTo(draw, 71n), upTo(draw, 63n), 1n + upTo(draw, 20n)];
    return { call: call("Smoothing.effectiveUnitsDown", c, q, t), is: effectiveUnitsDown(c, q, t) };
  },
  (draw) => {
    const now = upTo(draw, 40n);
    const [target, due] = [draw(2n) === 0n ? upTo(draw, 40n) : (now * (90n + draw(20n))) / 100n, draw(4n) === 0n];
    return { call: call("Smoothing.shouldMove", now, target, due), is: shouldMove(now, target, due) };
  },
  (draw) => {
    const [spent, age, interval] = [upTo(draw, 112n), upTo(draw, 24n), 1n + upTo(draw, 24n)];
    return {
      call: call("Evidence.participatingDown", spent, age, interval),
      is: participatingDown(spent, age, interval),
    };
  },
  (draw) => {
    const [part, paid] = [upTo(draw, 112n), upTo(draw, 112n)];
    return { call: call("Evidence.isQuorum", part, paid), is: isQuorum(part, paid) };
  },
  (draw) => {
    const [part, whole] = [upTo(draw, 112n), 1n + upTo(draw, 112n)];
    return { call: call("Evidence.shareDown", part, whole), is: shareDown(part, whole) };
  },
  (draw) => {
    const [pi, p] = [draw(WAD + 1n), draw(WAD + 1n)];
    return { call: call("Evidence.standardDown", pi, p), is: standardDown(pi, p).standard };
  },
  (draw) => {
    const [pi, p] = [draw(WAD + 1n), draw(WAD + 1n)];
    return { call: call("Evidence.isFirm", pi, p), is: standardDown(pi, p).firm };
  },
  (draw) => {
    const [received, standard] = [upTo(draw, 120n), standardDown(draw(WAD), WAD)];
    return {
      call: `Evidence.debitDown ${received} (Evidence.expectedDown ${standard.standard}) ${standard.standard}`,
      is: debitDown(received, standard),
    };
  },
  (draw) => {
    const [acknowledged, standard] = [upTo(draw, 120n), standardDown(draw(WAD), WAD)];
    return {
      call: call("Evidence.creditUp", acknowledged, standard.standard),
      is: creditUp(acknowledged, standard),
    };
  },
  (draw) => {
    const [peak, capacity] = [upTo(draw, 71n), upTo(draw, 71n)];
    return { call: call("Evidence.peakAfterDown", peak, capacity), is: peakAfterDown(peak, capacity) };
  },
  (draw) => {
    const [owed, received, earned] = [upTo(draw, 120n), upTo(draw, 120n), upTo(draw, 120n)];
    return { call: call("Evidence.unearnedDown", owed, received, earned), is: unearnedDown(owed, received, earned) };
  },
  (draw) => {
    const [owed, received, earned] = [upTo(draw, 120n), upTo(draw, 120n), upTo(draw, 120n)];
    return {
      call: call("Evidence.exitChargeDown", owed, received, earned),
      is: exitChargeDown(owed, received, earned),
    };
  },
];

const bookNumbers = (b: Book): bigint[] => [
  ...[b.shares, b.base, b.sharesPerRate, b.rate, b.scale, b.setAsidePerShare, b.setAsidePerRate, b.claimed, b.owned],
  ...[b.unowned, b.setAside],
];
const claimNumbers = (c: Claim): bigint[] => [
  ...[c.shares, c.sharesPerRate, c.scale, c.setAsidePerShare, c.setAsidePerRate, c.payableNow, c.rate],
];

/** A history of the book: what was called, in the words of Histories.v, and what the model has at the end. */
function history(draw: Draw): { calls: string[]; state: bigint[][] } {
  const book = emptyBook();
  const ends: Ends = new Map();
  const claims = Array.from({ length: CLAIMS }, noClaim);
  const calls: string[] = [];
  let [overflowTime, now] = [0n, 0n];

  const done = (name: string, ...args: readonly Value[]): void => {
    calls.push(call(name, ...args));
    rescale(book, ends);
  };
  const streams = (): void => {
    const time = 1n + draw(3600n);
    const credited = (time * WAD) / (1n + draw(3n));
    const gained = (book.rate * credited) / WAD + draw(5n);
    now += time;
    overflowTime += credited;
    accrue(book, book.income + gained, overflowTime);
    done("CallAccrue", gained, credited);
  };
  const visit = (): void => {
    const who = draw(BigInt(CLAIMS));
    const claim = claims[Number(who)] ?? noClaim();
    const [stayed, rate] = [draw(4n) !== 0n, draw(3n) === 0n ? 0n : 1n + draw(10n ** (3n + draw(15n)))];
    sync(book, claim, ends, stayed, rate, now);
    done("CallSync", who, stayed, rate);
    if (draw(3n) === 0n && claim.scale === book.scale) {
      const shares = draw(claim.shares + 1n);
      redeem(book, claim, shares);
      done("CallRedeem", who, shares);
    }
    if (draw(2n) === 0n) {
      pay(book, claim);
      done("CallPay", who);
    }
  };
  const money = (): void => {
    const overflow = overflowOf(book);
    const kind = draw(4n);
    if (kind === 0n) {
      const amount = draw(10n ** 12n);
      donate(book, amount);
      done("CallDonate", amount);
    } else if (kind === 1n) {
      const excess = draw(overflow + 1n);
      release(book, excess);
      done("CallRelease", excess);
    } else {
      const left = draw(3n) === 0n ? draw(10n ** 9n) : overflow / 2n;
      const amount = overflow > left ? overflow - left : 0n;
      const back = draw(3n) === 0n ? amount / 7n : 0n;
      drain(book, amount, back);
      done("CallDrain", amount, back);
    }
  };
  while (calls.length < CALLS) [streams, visit, money][Number(draw(3n))]?.();
  return { calls, state: [bookNumbers(book), ...claims.map(claimNumbers)] };
}

const list = (items: readonly string[], indent: string): string =>
  items.length === 0 ? "[]" : `[${items.join(`;\n${indent}`)}]`;

/**
 * The text of `proofs/Vectors.v`: what the model answers to the functions that the proofs are about, as equations that Coq
 * computes and checks.
 */
export function vectors(): string {
  const draw = draws(20260101n);
  const functions = CASE_OF.map((make, i) => {
    const cases = Array.from({ length: CASES }, () => make(draw));
    const isTruth = typeof cases[0]?.is === "boolean";
    const left = list(
      cases.map((one) => one.call),
      "   ",
    );
    const right = list(
      cases.map((one) => coq(one.is)),
      "   ",
    );
    const type = isTruth ? "list bool" : "list Z";
    return `Example function${i} : (\n  ${left} : ${type}) =\n  ${right}.\nProof. vm_compute. reflexivity. Qed.\n`;
  });
  const histories = Array.from({ length: HISTORIES }, (_, i) => {
    const { calls, state } = history(draw);
    const right = list(
      state.map((row) => `[${row.map(coq).join("; ")}]`),
      "   ",
    );
    return `Example history${i} : replay ${CLAIMS}\n  ${list(calls, "   ")} =\n  ${right}.\nProof. vm_compute. reflexivity. Qed.\n`;
  });
  return [
    "(** * The definitions of the proofs compute what the TypeScript model computes",
    "",
    `    ${CASE_OF.length * CASES} values of ${CASE_OF.length} functions, and ${HISTORIES} histories of the book of shares. Generated by`,
    "    `npm run proofs -- --write` from ts/model; do not edit.                                                     *)",
    "From Coq Require Import ZArith List.",
    "From Backpressure Require EscrowUnits Smoothing TokenBucket StakeCap Evidence.",
    "From Backpressure Require Import Histories.",
    "Import ListNotations.",
    "Open Scope Z_scope.",
    "",
    [...functions, ...histories].join("\n"),
  ].join("\n");
}
