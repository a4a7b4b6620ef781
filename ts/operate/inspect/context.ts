import type { Address } from "viem";
import type { DeploymentRecord } from "../../core/deploymentRecord.ts";
import { explorerAddress, type Network } from "../../core/networks.ts";
import { superTokenAt } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import type { Deployment, ReadClient } from "../../sdk/types.ts";
import { safeText } from "./words.ts";

/** What of a symbol is shown. */
const SYMBOL_LENGTH = 8;

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

/** The token's symbol, USDCx for example; a stranger's text too. */
export async function symbolOf({ client }: Pick<Context, "client">, superToken: Address): Promise<string> {
  return safeText(await read(client, superTokenAt(superToken).symbol()), SYMBOL_LENGTH);
}
