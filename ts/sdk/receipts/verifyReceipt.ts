import type { Address, Hex } from "viem";
import { getChainId, verifyTypedData } from "viem/actions";
import type { Deployment, ReadClient } from "../types.ts";
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
 * Whether a signature of a receipt is its signer's; asks the signer's wallet (ERC-1271) if it is a contract.
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
  const typedData = receiptTypedData({ deployment, chainId, receipt });
  return verifyTypedData(client, { address: signer, signature, ...typedData });
}
