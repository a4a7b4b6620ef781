import { type Address, type Hex, hashTypedData, isAddressEqual, keccak256, parseEventLogs, stringToBytes } from "viem";
import { InvalidParameterError, ReceiptError, type SendErrorType } from "../../errors.ts";
import { accountOf } from "../../internal/account.ts";
import { send } from "../../internal/call.ts";
import { chainIdOf } from "../../internal/failure.ts";
import { getNow } from "../../internal/superfluid.ts";
import type { SignedReceipt } from "../../receipts/receiptBook.ts";
import { verifyReceipt } from "../../receipts/verifyReceipt.ts";
import type { Deployment, Sent, WriteClient } from "../../types.ts";
import { receiptTypedData } from "../../utils/typedData.ts";
import type { AgentLinkError } from "../errors.ts";
import { assertNamesSink } from "./agentLink.ts";
import { type AgentRegistries, reputationRegistryAbi, reputationRegistryAt } from "./registries.ts";

/** ERC-8004's tag of a rating from 0 to 100, and ours beside it. */
export const FEEDBACK_TAGS = { tag1: "starred", tag2: "backpressure" } as const;

/** What a feedback is made of. */
export type FeedbackTerms = {
  chainId: number;
  deployment: Deployment;
  registries: AgentRegistries;
  /** The agent's number. */
  id: bigint;
  /** From 0, worthless, to 100. */
  rating: number;
  /** The latest of source and sink, signed by both. */
  receipt: SignedReceipt;
  /** Unix seconds. */
  createdAt: number;
  /** Where the sink was called. */
  endpoint?: string | undefined;
};

/** The off-chain file of one feedback, and what the chain keeps of it. */
export type FeedbackFile = {
  /** What must be found, byte by byte, where `feedbackURI` points. */
  text: string;
  hash: Hex;
  /** The whole file as `data:`, for whoever has no place to put it. */
  dataUri: string;
};

/**
 * The file of a feedback as ERC-8004 has it. A stream has no single transaction: its proof of payment is the digest of the
 * receipt that both sides have signed, with what it takes to check it (`verifyReceipt`, `completedOf`).
 * @throws {InvalidParameterError} for a rating that is not a whole number from 0 to 100.
 * @example
 * const { text, hash } = feedbackFile({ chainId: 8453, deployment, registries, id: 22n, rating: 90, receipt, createdAt });
 */
export function feedbackFile(terms: FeedbackTerms): FeedbackFile {
  const { chainId, deployment, registries, id, rating, receipt, createdAt, endpoint } = terms;
  if (!Number.isInteger(rating) || rating < 0 || rating > 100)
    throw new InvalidParameterError(`a rating is a whole number from 0 to 100, not ${rating}`);
  const { taskTypeId, source, sink, completed, sourceSignature, sinkSignature } = receipt;
  const digest = hashTypedData(receiptTypedData({ deployment, chainId, receipt }));
  const text = JSON.stringify({
    agentRegistry: `eip155:${chainId}:${registries.identityRegistry}`,
    agentId: Number(id),
    clientAddress: `eip155:${chainId}:${source}`,
    createdAt: new Date(createdAt * 1000).toISOString(),
    value: rating,
    valueDecimals: 0,
    ...FEEDBACK_TAGS,
    ...(endpoint === undefined ? {} : { endpoint }),
    proofOfPayment: { fromAddress: source, toAddress: sink, chainId: String(chainId), receiptDigest: digest },
    backpressure: {
      ...{ completionTracker: deployment.completionTracker, taskTypeId, completed: String(completed) },
      ...{ sourceSignature, sinkSignature },
    },
  });
  const dataUri = `data:application/json;base64,${Buffer.from(text).toString("base64")}`;
  return { text, hash: keccak256(stringToBytes(text)), dataUri };
}

export type GiveFeedbackParameters = Omit<FeedbackTerms, "chainId" | "createdAt"> & {
  /** Puts the file somewhere and says where; into the chain as `data:` if not said, for a good deal more gas. */
  publish?: ((file: FeedbackFile) => Promise<string>) | undefined;
};

export type GiveFeedbackReturnType = Sent & {
  file: FeedbackFile;
  /** Which of the account's feedbacks about this agent it is; the first is 1. Needed to revoke it. */
  feedbackIndex: bigint;
};

export type GiveFeedbackErrorType = InvalidParameterError | ReceiptError | AgentLinkError | SendErrorType;

/**
 * A source rates the agent behind a sink. One feedback per source and sink in a while is enough: readers take the latest.
 * @throws {ReceiptError} if the receipt is not the account's, or not signed by both @throws {AgentLinkError} if the agent does not
 * name the receipt's sink @throws {ContractCallError} if the account owns the agent or acts for it.
 * @example
 * const registries = BASE_AGENT_REGISTRIES;
 * await giveFeedback(sourceClient, { deployment, registries, id: 22n, rating: 90, receipt });
 */
export async function giveFeedback(
  client: WriteClient,
  { publish = async ({ dataUri }) => dataUri, ...terms }: GiveFeedbackParameters,
): Promise<GiveFeedbackReturnType> {
  const { deployment, registries, id, rating, receipt, endpoint = "" } = terms;
  await assertOwn(client, deployment, receipt);
  await assertNamesSink(client, { registries, id, sink: receipt.sink });
  const [chainId, createdAt] = [await chainIdOf(client), await getNow(client, deployment)];
  const file = feedbackFile({ ...terms, chainId, createdAt });
  const uri = await publish(file);
  const { tag1, tag2 } = FEEDBACK_TAGS;
  const registry = reputationRegistryAt(registries.reputationRegistry);
  const sent = await send(client, registry.giveFeedback(id, BigInt(rating), 0, tag1, tag2, endpoint, uri, file.hash));
  const { logs } = sent.receipt;
  const [given] = parseEventLogs({ abi: reputationRegistryAbi, eventName: "NewFeedback", logs });
  return { ...sent, file, feedbackIndex: given?.args.feedbackIndex ?? 0n };
}

async function assertOwn(client: WriteClient, deployment: Deployment, receipt: SignedReceipt): Promise<void> {
  const { address } = accountOf(client);
  if (!isAddressEqual(receipt.source, address))
    throw new ReceiptError(`the receipt is of ${receipt.source}, and ${address} gives the feedback`);
  const check = (signer: Address, signature: Hex) => verifyReceipt(client, { deployment, receipt, signer, signature });
  const [bySource, bySink] = await Promise.all([
    check(receipt.source, receipt.sourceSignature),
    check(receipt.sink, receipt.sinkSignature),
  ]);
  if (!bySource || !bySink) throw new ReceiptError("the receipt is not signed by both its source and its sink");
}
