import { excess, max, min } from "../exact.ts";
import {
  creditUp,
  debitDown,
  type EvidenceTerms,
  exitChargeDown,
  isBeyondHorizon,
  isQuorum,
  participatingDown,
  peakAfterDown,
  provenBacklogDown,
  STRIKES,
  type Standard,
  shareDown,
  standardDown,
  unearnedDown,
  withPenaltyDown,
} from "./rule.ts";

/** A window without a quorum is dropped after twice the receipt interval; the long look goes back four of them at least. */
const DROP_INTERVALS = 2n;
const LOOK_INTERVALS = 4n;

/** What the pool says at the time of a call: sums over all time, wei, and Unix seconds. */
export type Reading = {
  now: bigint;
  /** Paid to all sinks of the pool. */
  paid: bigint;
  /** Received by the sink that the call is about. */
  received: bigint;
};

/** A state of the pool that later ones are compared with. */
type Checkpoint = { paid: bigint; participating: bigint; time: bigint };

type Payer = {
  acknowledged: bigint;
  spentMark: bigint;
  timeMark: bigint;
  markedEpoch: bigint;
  completed: Map<unknown, bigint>;
};

/** A sink's ledger. Sums over all time have their mark: what they were when the window was opened. */
export type Ledger = {
  acknowledged: bigint;
  acknowledgedMark: bigint;
  receivedMark: bigint;
  poolPaidMark: bigint;
  poolParticipatingMark: bigint;
  poolAcknowledgedMark: bigint;
  /** When the window was opened. */
  openedAt: bigint;
  /** Pay not earned yet, wei; and since that was last zero: pay earned, and the pay received by then. */
  owed: bigint;
  earned: bigint;
  clearReceived: bigint;
  peakScaled: bigint;
  strikes: bigint;
};

/**
 * The evidence of one task type. Who may call what, and what is taken from whom, is the business of others; this only
 * counts. Times never go back.
 */
export class Evidence<Account> {
  readonly #terms: EvidenceTerms;
  readonly #epochLength: bigint;
  readonly #openedAt: bigint;
  readonly #payers = new Map<Account, Payer>();
  readonly #ledgers = new Map<Account, Ledger>();
  #participating = 0n;
  #acknowledged = 0n;
  #earlier: Checkpoint;
  #later: Checkpoint;

  constructor(terms: EvidenceTerms, epochLength: bigint, now: bigint) {
    this.#terms = terms;
    this.#epochLength = epochLength;
    this.#openedAt = now;
    this.#earlier = { paid: 0n, participating: 0n, time: now };
    this.#later = this.#earlier;
  }

  // ----------------------------------------------------------------------------------------------- Calls

  /**
   * Opens the ledger of a sink. One that is open stays as it is: who comes back has not paid by leaving. Nothing that the
   * pool did before the sink joined says anything about it.
   */
  register(sink: Account, reading: Reading): void {
    if (this.#ledgers.has(sink)) return;
    const ledger: Ledger = {
      ...{ acknowledged: 0n, acknowledgedMark: 0n, receivedMark: 0n, poolPaidMark: 0n, poolParticipatingMark: 0n },
      ...{ poolAcknowledgedMark: 0n, openedAt: 0n, owed: 0n, earned: 0n, clearReceived: reading.received },
      ...{ peakScaled: 0n, strikes: 0n },
    };
    this.#mark(ledger, reading);
    this.#ledgers.set(sink, ledger);
  }

  /**
   * Takes a cumulative receipt, as far as the source is known to have spent and the sink was paid: receipts for somebody whom nobody pays
   * would raise what is expected of all others. The rest counts when it comes again.
   *
   * @param claimed What the source has acknowledged to the sink in all, wei
   * @param spent What the source has really spent in all, wei
   * @returns What was accepted, wei
   */
  acknowledge(source: Account, sink: Account, claimed: bigint, spent: bigint, { now, received }: Reading): bigint {
    const ledger = this.#ledgers.get(sink);
    if (!ledger) return 0n;
    const payer = this.#payer(source);
    const before = payer.completed.get(sink) ?? 0n;
    const budget = min(excess(max(spent, payer.spentMark), payer.acknowledged), excess(received, ledger.acknowledged));
    const amount = min(excess(claimed, before), budget);
    if (amount === 0n) return 0n;
    this.#participate(payer, spent, now);
    payer.completed.set(sink, before + amount);
    payer.acknowledged += amount;
    ledger.acknowledged += amount;
    this.#acknowledged += amount;
    return amount;
  }

  /**
   * Closes the sink's window if it can be closed; who is settled for the first time has its ledger opened.
   *
   * @param capacityScaled C̄, billionths of a unit
   * @returns The backlog that the ledger proves, unit-seconds
   */
  settle(sink: Account, capacityScaled: bigint, reading: Reading): bigint {
    const ledger = this.#ledgers.get(sink);
    if (!ledger) {
      this.register(sink, reading);
      return 0n;
    }
    this.#close(ledger, capacityScaled, reading);
    return provenBacklogDown(owedNow(ledger), ledger.peakScaled, this.#terms);
  }

  /**
   * Settles, and says what is to be taken from the bond: for an assessment what is unearned once there are enough
   * strikes; for a withdrawal what leaving costs. The ledger counts it as taken.
   *
   * @returns Wei; 0 if there is nothing to take
   */
  judge(sink: Account, capacityScaled: bigint, leaving: boolean, reading: Reading): bigint {
    const ledger = this.#ledger(sink);
    this.#close(ledger, capacityScaled, reading);
    if (!leaving && ledger.strikes < STRIKES) return 0n;
    // What was acknowledged in a window that stays open counts at par, never more: debt cannot be washed by leaving.
    const owed = leaving ? owedNow(ledger) : ledger.owed;
    ledger.acknowledgedMark += ledger.owed - owed;
    const amount = chargeOf(ledger, owed, leaving && capacityScaled === 0n);
    if (leaving) ledger.peakScaled = capacityScaled;
    ledger.owed = 0n;
    ledger.earned = 0n;
    ledger.clearReceived = ledger.receivedMark;
    ledger.strikes = 0n;
    return amount;
  }

  // ----------------------------------------------------------------------------------------------- Views

  ledgerOf(sink: Account): Readonly<Ledger> {
    return this.#ledger(sink);
  }

  /** What a source has acknowledged to all sinks, wei. */
  acknowledgedBy(source: Account): bigint {
    return this.#payers.get(source)?.acknowledged ?? 0n;
  }

  /** What a source has acknowledged to a sink, wei. */
  completedOf(source: Account, sink: Account): bigint {
    return this.#payers.get(source)?.completed.get(sink) ?? 0n;
  }

  /** What leaving would cost as the ledger stands, wei. */
  exitChargeOf(sink: Account): bigint {
    const ledger = this.ledgerOf(sink);
    return chargeOf(ledger, owedNow(ledger), true);
  }

  /** What was acknowledged to all sinks, wei. */
  get acknowledged(): bigint {
    return this.#acknowledged;
  }

  /** What of all spending took part in acknowledging, wei. */
  get participating(): bigint {
    return this.#participating;
  }

  /** Whether a receipt of this source would be its first in this epoch, which counts what it has spent. */
  isFirstOfEpoch(source: Account, now: bigint): boolean {
    return this.#payers.get(source)?.markedEpoch !== now / this.#epochLength;
  }

  /**
   * Whether enough of the pool's recent pay takes part for anybody to be judged. A window needs the quorum for its own
   * time too.
   *
   * @param paid To all sinks of the pool by now, wei
   */
  isVerified(paid: bigint): boolean {
    return isQuorum(this.#participating - this.#earlier.participating, paid - this.#earlier.paid);
  }

  /** P over the same time, `WAD` = 1, rounded down. */
  participationDown(paid: bigint): bigint {
    const lately = paid - this.#earlier.paid;
    return lately === 0n ? 0n : shareDown(this.#participating - this.#earlier.participating, lately);
  }

  // ----------------------------------------------------------------------------------------------- Private

  /** Counts, once per epoch, what a source spent since its last receipt as money that takes part. */
  #participate(payer: Payer, spent: bigint, now: bigint): void {
    const epoch = now / this.#epochLength;
    if (payer.markedEpoch === epoch) return;
    const age = now - payer.timeMark;
    this.#participating += participatingDown(excess(spent, payer.spentMark), age, this.#terms.receiptInterval);
    // A claim that grew makes less spent than there was; what is spent again must not count again.
    payer.spentMark = max(payer.spentMark, spent);
    payer.timeMark = now;
    payer.markedEpoch = epoch;
  }

  /** Judges the window, or drops it, or leaves it open: the rule. */
  #close(ledger: Ledger, capacityScaled: bigint, reading: Reading): void {
    const { receiptInterval } = this.#terms;
    this.#look(reading);
    const age = reading.now - ledger.openedAt;
    const paid = reading.paid - ledger.poolPaidMark;
    if (age < receiptInterval || paid === 0n) return;
    const participating = this.#participating - ledger.poolParticipatingMark;
    if (isQuorum(participating, paid) && this.isVerified(reading.paid)) {
      const acknowledged = this.#acknowledged - ledger.poolAcknowledgedMark;
      const standard = standardDown(shareDown(acknowledged, paid), shareDown(participating, paid));
      this.#judge(ledger, standard, reading.received, capacityScaled);
      this.#mark(ledger, reading);
      // Receipts come in lumps. What was more than the pay of this window counts in the next, or everybody would be
      // credited as if it had never come.
      ledger.poolAcknowledgedMark -= min(excess(acknowledged, paid), paid);
    } else if (age >= DROP_INTERVALS * receiptInterval) {
      drop(ledger, reading.received);
      this.#mark(ledger, reading);
    }
  }

  #judge(ledger: Ledger, standard: Standard, received: bigint, capacityScaled: bigint): void {
    const credit = creditUp(ledger.acknowledged - ledger.acknowledgedMark, standard);
    const owed = excess(ledger.owed + debitDown(received - ledger.receivedMark, standard), credit);
    if (owed === 0n) {
      ledger.earned = 0n;
      ledger.clearReceived = received;
    } else if (ledger.owed === 0n) {
      ledger.earned = credit;
      ledger.clearReceived = ledger.receivedMark;
    } else {
      ledger.earned += credit;
    }
    ledger.owed = owed;
    ledger.peakScaled = peakAfterDown(ledger.peakScaled, capacityScaled);
    const backlog = provenBacklogDown(owed, ledger.peakScaled, this.#terms);
    const struck =
      standard.firm && ledger.earned < owed && isBeyondHorizon(backlog, capacityScaled, this.#terms.horizon);
    ledger.strikes = struck ? min(ledger.strikes + 1n, STRIKES) : 0n;
  }

  /** Moves the checkpoints on, so that the earlier one is at least four intervals old. */
  #look({ now, paid }: Reading): void {
    if (now < this.#later.time + LOOK_INTERVALS * this.#terms.receiptInterval) return;
    this.#earlier = this.#later;
    this.#later = { paid, participating: this.#participating, time: now };
  }

  #mark(ledger: Ledger, { now, paid, received }: Reading): void {
    ledger.acknowledgedMark = ledger.acknowledged;
    ledger.receivedMark = received;
    ledger.poolPaidMark = paid;
    ledger.poolParticipatingMark = this.#participating;
    ledger.poolAcknowledgedMark = this.#acknowledged;
    ledger.openedAt = now;
  }

  #ledger(sink: Account): Ledger {
    const ledger = this.#ledgers.get(sink);
    if (!ledger) throw new Error(`${sink} has no ledger`);
    return ledger;
  }

  #payer(source: Account): Payer {
    const known = this.#payers.get(source);
    if (known) return known;
    const payer: Payer = {
      acknowledged: 0n,
      spentMark: 0n,
      timeMark: this.#openedAt,
      markedEpoch: -1n,
      completed: new Map(),
    };
    this.#payers.set(source, payer);
    return payer;
  }
}

/** Nothing is owed and nothing earned for a time that says nothing; what was acknowledged in it counts at par. */
function drop(ledger: Ledger, received: bigint): void {
  ledger.owed = owedNow(ledger);
  if (ledger.owed === 0n) {
    ledger.earned = 0n;
    ledger.clearReceived = received;
  } else {
    ledger.clearReceived += received - ledger.receivedMark;
  }
}

/** The doubt is for who has left and cannot wait for the next receipt; who stays could wash its debt with it. */
function chargeOf({ receivedMark, clearReceived, earned }: Ledger, owed: bigint, left: boolean): bigint {
  const received = receivedMark - clearReceived;
  return left ? exitChargeDown(owed, received, earned) : withPenaltyDown(unearnedDown(owed, received, earned));
}

/** What is owed, less what was acknowledged since it was counted: in a window that is still open, receipts count at par. */
const owedNow = (ledger: Ledger): bigint => excess(ledger.owed, ledger.acknowledged - ledger.acknowledgedMark);
