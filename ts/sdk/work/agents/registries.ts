import { type Address, parseAbi } from "viem";
import { type Calls, callsOf } from "../../calls/callsOf.ts";

/** ERC-8004's registries of a chain: whom one believes about agents. */
export type AgentRegistries = { identityRegistry: Address; reputationRegistry: Address };

/** Those on Base, as the standard's authors list them. */
export const BASE_AGENT_REGISTRIES: AgentRegistries = {
  identityRegistry: "0x8004A169FB4a3325136EB29fA0ceB6D2e539a432",
  reputationRegistry: "0x8004BAa17C55a88189AE136b182e5fdA19dE9b63",
};

/** What is used of the Identity Registry, as ERC-8004 has it. */
export const identityRegistryAbi = parseAbi([
  "error ERC721NonexistentToken(uint256 tokenId)",
  "event Registered(uint256 indexed agentId, string agentURI, address indexed owner)",
  "function register(string agentURI) returns (uint256 agentId)",
  "function setAgentURI(uint256 agentId, string newURI)",
  "function setAgentWallet(uint256 agentId, address newWallet, uint256 deadline, bytes signature)",
  "function getAgentWallet(uint256 agentId) view returns (address)",
  "function ownerOf(uint256 agentId) view returns (address)",
  "function tokenURI(uint256 agentId) view returns (string)",
  "function transferFrom(address from, address to, uint256 agentId)",
]);

/** What is used of the Reputation Registry, as ERC-8004 has it. */
export const reputationRegistryAbi = parseAbi([
  "event NewFeedback(uint256 indexed agentId, address indexed clientAddress, uint64 feedbackIndex, int128 value, uint8 valueDecimals, string indexed indexedTag1, string tag1, string tag2, string endpoint, string feedbackURI, bytes32 feedbackHash)",
  "function giveFeedback(uint256 agentId, int128 value, uint8 valueDecimals, string tag1, string tag2, string endpoint, string feedbackURI, bytes32 feedbackHash)",
  "function revokeFeedback(uint256 agentId, uint64 feedbackIndex)",
  "function getIdentityRegistry() view returns (address)",
  "function getLastIndex(uint256 agentId, address clientAddress) view returns (uint64)",
  "function readFeedback(uint256 agentId, address clientAddress, uint64 feedbackIndex) view returns (int128 value, uint8 valueDecimals, string tag1, string tag2, bool isRevoked)",
]);

/** The Identity Registry at an address. */
export const identityRegistryAt: (address: Address) => Calls<typeof identityRegistryAbi> = callsOf(identityRegistryAbi);

/** The Reputation Registry at an address. */
export const reputationRegistryAt: (address: Address) => Calls<typeof reputationRegistryAbi> =
  callsOf(reputationRegistryAbi);
