import { type FetchGuard, fetchDocument } from "./document.ts";
import { ProfileError } from "./errors.ts";

/** How a sink describes itself. Whatever it says, no money depends on it: a stranger wrote it. */
export type Profile = {
  version: 1;
  name: string;
  /** Where orders go. */
  endpoint: string;
  description?: string;
  /** What a task is measured by. */
  unit: "request" | "token" | "second" | "byte";
  /** What one of these units costs about, wei as decimal text. A hint. */
  price?: string;
  /** The largest task, wei as decimal text. */
  maxTask?: string;
  /** In the ERC-8004 registry: `eip155:<chain>:<registry>:<id>`. */
  agentId?: string;
};

const DECIMAL = "^(0|[1-9][0-9]{0,38})$";

/** JSON Schema of a profile; `parseProfile` holds to it. */
export const PROFILE_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Profile of a sink",
  type: "object",
  required: ["version", "name", "endpoint", "unit"],
  // What a later version adds is not known here, and does no harm.
  additionalProperties: true,
  properties: {
    version: { const: 1 },
    name: { type: "string", minLength: 1, maxLength: 100 },
    endpoint: { type: "string", minLength: 1, maxLength: 2048, pattern: "^https?://[^\\s@]+$" },
    description: { type: "string", maxLength: 2000 },
    unit: { enum: ["request", "token", "second", "byte"] },
    price: { type: "string", pattern: DECIMAL },
    maxTask: { type: "string", pattern: DECIMAL },
    agentId: { type: "string", maxLength: 200, pattern: "^eip155:[0-9]+:0x[0-9a-fA-F]{40}:[0-9]+$" },
  },
} as const;

type Rule = { const?: unknown; enum?: readonly unknown[]; minLength?: number; maxLength?: number; pattern?: string };

const FIELDS = Object.entries(PROFILE_SCHEMA.properties) as [keyof Profile, Rule][];

/**
 * Checks a profile. Fields that it does not know are left out.
 * @throws {ProfileError} that names the first field that is wrong.
 */
export function parseProfile(value: unknown): Profile {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ProfileError("a profile is an object");
  const profile: Record<string, unknown> = {};
  for (const [name, rule] of FIELDS) {
    const field = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    if (field === undefined && !(PROFILE_SCHEMA.required as readonly string[]).includes(name)) continue;
    if (!keeps(field, rule)) throw new ProfileError(`"${name}" of the profile is not ${JSON.stringify(rule)}`);
    profile[name] = field;
  }
  return profile as Profile;
}

function keeps(field: unknown, rule: Rule): boolean {
  if (rule.const !== undefined) return field === rule.const;
  if (rule.enum !== undefined) return rule.enum.includes(field);
  if (typeof field !== "string") return false;
  // As JSON Schema counts: characters, not UTF-16 code units.
  const length = [...field].length;
  const fits = length >= (rule.minLength ?? 0) && length <= (rule.maxLength ?? Number.POSITIVE_INFINITY);
  return fits && (rule.pattern === undefined || new RegExp(rule.pattern, "u").test(field));
}

/** Longest profile, bytes. */
const MAX_BYTES = 16_384;

export type FetchProfileParameters = FetchGuard & {
  /** As the chain has it: https, or `data:application/json`. */
  profileUri: string;
};

/**
 * Fetches the profile that a sink names on the chain.
 * @throws {ProfileError} if there is none, or it is no profile @throws {UnsafeAddressError} if it is not fetched.
 * @example
 * const { endpoint } = await fetchProfile({ profileUri: "https://agent.example/profile.json" });
 */
export async function fetchProfile({ profileUri: uri, ...guard }: FetchProfileParameters): Promise<Profile> {
  if (uri === "") throw new ProfileError("the sink has no profile");
  return parseProfile(await fetchDocument({ uri, what: "profile", maxBytes: MAX_BYTES, ...guard }));
}
