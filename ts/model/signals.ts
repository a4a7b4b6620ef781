import {
  effectiveUnitsDown,
  max,
  min,
  SCALE,
  type SmoothedSignal,
  type SmoothingParameters,
  smoothedAt,
} from "./exact.ts";

/** Epochs after which a signal settles its sink first. */
const SETTLE_EPOCHS = 3n;

/** The parameters that effective capacity depends on. */
export type SignalParameters = SmoothingParameters & {
  /** T, seconds. */
  horizon: bigint;
};

/** What a sink says of itself. */
export type Signal = {
  /** c, units. */
  capacity: bigint;
  /** Q, unit-seconds. */
  backlog: bigint;
  /** When it was signed, Unix seconds; now, if it is revealed. */
  issuedAt?: bigint;
};

type Sink = { signal: SmoothedSignal; backlog: bigint; verifiedBacklog: bigint };

/** The sinks of one task type and what they can absorb. All times in Unix seconds, never going back. */
export class Signals<Account> {
  readonly #parameters: SignalParameters;
  readonly #sinks = new Map<Account, Sink>();
  /** What a bond backs, units; it outlasts a registration. */
  readonly #caps = new Map<Account, bigint>();

  constructor(parameters: SignalParameters) {
    this.#parameters = parameters;
  }

  /** Registers a sink, which counts as settled. */
  register(account: Account, now: bigint): void {
    const epoch = this.#epoch(now);
    const signal = { baseScaled: 0n, baseEpoch: epoch - 1n, capacity: 0n, signalledAt: now, settledEpoch: epoch };
    this.#sinks.set(account, { signal, backlog: 0n, verifiedBacklog: 0n });
  }

  deregister(account: Account): void {
    this.#sinks.delete(account);
  }

  has(account: Account): boolean {
    return this.#sinks.has(account);
  }

  /**
   * Takes a signal. The average moves on to the end of the previous epoch and, from there, towards the new capacity, so
   * that any number of signals in one epoch makes one step, towards the last of them.
   */
  declare(account: Account, { capacity, backlog, issuedAt }: Signal, now: bigint): void {
    const sink = this.#sink(account);
    if (this.#epoch(now) - 1n > sink.signal.baseEpoch) {
      this.#rebase(sink, this.#parameters.verified ? sink.signal.settledEpoch : this.#epoch(now), now);
    }
    // What was declared before is within the cap.
    const capped = capacity > sink.signal.capacity ? min(capacity, this.capOf(account)) : capacity;
    sink.signal = { ...sink.signal, capacity: capped, signalledAt: issuedAt ?? now };
    sink.backlog = backlog;
  }

  /** Whether a signal has to settle its sink first, so that whoever signals needs nobody else. */
  settlementDue(account: Account, now: bigint): boolean {
    const { settledEpoch } = this.#sink(account).signal;
    const { verified, receiptEpochs } = this.#parameters;
    return verified && settledEpoch + min(SETTLE_EPOCHS, receiptEpochs) <= this.#epoch(now);
  }

  /** Counts a sink as settled now; what it has faded until the previous epoch stays. */
  settled(account: Account, now: bigint): void {
    this.#rebase(this.#sink(account), this.#epoch(now), now);
  }

  /** Sets the backlog that the verifier has found, unit-seconds. */
  verifyBacklog(account: Account, backlog: bigint): void {
    this.#sink(account).verifiedBacklog = backlog;
  }

  /** Epoch in which a sink was last settled. */
  settledEpochOf(account: Account): bigint {
    return this.#sink(account).signal.settledEpoch;
  }

  /** The backlog that the verifier has found, unit-seconds. */
  verifiedBacklogOf(account: Account): bigint {
    return this.#sink(account).verifiedBacklog;
  }

  /** What the sink's bond backs, units. */
  capOf(account: Account): bigint {
    return this.#caps.get(account) ?? 0n;
  }

  /**
   * Takes a changed bond into account: a higher cap counts from the next signal on, a lower one at once.
   *
   * @param cap What the bond backs, units
   * @returns Whether a registered sink's cap fell
   */
  changeCap(account: Account, cap: bigint): boolean {
    const fell = cap < this.capOf(account);
    this.#caps.set(account, cap);
    const sink = this.#sinks.get(account);
    if (!sink || !fell) return false;
    this.#limit(sink, cap);
    return true;
  }

  /** Forgets what a slashed sink declared; it starts again from zero. */
  forget(account: Account): void {
    const sink = this.#sinks.get(account);
    if (!sink) return;
    sink.verifiedBacklog = 0n;
    this.#limit(sink, 0n);
  }

  /** C̄, billionths of a unit; 0 for a stranger. */
  smoothed(account: Account, now: bigint): bigint {
    const sink = this.#sinks.get(account);
    return sink ? smoothedAt(sink.signal, this.#parameters, this.#epoch(now)) : 0n;
  }

  /** u, units; 0 for a stranger. The larger of declared and verified backlog counts. */
  effective(account: Account, now: bigint): bigint {
    const sink = this.#sinks.get(account);
    if (!sink) return 0n;
    const backlog = max(sink.backlog, sink.verifiedBacklog);
    return effectiveUnitsDown(this.smoothed(account, now), backlog, this.#parameters.horizon);
  }

  #rebase(sink: Sink, settledEpoch: bigint, now: bigint): void {
    const baseEpoch = this.#epoch(now) - 1n;
    const baseScaled = smoothedAt(sink.signal, this.#parameters, baseEpoch);
    sink.signal = { ...sink.signal, baseScaled, baseEpoch, settledEpoch };
  }

  #limit(sink: Sink, cap: bigint): void {
    const { signal } = sink;
    const capacity = min(signal.capacity, cap);
    sink.signal = { ...signal, capacity, baseScaled: min(signal.baseScaled, cap * SCALE) };
  }

  #epoch(now: bigint): bigint {
    return now / this.#parameters.epochLength;
  }

  #sink(account: Account): Sink {
    const sink = this.#sinks.get(account);
    if (!sink) throw new Error(`${account} is not a registered sink`);
    return sink;
  }
}
