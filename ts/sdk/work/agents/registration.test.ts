import { expect, test } from "vitest";
import { InvalidParameterError } from "../../errors.ts";
import { ProfileError, UnsafeAddressError } from "../errors.ts";
import { formatAgentId, parseAgentId } from "./agentLink.ts";
import { fetchRegistration } from "./registration.ts";
import { BASE_AGENT_REGISTRIES } from "./registries.ts";

const { identityRegistry } = BASE_AGENT_REGISTRIES;
const dataUri = (value: unknown) => `data:application/json,${encodeURIComponent(JSON.stringify(value))}`;
const idOf = (id: bigint) => ({ chainId: 31337, identityRegistry, id });

test("an agent's name is read and written", () => {
  const text = formatAgentId(idOf(22n));
  expect(parseAgentId(text)).toEqual(idOf(22n));
  for (const wrong of [
    "22",
    `${text}x`,
    text.replace("eip155", "solana"),
    text.replace("0x", "0xg"),
    `${text}${"9".repeat(77)}`,
  ])
    expect(() => parseAgentId(wrong)).toThrow(InvalidParameterError);
});

test("a registration file is read if it is about the agent", async () => {
  const registrations = [{ agentId: 7, agentRegistry: `eip155:31337:${identityRegistry.toLowerCase()}` }];
  const file = {
    name: "Agent",
    description: "d",
    services: [{ name: "A2A", endpoint: "https://a.example" }],
    registrations,
  };
  const fetched = (changes: object) =>
    fetchRegistration({ agentUri: dataUri({ ...file, ...changes }), agent: idOf(7n) });
  const { registrations: _, ...said } = file;
  expect(await fetched({})).toEqual(said);
  expect(await fetched({ name: 5, description: "x".repeat(3000), services: [null, { name: "A2A" }, 5] })).toEqual({
    ...{ name: "", description: "", services: [] },
  });
  for (const wrong of [undefined, [], {}, [null], [{ ...registrations[0], agentId: 8 }], [{ agentId: 7 }]])
    await expect(fetched({ registrations: wrong })).rejects.toThrow(/does not name agent 7/);
  const other = [{ agentId: 7, agentRegistry: `eip155:1:${identityRegistry}` }];
  await expect(fetched({ registrations: other })).rejects.toThrow(ProfileError);
});

test.each([
  ["none", "", ProfileError],
  ["no JSON", "data:application/json,nonsense", ProfileError],
  ["a list", "data:application/json,[]", ProfileError],
  ["endless", `data:application/json,${"x".repeat(140_000)}`, ProfileError],
  ["IPFS", "ipfs://bafy", UnsafeAddressError],
  ["a file", "file:///etc/passwd", UnsafeAddressError],
  ["private", "https://169.254.169.254/latest/meta-data", UnsafeAddressError],
  ["in the clear", "http://agent.example/", UnsafeAddressError],
])("a hostile registration file is not read: %s", async (_, agentUri, cause) => {
  await expect(fetchRegistration({ agentUri, agent: idOf(7n) })).rejects.toThrow(cause);
});
