import { expect, test } from "vitest";
import { UsageError } from "../../core/errors.ts";
import { BASE_AGENT_REGISTRIES } from "../../sdk/work/agents/registries.ts";
import { readConfig } from "../../services/runtime/config.ts";
import { sellSchema } from "./config.ts";

const GIVEN = { network: "base", upstream: "http://127.0.0.1:8000", taskType: "t", work: "request", price: "0.001" };
const agentIdOf = (agentId?: string) =>
  readConfig(sellSchema, { flags: { ...GIVEN, agentId }, env: {}, prefix: "SELL" }).agentId;

test("the agent of a seller is named as profiles name it, or not at all", () => {
  expect(agentIdOf()).toBeUndefined();
  const named = `eip155:8453:${BASE_AGENT_REGISTRIES.identityRegistry}:22`;
  expect(agentIdOf(named.toLowerCase())).toBe(named);
  for (const wrong of ["22", `${named}:1`, ""]) expect(() => agentIdOf(wrong)).toThrow(UsageError);
});
