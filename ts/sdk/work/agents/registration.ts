import { isAddress, isAddressEqual } from "viem";
import { type FetchGuard, fetchDocument } from "../document.ts";
import { ProfileError } from "../errors.ts";
import type { AgentId } from "./agentLink.ts";

/** What an agent's registration file says, as far as it is used here. Whatever it says, no money depends on it. */
export type Registration = {
  name: string;
  description: string;
  /** Where it is reached, by protocol: `A2A`, `MCP`, `web`, … Addresses of strangers, for `guardedFetch`. */
  services: { name: string; endpoint: string }[];
};

/** Longest registration file, bytes; longest text in it, characters; most entries of a list that are looked at. */
const [MAX_BYTES, MAX_TEXT, MAX_ENTRIES] = [65_536, 2_048, 100];

/**
 * Fetches the file that an agent's URI leads to, as guarded as a profile: https or `data:` only, no private addresses, no
 * redirects. It must be about this agent.
 * @throws {ProfileError} if there is none, it is no registration file, or that of another agent.
 * @throws {UnsafeAddressError} if it is not fetched.
 * @example
 * const { services } = await fetchRegistration({ agentUri, agent: { chainId: 8453, identityRegistry, id: 22n } });
 */
export async function fetchRegistration({
  agentUri: uri,
  agent,
  ...guard
}: FetchGuard & { agentUri: string; agent: AgentId }): Promise<Registration> {
  if (uri === "") throw new ProfileError("the agent has no registration file");
  const file = await fetchDocument({ uri, what: "registration file", maxBytes: MAX_BYTES, ...guard });
  if (!isRecord(file)) throw new ProfileError("a registration file is an object");
  if (!entriesOf(file, "registrations").some((entry) => isOf(entry, agent)))
    throw new ProfileError(`the registration file does not name agent ${agent.id} among its registrations`);
  return {
    name: textOf(file, "name"),
    description: textOf(file, "description"),
    services: entriesOf(file, "services")
      .map((entry) => ({ name: textOf(entry, "name"), endpoint: textOf(entry, "endpoint") }))
      .filter(({ name, endpoint }) => name !== "" && endpoint !== ""),
  };
}

type Loose = Record<string, unknown>;

const isRecord = (value: unknown): value is Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const own = (from: Loose, name: string): unknown => (Object.hasOwn(from, name) ? from[name] : undefined);

function entriesOf(file: Loose, name: string): Loose[] {
  const list = own(file, name);
  return Array.isArray(list) ? list.slice(0, MAX_ENTRIES).filter(isRecord) : [];
}

/** Empty for what is no text, or too long. */
function textOf(from: Loose, name: string): string {
  const text = own(from, name);
  return typeof text === "string" && text.length <= MAX_TEXT ? text : "";
}

function isOf(entry: Loose, { chainId, identityRegistry, id }: AgentId): boolean {
  const prefix = `eip155:${chainId}:`;
  const registry = textOf(entry, "agentRegistry");
  const address = registry.startsWith(prefix) ? registry.slice(prefix.length) : "";
  const isSame = isAddress(address, { strict: false }) && isAddressEqual(address, identityRegistry);
  return isSame && String(own(entry, "agentId")) === String(id);
}
