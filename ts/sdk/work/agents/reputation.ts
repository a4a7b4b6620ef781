import type { Address } from "viem";
import { contractsOf } from "../../calls/contracts.ts";
import type { ReadErrorType, TaskTypeNotFoundError } from "../../errors.ts";
import { read } from "../../internal/call.ts";
import { readerOf } from "../../internal/reader.ts";
import type { ReadClient, TaskTypeParameter } from "../../types.ts";
import { getSources } from "../discovery.ts";
import type { AgentLinkError } from "../errors.ts";
import type { EventRange, IndexerOption } from "../found.ts";
import { assertNamesSink } from "./agentLink.ts";
import { FEEDBACK_TAGS } from "./feedback.ts";
import { type AgentRegistries, reputationRegistryAt } from "./registries.ts";

/** What one who has spent money in the pool thinks of an agent. */
export type Opinion = {
  source: Address;
  /** From 0 to 100; what is beyond is cut off. */
  rating: number;
  /** What it has spent through the pool so far, wei. */
  spent: bigint;
};

/** What those who have paid think of an agent. */
export type Reputation = {
  /** Mean of the opinions by what was spent, 0 to 100; undefined without any. */
  rating: number | undefined;
  /** Those who have spent most first. */
  opinions: Opinion[];
  /** What all that were asked have spent, wei: beside it one sees how much of the money has an opinion. */
  spent: bigint;
};

export type GetReputationParameters = TaskTypeParameter &
  EventRange &
  IndexerOption & {
    registries: AgentRegistries;
    sink: Address;
    /** The number of the sink's agent. */
    id: bigint;
    /** The most sources that are asked, those who have spent most first: 200 if not said. */
    atMost?: number | undefined;
  };

export type GetReputationErrorType = AgentLinkError | TaskTypeNotFoundError | ReadErrorType;

/**
 * What those think of an agent who have paid for work of its kind: the latest feedback of each of the pool's sources, weighed by
 * what the escrow says that it has spent (`spentOf`). A stranger's feedback is not even read. An agent can praise itself
 * through a source of its own, for as much weight as it spends there, in a pool that pays all sinks.
 * @throws {AgentLinkError} if the agent does not name the sink.
 * @example
 * const registries = BASE_AGENT_REGISTRIES;
 * const { rating } = await getReputation(client, { deployment, taskTypeId, registries, sink, id: 22n, fromBlock: 0n });
 */
export async function getReputation(from: ReadClient, parameters: GetReputationParameters): Promise<Reputation> {
  const client = readerOf(from);
  const { registries, id, sink, atMost = 200 } = parameters;
  await assertNamesSink(client, { registries, id, sink });
  const { escrowBuffer } = contractsOf(parameters.deployment);
  const sources = await getSources(from, parameters);
  const asked = await Promise.all(
    sources.map(async ({ source }) => ({
      source,
      spent: await read(client, escrowBuffer.spentOf(parameters.taskTypeId, source)),
    })),
  );
  const spenders = asked
    .filter(({ spent }) => spent > 0n)
    .sort((a, b) => Number(b.spent > a.spent) - Number(a.spent > b.spent))
    .slice(0, atMost);
  const ratings = await Promise.all(spenders.map(({ source }) => readRating(client, parameters, source)));
  const opinions = spenders.flatMap((spender, index) => {
    const rating = ratings[index];
    return rating === undefined ? [] : [{ ...spender, rating }];
  });
  return { rating: meanOf(opinions), opinions, spent: sumOf(spenders) };
}

/** As `ReputationAdmission` judges: the latest feedback of a client is its opinion, unless it is revoked or about something else. */
async function readRating(
  client: ReadClient,
  { registries, id }: GetReputationParameters,
  source: Address,
): Promise<number | undefined> {
  const registry = reputationRegistryAt(registries.reputationRegistry);
  const last = await read(client, registry.getLastIndex(id, source));
  if (last === 0n) return undefined;
  const [value, decimals, tag1, , isRevoked] = await read(client, registry.readFeedback(id, source, last));
  if (isRevoked || tag1 !== FEEDBACK_TAGS.tag1) return undefined;
  // Or a number without bound would outweigh everybody's money.
  return Math.min(Math.max(Number(value) / 10 ** decimals, 0), 100);
}

const sumOf = (spenders: readonly { spent: bigint }[]): bigint => spenders.reduce((sum, { spent }) => sum + spent, 0n);

function meanOf(opinions: readonly Opinion[]): number | undefined {
  const total = Number(sumOf(opinions));
  if (total === 0) return undefined;
  return opinions.reduce((sum, { rating, spent }) => sum + (rating * Number(spent)) / total, 0);
}
