import type { JobTerms } from "./jobScenario.ts";

/** The kit's: so many points of pay within a horizon, and how long a task should take, seconds. */
const RESOLUTION = 24;
const TARGET_LATENCY = 30;

/**
 * The kit's `Dispatcher` in arrays, for one source whose tasks all succeed: the next job goes to the sink that owes most of
 * those that have room for it. Amounts in quanta, whole; a test holds it against the kit, choice by choice.
 */
export class CreditDispatch {
  /** Paid and sent since the beginning, per sink. */
  readonly paid: Float64Array;
  readonly sent: Float64Array;
  readonly #inFlight: Float64Array;
  readonly #window: Float64Array;
  readonly #proven: Uint8Array;
  readonly #horizon: number;
  readonly #oneTask: number;
  /** What was paid by some earlier times; the last one is now, and gives way while it is too near the one before. */
  readonly #times: number[] = [];
  readonly #points: Float64Array[] = [];

  /** @param oneTask The largest job. */
  constructor(sinks: number, { horizon }: Pick<JobTerms, "horizon">, oneTask: number) {
    [this.paid, this.sent, this.#inFlight, this.#window] = Array.from({ length: 4 }, () => new Float64Array(sinks)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    this.#proven = new Uint8Array(sinks);
    this.#horizon = horizon;
    this.#oneTask = oneTask;
  }

  /** Notes what was paid by now: `paid` as it stands. */
  note(now: number): void {
    const [times, points] = [this.#times, this.#points];
    const count = times.length;
    const isNear =
      count > 1 && (times[count - 1] as number) - (times[count - 2] as number) < this.#horizon / RESOLUTION;
    if (isNear) {
      times[count - 1] = now;
      (points[count - 1] as Float64Array).set(this.paid);
      return;
    }
    times.push(now);
    points.push(this.paid.slice());
    // One point that is as old as the horizon is kept, to count from.
    while (times.length > 1 && (times[1] as number) <= now - this.#horizon) {
      times.shift();
      points.shift();
    }
  }

  /** @returns The sink, −1 if none owes so much and has room. Counts the job as sent. */
  next(size: number, now: number): number {
    const from = this.#pointBefore(now - this.#horizon);
    let chosen = -1;
    let most = size - 1;
    for (let sink = 0; sink < this.paid.length; sink++) {
      const paid = this.paid[sink] as number;
      const owed = paid - (this.sent[sink] as number);
      if (owed <= most) continue;
      const recent = paid - (from[sink] as number);
      const eligible = Math.min(owed, Math.max(recent, this.#oneTask));
      if (eligible <= most || !this.#hasRoom(sink, size)) continue;
      most = eligible;
      chosen = sink;
    }
    if (chosen === -1) return -1;
    this.sent[chosen] = (this.sent[chosen] as number) + size;
    this.#inFlight[chosen] = (this.#inFlight[chosen] as number) + size;
    return chosen;
  }

  /** In flight to a sink. */
  loadOf(sink: number): number {
    return this.#inFlight[sink] as number;
  }

  /** @param load In flight when it was sent, itself included. */
  done(sink: number, size: number, load: number, latency: number): void {
    this.#inFlight[sink] = (this.#inFlight[sink] as number) - size;
    const measured = Math.floor((load * Math.round((1000 * TARGET_LATENCY) / Math.max(latency, 0.001))) / 1000);
    const window = this.#window[sink] as number;
    const next = this.#proven[sink] === 1 ? Math.floor((window + measured) / 2) : measured;
    this.#window[sink] = Math.min(next, 2 * Math.max(window, load));
    this.#proven[sink] = 1;
  }

  #hasRoom(sink: number, size: number): boolean {
    const inFlight = this.#inFlight[sink] as number;
    return inFlight === 0 || (this.#proven[sink] === 1 && inFlight + size <= (this.#window[sink] as number));
  }

  #pointBefore(time: number): Float64Array {
    let k = 0;
    while (k + 1 < this.#times.length && (this.#times[k + 1] as number) <= time) k++;
    return this.#points[k] ?? this.paid;
  }
}
