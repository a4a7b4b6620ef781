import type { Address } from "viem";
import { getSinks } from "../../sdk/work/discovery.ts";
import { fetchProfile } from "../../sdk/work/profile.ts";
import type { BuyerAccount } from "./account.ts";
import { SinkDoor, type SinkDoorParameters } from "./order.ts";

/** Sinks and their profiles are looked for again after so many seconds; sooner as long as none is reached. */
const [DISCOVER_EVERY, DISCOVER_FIRST] = [600, 12];

export type DoorsParameters = Pick<SinkDoorParameters, "allowPrivate"> & {
  account: BuyerAccount;
  /** The deployment's block: no event is older. */
  fromBlock: bigint;
  /** The only ones that are looked for; every sink of the pool if undefined. */
  sinks: readonly Address[] | undefined;
  /** Seconds until an answer begins, and between its pieces. */
  timeout: number;
  /** The longest answer, bytes. */
  maxBytes: number;
  /** Hears of every sink that was looked for whether it can be called. */
  onReach: (sink: Address, reachable: boolean) => void;
};

/** Where the sinks of a pool are, as their profiles say. */
export class Doors {
  readonly #doors = new Map<Address, SinkDoor>();
  #sinks: Address[] = [];
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parameters: DoorsParameters) {}

  /** Sinks that were found, whether they can be called or not. */
  get sinks(): readonly Address[] {
    return this.#sinks;
  }

  of(sink: Address): SinkDoor | undefined {
    return this.#doors.get(sink);
  }

  /**
   * Finds the sinks, and where each of them is, if it is time to.
   * @param now Unix seconds; 0 before the chain was looked at: then it is looked again the next time.
   */
  async discover(now: number): Promise<void> {
    const wait = this.#doors.size === 0 ? DISCOVER_FIRST : DISCOVER_EVERY;
    if (now - this.#lookedAt < wait) return;
    const { account, fromBlock, sinks } = this.parameters;
    const { client, deployment, taskTypeId } = account.parameters;
    const found = (await getSinks(client, { deployment, taskTypeId, fromBlock })).filter(
      ({ sink }) => sinks === undefined || sinks.some((allowed) => allowed.toLowerCase() === sink.toLowerCase()),
    );
    await Promise.all(found.map(({ sink, profileUri }) => this.#look(sink, profileUri)));
    this.#sinks = found.map(({ sink }) => sink);
    this.#lookedAt = now === 0 ? Number.NEGATIVE_INFINITY : now;
  }

  /** Tells those who wait for it what was received. */
  async acknowledge(): Promise<void> {
    // Who is not there learns it with the next order, or the next time.
    for (const sink of this.parameters.account.tab.creditors())
      await this.of(sink)
        ?.acknowledge()
        .catch(() => {});
  }

  async #look(sink: Address, profileUri: string): Promise<void> {
    const { account, allowPrivate, timeout, maxBytes, onReach } = this.parameters;
    const profile = await fetchProfile({ profileUri, allowPrivate }).catch(() => undefined);
    onReach(sink, profile !== undefined);
    if (profile === undefined) this.#doors.delete(sink);
    // Who is where it was need not prove it again.
    else if (profile.endpoint !== this.of(sink)?.endpoint)
      this.#doors.set(
        sink,
        new SinkDoor({ sink, endpoint: profile.endpoint, account, allowPrivate, timeout, maxBytes }),
      );
  }
}
