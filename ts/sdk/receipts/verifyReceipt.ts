import { type Address, type Hex, hashTypedData } from "viem";
import { getChainId } from "viem/actions";
import type { Deployment, ReadClient } from "../types.ts";
import { isSigned } from "../utils/isSigned.ts";
import { type Receipt, receiptTypedData } from "../utils/typedData.ts";

export type VerifyReceiptParameters = {
  deployment: Deployment;
  receipt: Receipt;
  /** The side whose signature it should be. */
  signer: Address;
  signature: Hex;
};

export type VerifyReceiptReturnType = boolean;

/**
 * Whether a signature of a receipt is its signer's, as the chain judges it; see `isSigned`.
 * @example
 * const receipt = { taskTypeId, source, sink, completed: parseEther("1") };
 * const signature = await signReceipt(sourceClient, { deployment, receipt });
 * const valid = await verifyReceipt(client, { deployment, receipt, signer: source, signature });
 */
export async function verifyReceipt(
  client: ReadClient,
  { deployment, receipt, signer, signature }: VerifyReceiptParameters,
): Promise<VerifyReceiptReturnType> {
  const chainId = client.chain?.id ?? (await getChainId(client));
  const digest = hashTypedData(receiptTypedData({ deployment, chainId, receipt }));
  return isSigned(client, { signer, digest, signature });
}
