import { type Hex, hashTypedData } from "viem";
import { sign } from "viem/accounts";
import { callFrom, type LocalCall } from "../localchain/localChain.ts";
import { contractsOf } from "../sdk/calls/contracts.ts";
import type { SignedReceipt } from "../sdk/receipts/receiptBook.ts";
import { type Receipt, receiptTypedData } from "../sdk/utils/typedData.ts";
import { type Account, keyOf, type Market, type MarketStage } from "./market.ts";
import type { WorkStage, Workshop } from "./workshop.ts";

/** Who paid acknowledges what it has received, with receipts that both sides sign. What was not delivered has none. */
export class Receipts {
  /** What the latest receipt of each stage, payer and agent says, wei. */
  readonly #signed = new Map<string, bigint>();

  constructor(
    readonly market: Market,
    readonly chainId: number,
  ) {}

  /** Per stage the receipts that say more than the latest, in one transaction, as a verifier would bring them. */
  async submit(workshop: Workshop): Promise<LocalCall[]> {
    const { keeper, protocol, stages } = this.market;
    return Promise.all(
      stages.map(async (stage, index) => {
        const news = this.#news(stage, workshop.stages[index] as WorkStage);
        const signed = await Promise.all(news.map((receipt) => this.#sign(stage, receipt)));
        return callFrom(keeper, contractsOf(protocol).completionTracker.acknowledge(stage.id, signed));
      }),
    );
  }

  #news({ id: taskTypeId, sinks }: MarketStage, { payers }: WorkStage): Receipt[] {
    const receipts = sinks.flatMap(({ address: sink }) =>
      payers.map((payer) => ({ taskTypeId, source: payer.address, sink, completed: payer.accepted(sink) })),
    );
    return receipts.filter(({ source, sink, completed }) => {
      const key = `${taskTypeId}/${source}/${sink}`;
      const isNew = completed > (this.#signed.get(key) ?? 0n);
      if (isNew) this.#signed.set(key, completed);
      return isNew;
    });
  }

  async #sign(stage: MarketStage, receipt: Receipt): Promise<SignedReceipt> {
    const { market, chainId } = this;
    const hash = hashTypedData(receiptTypedData({ deployment: market.protocol, chainId, receipt }));
    const signedBy = (side: readonly Account[], address: Hex): Promise<Hex> => {
      const { name } = side.find((account) => account.address === address) as Account;
      return sign({ hash, privateKey: keyOf(name), to: "hex" });
    };
    const [sourceSignature, sinkSignature] = await Promise.all([
      signedBy(stage.sources, receipt.source),
      signedBy(stage.sinks, receipt.sink),
    ]);
    return { ...receipt, sourceSignature, sinkSignature };
  }
}
