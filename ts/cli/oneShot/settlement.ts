import { x402Facilitator } from "@x402/core/facilitator";
import { type FacilitatorClient, HTTPFacilitatorClient } from "@x402/core/http";
import { toFacilitatorEvmSigner } from "@x402/evm";
import { ExactEvmScheme } from "@x402/evm/exact/facilitator";
import { type Address, encodeFunctionData, type Hex, isAddressEqual, parseEventLogs } from "viem";
import {
  getBlockNumber,
  getCode,
  getLogs,
  getTransactionReceipt,
  readContract,
  verifyTypedData,
  waitForTransactionReceipt,
} from "viem/actions";
import { describeError } from "../../core/errors.ts";
import { LogRange } from "../../core/logRange.ts";
import { sendPrepared } from "../../sdk/sendPrepared.ts";
import type { WriteClient } from "../../sdk/types.ts";
import { redactUrls } from "../../services/runtime/logger.ts";
import { type Payment, PaymentRefusedError } from "./payment.ts";
import { eip3009Abi, type Price } from "./price.ts";

/** Who says whether a payment is good, and has it executed. */
export type Facilitator = Pick<FacilitatorClient, "verify" | "settle">;

/** x402's own facilitator, in this process: the account pays for the gas, in turn with what else it sends. */
export function ownFacilitator(client: WriteClient): Facilitator {
  const send = async (to: Address, data: Hex): Promise<Hex> => {
    const { hashes } = await sendPrepared(client, { calls: [{ to, data, value: 0n }], wait: false });
    return hashes[0] as Hex;
  };
  const signer = toFacilitatorEvmSigner({
    address: client.account.address,
    readContract: (call) => readContract(client, call as never),
    verifyTypedData: (signed) => verifyTypedData(client, signed as never),
    writeContract: (call) => send(call.address, encodeFunctionData(call as never)),
    sendTransaction: ({ to, data }) => send(to, data),
    waitForTransactionReceipt: (asked) => waitForTransactionReceipt(client, asked),
    getCode: (asked) => getCode(client, asked),
  });
  return new x402Facilitator().register(`eip155:${client.chain.id}`, new ExactEvmScheme(signer));
}

/** One that somebody runs. It is believed in nothing that the chain does not show. */
export const facilitatorAt = (url: string): Facilitator => new HTTPFacilitatorClient({ url });

/**
 * Settlement has begun and may still come to pass: the same payment, sent again, is looked for on the chain.
 * @remarks Send the same payment with the same request again, later: it is taken once.
 */
export class SettlementPendingError extends PaymentRefusedError {
  override name = "SettlementPendingError";
}

/** Payments become money here. What counts is what the chain shows, whoever says it was settled. */
export class Settlement {
  readonly #range = new LogRange(10_000n);

  constructor(
    private readonly client: WriteClient,
    private readonly price: Price,
    private readonly facilitator: Facilitator,
  ) {}

  head(): Promise<bigint> {
    return getBlockNumber(this.client, { cacheTime: 0 });
  }

  /** @throws {PaymentRefusedError} with x402's reason @throws {SettlementPendingError} if nobody says. */
  async verify({ payload }: Payment): Promise<void> {
    const verified = this.facilitator.verify(payload, this.price.requirements).catch((cause: unknown) => {
      throw new SettlementPendingError("no_facilitator", redactUrls(describeError(cause)));
    });
    const { isValid, invalidReason, invalidMessage } = await verified;
    if (!isValid) throw new PaymentRefusedError(invalidReason ?? "invalid_payload", invalidMessage ?? "see the reason");
  }

  /**
   * Has the payment executed.
   * @param since No block in which it may be executed is older.
   * @returns The transaction that has brought the money.
   * @throws {PaymentRefusedError} if it cannot be @throws {SettlementPendingError} if nobody knows yet.
   */
  async settle(payment: Payment, since: bigint): Promise<Hex> {
    const outcome = await this.facilitator.settle(payment.payload, this.price.requirements).catch((cause: unknown) => {
      throw new SettlementPendingError("settlement_pending", redactUrls(describeError(cause)));
    });
    const { success, errorReason = "settlement_failed", errorMessage = "see the reason" } = outcome;
    if (success && (await this.#hasPaid(outcome.transaction as Hex, payment))) return outcome.transaction as Hex;
    // Somebody else may have executed it, or it is in a block that the facilitator has not seen.
    const found = await this.find(payment, since);
    if (found !== undefined) return found;
    if (success) throw new SettlementPendingError("settlement_unproven", "the chain does not show the transfer");
    if (outcome.transaction !== "") throw new SettlementPendingError("settlement_pending", errorMessage);
    throw new PaymentRefusedError(errorReason, errorMessage);
  }

  /** The transaction in which a payment was executed; undefined if it was not. @param since Looks from this block on. */
  async find(payment: Payment, since: bigint): Promise<Hex | undefined> {
    const { from, nonce } = payment;
    const head = await this.head();
    for (let block = since; block <= head; ) {
      const { to, answer: logs } = await this.#range.ask(block, head, (toBlock) =>
        getLogs(this.client, {
          ...{ address: this.price.token, fromBlock: block, toBlock, event: eip3009Abi[3] },
          args: { authorizer: from, nonce },
        }),
      );
      const [used] = logs;
      if (used !== undefined)
        return (await this.#hasPaid(used.transactionHash, payment)) ? used.transactionHash : undefined;
      block = to + 1n;
    }
    return undefined;
  }

  /** Whether a transaction has executed this very payment, to this account. */
  async #hasPaid(hash: Hex, { from, nonce }: Payment): Promise<boolean> {
    const { payTo, amount } = this.price.requirements;
    const receipt = await getTransactionReceipt(this.client, { hash }).catch(() => undefined);
    if (receipt?.status !== "success") return false;
    const logs = receipt.logs.filter(({ address }) => isAddressEqual(address, this.price.token));
    const events = parseEventLogs({ abi: eip3009Abi, logs, strict: false });
    const at = events.findIndex(
      ({ eventName, args }) =>
        eventName === "AuthorizationUsed" && args.nonce === nonce && isAddressEqual(args.authorizer as Address, from),
    );
    // The transfer is the event that follows: another payment in the same transaction does not count for this one.
    const next = events[at + 1];
    if (at < 0 || next?.eventName !== "Transfer") return false;
    const { from: sender, to, value } = next.args as { from: Address; to: Address; value: bigint };
    return isAddressEqual(sender, from) && isAddressEqual(to, payTo as Address) && value === BigInt(amount);
  }
}
