import { type Address, getAddress, isAddressEqual } from "viem";
import { InvalidParameterError, type ReadErrorType } from "../../errors.ts";
import { read } from "../../internal/call.ts";
import { chainIdOf } from "../../internal/failure.ts";
import type { ReadClient } from "../../types.ts";
import type { FetchGuard } from "../document.ts";
import { AgentLinkError, type ProfileError, type UnsafeAddressError } from "../errors.ts";
import { fetchProfile } from "../profile.ts";
import { type AgentRegistries, identityRegistryAt } from "./registries.ts";

/** An agent of ERC-8004, wherever it is registered. */
export type AgentId = {
  chainId: number;
  identityRegistry: Address;
  /** Its number there; the first is 0. */
  id: bigint;
};

/**
 * An agent's name as profiles have it: `eip155:<chain>:<registry>:<id>`.
 * @throws {InvalidParameterError}
 * @example
 * const { id } = parseAgentId("eip155:8453:0x8004A169FB4a3325136EB29fA0ceB6D2e539a432:22"); // 22n
 */
export function parseAgentId(text: string): AgentId {
  const [, chainId, registry, id] = /^eip155:([0-9]{1,15}):(0x[0-9a-fA-F]{40}):([0-9]{1,78})$/.exec(text) ?? [];
  if (registry === undefined || BigInt(id ?? "") >= 1n << 256n)
    throw new InvalidParameterError(`an agent is named eip155:<chain>:<registry>:<id>, not ${text.slice(0, 200)}`);
  return { chainId: Number(chainId), identityRegistry: getAddress(registry.toLowerCase()), id: BigInt(id ?? "") };
}

/**
 * The other way round, for a profile.
 * @example
 * const agentId = formatAgentId({ chainId: 8453, identityRegistry, id: 22n });
 */
export const formatAgentId = ({ chainId, identityRegistry, id }: AgentId): string =>
  `eip155:${chainId}:${identityRegistry}:${id}`;

/** What the Identity Registry says about an agent. */
export type Agent = {
  id: bigint;
  owner: Address;
  /** Where it is paid; 0 for nowhere. */
  wallet: Address;
  /** Where its registration file is: text of a stranger, for `fetchRegistration`. */
  agentUri: string;
};

/** Which agent, by whose word. */
export type GetAgentParameters = { registries: Pick<AgentRegistries, "identityRegistry">; id: bigint };

/**
 * What the Identity Registry says about an agent.
 * @throws {ContractCallError} `ERC721NonexistentToken`; {@link ReadErrorType} has the other causes.
 * @example
 * const { wallet } = await getAgent(client, { registries: BASE_AGENT_REGISTRIES, id: 22n });
 */
export async function getAgent(client: ReadClient, { registries, id }: GetAgentParameters): Promise<Agent> {
  const registry = identityRegistryAt(registries.identityRegistry);
  const [owner, wallet, agentUri] = await Promise.all([
    read(client, registry.ownerOf(id)),
    read(client, registry.getAgentWallet(id)),
    read(client, registry.tokenURI(id)),
  ]);
  return { id, owner, wallet, agentUri };
}

/**
 * The direction from agent to sink: its wallet or its owner is the sink.
 * @throws {AgentLinkError} if neither is.
 * @example
 * const agent = await assertNamesSink(client, { registries: BASE_AGENT_REGISTRIES, id: 22n, sink });
 */
export async function assertNamesSink(
  client: ReadClient,
  { sink, ...at }: GetAgentParameters & { sink: Address },
): Promise<Agent> {
  const agent = await getAgent(client, at);
  if ([agent.owner, agent.wallet].some((named) => isAddressEqual(named, sink))) return agent;
  throw new AgentLinkError(sink, `wallet of agent ${at.id} is ${agent.wallet}, its owner ${agent.owner}`);
}

export type GetLinkedAgentParameters = FetchGuard & {
  registries: Pick<AgentRegistries, "identityRegistry">;
  sink: Address;
  /** As the chain has it: from `getSinks`. */
  profileUri: string;
};

/**
 * The agent that a sink is, if both say so: the sink by the profile that it names on the chain, the agent by its wallet or
 * owner. A profile alone is a claim that anybody can make, and so is an agent's registration file.
 * @throws {AgentLinkError} if the profile names no agent, one of another registry, or one that does not name the sink.
 * @example
 * const [{ sink, profileUri }] = await getSinks(client, { deployment, taskTypeId, fromBlock: 0n });
 * const agent = await getLinkedAgent(client, { registries: BASE_AGENT_REGISTRIES, sink, profileUri });
 */
export async function getLinkedAgent(client: ReadClient, parameters: GetLinkedAgentParameters): Promise<Agent> {
  const { registries, sink, ...where } = parameters;
  const { agentId } = await fetchProfile(where);
  if (agentId === undefined) throw new AgentLinkError(sink, "its profile names none");
  const { chainId, identityRegistry, id } = parseAgentId(agentId);
  // Anybody can deploy a registry that says whatever it is to say.
  if (chainId !== (await chainIdOf(client)) || !isAddressEqual(identityRegistry, registries.identityRegistry))
    throw new AgentLinkError(
      sink,
      `its profile names one of another registry, ${identityRegistry} on chain ${chainId}`,
    );
  return assertNamesSink(client, { registries, id, sink });
}

export type GetLinkedAgentErrorType =
  | AgentLinkError
  | InvalidParameterError
  | ProfileError
  | UnsafeAddressError
  | ReadErrorType;
