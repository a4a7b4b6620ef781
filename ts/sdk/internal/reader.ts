import type { Hex } from "viem";
import type { ReadClient } from "../types.ts";

/** Call data of one request, bytes; Multicall3 comes with it, and together they stay below what code may have. */
const BATCH = { multicall: { batchSize: 8192, wait: 0, deployless: true } };

const readers = new WeakMap<ReadClient, ReadClient>();

/**
 * The client as it reads: what is asked for at once is one `eth_call`, so it is cheap and of one block. The call brings
 * Multicall3 with it and needs nothing on the chain. A client whose `batch.multicall`
 * says otherwise has it so; `false` reads one by one. Nobody is named
 * as the caller: viem batches no calls that somebody makes.
 */
export function readerOf(client: ReadClient): ReadClient {
  const known = readers.get(client);
  if (known !== undefined) return known;
  // Not all of it: actions that a client was extended with are bound to that client.
  const { cacheTime, ccipRead, chain, experimental_blockTag, key, name, pollingInterval } = client;
  const { request, transport, type, uid, extend } = client;
  const reader = {
    ...{ account: undefined, batch: client.batch?.multicall === undefined ? BATCH : client.batch },
    ...{ cacheTime, ccipRead, chain, experimental_blockTag, key, name, pollingInterval },
    ...{ request, transport, type, uid, extend },
  } as ReadClient;
  readers.set(client, reader);
  return reader;
}

/**
 * The client as it reads about one task type: in requests of its own. Its token is a stranger's code, which could burn the
 * gas of whatever is read together with it.
 */
export function readerFor(client: ReadClient, { taskTypeId }: { taskTypeId: Hex }): ReadClient {
  return together.has(client) ? client : ({ ...readerOf(client), uid: `${client.uid}.${taskTypeId}` } as ReadClient);
}

/**
 * The client as it reads about several task types at once, in the same requests: for who notices when one of them spoils
 * what is read about the others, and reads it again.
 */
export function readerOfSeveral(client: ReadClient): ReadClient {
  bundles += 1;
  const reader = { ...readerOf(client), uid: `${client.uid}.${bundles}` } as ReadClient;
  together.add(reader);
  return reader;
}

const together = new WeakSet<ReadClient>();
let bundles = 0;
