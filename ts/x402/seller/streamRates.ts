import type { Address } from "viem";
import { gdaAt } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import type { GetTaskTypeReturnType } from "../../sdk/read/getTaskType.ts";
import type { ReadClient } from "../../sdk/types.ts";

/** So many are remembered at once: whoever asks under made-up names makes no memory grow. */
const MAX_KNOWN = 10_000;

export type StreamRatesParameters = {
  /** Superfluid's agreement about pools. */
  gda: Address;
  taskType: Pick<GetTaskTypeReturnType, "superToken" | "distributionPool">;
  /** Number of the latest block: what was read is good until it changes. */
  head: () => bigint;
};

/** What each source streams to the pool; asked of the chain once for each block. */
export class StreamRates {
  readonly #known = new Map<Address, Promise<bigint>>();
  #at = -1n;

  constructor(
    private readonly client: ReadClient,
    private readonly parameters: StreamRatesParameters,
  ) {}

  /** Wei per second. @throws {ContractCallError} if the chain cannot be asked. */
  of(source: Address): Promise<bigint> {
    const head = this.parameters.head();
    if (head !== this.#at || this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#at = head;
    const known = this.#known.get(source);
    if (known !== undefined) return known;
    const asked = this.#read(source);
    this.#known.set(source, asked);
    // Who could not be asked is asked again.
    asked.catch(() => this.#known.delete(source));
    return asked;
  }

  #read(source: Address): Promise<bigint> {
    const { gda, taskType } = this.parameters;
    return read(this.client, gdaAt(gda).getFlowRate(taskType.superToken, source, taskType.distributionPool));
  }
}
