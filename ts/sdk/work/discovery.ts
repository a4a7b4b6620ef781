import { type Address, type Hex, isAddressEqual } from "viem";
import { getBlockNumber, getContractEvents } from "viem/actions";
import { capacityRegistryAbi, iGeneralDistributionAgreementV1Abi } from "../../abi/generated.ts";
import type { ContractCallError, TaskTypeNotFoundError } from "../errors.ts";
import { getGda } from "../internal/superfluid.ts";
import { type GetPoolReturnType, getPool } from "../read/getPool.ts";
import { getTaskType } from "../read/getTaskType.ts";
import type { Deployment, ReadClient, TaskTypeParameter } from "../types.ts";

/** Where events are looked for. */
export type EventRange = {
  /** The deployment's block, as its record says: no event is older. */
  fromBlock: bigint;
  /** Most blocks that the endpoint is asked for at once; 10,000 if not said. */
  blocksPerQuery?: bigint | undefined;
};

export type FoundTaskType = {
  taskTypeId: Hex;
  creator: Address;
  superToken: Address;
  /** What the work is: free text of a stranger. */
  metadata: string;
};

/**
 * Every task type of a deployment, oldest first.
 * @example
 * const taskTypes = await getTaskTypes(client, { deployment, fromBlock: 0n });
 */
export async function getTaskTypes(
  client: ReadClient,
  { deployment, ...range }: { deployment: Deployment } & EventRange,
): Promise<FoundTaskType[]> {
  const events = await inParts(client, range, (part) =>
    getContractEvents(client, {
      ...{ address: deployment.capacityRegistry, abi: capacityRegistryAbi, strict: true, ...part },
      eventName: "TaskTypeRegistered",
    }),
  );
  return events.map(({ args: { taskTypeId, creator, parameters, metadata } }) => {
    return { taskTypeId, creator, superToken: parameters.superToken, metadata };
  });
}

export type FoundSink = {
  sink: Address;
  /** Where it describes itself: text of a stranger, for `fetchProfile`. Empty for none. */
  profileUri: string;
};

/**
 * The registered sinks of a task type with their latest profiles, in the order of registration.
 * @example
 * const sinks = await getSinks(client, { deployment, taskTypeId, fromBlock: 0n });
 */
export async function getSinks(
  client: ReadClient,
  { deployment, taskTypeId, ...range }: TaskTypeParameter & EventRange,
): Promise<FoundSink[]> {
  const sinks = new Map<Address, string>();
  const events = await inParts(client, range, async (part) => {
    const query = { address: deployment.capacityRegistry, abi: capacityRegistryAbi, args: { taskTypeId }, ...part };
    const kinds = await Promise.all([
      getContractEvents(client, { ...query, strict: true, eventName: "SinkRegistered" }),
      getContractEvents(client, { ...query, strict: true, eventName: "SinkDeregistered" }),
      getContractEvents(client, { ...query, strict: true, eventName: "ProfileSet" }),
    ]);
    return kinds.flat().sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex);
  });
  for (const { eventName, args } of events) {
    if (eventName === "SinkDeregistered") sinks.delete(args.sink);
    if (eventName === "SinkRegistered") sinks.set(args.sink, "");
    if (eventName === "ProfileSet") sinks.set(args.sink, args.profileUri);
  }
  return [...sinks].map(([sink, profileUri]) => ({ sink, profileUri }));
}

export type FoundSource = {
  source: Address;
  /** What it asked to stream at its latest change, wei per second; 0 if it has closed its stream. */
  flowRate: bigint;
  /** Block of its first stream. */
  since: bigint;
};

/**
 * Everybody who ever streamed to a task type, in the order of the first stream.
 * @throws {TaskTypeNotFoundError} @throws {ContractCallError}
 * @example
 * const sources = await getSources(client, { deployment, taskTypeId, fromBlock: 0n });
 */
export async function getSources(
  client: ReadClient,
  { deployment, taskTypeId, ...range }: TaskTypeParameter & EventRange,
): Promise<FoundSource[]> {
  const { distributionPool } = await getTaskType(client, { deployment, taskTypeId });
  const address = await getGda(client, deployment);
  const events = await inParts(client, range, (part) =>
    getContractEvents(client, {
      ...{ address, abi: iGeneralDistributionAgreementV1Abi, args: { pool: distributionPool }, strict: true, ...part },
      eventName: "FlowDistributionUpdated",
    }),
  );
  const sources = new Map<Address, FoundSource>();
  for (const { args, blockNumber } of events) {
    const { distributor: source, newDistributorToPoolFlowRate: flowRate } = args;
    sources.set(source, { source, flowRate, since: sources.get(source)?.since ?? blockNumber });
  }
  return [...sources.values()];
}

export type FindPoolsParameters = { deployment: Deployment } & EventRange & {
    /** Part of the metadata, in any case. */
    name?: string | undefined;
    superToken?: Address | undefined;
    /** The most that a unit may cost now, wei per second. */
    maxPrice?: bigint | undefined;
    /** What the sinks can still be paid, at least, wei per second. */
    minSpare?: bigint | undefined;
    /** Share of the money that acknowledges, at least, 0 to 1: below a third nobody is judged. */
    minParticipation?: number | undefined;
  };

export type FoundPool = FoundTaskType & {
  pool: GetPoolReturnType;
  /** What the sinks can still be paid beyond what flows now, wei per second. */
  spare: bigint;
};

/**
 * Pools that fit, those with most to spare first. What cannot be read off events is read for each pool that fits by name
 * and token.
 * @throws {ContractCallError}
 * @example
 * const [pool] = await findPools(client, { deployment, fromBlock: 0n, name: "summarise", minSpare: 1n });
 */
export async function findPools(client: ReadClient, parameters: FindPoolsParameters): Promise<FoundPool[]> {
  const { deployment, name = "", superToken, maxPrice, minSpare = 0n, minParticipation = 0 } = parameters;
  const taskTypes = (await getTaskTypes(client, parameters)).filter(
    (found) =>
      found.metadata.toLowerCase().includes(name.toLowerCase()) &&
      (superToken === undefined || isAddressEqual(found.superToken, superToken)),
  );
  const pools: FoundPool[] = [];
  // One after the other: an endpoint that limits requests would refuse them all at once.
  for (const found of taskTypes) {
    const pool = await getPool(client, { deployment, taskTypeId: found.taskTypeId });
    const spare = pool.intake > pool.flowRate ? pool.intake - pool.flowRate : 0n;
    const isCheap = maxPrice === undefined || pool.price <= maxPrice;
    const isJudged = (pool.evidence?.participation ?? 0) >= minParticipation;
    if (isCheap && isJudged && spare >= minSpare) pools.push({ ...found, pool, spare });
  }
  return pools.sort((a, b) => (a.spare === b.spare ? 0 : a.spare > b.spare ? -1 : 1));
}

export type DiscoveryErrorType = TaskTypeNotFoundError | ContractCallError;

type Part = { fromBlock: bigint; toBlock: bigint };

/** Endpoints refuse queries over too many blocks, or with too many results: halves have fewer. */
async function inParts<event>(
  client: ReadClient,
  { fromBlock, blocksPerQuery = 10_000n }: EventRange,
  query: (part: Part) => Promise<event[]>,
): Promise<event[]> {
  const head = await getBlockNumber(client, { cacheTime: 0 });
  const read = async (part: Part): Promise<event[]> => {
    try {
      return await query(part);
    } catch (error) {
      if (part.fromBlock >= part.toBlock) throw error;
      const middle = (part.fromBlock + part.toBlock) / 2n;
      const first = await read({ ...part, toBlock: middle });
      return [...first, ...(await read({ ...part, fromBlock: middle + 1n }))];
    }
  };
  const events: event[] = [];
  for (let from = fromBlock; from <= head; from += blocksPerQuery) {
    const last = from + blocksPerQuery - 1n;
    events.push(...(await read({ fromBlock: from, toBlock: last < head ? last : head })));
  }
  return events;
}
