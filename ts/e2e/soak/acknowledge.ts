import { getSource, type SignedReceipt, signReceipt } from "../../sdk/index.ts";
import type { Clock } from "./clock.ts";
import type { Seller } from "./seller.ts";
import type { Buyer, Stage } from "./stage.ts";

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

/**
 * Who paid acknowledges what was delivered. A buyer's share of a piece of work is its share of the money that has not
 * been acknowledged yet, also of one that does not sign.
 */
export async function signReceipts(stage: Stage, clock: Clock): Promise<SignedReceipt[]> {
  const { buyers, sellers } = stage;
  const budgets = await clock.eventually("budgets", () => Promise.all(buyers.map((buyer) => readLeft(stage, buyer))));
  const sources = buyers.map(({ client }) => client.account.address);
  const open = sellers.map((seller) => seller.undelivered(sources));
  const total: bigint = sum(budgets);
  const delivered: bigint = sum(open);
  const divisor = delivered > total ? delivered : total;
  const signed: SignedReceipt[] = [];
  for (const [position, seller] of sellers.entries()) {
    for (const [index, buyer] of buyers.entries()) {
      const value = divisor === 0n ? 0n : ((open[position] ?? 0n) * (budgets[index] ?? 0n)) / divisor;
      if (value > 0n) signed.push(...(await deliver(seller, buyer, value)));
    }
  }
  return signed;
}

/** What a buyer has paid and not acknowledged, wei. */
async function readLeft({ task }: Stage, { client, acknowledged }: Buyer): Promise<bigint> {
  const { streamed, returns } = await getSource(client, { ...task, source: client.account.address });
  const left = streamed - returns.returned - acknowledged;
  return left > 0n ? left : 0n;
}

async function deliver(seller: Seller, buyer: Buyer, value: bigint): Promise<SignedReceipt[]> {
  buyer.acknowledged += value;
  const receipt = seller.book.deliver({ source: buyer.client.account.address, value });
  if (!buyer.acknowledges) return [];
  const sourceSignature = await signReceipt(buyer.client, { ...seller.task, receipt });
  return [await seller.book.accept(seller.client, { receipt, sourceSignature })];
}
