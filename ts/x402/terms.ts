import { type Address, type Hex, isAddressEqual } from "viem";
import type { GetTaskTypeReturnType } from "../sdk/read/getTaskType.ts";
import type { Deployment } from "../sdk/types.ts";
import { TermsRefusedError } from "./errors.ts";

/** Name of the scheme, in `accepts` of a 402. */
export const SCHEME = "stream";

/** Header of a 402, base64 of JSON. */
export const TERMS_HEADER = "payment-required";

/** Seconds that an order may take to come. */
export const MAX_TIMEOUT_SECONDS = 120;

/** What changes from one moment to the next; the rest of the terms stays as it is for a route. */
export const DYNAMIC_FIELDS = ["maximum", "price", "freeCapacity", "evidence", "now"] as const;

/** What a seller asks for: x402's payment requirements with what this scheme adds to them. */
export type StreamTerms = {
  scheme: string;
  network: `${string}:${string}`;
  /** Super token. */
  asset: string;
  /** The smallest stream that is served, wei per second. */
  amount: string;
  /** The distribution pool of the task type. */
  payTo: string;
  maxTimeoutSeconds: number;
  extra: Record<string, unknown>;
};

/** What the server of a 402 says about it. */
export type PaymentRequired = {
  x402Version: number;
  error?: string;
  resource: { url: string; description?: string; mimeType?: string };
  accepts: StreamTerms[];
};

/** The terms that this scheme needs, checked for form. */
export type ParsedTerms = {
  chainId: number;
  asset: Address;
  /** Wei per second. */
  amount: bigint;
  pool: Address;
  taskTypeId: Hex;
  sink: Address;
  capacityRegistry: Address;
  /** The most that this request can cost, wei; undefined if the seller does not say. */
  maximum: bigint | undefined;
  /** Headers that the order is bound to. */
  pricedHeaders: string[];
};

/** @throws {TermsRefusedError} `malformed` */
export function parseTerms(terms: StreamTerms): ParsedTerms {
  const extra: Record<string, unknown> = typeof terms.extra === "object" && terms.extra !== null ? terms.extra : {};
  const { maximum, pricedHeaders } = extra;
  return {
    chainId: Number(matched("network", terms.network, /^eip155:(\d{1,15})$/)),
    asset: address("asset", terms.asset),
    amount: BigInt(matched("amount", terms.amount, /^(\d{1,39})$/)),
    pool: address("payTo", terms.payTo),
    taskTypeId: matched("taskTypeId", extra.taskTypeId, /^(0x[0-9a-f]{64})$/i).toLowerCase() as Hex,
    sink: address("sink", extra.sink),
    capacityRegistry: address("capacityRegistry", extra.capacityRegistry),
    maximum: maximum === undefined ? undefined : BigInt(matched("maximum", maximum, /^(\d{1,39})$/)),
    pricedHeaders: pricedHeaders === undefined ? [] : names(pricedHeaders),
  };
}

/** What a client holds terms against. */
export type KnownTerms = {
  deployment: Pick<Deployment, "capacityRegistry">;
  chainId: number;
  taskType: Pick<GetTaskTypeReturnType, "taskTypeId" | "superToken" | "distributionPool">;
  /** The largest smallest stream that is paid, wei per second. */
  maxAmount: bigint;
};

/** Holds terms against what the registry says. @throws {TermsRefusedError} */
export function checkTerms(terms: ParsedTerms, { deployment, chainId, taskType, maxAmount }: KnownTerms): void {
  if (terms.chainId !== chainId) refuse("other_chain", terms.chainId, chainId);
  if (!isAddressEqual(terms.capacityRegistry, deployment.capacityRegistry))
    refuse("other_contracts", terms.capacityRegistry, deployment.capacityRegistry);
  if (terms.taskTypeId !== taskType.taskTypeId.toLowerCase())
    refuse("unknown_task_type", terms.taskTypeId, taskType.taskTypeId);
  if (!isAddressEqual(terms.pool, taskType.distributionPool))
    refuse("other_pool", terms.pool, taskType.distributionPool);
  if (!isAddressEqual(terms.asset, taskType.superToken)) refuse("other_token", terms.asset, taskType.superToken);
  if (terms.amount > maxAmount) refuse("price", `${terms.amount} wei/s`, `at most ${maxAmount} wei/s`);
}

function refuse(reason: TermsRefusedError["reason"], found: unknown, right: unknown): never {
  throw new TermsRefusedError(reason, `${found}, not ${right}`);
}

function matched(name: string, value: unknown, pattern: RegExp): string {
  const [, found] = (typeof value === "string" ? pattern.exec(value) : null) ?? [];
  if (found === undefined) throw new TermsRefusedError("malformed", `"${name}" does not fit ${pattern.source}`);
  return found;
}

const address = (name: string, value: unknown): Address => matched(name, value, /^(0x[0-9a-f]{40})$/i) as Address;

function names(value: unknown): string[] {
  const isNames = Array.isArray(value) && value.length <= 16 && value.every((name) => /^[a-z0-9-]{1,64}$/.test(name));
  if (!isNames) throw new TermsRefusedError("malformed", '"pricedHeaders" are not names of headers');
  return value;
}
