import type { Address, Hex } from "viem";
import { toJson } from "../../core/bigints.ts";
import type { Signal } from "../../sdk/internal/signal.ts";
import { getGda } from "../../sdk/internal/superfluid.ts";
import { type GetPoolReturnType, getPool } from "../../sdk/read/getPool.ts";
import type { GetTaskTypeReturnType } from "../../sdk/read/getTaskType.ts";
import type { SignedReceipt } from "../../sdk/receipts/receiptBook.ts";
import type { Deployment, WriteClient } from "../../sdk/types.ts";
import type { IsSignedParameters } from "../../sdk/utils/isSigned.ts";
import { type Account, Admission, type Admitted } from "../../sdk/work/admission.ts";
import { countersOf } from "../../sdk/work/countersOf.ts";
import type { CreditBookState } from "../../sdk/work/credit.ts";
import { CreditFeed } from "../../sdk/work/creditFeed.ts";
import { CreditQueue } from "../../sdk/work/creditQueue.ts";
import { OrderDesk } from "../../sdk/work/orderDesk.ts";
import type { Order, Table } from "../../sdk/work/orders.ts";
import type { ReceiptCounters } from "../../sdk/work/receiptCounters.ts";
import { measureOf } from "../../sdk/work/seller.ts";
import { ServedMeter } from "../../sdk/work/servedMeter.ts";
import type { Keccak, SignedOrder } from "../../sdk/work/wire.ts";
import { StreamTooLowError } from "../errors.ts";
import { Store } from "../store.ts";
import { MAX_TIMEOUT_SECONDS, SCHEME, type StreamTerms } from "../terms.ts";
import { SourceList } from "./sourceList.ts";
import { StreamRates } from "./streamRates.ts";

export type TillParameters = {
  /** With the sink's account, which signs receipts. */
  client: WriteClient;
  deployment: Deployment;
  taskTypeId: Hex;
  /** The largest task, wei. */
  oneTask: bigint;
  /** The smallest stream that is served, wei per second; q, the price of one unit, if not said. */
  minimumRate?: bigint | undefined;
  /** The deployment's block: no event is older. 0 if not said. */
  fromBlock?: bigint | undefined;
  /** Where accounts, orders and receipts are kept; in memory if not said, and lost with the process. */
  folder?: string | undefined;
  /** Tasks that run at the same time; 16 if not said. */
  concurrency?: number | undefined;
  /** How long admitted work may wait, seconds; the horizon T if not said. */
  maxWait?: number | undefined;
  /** How long the largest task runs, seconds, until that is measured; 10 if not said. */
  expectedTime?: number | undefined;
  /** What sources that have never paid are given in an epoch, all together, wei; nothing if not said. */
  freeTrials?: bigint | undefined;
  /** Finds out faster whose key has signed, in native code for example; see `isSigned` of the SDK. */
  recover?: IsSignedParameters["recover"];
  /** Hashes faster, in WebAssembly for example: with `recover` it is most of what a request costs. */
  keccak256?: Keccak | undefined;
  /** Headers of a request that change what it costs: orders are bound to them. Lower case. */
  pricedHeaders?: readonly string[] | undefined;
};

/** What an order is held against. */
export type Verification = { maximum?: bigint | undefined; amount?: bigint | undefined; requestHash?: Hex | undefined };

/**
 * Everything that a sink needs in order to be paid for requests to one task type: what the chain says, who has credit, which
 * orders were taken, what was acknowledged. It knows nothing of HTTP.
 */
export class Till {
  readonly queue: CreditQueue;
  readonly desk: OrderDesk;
  readonly #rates: StreamRates;
  readonly #sources: SourceList;
  readonly #feed: CreditFeed;
  readonly #book: Table<CreditBookState>;
  #pool: GetPoolReturnType;
  #refreshing: Promise<void> | undefined;

  private constructor(
    readonly parameters: TillParameters,
    private readonly store: Store,
    private readonly admission: Admission,
    private readonly meter: ServedMeter,
    counters: ReceiptCounters,
    readonly receipts: Table<SignedReceipt>,
    readonly chainId: number,
    gda: Address,
    pool: GetPoolReturnType,
  ) {
    const { client, deployment, taskTypeId, concurrency = 16, fromBlock = 0n, recover, keccak256 } = parameters;
    const { taskType } = pool;
    const head = () => this.#feed.head;
    this.#pool = pool;
    this.#book = store.table("book");
    this.#sources = new SourceList(client, { deployment, taskTypeId, fromBlock, head });
    this.#rates = new StreamRates(client, { gda, taskType, head });
    this.#feed = new CreditFeed(client, {
      ...{ deployment, taskType, state: this.#book.get("credit") },
      sources: async () => {
        const sources = await this.#sources.refresh();
        // Counters start here, so that no request waits for it.
        for (const { source } of sources) await counters.meet(source);
        return sources;
      },
      sinks: async () => [client.account.address],
      onCredit: (source, _, credit, now) => admission.paid(source, credit, now),
    });
    const now = this.now;
    const durable = () => store.durable();
    this.queue = new CreditQueue({ concurrency, creditOf: (source) => admission.available(source, now()) });
    this.desk = new OrderDesk(client, {
      ...{ deployment, taskTypeId, admission, counters, receipts, now, durable, recover, keccak256 },
    });
  }

  /** Opens it and looks at the chain for the first time. @throws {TaskTypeNotFoundError} @throws {StoreInUseError} */
  static async open(parameters: TillParameters): Promise<Till> {
    const { client, deployment, taskTypeId, oneTask, folder, concurrency = 16, freeTrials } = parameters;
    const chainId = client.chain.id;
    const [pool, gda] = await Promise.all([getPool(client, { deployment, taskTypeId }), getGda(client, deployment)]);
    const { epochLength, horizon, unitRate } = pool.taskType;
    const store = await Store.open(folder, `sink ${chainId} ${taskTypeId} ${client.account.address}`);
    try {
      const { maxWait = horizon, expectedTime: expectedServiceTime = 10 } = parameters;
      const expectedWork = Number(oneTask) / Number(unitRate);
      const meter = new ServedMeter({ concurrency, horizon, expectedWork, expectedServiceTime });
      const rate = () => BigInt(Math.floor(meter.rate)) * unitRate;
      const [accounts, orders] = [store.table<Account>("accounts"), store.table<Order>("orders")];
      const admission = new Admission({
        ...{ oneTask, epochLength, horizon, maxWait, rate, freeTrials, accounts, orders },
      });
      const counters = countersOf(client, { deployment, taskTypeId, side: "sink", table: store.table("counters") });
      const receipts = store.table<SignedReceipt>("receipts");
      const till = new Till(parameters, store, admission, meter, counters, receipts, chainId, gda, pool);
      await till.refresh();
      return till;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** The chain's time, Unix seconds. */
  readonly now = (): number => this.#feed.now();

  /** What is sold, and its terms. */
  get taskType(): GetTaskTypeReturnType {
    return this.#pool.taskType;
  }

  /** The smallest stream that is served, wei per second. */
  get minimumRate(): bigint {
    return this.parameters.minimumRate ?? this.taskType.unitRate;
  }

  /** Reads what is new on the chain; call it every few seconds, or every block. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const { client, deployment, taskTypeId } = this.parameters;
    await this.#feed.refresh();
    this.#pool = await getPool(client, { deployment, taskTypeId });
    this.#book.set("credit", this.#feed.book.toJSON());
    this.admission.prune(this.now());
    await this.store.durable();
  }

  /**
   * What is asked for, for whoever wants to pay.
   * @param maximum The most that the request at hand can cost, wei; the largest task if not said.
   */
  terms(maximum = this.parameters.oneTask): StreamTerms {
    const { client, deployment, taskTypeId, pricedHeaders } = this.parameters;
    const { distributionPool, superToken, unitRate } = this.taskType;
    const { intake, flowRate, price, evidence } = this.#pool;
    const fixed = {
      ...{ taskTypeId, sink: client.account.address, unitRate },
      ...{ capacityRegistry: deployment.capacityRegistry, escrowBuffer: deployment.escrowBuffer },
      ...(pricedHeaders === undefined ? {} : { pricedHeaders }),
    };
    const freeCapacity = intake > flowRate ? intake - flowRate : 0n;
    const live = { maximum, price, freeCapacity, evidence, now: Math.floor(this.now()) };
    return {
      scheme: SCHEME,
      network: `eip155:${this.chainId}`,
      asset: superToken,
      amount: String(this.minimumRate),
      payTo: distributionPool,
      maxTimeoutSeconds: MAX_TIMEOUT_SECONDS,
      // Amounts as decimal text: who compares terms compares JSON.
      extra: JSON.parse(toJson({ ...fixed, ...live })) as Record<string, unknown>,
    };
  }

  /**
   * Decides on an order: signed for this sink and this request, a stream of at least the minimum, credit for the most that
   * it can cost. Costs at most two reads of the chain, and none if the source's key has signed and its stream was looked at
   * in this block.
   * @param more `maximum`: the most that it can cost, wei; the largest task if not said. `amount`: the smallest stream for
   * it, wei per second; the sink's own if not said. `requestHash`: left out where somebody else has compared it with the request.
   * @throws {MalformedMessageError} @throws {StreamTooLowError} @throws {OrderRefusedError}
   */
  async verify(
    signed: SignedOrder,
    { maximum, amount = this.minimumRate, requestHash }: Verification,
  ): Promise<Admitted> {
    const { order, acknowledged } = signed;
    await this.desk.check(signed, requestHash);
    const flowRate = await this.#rates.of(order.source);
    if (flowRate < amount) throw new StreamTooLowError(flowRate, amount);
    await this.desk.take(order.source, acknowledged);
    return this.desk.admit(order, maximum ?? this.parameters.oneTask);
  }

  /** Receipts that both sides have signed, for `submitReceipts`. */
  signedReceipts(): SignedReceipt[] {
    return [...this.receipts.entries()].map(([, receipt]) => receipt);
  }

  /** Learns from a task what the sink can do. @param cost Wei. */
  measured(cost: bigint, seconds: number): void {
    if (cost <= 0n || seconds <= 0) return;
    this.meter.record({ work: Number(cost) / Number(this.taskType.unitRate), serviceTime: seconds });
  }

  /** What to signal, for `startSignalLoop`: what it can do, and what it has admitted and not finished. */
  measure(): Signal {
    const { admission, meter } = this;
    return measureOf({ meter, admission, unitRate: this.taskType.unitRate })();
  }

  /** Reserved for work that is admitted and not finished, wei. */
  get backlog(): bigint {
    return this.admission.backlog;
  }

  /** Resolves once every change so far is on disk. */
  durable(): Promise<void> {
    return this.store.durable();
  }

  /** What a source may still order now, wei; below zero within the overdraft. */
  available(source: Address): bigint {
    return this.admission.available(source, this.now());
  }

  /** Ends what looks at the chain, and closes the store once everything is on disk. */
  async close(): Promise<void> {
    await this.#refreshing?.catch(() => {});
    await this.store.close();
  }
}
