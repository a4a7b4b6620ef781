import { contractsOf } from "../../sdk/calls/contracts.ts";
import { getSink } from "../../sdk/index.ts";
import type { Books } from "../books.ts";
import type { Figures } from "../figures.ts";
import { BATCHER, CHANGER, CRONY, RING, SPITEFUL } from "./cast.ts";
import type { Reads } from "./reads.ts";
import type { Stage } from "./stage.ts";

/** What a ring put in and took out, wei. */
export type RingBook = {
  /** By the source: streamed, less what came back and what it can still claim. */
  spent: bigint;
  /** By the sink, for nothing. */
  received: bigint;
  slashed: bigint;
  /** What its bond would lose if it left now. */
  exitCharge: bigint;
  net: bigint;
};

export async function closeRing(reads: Reads, books: Books): Promise<RingBook> {
  const { chain, market } = reads;
  const { address, task } = reads.seller(CRONY);
  const { paid: received, ledger } = await getSink(chain.client, { ...task, sink: address });
  const { spent } = await accountOf(reads, market.second, RING);
  const slashed = books.slashedOf(address);
  const { exitCharge } = ledger;
  return { spent, received, slashed, exitCharge, net: received - slashed - exitCharge - spent };
}

export const ringFigures = ({ spent, received, slashed, exitCharge, net }: RingBook): Figures => ({
  ...{ "ring: spent, wei": spent, "ring: received, wei": received, "ring: slashed, wei": slashed },
  ...{ "ring: charged if it left now, wei": exitCharge, "ring: net, wei": net },
  "ring: net per wei spent": Number(net) / Number(spent),
});

/** What attackers paid, and acknowledged of it, wei. */
export async function attackersBooks(reads: Reads): Promise<Figures> {
  const figures: Figures = {};
  for (const name of [SPITEFUL, BATCHER, CHANGER]) {
    const { spent, acknowledged } = await accountOf(reads, reads.market.first, name);
    figures[`${name}: spent, wei`] = spent;
    figures[`${name}: acknowledged, wei`] = acknowledged;
  }
  return figures;
}

async function accountOf(reads: Reads, { buyers, task: { taskTypeId } }: Stage, name: string) {
  const buyer = buyers.find((each) => each.name === name);
  if (buyer === undefined) throw new RangeError(`nobody called ${name} pays here`);
  const { completionTracker, escrowBuffer } = contractsOf(reads.chain.deployment);
  const source = buyer.client.account.address;
  const [spent, acknowledged] = (await reads.all([
    escrowBuffer.spentOf(taskTypeId, source),
    completionTracker.acknowledgedBy(taskTypeId, source),
  ])) as [bigint, bigint];
  return { spent, acknowledged };
}
