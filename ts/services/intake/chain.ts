import type { Deployment } from "../../sdk/types.ts";
import type { ServiceClient } from "../runtime/client.ts";
import type { TaskTypes } from "./taskTypes.ts";

/** What messages are held against. */
export type ChainContext = {
  client: ServiceClient;
  chainId: number;
  deployment: Deployment;
  taskTypes: TaskTypes;
};
