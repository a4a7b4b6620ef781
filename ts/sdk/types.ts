import type { Account, Address, Chain, Client, Hex, TransactionReceipt, Transport } from "viem";
import type { Deployment } from "../core/deployment.ts";

export type { Deployment };

/** Any viem client: it only reads. */
export type ReadClient = Client<Transport, Chain | undefined, Account | undefined>;

/** A viem client that also sends: it has a chain and an account. */
export type WriteClient = Client<Transport, Chain, Account>;

/** What every action needs to know. */
export type TaskTypeParameter = {
  /** The contracts to talk to. */
  deployment: Deployment;
  /** `keccak256(abi.encode(creator, salt, metadata))`, 32 bytes. */
  taskTypeId: Hex;
};

/** What every sending action returns, at least. */
export type Sent = {
  /** Hash of the transaction. */
  hash: Hex;
  /** Its receipt; the transaction succeeded. */
  receipt: TransactionReceipt;
};

/**
 * One transaction that is ready to be sent, by whatever sends: a key, a smart account (`calls` of a user operation or of
 * `sendCalls`), a Safe, a server's wallet.
 */
export type PreparedCall = {
  to: Address;
  data: Hex;
  /** Of the chain's own currency, wei. */
  value: bigint;
};

/** For whom something is prepared. */
export type AccountParameter = {
  /** Who will send it; the client's account if not said. */
  account?: Address | undefined;
};

/** How a transaction is sent, as viem has it; what is not said is found out. */
export type SendOptions = {
  /** Gas of the last transaction of an action; what was estimated, and something to spare, if not said. */
  gas?: bigint | undefined;
  /** Nonce of the first transaction of an action. */
  nonce?: number | undefined;
  /** Wei per gas. */
  maxFeePerGas?: bigint | undefined;
  /** Wei per gas. */
  maxPriorityFeePerGas?: bigint | undefined;
};
