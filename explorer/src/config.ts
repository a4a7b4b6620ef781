import { type Address, getAddress, isAddress } from "viem";
import type { Deployment } from "../../ts/core/deployment.ts";
import { parseDeployment } from "../../ts/sdk/utils/parseDeployment.ts";

/** `config.json`, which stands beside the page: what it looks at. */
export type Config = {
  chainId: number;
  /** What people call the chain. */
  chainName: string;
  rpcUrl: string;
  indexerUrl: string;
  deployment: Deployment;
  /** Page of an account elsewhere, without the account: "https://basescan.org/address/". */
  accountUrl?: string | undefined;
};

/** @throws {Error} that says what is missing. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch("config.json");
  if (!response.ok) throw new Error(`config.json is missing beside the page (HTTP ${response.status})`);
  const { chainId, chainName, rpcUrl, indexerUrl, deployment, accountUrl } = await response.json();
  for (const url of [rpcUrl, indexerUrl]) {
    if (!URL.canParse(url)) throw new Error("config.json needs the URLs rpcUrl and indexerUrl");
  }
  if (!Number.isSafeInteger(chainId)) throw new Error("config.json needs the number chainId");
  return {
    chainId,
    chainName: String(chainName),
    rpcUrl,
    indexerUrl,
    deployment: parseDeployment(deployment),
    accountUrl,
  };
}

/** An account as text, as it is written in the page's address; undefined for anything else. */
export const accountIn = (text: string | undefined): Address | undefined =>
  text !== undefined && isAddress(text, { strict: false }) ? getAddress(text) : undefined;
