import { readWrapper } from "../../sdk/internal/wrapping.ts";
import type { PayingClient } from "../../x402/buyer/payingClient.ts";
import { Counter } from "./counter.ts";
import { DemandStream, type Takings } from "./demandStream.ts";
import { readPrice } from "./price.ts";
import { type PaymentRecord, Records } from "./records.ts";
import { facilitatorAt, ownFacilitator, Settlement } from "./settlement.ts";
import { TopUp, type Wrapped } from "./topUp.ts";

export type OpenCounterParameters = {
  paying: PayingClient;
  /** What a single request costs, wei of the super token; at least what one task may. */
  price: bigint;
  /** How far the stream may be ahead of what was taken in, wei. */
  float: bigint;
  /** Who settles; this process if undefined. */
  facilitator?: string | undefined;
  /** What was taken in is wrapped as soon as it is so much, wei of the super token; never if undefined. */
  topUp?: bigint | undefined;
  /** Hears of what was wrapped, wei. */
  onTopUp?: ((amount: bigint) => void) | undefined;
  onError: (error: unknown) => void;
};

/** A counter, and the stream that follows what is asked of it. */
export type OpenCounter = {
  counter: Counter;
  stream: DemandStream;
  /** To be called whenever the chain was looked at. @param lookEvery Seconds until the next time. */
  look: (lookEvery: number) => Promise<void>;
};

/**
 * Opens a buyer to those who pay for single requests. Its records are kept with the buyer's own, under the same lock.
 * @throws {UsageError} if the price is too low, or the pool's token cannot be paid with.
 */
export async function openCounter(parameters: OpenCounterParameters): Promise<OpenCounter> {
  const { paying, price: wanted, float, facilitator, topUp, onTopUp = () => {}, onError } = parameters;
  const { client, deployment, oneTask } = paying.parameters;
  const { purse, store } = paying.account;
  const { superToken } = purse.taskType;
  const price = await readPrice(client, { deployment, superToken, price: wanted, oneTask });
  const records = new Records(store.table<PaymentRecord>("payments"), store.table<string>("payment names"));
  const stream = new DemandStream({ paying, float, takings: store.table<Takings>("takings") });
  const settling = facilitator === undefined ? ownFacilitator(client) : facilitatorAt(facilitator);
  const counter = new Counter({
    paying: {
      ...{ oneTask, durable: () => store.durable() },
      fetch: (path, init) => paying.fetch(path, init),
      ready: () => paying.ready(),
    },
    ...{ stream, price, records, onError, settlement: new Settlement(client, price, settling) },
  });
  const wrapping =
    topUp === undefined
      ? undefined
      : new TopUp({
          ...{ client, deployment, threshold: topUp, durable: () => store.durable() },
          wrapper: await readWrapper(client, deployment, superToken),
          income: () => stream.takings.income,
          table: store.table<Wrapped>("wrapped"),
        });
  await wrapping?.look().catch(onError);
  const look = async (lookEvery: number) => {
    const wrapped = (await wrapping?.look().catch(onError)) ?? 0n;
    if (wrapped > 0n) onTopUp(wrapped);
    await stream.look(lookEvery);
    records.prune(Date.now() / 1000);
    await store.durable();
  };
  return { counter, stream, look };
}
