import type { Deployment, ReadClient } from "../sdk/types.ts";
import type { TaskTypes } from "./taskTypes.ts";

/** What messages are held against. */
export type ChainContext = {
  client: ReadClient;
  chainId: number;
  deployment: Deployment;
  taskTypes: TaskTypes;
};
