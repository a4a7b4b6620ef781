import sfMetadata from "@superfluid-finance/metadata";
import {
  type Account,
  type Address,
  type Chain,
  type Client,
  createClient,
  fallback,
  getAddress,
  http,
  type Transport,
} from "viem";
import { getChainId } from "viem/actions";
import { base, baseSepolia, foundry } from "./chains.ts";
import { UsageError } from "./errors.ts";

export const NETWORK_NAMES = ["local", "base-sepolia", "base"] as const;

export type NetworkName = (typeof NETWORK_NAMES)[number];

/** A chain that the protocol runs on. */
export type Network = {
  name: NetworkName;
  chain: Chain;
  /** Tried in order. */
  rpcUrls: string[];
  /** Websockets that tell of new blocks, by the endpoint that they belong to. */
  headUrls: Record<string, string>;
  /** The environment variable that they come from. */
  rpcVariable: string;
  /** Whether transactions cost real money, or annoy real people. */
  isPublic: boolean;
  /** Superfluid's host, as Superfluid publishes it; undefined where Superfluid is deployed by whoever runs the chain. */
  superfluidHost: Address | undefined;
};

const NETWORKS = {
  local: { chain: foundry, rpcVariable: "LOCAL_RPC_URL", isPublic: false },
  "base-sepolia": { chain: baseSepolia, rpcVariable: "BASE_SEPOLIA_RPC_URL", isPublic: true },
  base: { chain: base, rpcVariable: "BASE_RPC_URL", isPublic: true },
} as const satisfies Record<NetworkName, Omit<Network, "name" | "rpcUrls" | "headUrls" | "superfluidHost">>;

/**
 * A network by its name, with endpoints from the environment or, without any, the chain's public ones.
 * @example
 * const network = getNetwork("base-sepolia", process.env);
 */
export function getNetwork(name: NetworkName, environment: NodeJS.ProcessEnv): Network {
  const { chain, rpcVariable, isPublic } = NETWORKS[name];
  const configured = (environment[rpcVariable] ?? "").split(",").map((url) => url.trim());
  const urls = configured.filter((url) => url !== "");
  for (const url of urls) {
    if (!URL.canParse(url)) throw new UsageError(`${rpcVariable} is no list of URLs`);
  }
  const rpcUrls = urls.filter((url) => !isWebSocket(url));
  if (rpcUrls.length === 0) rpcUrls.push(...chain.rpcUrls.default.http);
  const host = sfMetadata.getNetworkByChainId(chain.id)?.contractsV1.host;
  return {
    name,
    chain,
    rpcVariable,
    isPublic,
    rpcUrls,
    headUrls: headUrlsOf(rpcUrls, urls.filter(isWebSocket), rpcVariable),
    superfluidHost: host === undefined ? undefined : getAddress(host),
  };
}

const isWebSocket = (url: string): boolean => /^wss?:$/.test(new URL(url).protocol);

/** A websocket belongs to the endpoint of the same host: of the same port too, if several have that host. */
function headUrlsOf(rpcUrls: readonly string[], webSockets: readonly string[], rpcVariable: string) {
  const headUrls: Record<string, string> = {};
  for (const webSocket of webSockets) {
    const { host, hostname } = new URL(webSocket);
    const sameName = rpcUrls.filter((url) => new URL(url).hostname === hostname);
    const owner =
      sameName.find((url) => new URL(url).host === host) ?? (sameName.length === 1 ? sameName[0] : undefined);
    if (owner === undefined) {
      const why = "it tells of new blocks alone, and everything else is asked over HTTP";
      throw new UsageError(`${rpcVariable}: name the https:// URL of ${host} beside its websocket: ${why}`);
    }
    headUrls[owner] = webSocket;
  }
  return headUrls;
}

/** A client for a network, with every endpoint as a fallback for the one before. */
export function networkClient<account extends Account | undefined = undefined>(
  { chain, rpcUrls }: Pick<Network, "chain" | "rpcUrls">,
  account?: account,
): Client<Transport, Chain, account> {
  // An endpoint that hangs must not hold up the next for long.
  const transports = rpcUrls.map((url) => http(url, { timeout: 20_000, retryCount: 1 }));
  // A local chain has its blocks at once.
  const polling = chain.id === foundry.id ? { pollingInterval: 100 } : {};
  return createClient({ account, chain, transport: fallback(transports), ...polling }) as never;
}

/**
 * Fails if the endpoints belong to another chain: a wrong URL must not become a deployment.
 * @throws {UsageError}
 */
export async function assertNetwork(client: Client<Transport, Chain>, network: Network): Promise<void> {
  const chainId = await getChainId(client);
  if (chainId !== network.chain.id) {
    const { name, rpcVariable, chain } = network;
    throw new UsageError(`${rpcVariable} answers for chain ${chainId}, and ${name} is chain ${chain.id}`);
  }
}

/** Page of an account in the network's explorer; undefined without one. */
export function explorerAddress({ chain }: Pick<Network, "chain">, address: Address): string | undefined {
  const url = chain.blockExplorers?.default.url;
  return url === undefined ? undefined : `${url}/address/${address}`;
}
