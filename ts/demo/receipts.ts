import { type Hex, hashTypedData } from "viem";
import { sign } from "viem/accounts";
import { callFrom, type LocalCall } from "../localchain/localChain.ts";
import { contractsOf } from "../sdk/calls/contracts.ts";
import { ReceiptBook, type SignedReceipt } from "../sdk/receipts/receiptBook.ts";
import { type Receipt, receiptTypedData } from "../sdk/utils/typedData.ts";
import type { Agent } from "./agent.ts";
import { type Account, keyOf, type Market, type MarketStage } from "./market.ts";
import { UNIT_RATE } from "./scenario.ts";
import type { State } from "./state.ts";
import type { StreamLedger } from "./streamLedger.ts";
import type { Workshop } from "./workshop.ts";

/** What all payers of a stage together can still acknowledge, and each of them, wei. */
type Budget = { total: bigint; payers: readonly bigint[] };

/**
 * Who paid acknowledges what was delivered, with receipts that both sides sign. The requests of a stage wait in one
 * queue, so a payer's share of a piece of work is its share of the money that has not been acknowledged yet; nobody
 * acknowledges more than it has paid. What was not delivered has no receipt.
 */
export class Receipts {
  readonly #books = new Map<string, ReceiptBook>();
  /** Wei that each payer has acknowledged, by stage and payer. */
  readonly #acknowledged = new Map<string, bigint>();

  constructor(
    readonly market: Market,
    readonly ledger: StreamLedger,
    readonly chainId: number,
  ) {}

  /** Per stage the new receipts in one transaction, as a verifier would bring them. */
  async submit(workshop: Workshop, state: State): Promise<LocalCall[]> {
    return Promise.all(
      this.market.stages.map(async (stage, index) => {
        const agents = workshop.stages[index]?.agents ?? [];
        const receipts = this.#deliver(stage, agents, this.#budget(stage, index, state));
        const signed = await Promise.all(receipts.map((receipt) => this.#sign(stage, receipt)));
        const { keeper, protocol } = this.market;
        return callFrom(keeper, contractsOf(protocol).completionTracker.acknowledge(stage.id, signed));
      }),
    );
  }

  #budget(stage: MarketStage, index: number, { timestamp, stages }: State): Budget {
    const payers = stage.sources.map((source, position) => {
      const streamed = this.ledger.streamedBy(stage.distributionPool, source.address, timestamp);
      const returned = stages[index]?.returned[position] ?? 0n;
      const left = streamed - returned - (this.#acknowledged.get(`${stage.id}/${source.name}`) ?? 0n);
      return left > 0n ? left : 0n;
    });
    return { payers, total: payers.reduce((sum, left) => sum + left, 0n) };
  }

  /** The receipts of a stage that acknowledge something new. */
  #deliver(stage: MarketStage, agents: readonly Agent[], { total, payers }: Budget): Receipt[] {
    const open = stage.sinks.map((sink, position) => {
      const book = this.#bookOf(stage, sink);
      const before = stage.sources.reduce((sum, { address }) => sum + book.delivered(address), 0n);
      return BigInt(agents[position]?.served ?? 0) * UNIT_RATE - before;
    });
    const delivered = open.reduce((sum, wei) => sum + wei, 0n);
    const divisor = delivered > total ? delivered : total;
    const receipts: Receipt[] = [];
    for (const [position, sink] of stage.sinks.entries()) {
      for (const [payer, source] of stage.sources.entries()) {
        const value = divisor === 0n ? 0n : ((open[position] ?? 0n) * (payers[payer] ?? 0n)) / divisor;
        if (value === 0n) continue;
        const key = `${stage.id}/${source.name}`;
        this.#acknowledged.set(key, (this.#acknowledged.get(key) ?? 0n) + value);
        receipts.push(this.#bookOf(stage, sink).deliver({ source: source.address, value }));
      }
    }
    return receipts;
  }

  #bookOf(stage: MarketStage, sink: Account): ReceiptBook {
    const known = this.#books.get(sink.address);
    if (known) return known;
    const { protocol: deployment } = this.market;
    const book = new ReceiptBook({ deployment, taskTypeId: stage.id, sink: sink.address });
    this.#books.set(sink.address, book);
    return book;
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
