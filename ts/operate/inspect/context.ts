import type { Address } from "viem";
import type { DeploymentRecord } from "../../core/deploymentRecord.ts";
import { explorerAddress, type Network } from "../../core/networks.ts";
import { superTokenAt } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import type { Deployment, ReadClient } from "../../sdk/types.ts";

/** What every report is made from. */
export type Context = {
  network: Network;
  client: ReadClient;
  record: DeploymentRecord;
  deployment: Deployment;
};

/** "0x… (https://…)". */
export function linked({ network }: Pick<Context, "network">, address: Address): string {
  const link = explorerAddress(network, address);
  return link === undefined ? address : `${address}  ${link}`;
}

/** The token's symbol, USDCx for example. */
export function symbolOf({ client }: Pick<Context, "client">, superToken: Address): Promise<string> {
  return read(client, superTokenAt(superToken).symbol());
}
