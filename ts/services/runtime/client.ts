import { type Account, type Chain, type Client, createClient, type Transport } from "viem";
import { getCode } from "viem/actions";
import { Endpoints, type EndpointsParameters } from "./endpoints.ts";

/** Reads from a chain through endpoints that agree. */
export type ServiceClient = Client<Transport, Chain, Account | undefined>;

export type ServiceChain = {
  client: ServiceClient;
  endpoints: Endpoints;
};

export type ConnectChainParameters = EndpointsParameters & {
  /** Call data of one request where the chain has Multicall3; tests that count have as much less as they have fewer sinks. */
  batchBytes?: number;
};

/**
 * Endpoints and a client that reads through them; reads of one moment become one request. Whoever connects closes the
 * endpoints.
 * @throws {UsageError | EndpointsError} if an endpoint belongs to another chain, or none answers.
 * @example
 * const { client, endpoints } = await connectChain({ network, log, metrics, timeout: 10_000 });
 */
export async function connectChain({
  batchBytes = BATCH_BYTES,
  ...parameters
}: ConnectChainParameters): Promise<ServiceChain> {
  const { chain } = parameters.network;
  const endpoints = new Endpoints(parameters);
  await endpoints.assertChain();
  await endpoints.refresh();
  // What is cached would be older than the events that say it has changed.
  const plain = { chain, transport: endpoints.transport(), cacheTime: 0 };
  const deployless = !(await hasMulticall(createClient(plain)));
  const batchSize = deployless ? DEPLOYLESS_BYTES : batchBytes;
  const client = createClient({ ...plain, batch: { multicall: { batchSize, wait: 0, deployless } } });
  endpoints.listen();
  return { client, endpoints };
}

/** Call data of one request: what 500 sinks were paid and owe, 20 million gas. Nodes allow 50 million, at least. */
export const BATCH_BYTES = 131_072;

/** A chain without Multicall3 gets it with every request, which bounds how much fits. */
const DEPLOYLESS_BYTES = 8_192;

async function hasMulticall(client: ServiceClient): Promise<boolean> {
  const address = client.chain.contracts?.multicall3?.address;
  return address !== undefined && (await getCode(client, { address })) !== undefined;
}
