/** Whether a promise has come to an end, of either kind, within so many seconds. */
export async function endsWithin(promise: Promise<unknown>, seconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), seconds * 1000);
  });
  const ended = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

/**
 * Takes the first result of several attempts, and keeps an eye on those that go on.
 * @example
 * const races = new Races(isFatal);
 * const answer = await races.run([ask(one), ask(two)]);
 * await races.idle(); // the other has ended, too
 */
export class Races {
  readonly #running = new Set<Promise<void>>();
  #late: { error: unknown } | undefined;

  /** @param isFatal Of an error: that it ends everything, whoever has won. */
  constructor(readonly isFatal: (error: unknown) => boolean) {}

  /**
   * The first result, as soon as there is one; undefined if none comes.
   * @throws What is fatal at once, and what was thrown last if no result comes.
   */
  run<result>(attempts: readonly Promise<result | undefined>[]): Promise<result | undefined> {
    const first = this.#first(attempts);
    const race = Promise.allSettled([first, ...attempts]).then(([taken, ...others]) => {
      this.#running.delete(race);
      const errors = others.flatMap((other) => (other.status === "rejected" ? [other.reason] : []));
      const fatal = errors.find(this.isFatal);
      if (taken.status === "fulfilled" && fatal !== undefined) this.#late = { error: fatal };
    });
    this.#running.add(race);
    return first;
  }

  #first<result>(attempts: readonly Promise<result | undefined>[]): Promise<result | undefined> {
    return new Promise((resolve, reject) => {
      let left = attempts.length;
      let give: () => void = () => resolve(undefined);
      const end = () => {
        left -= 1;
        if (left === 0) give();
      };
      const fail = (error: unknown) => {
        if (this.isFatal(error)) reject(error);
        give = () => reject(error);
        end();
      };
      for (const attempt of attempts) attempt.then((result) => (result === undefined ? end() : resolve(result)), fail);
    });
  }

  /** @throws What was fatal and came when the race was won already; once. */
  throwLate(): void {
    const late = this.#late;
    this.#late = undefined;
    if (late !== undefined) throw late.error;
  }

  /** Resolves once every attempt has ended. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
