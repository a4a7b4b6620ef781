import type { Account, Chain, Client, Hex, TransactionReceipt, Transport } from "viem";
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
