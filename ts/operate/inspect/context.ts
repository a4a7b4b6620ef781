import type { Address, Hex } from "viem";
import { isHex, size } from "viem";
import { iSuperTokenAbi } from "../../abi/generated.ts";
import type { DeploymentRecord } from "../../core/deploymentRecord.ts";
import { UsageError } from "../../core/errors.ts";
import { explorerAddress, type Network } from "../../core/networks.ts";
import { read } from "../../sdk/internal/call.ts";
import type { Deployment, ReadClient } from "../../sdk/types.ts";

/** What every report is made from. */
export type Context = {
  network: Network;
  client: ReadClient;
  record: DeploymentRecord;
  deployment: Deployment;
};

/** A task type by its identifier, or by the name under which `deploy task-type` has recorded it. */
export function resolveTaskType({ record }: Pick<Context, "record">, text: string): Hex {
  if (isHex(text) && size(text) === 32) return text;
  const known = record.taskTypes ?? {};
  const found = Object.hasOwn(known, text) ? known[text] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(known).map((name) => `"${name}"`);
  const hint = names.length === 0 ? "none is recorded by name" : `recorded are ${names.join(", ")}`;
  throw new UsageError(`"${text}" is no task type: give its 32 bytes, or a name (${hint})`);
}

/** The name under which a task type is recorded; undefined for others. */
export function nameOf({ record }: Pick<Context, "record">, taskTypeId: Hex): string | undefined {
  return Object.entries(record.taskTypes ?? {}).find(([, id]) => id === taskTypeId)?.[0];
}

/** "0x… (https://…)". */
export function linked({ network }: Pick<Context, "network">, address: Address): string {
  const link = explorerAddress(network, address);
  return link === undefined ? address : `${address}  ${link}`;
}

/** The token's symbol, USDCx for example. */
export function symbolOf({ client }: Pick<Context, "client">, superToken: Address): Promise<string> {
  return read(client, { address: superToken, abi: iSuperTokenAbi, functionName: "symbol" });
}
