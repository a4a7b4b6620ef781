import type { Address, Hex } from "viem";
import { signTypedData } from "viem/actions";
import { send } from "../../internal/call.ts";
import type { Sent, WriteClient } from "../../types.ts";
import { reputationAdmissionAt } from "./admissionContracts.ts";
import { type AgentRegistries, identityRegistryAt } from "./registries.ts";

const TYPES = {
  AgentWalletSet: [
    { name: "agentId", type: "uint256" },
    { name: "newWallet", type: "address" },
    { name: "owner", type: "address" },
    { name: "deadline", type: "uint256" },
  ],
} as const;

/** Of which agent the wallet is to be, and until when the sink's word counts. */
export type AgentWallet = {
  registries: Pick<AgentRegistries, "identityRegistry">;
  /** The agent's number. */
  id: bigint;
  /** Unix seconds by the chain's clock, at most five minutes ahead. */
  deadline: number;
};

/**
 * A sink agrees to be the wallet of an agent whose owner is another account.
 * @param owner Of the agent; the signature is worth nothing after it has changed.
 * @returns The signature, for `setAgentWallet`.
 * @example
 * const signature = await signAgentWallet(sinkClient, { registries: BASE_AGENT_REGISTRIES, id: 22n, owner, deadline });
 */
export function signAgentWallet(
  client: WriteClient,
  { registries, id, owner, deadline }: AgentWallet & { owner: Address },
): Promise<Hex> {
  const { account, chain } = client;
  const verifyingContract = registries.identityRegistry;
  const domain = { name: "ERC8004IdentityRegistry", version: "1", chainId: chain.id, verifyingContract };
  const message = { agentId: id, newWallet: account.address, owner, deadline: BigInt(deadline) };
  return signTypedData(client, { account, domain, types: TYPES, primaryType: "AgentWalletSet", message });
}

/**
 * The owner of an agent makes a sink its wallet; needless if the sink owns the agent.
 * @param sink Who has signed; see `signAgentWallet`.
 * @throws {ContractCallError} if the caller may not, the sink has not signed, or it is too late.
 * @example
 * await setAgentWallet(ownerClient, { registries: BASE_AGENT_REGISTRIES, id: 22n, sink, deadline, signature });
 */
export function setAgentWallet(
  client: WriteClient,
  { registries, id, sink, deadline, signature }: AgentWallet & { sink: Address; signature: Hex },
): Promise<Sent> {
  return send(
    client,
    identityRegistryAt(registries.identityRegistry).setAgentWallet(id, sink, BigInt(deadline), signature),
  );
}

/**
 * A sink says which agent it is to an admission contract `ReputationAdmission`, before it registers.
 * @throws {ContractCallError} `ReputationAdmission_NotItsAgent` unless the agent's wallet or owner is the account.
 * @example
 * await linkAgent(sinkClient, { admission, id: 22n });
 * await registerSink(sinkClient, { deployment, taskTypeId });
 */
export function linkAgent(client: WriteClient, { admission, id }: { admission: Address; id: bigint }): Promise<Sent> {
  return send(client, reputationAdmissionAt(admission).link(id));
}
