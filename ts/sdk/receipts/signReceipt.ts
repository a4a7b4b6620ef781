import { type Hex, isAddressEqual } from "viem";
import { signTypedData } from "viem/actions";
import { ReceiptError } from "../errors.ts";
import type { Deployment, WriteClient } from "../types.ts";
import { type Receipt, receiptTypedData } from "../utils/typedData.ts";

export type SignReceiptParameters = { deployment: Deployment; receipt: Receipt };

export type SignReceiptReturnType = Hex;

export type SignReceiptErrorType = ReceiptError;

/**
 * Signs a receipt as its source or as its sink. A receipt covers all work so far: sign only what is right in all.
 * @throws {ReceiptError} if the account is neither side.
 * @example
 * const receipt = { taskTypeId, source, sink, completed: parseEther("1") };
 * const sourceSignature = await signReceipt(sourceClient, { deployment, receipt });
 */
export async function signReceipt(
  client: WriteClient,
  { deployment, receipt }: SignReceiptParameters,
): Promise<SignReceiptReturnType> {
  const { account, chain } = client;
  const sides = [receipt.source, receipt.sink];
  if (!sides.some((side) => isAddressEqual(side, account.address))) {
    throw new ReceiptError(`${account.address} is neither source nor sink of this receipt`);
  }
  return signTypedData(client, { account, ...receiptTypedData({ deployment, chainId: chain.id, receipt }) });
}
