import {
  effectiveUnitsDown,
  max,
  min,
  SCALE,
  type SmoothedSignal,
  type SmoothingParameters,
  smoothedAt,
} from "./exact.ts";

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

type Sink = {
  /** What its bond backs, units. */
  cap: bigint;
  /** Nothing before the first signal. */
  signal?: SmoothedSignal;
  backlog: bigint;
  verifiedBacklog: bigint;
};

/** The sinks of one task type and what they can absorb. All times in Unix seconds, never going back. */
export class Signals<Account> {
  readonly #parameters: SignalParameters;
  readonly #sinks = new Map<Account, Sink>();

  constructor(parameters: SignalParameters) {
    this.#parameters = parameters;
  }

  /** Registers a sink whose bond backs `cap` units. */
  register(account: Account, cap: bigint): void {
    this.#sinks.set(account, { cap, backlog: 0n, verifiedBacklog: 0n });
  }

  deregister(account: Account): void {
    this.#sinks.delete(account);
  }

  /**
   * Takes a signal. The average moves on to the end of the previous epoch and, from there, towards the new capacity, so
   * that any number of signals in one epoch makes one step, towards the last of them.
   */
  declare(account: Account, { capacity, backlog, issuedAt }: Signal, now: bigint): void {
    const sink = this.#sink(account);
    const previousEpoch = this.#epoch(now) - 1n;
    const { signal } = sink;
    const baseIsCurrent = signal !== undefined && signal.baseEpoch >= previousEpoch;
    sink.signal = {
      baseScaled: baseIsCurrent ? signal.baseScaled : this.#smoothed(sink, previousEpoch),
      baseEpoch: baseIsCurrent ? signal.baseEpoch : previousEpoch,
      capacity: min(capacity, sink.cap),
      signalledAt: issuedAt ?? now,
    };
    sink.backlog = backlog;
  }

  /** Sets the backlog that the verifier has found, unit-seconds; returns whether it is news. */
  verifyBacklog(account: Account, backlog: bigint): boolean {
    const sink = this.#sink(account);
    const changed = sink.verifiedBacklog !== backlog;
    sink.verifiedBacklog = backlog;
    return changed;
  }

  /**
   * Takes a changed bond into account: a higher cap counts from the next signal on, a lower one at once.
   *
   * @param cap What the bond backs, units
   * @returns Whether the cap fell
   */
  changeCap(account: Account, cap: bigint): boolean {
    const sink = this.#sink(account);
    const fell = cap < sink.cap;
    sink.cap = cap;
    if (fell && sink.signal) {
      sink.signal.capacity = min(sink.signal.capacity, cap);
      sink.signal.baseScaled = min(sink.signal.baseScaled, cap * SCALE);
    }
    return fell;
  }

  /** Forgets what a slashed sink declared; it starts again from zero. */
  forget(account: Account): void {
    const sink = this.#sink(account);
    sink.verifiedBacklog = 0n;
    if (sink.signal) sink.signal = { ...sink.signal, baseScaled: 0n, capacity: 0n };
  }

  /** C̄, billionths of a unit; 0 for a stranger. */
  smoothed(account: Account, now: bigint): bigint {
    const sink = this.#sinks.get(account);
    return sink ? this.#smoothed(sink, this.#epoch(now)) : 0n;
  }

  /** u, units; 0 for a stranger. The larger of declared and verified backlog counts. */
  effective(account: Account, now: bigint): bigint {
    const sink = this.#sinks.get(account);
    if (!sink) return 0n;
    const backlog = max(sink.backlog, sink.verifiedBacklog);
    return effectiveUnitsDown(this.#smoothed(sink, this.#epoch(now)), backlog, this.#parameters.horizon);
  }

  #smoothed({ signal }: Sink, epoch: bigint): bigint {
    return signal ? smoothedAt(signal, this.#parameters, epoch) : 0n;
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
