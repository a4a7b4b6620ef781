import type { Account, Address, Chain, Client, Hex, TransactionReceipt, Transport } from "viem";

/** The contracts of one deployment; `deployments/<chainId>.json` has them for each chain. */
export type Deployment = {
  /** Superfluid's host on this chain. */
  host: Address;
  stakeManager: Address;
  capacityRegistry: Address;
  backpressurePool: Address;
  escrowBuffer: Address;
  pipeline: Address;
  completionTracker: Address;
};

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
