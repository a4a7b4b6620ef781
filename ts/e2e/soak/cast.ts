import { parseEther } from "viem";
import type { SellerPlan } from "./seller.ts";
import { HOSTILE } from "./settings.ts";

/** Who plays, what it can do and what it does. */

/** A source's plan: how it pays, and to whom it signs receipts. */
export type BuyerPlan = {
  name: string;
  /** Of the demand; of all that is streamed into the pool, for who keeps its share. */
  share: number;
  /** Its money for a day, wei. */
  funds: bigint;
  pays: "by demand" | "its share of all" | "in mid-epoch, unsynchronised";
  /** Whether it signs its receipts to a sink in this epoch. */
  acknowledges: (sink: string, epoch: number) => boolean;
  /** It orders nothing, and acknowledges to this sink alone, for nothing. */
  crony?: string;
};

/** Dee signals for herself, the others through the oracle. */
export const SELF_SIGNALLING = "dee";
/** It dies without a word, and comes back. */
export const DYING = "eve";
/** It goes on signalling, and has never done anything. */
export const GHOST = "fay";
/** It declares twice what it can do, and reports no backlog. */
export const LIAR = "gus";
/** Part of the second stage: it goes part-time for some hours, and limits the first. */
export const PART_TIME = "ivy";
/** It runs dry, and is liquidated. */
export const BANKRUPT = "quits";

/** It has a tenth of the money less a little, and acknowledges to everybody but its victim. */
export const SPITEFUL = "spite";
export const VICTIM = "cyd";
/** It acknowledges to its crony alone, which does nothing. */
export const RING = "ring";
export const CRONY = "kip";
/** It shows its receipts in lumps, as far apart as they may be. */
export const BATCHER = "lumps";
/** It changes its stream in the middle of every epoch and never synchronises. */
export const CHANGER = "whim";

/** Of the money of a pool: what one attacker has. Beyond a tenth a victim's pay is not defended (threat model, row A). */
export const HOSTILE_SHARE = 0.09;

/** V, epochs: the verifier submits receipts in every one. */
export const RECEIPT_EPOCHS = 3;

const honest = (name: string, rate: number, connects = true): SellerPlan => ({
  ...{ name, rate, declares: rate, honest: true, connects },
});

export const FIRST: readonly SellerPlan[] = [
  ...[honest("ada", 100), honest("bob", 80), honest(VICTIM, 60, false), honest(SELF_SIGNALLING, 50)],
  // It would deliver what it is paid for, if it lived.
  { ...honest(DYING, 90), honest: false },
  { ...honest(GHOST, 0), declares: 70, honest: false },
  { ...honest(LIAR, 40), declares: 80, honest: false },
];

/** The ring is here, so that in no pool more than a tenth of the money is against anybody. */
export const SECOND: readonly SellerPlan[] = [
  ...[honest("hal", 80), honest(PART_TIME, 80, false)],
  ...(HOSTILE ? [{ ...honest(CRONY, 0), declares: 40, honest: false }] : []),
];

const always = (): boolean => true;

const buyer = (name: string, share: number, funds: string, rest: Partial<BuyerPlan> = {}): BuyerPlan => ({
  ...{ name, share, funds: parseEther(funds), pays: "by demand", acknowledges: always, ...rest },
});

/** The court is no friend of receipts: a fifth of the money acknowledges nothing. */
const DAY_BUYERS: readonly BuyerPlan[] = [
  buyer("press", 0.4, "4000"),
  buyer("court", 0.2, "3000", { acknowledges: () => false }),
  buyer("clinic", 0.3, "3000"),
  buyer(BANKRUPT, 0.1, "100"),
];

/** Beside attackers less money may be silent: w = 0.09 needs a = 0.7 that acknowledges everybody (row A). */
const HOSTILE_BUYERS: readonly BuyerPlan[] = [
  buyer("press", 0.4, "4000"),
  buyer("court", 0.1, "3000", { acknowledges: () => false }),
  buyer("clinic", 0.3, "3000"),
  buyer(BANKRUPT, 0.1, "100"),
  buyer(BATCHER, 0.05, "1000", { acknowledges: (_, epoch) => epoch % RECEIPT_EPOCHS === 0 }),
  buyer(CHANGER, 0.05, "1000", { pays: "in mid-epoch, unsynchronised" }),
  buyer(SPITEFUL, HOSTILE_SHARE, "1500", { pays: "its share of all", acknowledges: (sink) => sink !== VICTIM }),
];

export const BUYERS = HOSTILE ? HOSTILE_BUYERS : DAY_BUYERS;

/** Who pays the second stage beside two sinks of the first. */
export const SECOND_BUYERS: readonly BuyerPlan[] = HOSTILE
  ? [buyer(RING, HOSTILE_SHARE, "500", { pays: "its share of all", acknowledges: () => false, crony: CRONY })]
  : [];

/** What the first stage is asked for, units, from these hours of a day on; its sinks really serve 420, while all live. */
export const DEMAND = [
  [0, 120],
  [4, 300],
  [10, 700],
  [14, 300],
  [20, 60],
] as const;

/** From when to when in a day, hours. */
export const DEATH = { from: 6, to: 12 };
export const PART_TIME_HOURS = { from: 16, to: 18, declares: 10 };

/** When in a day somebody prepays, and takes what is left of it back. */
export const DEPOSITS = { at: [5, 11], withdrawnAt: 12 };
