import type { Address, Hex } from "viem";
import type { Deployment } from "../../sdk/types.ts";
import type { ServiceClient } from "../runtime/client.ts";
import type { Head } from "../runtime/heads.ts";
import type { TaskTypes } from "./taskTypes.ts";

/** What messages are held against. */
export type ChainContext = {
  client: ServiceClient;
  chainId: number;
  deployment: Deployment;
  taskTypes: TaskTypes;
  /** The latest block that is known without asking. */
  headOf: () => Head | undefined;
  /** Whose key has signed; what was found once is known. */
  recover: (digest: Hex, signature: Hex) => Address | undefined;
};
