import { setMaxListeners } from "node:events";
import { type CallParameters, formatEther, type LocalAccount, zeroAddress } from "viem";
import { call, estimateGas, getBalance, getTransactionCount } from "viem/actions";
import { min } from "../../core/bigints.ts";
import { describeError } from "../../core/errors.ts";
import { gasOffered } from "../../core/gasOffered.ts";
import { isChainsAnswer, isNonceTooLow, isUnderpriced } from "../../core/rpcErrors.ts";
import { ContractCallError } from "../../sdk/errors.ts";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import { Budget, type BudgetLimits } from "./budget.ts";
import type { ServiceChain } from "./client.ts";
import { BroadcastError, EndpointsError, NonceTakenError } from "./errors.ts";
import { backOff, Failures } from "./failures.ts";
import type { Health } from "./health.ts";
import { paidFor } from "./l1Fee.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import { SentTransaction, type TrackingOptions } from "./sentTransaction.ts";
import type { SendOutcome, Transaction } from "./transaction.ts";

export type SenderOptions = TrackingOptions &
  BudgetLimits & {
    /** Decide and simulate, and send nothing. */
    dryRun: boolean;
    /** Wei; what one token is worth. What costs more than it moves is not sent; undefined to send it all the same. */
    weiPerToken?: bigint | undefined;
    /** Below it the account needs ether, wei. */
    minBalance: bigint;
  };

export type SenderParameters = {
  chain: ServiceChain;
  /** Undefined only in a dry run. */
  account: LocalAccount | undefined;
  log: Logger;
  metrics: Metrics;
  options: SenderOptions;
};

/** The gas that it takes, and what to offer; or why it is not sent. */
type Affordable = { estimate: bigint; gas: bigint };
type Simulated = Affordable | SendOutcome;

const TOKEN = 10n ** 18n;

/** How long fees that were too high are taken to stay so, milliseconds. */
const DEAR_FOR = 60_000;

/** Base's cap for one transaction; no network of ours allows more. */
export const MAX_TRANSACTION_GAS = 16_777_216n;

const offered = (estimate: bigint): bigint => min(gasOffered(estimate), MAX_TRANSACTION_GAS);

/** How often a refused nonce or fee is looked up anew before somebody has to look at it. */
const ATTEMPTS = 20;

/** Independent transactions that are not mined yet, at most: so many of one account every node keeps. */
const MOST_IN_FLIGHT = 16;

/**
 * Sends transactions of one account, one after the other: simulates, chooses nonce and fees, waits until it is mined
 * before the next one is simulated, replaces it when it is stuck, and resolves when it is confirmed. Independent ones are
 * simulated ahead and wait for none. What it does not send, it says. It keeps nothing on disk: a nonce comes from the
 * chain, so a transaction that a killed predecessor has left behind is replaced or found mined, and never sent twice.
 */
export class Sender {
  readonly #parameters: SenderParameters;
  readonly #budget: Budget;
  /** Until then fees are taken to be too high, milliseconds. */
  #dearUntil = 0;
  /** Sent and still open, by nonce. */
  readonly #sent = new Map<number, SentTransaction>();
  readonly #stopping = new AbortController();
  readonly #abandoned = new AbortController();
  #queue: Promise<unknown> = Promise.resolve();
  /** Simulations ahead of their turn: so many at once, or an endpoint would be asked for all of them. */
  readonly #lanes: Promise<unknown>[] = Array.from({ length: 4 }, () => Promise.resolve());
  #ahead = 0;
  /** Of what was sent and is in no block yet. */
  readonly #unmined = new Set<Promise<void>>();
  readonly #outcomes = new Set<Promise<unknown>>();
  #balance: bigint | undefined;
  readonly #failures = new Failures();

  constructor(parameters: SenderParameters) {
    this.#parameters = parameters;
    // Every transaction in flight listens.
    setMaxListeners(0, this.#abandoned.signal);
    this.#budget = new Budget(parameters.options);
  }

  /** Ether of the account as of the latest `checkBalance`, wei. */
  get balance(): bigint | undefined {
    return this.#balance;
  }

  /** Says when the account runs dry and when a transaction does not get through. */
  addHealthChecks(health: Health): void {
    const { minBalance } = this.#parameters.options;
    health.add("balance", () => {
      if (this.#balance === undefined || this.#balance >= minBalance) return undefined;
      const address = this.#parameters.account?.address;
      return `${address} has ${formatEther(this.#balance)} ETH left, less than ${formatEther(minBalance)}: top it up`;
    });
    health.add("transaction", () => [...this.#sent.values()].map((sent) => sent.problem()).find(Boolean));
    health.add("budget", () => this.#budget.problem(Date.now()));
    health.add("sending", () => this.#failures.problem());
  }

  /** Until when nothing can be sent, milliseconds: the budget is used up, or gas is too dear; undefined if it can. */
  get restsUntil(): number | undefined {
    const now = Date.now();
    const until = Math.max(this.#budget.exhausted(now)?.until ?? 0, this.#dearUntil);
    return until > now ? until : undefined;
  }

  /** Reads the account's ether. */
  async checkBalance(): Promise<void> {
    const { account, chain, metrics } = this.#parameters;
    if (account === undefined) return;
    this.#balance = await getBalance(chain.client, { address: account.address });
    metrics.balance.set(Number(formatEther(this.#balance)));
  }

  /**
   * Sends a transaction, in turn.
   * @returns How it ended; a failed simulation is an outcome, not an error.
   * @throws {BroadcastError | EndpointsError} if no endpoint took it or told what it takes.
   */
  send(transaction: Transaction): Promise<SendOutcome> {
    const turn = this.#take(transaction);
    const outcome = turn
      .then(({ outcome }) => outcome)
      .then(
        (result) => this.#count(transaction, result),
        (error: unknown) => this.#countFailure(transaction, error),
      );
    const done = outcome.then(
      () => {},
      () => {},
    );
    this.#outcomes.add(done);
    void done.finally(() => this.#outcomes.delete(done));
    return outcome;
  }

  /**
   * Takes nothing new, and waits until what was sent is mined and confirmed.
   * @param grace Longest wait, milliseconds; what is open then ends as `pending`.
   */
  async stop(grace = 2_500): Promise<void> {
    this.#stopping.abort();
    const timer = setTimeout(() => this.#abandoned.abort(), grace);
    await Promise.all(this.#outcomes);
    clearTimeout(timer);
    this.#abandoned.abort();
  }

  /** Nonces are given one after the other; what depends on nothing is simulated before its turn. */
  #take(transaction: Transaction): Promise<{ outcome: Promise<SendOutcome> }> {
    const simulated = transaction.independent ? this.#simulateAhead(transaction) : undefined;
    const turn = this.#queue.then(async () => {
      const most = transaction.independent ? MOST_IN_FLIGHT : 1;
      while (this.#unmined.size >= most) await Promise.race(this.#unmined);
      return this.#dispatch(transaction, await (simulated ?? this.#simulate(transaction)));
    });
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #dispatch(transaction: Transaction, simulated: Simulated): Promise<{ outcome: Promise<SendOutcome> }> {
    const prepared = this.#afford(transaction, simulated);
    if ("status" in prepared) return { outcome: Promise.resolve(prepared) };
    const sent = await this.#broadcast(transaction, prepared);
    if ("status" in sent) return { outcome: Promise.resolve(sent) };
    this.#sent.set(sent.nonce, sent);
    this.#observePending();
    const outcome = sent.follow().finally(() => {
      this.#sent.delete(sent.nonce);
      this.#observePending();
    });
    const mined = sent.mined.then(() => {
      this.#unmined.delete(mined);
      this.#observePending();
    });
    this.#unmined.add(mined);
    return { outcome };
  }

  #simulateAhead(transaction: Transaction): Promise<Simulated> {
    const lane = this.#ahead++ % this.#lanes.length;
    const simulated = (this.#lanes[lane] as Promise<unknown>).then(() => this.#simulate(transaction));
    // Its turn looks at what went wrong.
    this.#lanes[lane] = simulated.catch(() => {});
    return simulated;
  }

  async #simulate(transaction: Transaction): Promise<Simulated> {
    const { account, chain, log } = this.#parameters;
    const { action, to, data, about } = transaction;
    if (this.#stopping.signal.aborted) return { status: "skipped", reason: "stopping" };
    if (this.#budget.exhausted(Date.now()) !== undefined) return { status: "skipped", reason: "budget" };
    const request = { account: account?.address ?? zeroAddress, to, data };
    if (transaction.gas !== undefined) {
      const known = { estimate: transaction.gas, gas: offered(transaction.gas) };
      if (await this.#works({ ...request, gas: known.gas })) return known;
    }
    let estimate: bigint;
    try {
      // A call gives the reason of a refusal, which some nodes leave out of a failed estimate.
      await call(chain.client, request);
      // Of what is mined: by what waits, a transaction that is stuck would seem to have done its work.
      estimate = await estimateGas(chain.client, { ...request, blockTag: "latest" });
    } catch (cause) {
      if (!isChainsAnswer(cause))
        throw new EndpointsError(`cannot simulate ${action}: ${describeError(cause)}`, { cause });
      const error = new ContractCallError(action, cause);
      log.debug({ action, ...about, error }, "refused in simulation");
      return { status: "refused", error };
    }
    if (estimate > MAX_TRANSACTION_GAS) {
      const cause = new RangeError(`it takes ${estimate} gas, and a transaction may use ${MAX_TRANSACTION_GAS}`);
      return { status: "refused", error: new ContractCallError(action, cause) };
    }
    return { estimate, gas: offered(estimate) };
  }

  /** Why not, an estimate will say. */
  async #works(request: CallParameters): Promise<boolean> {
    try {
      await call(this.#parameters.chain.client, request);
      return true;
    } catch {
      return false;
    }
  }

  /** Asks the end, the budget and the mode. */
  #afford({ action, to, data, about }: Transaction, simulated: Simulated): Simulated {
    const { log, options } = this.#parameters;
    if ("status" in simulated) return simulated;
    if (this.#stopping.signal.aborted) return { status: "skipped", reason: "stopping" };
    if (options.dryRun) {
      log.info({ action, ...about, to, data, gas: simulated.estimate }, "dry run: would send");
      return { status: "skipped", reason: "dry run" };
    }
    return simulated;
  }

  /** Signs with the next nonce until the endpoints take it. */
  async #broadcast(transaction: Transaction, { estimate, gas }: Affordable): Promise<SentTransaction | SendOutcome> {
    const { account, chain, log, metrics, options } = this.#parameters;
    if (account === undefined) throw new EndpointsError("no key to sign with");
    const sent = new SentTransaction({
      ...{ account, chain, log, metrics, options, transaction, gas },
      abandoned: this.#abandoned.signal,
    });
    const wei = await sent.price(estimate);
    const refusal = this.#refuseCost(transaction, estimate, wei);
    if (refusal !== undefined) return refusal;
    for (let attempt = 1; ; attempt++) {
      try {
        await sent.broadcast(await this.#nextNonce(account));
        this.#budget.spend({ gas: estimate, wei: wei ?? 0n }, Date.now());
        return sent;
      } catch (error) {
        const again = error instanceof BroadcastError && attempt < ATTEMPTS;
        // A transaction of an earlier life has the nonce: pay more than it does. Or it was mined just now.
        if (!again || !(isUnderpriced(error) || isNonceTooLow(error))) throw error;
        if (isUnderpriced(error)) sent.raiseFees();
        if (isNonceTooLow(error) || attempt > 3) await pause(backOff(options.pollingInterval, attempt - 1));
      }
    }
  }

  /** Says why a transaction is not worth its cost, or not affordable. @param wei Undefined if gas is too dear. */
  #refuseCost({ action, about, worth }: Transaction, gas: bigint, wei: bigint | undefined): SendOutcome | undefined {
    const { log, options } = this.#parameters;
    const now = Date.now();
    if (wei === undefined) {
      this.#dearUntil = now + DEAR_FOR;
      log.warn({ action, ...about }, "not sent: gas costs more than --max-fee allows");
      return { status: "skipped", reason: "fees" };
    }
    const { weiPerToken } = options;
    if (weiPerToken !== undefined && worth !== undefined && wei * TOKEN > worth * weiPerToken) {
      log.debug({ action, ...about, worth, costs: wei }, "not sent: it costs more than it moves");
      return { status: "skipped", reason: "worth" };
    }
    if (this.#budget.affords({ gas, wei }, now)) return undefined;
    log.warn({ action, ...about, gas, wei, left: this.#budget.left(now) }, "not sent: the budget is used up");
    return { status: "skipped", reason: "budget" };
  }

  /** The first nonce that neither the chain has seen nor a transaction of ours that a reorganisation may have dropped. */
  async #nextNonce({ address }: LocalAccount): Promise<number> {
    let nonce = await getTransactionCount(this.#parameters.chain.client, { address, blockTag: "latest" });
    while (this.#sent.has(nonce)) nonce += 1;
    return nonce;
  }

  #observePending(): void {
    const waiting = [...this.#sent.values()].flatMap(({ waitsSince }) => waitsSince ?? []);
    this.#parameters.metrics.pendingSince.set(waiting.length === 0 ? 0 : Math.min(...waiting) / 1000);
  }

  #countFailure({ action }: Transaction, error: unknown): never {
    this.#parameters.metrics.transactions.inc({ action, outcome: "failed" });
    this.#failures.failed("sending", error);
    throw error;
  }

  #count({ action, about }: Transaction, outcome: SendOutcome): SendOutcome {
    const { log, metrics } = this.#parameters;
    metrics.transactions.inc({ action, outcome: outcome.status });
    if (outcome.status === "replaced") {
      log.error({ action, ...about, ...outcome }, "another program uses this account: it has taken the nonce");
      this.#failures.failed("sending", new NonceTakenError(outcome.nonce, outcome.by));
    }
    if (outcome.status === "confirmed" || outcome.status === "reverted") {
      this.#failures.succeeded("sending");
      const { gasUsed, blockNumber } = outcome.receipt;
      metrics.gasUsed.inc({ action }, Number(gasUsed));
      metrics.feesPaid.inc(Number(formatEther(paidFor(outcome.receipt))));
      const { status, hash } = outcome;
      log.info({ action, ...about, hash, gasUsed, blockNumber }, status === "confirmed" ? "confirmed" : "reverted");
    }
    return outcome;
  }
}
