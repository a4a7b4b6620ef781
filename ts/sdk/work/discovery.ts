import { type Address, isAddressEqual } from "viem";
import { getBlockNumber, getChainId, getContractEvents } from "viem/actions";
import { capacityRegistryAbi, iGeneralDistributionAgreementV1Abi } from "../../abi/generated.ts";
import { max } from "../../core/bigints.ts";
import { ContractCallError, NotASuperTokenError, type ReadErrorType, type TaskTypeNotFoundError } from "../errors.ts";
import { type BlockRange, BlockRanges } from "../internal/blockRanges.ts";
import { failureOf } from "../internal/failure.ts";
import { getGda } from "../internal/superfluid.ts";
import { readWrapper } from "../internal/wrapping.ts";
import { type GetPoolReturnType, getPool } from "../read/getPool.ts";
import { getTaskType } from "../read/getTaskType.ts";
import type { Deployment, ReadClient, TaskTypeParameter } from "../types.ts";
import { IndexerError } from "./errors.ts";
import type { EventRange, FoundSink, FoundSource, FoundTaskType, IndexerOption } from "./found.ts";
import { Indexer } from "./indexer.ts";

/**
 * Every task type of a deployment, oldest first.
 * @example
 * const taskTypes = await getTaskTypes(client, { deployment, fromBlock: 0n });
 */
export async function getTaskTypes(
  client: ReadClient,
  { deployment, ...range }: { deployment: Deployment } & EventRange & IndexerOption,
): Promise<FoundTaskType[]> {
  const { rows, rest } = await indexed(client, range, (indexer) => indexer.taskTypes());
  const events = await inParts(client, rest, (part) =>
    getContractEvents(client, {
      ...{ address: deployment.capacityRegistry, abi: capacityRegistryAbi, strict: true, ...part },
      eventName: "TaskTypeRegistered",
    }),
  );
  const known = new Map(rows.map((found) => [found.taskTypeId, found]));
  for (const { taskTypeId, creator, parameters, metadata } of events.map(({ args }) => args)) {
    known.set(taskTypeId, { taskTypeId, creator, superToken: parameters.superToken, metadata });
  }
  return [...known.values()];
}

/**
 * The registered sinks of a task type with their latest profiles, in the order of registration.
 * @example
 * const sinks = await getSinks(client, { deployment, taskTypeId, fromBlock: 0n });
 */
export async function getSinks(
  client: ReadClient,
  { deployment, taskTypeId, ...range }: TaskTypeParameter & EventRange & IndexerOption,
): Promise<FoundSink[]> {
  const { rows, rest } = await indexed(client, range, (indexer) => indexer.sinks(taskTypeId));
  const sinks = new Map<Address, string>(rows.map(({ sink, profileUri }) => [sink, profileUri]));
  const events = await inParts(client, rest, async (part) => {
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

/**
 * Everybody who ever streamed to a task type, in the order of the first stream.
 * @throws {TaskTypeNotFoundError}
 * @example
 * const sources = await getSources(client, { deployment, taskTypeId, fromBlock: 0n });
 */
export async function getSources(
  client: ReadClient,
  { deployment, taskTypeId, ...range }: TaskTypeParameter & EventRange & IndexerOption,
): Promise<FoundSource[]> {
  const { distributionPool } = await getTaskType(client, { deployment, taskTypeId });
  const address = await getGda(client, deployment);
  const { rows, rest } = await indexed(client, range, (indexer) => indexer.sources(taskTypeId));
  const events = await inParts(client, rest, (part) =>
    getContractEvents(client, {
      ...{ address, abi: iGeneralDistributionAgreementV1Abi, args: { pool: distributionPool }, strict: true, ...part },
      eventName: "FlowDistributionUpdated",
    }),
  );
  const sources = new Map<Address, FoundSource>(rows.map((found) => [found.source, found]));
  for (const { args, blockNumber } of events) {
    const { distributor: source, newDistributorToPoolFlowRate: flowRate } = args;
    // The pool's admin touches its empty stream to have a remainder split again.
    if (isAddressEqual(source, deployment.backpressurePool)) continue;
    sources.set(source, { source, flowRate, since: sources.get(source)?.since ?? blockNumber });
  }
  return [...sources.values()];
}

export type FindPoolsParameters = { deployment: Deployment } & EventRange &
  IndexerOption & {
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

/** A task type, and how its pool is doing. */
export type FoundPool = FoundTaskType & {
  pool: GetPoolReturnType;
  /** What the sinks can still be paid beyond what flows now, wei per second. */
  spare: bigint;
};

/** Pools that are read at once. */
const AT_ONCE = 50;

/**
 * Pools that fit, those with most to spare first. What cannot be read off events is read for each pool that fits by name
 * and token; one that cannot be read is left out.
 * @throws {NotASuperTokenError} if `superToken` is a plain token; it names the wrapper that pools here stream.
 * @throws What {@link ReadErrorType} says.
 * @example
 * const [pool] = await findPools(client, { deployment, fromBlock: 0n, name: "summarise", minSpare: 1n });
 */
export async function findPools(client: ReadClient, parameters: FindPoolsParameters): Promise<FoundPool[]> {
  const { deployment, name = "", superToken } = parameters;
  const taskTypes = await getTaskTypes(client, parameters);
  if (superToken !== undefined) await assertStreamed(client, deployment, superToken, taskTypes);
  const named = taskTypes.filter(
    (found) =>
      found.metadata.toLowerCase().includes(name.toLowerCase()) &&
      (superToken === undefined || isAddressEqual(found.superToken, superToken)),
  );
  const pools: FoundPool[] = [];
  for (let first = 0; first < named.length; first += AT_ONCE) {
    const read = await Promise.all(
      named.slice(first, first + AT_ONCE).map((found) => readPool(client, deployment, found)),
    );
    pools.push(...read.filter((pool) => pool !== undefined));
  }
  return pools
    .filter((found) => fits(found, parameters))
    .sort((a, b) => Number(b.spare > a.spare) - Number(a.spare > b.spare));
}

function fits({ pool, spare }: FoundPool, { maxPrice, minSpare = 0n, minParticipation = 0 }: FindPoolsParameters) {
  const isCheap = maxPrice === undefined || pool.price <= maxPrice;
  return isCheap && (pool.evidence?.participation ?? 0) >= minParticipation && spare >= minSpare;
}

async function readPool(
  client: ReadClient,
  deployment: Deployment,
  found: FoundTaskType,
): Promise<FoundPool | undefined> {
  try {
    const pool = await getPool(client, { deployment, taskTypeId: found.taskTypeId });
    return { ...found, pool, spare: max(pool.intake - pool.flowRate, 0n) };
  } catch (error) {
    if (error instanceof ContractCallError) return undefined;
    throw error;
  }
}

/** Who looks for pools of USDC means those of USDCx: a token that no pool streams may be what one of their tokens wraps. */
async function assertStreamed(
  client: ReadClient,
  deployment: Deployment,
  token: Address,
  taskTypes: readonly FoundTaskType[],
): Promise<void> {
  const streamed = [...new Set(taskTypes.map(({ superToken }) => superToken))];
  if (streamed.some((superToken) => isAddressEqual(superToken, token))) return;
  const wrappers = await Promise.all(
    streamed.map((superToken) => readWrapper(client, deployment, superToken).catch(() => undefined)),
  );
  const wrapper = wrappers.find((found) => found !== undefined && isAddressEqual(found.underlying, token));
  if (wrapper !== undefined) throw new NotASuperTokenError(token, wrapper.superToken);
}

/** What finding may throw. */
export type DiscoveryErrorType = TaskTypeNotFoundError | NotASuperTokenError | ReadErrorType;

/** What an indexer knows, and from which block on it is to be looked for events. */
async function indexed<row>(
  client: ReadClient,
  { indexer: url, onIndexerError, ...range }: EventRange & IndexerOption,
  read: (indexer: Indexer) => Promise<row[]>,
): Promise<{ rows: row[]; rest: EventRange }> {
  if (url === undefined) return { rows: [], rest: range };
  const chainId = client.chain?.id ?? (await ask(client, "asking which chain it is", () => getChainId(client)));
  try {
    const indexer = new Indexer(url);
    // What it says after this is at least as new; what it says twice, with the events, is the same twice.
    const block = await indexer.block(chainId);
    return { rows: await read(indexer), rest: { ...range, fromBlock: max(range.fromBlock, block + 1n) } };
  } catch (error) {
    if (!(error instanceof IndexerError)) throw error;
    onIndexerError?.(error);
    return { rows: [], rest: range };
  }
}

/** What each endpoint has answered for at once. */
const ranges = new WeakMap<ReadClient, BlockRanges>();

async function inParts<event>(
  client: ReadClient,
  { fromBlock, blocksPerQuery }: EventRange,
  query: (part: BlockRange) => Promise<event[]>,
): Promise<event[]> {
  const known = blocksPerQuery === undefined ? ranges.get(client) : undefined;
  const parts = known ?? new BlockRanges(blocksPerQuery);
  ranges.set(client, parts);
  return ask(client, "looking for events", async () => {
    const toBlock = await getBlockNumber(client, { cacheTime: 0 });
    return parts.read({ fromBlock, toBlock }, query);
  });
}

async function ask<answer>(client: ReadClient, what: string, request: () => Promise<answer>): Promise<answer> {
  try {
    return await request();
  } catch (cause) {
    throw await failureOf(client, what, cause);
  }
}
