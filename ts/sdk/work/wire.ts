import {
  type Address,
  concat,
  domainSeparator,
  encodeAbiParameters,
  getAddress,
  type Hex,
  hexToBytes,
  isAddress,
  keccak256,
  stringToBytes,
} from "viem";
import { toJson } from "../../core/bigints.ts";
import { BackpressureError } from "../../core/errors.ts";
import type { Deployment } from "../types.ts";
import type { OrderKey } from "./errors.ts";

/**
 * Something that came over the wire is not what it should be.
 * @remarks Correct the message, if it is yours; if it came from a sink, work with another. A seller answers 400.
 */
export class MalformedMessageError extends BackpressureError {
  override name = "MalformedMessageError";
}

/** What a source signs when it orders a task. */
export type WorkOrder = OrderKey & {
  /** Unix seconds, by the chain's clock. */
  validBefore: number;
  /** The most that the source pays for it, wei. */
  maxWork: bigint;
  /** Of `hashRequest`. */
  requestHash: Hex;
};

/** The source's side of a receipt. */
export type Acknowledgement = {
  /** All that it has received from the sink and accepted, wei. */
  completed: bigint;
  signature: Hex;
  /** `completed` of the latest statement that it has seen, wei: what it leaves out of this it disputes. */
  stated: bigint;
};

/** What travels with an order: the payload of an x402 payment. */
export type SignedOrder = { order: WorkOrder; signature: Hex; acknowledged: Acknowledgement | undefined };

/** How the sink sees the account, with every answer. */
export type Statement = {
  /** What this order cost, wei; 0 where nothing was done. */
  cost: bigint;
  /** What the source is to acknowledge in all, wei. */
  completed: bigint;
  /** What it may still order, wei; below zero within the overdraft. */
  available: bigint;
  /** The latest that the source has signed, so that it finds its counter again. */
  acknowledged: Acknowledgement | undefined;
};

/** The headers are those of x402, version 2: its clients and servers know them. */
export const X402_VERSION = 2;
/** With a request: the signed order that pays for it. */
export const ORDER_HEADER = "payment-signature";
/** With an answer: what it has cost, and how the sink sees the account. */
export const STATEMENT_HEADER = "payment-response";
/** Under the endpoint: GET it with `?source=` for the account, PUT it with a receipt to acknowledge. */
export const ACCOUNT_PATH = "/account";

const TYPES = {
  WorkOrder: [
    { name: "source", type: "address" },
    { name: "sink", type: "address" },
    { name: "taskTypeId", type: "bytes32" },
    { name: "nonce", type: "bytes32" },
    { name: "validBefore", type: "uint64" },
    { name: "maxWork", type: "uint128" },
    { name: "requestHash", type: "bytes32" },
  ],
} as const;

/** The EIP-712 message of an order, bound to chain and deployment. */
export function orderTypedData({
  deployment,
  chainId,
  order,
}: {
  deployment: Deployment;
  chainId: number;
  order: WorkOrder;
}) {
  const domain = {
    name: "Backpressure Economics",
    version: "1",
    chainId,
    verifyingContract: deployment.capacityRegistry,
  };
  const message = { ...order, validBefore: BigInt(order.validBefore) };
  return { domain, types: TYPES, primaryType: "WorkOrder", message } as const;
}

/** Keccak-256 of bytes: viem's, or a faster one of those who hash for every request. */
export type Keccak = (bytes: Uint8Array) => Hex;

const ORDER_TYPE = keccak256(
  stringToBytes(`WorkOrder(${TYPES.WorkOrder.map(({ name, type }) => `${type} ${name}`).join(",")})`),
);
const ORDER_FIELDS = [{ type: "bytes32" }, ...TYPES.WorkOrder.map(({ type }) => ({ type }))];
/** Hashes of domains, by chain and contract: a sink has one. */
const domains = new Map<string, Hex>();

/** `hashTypedData(orderTypedData(…))`, for those who do it for every request: domain and type are hashed once. */
export function hashOrder(parameters: Parameters<typeof orderTypedData>[0], keccak: Keccak = keccak256): Hex {
  const { domain, message } = orderTypedData(parameters);
  const of = `${domain.chainId} ${domain.verifyingContract}`;
  const separator = domains.get(of) ?? domainSeparator({ domain });
  domains.set(of, separator);
  const { source, sink, taskTypeId, nonce, validBefore, maxWork, requestHash } = message;
  const fields = [ORDER_TYPE, source, sink, taskTypeId, nonce, validBefore, maxWork, requestHash];
  const struct = keccak(hexToBytes(encodeAbiParameters(ORDER_FIELDS, fields)));
  return keccak(hexToBytes(concat(["0x1901", separator, struct])));
}

/** What an order is for. */
export type OrderedRequest = {
  method: string;
  /** Absolute, as the source calls it. */
  url: string;
  /** Text counts as its UTF-8 bytes. */
  body: string | Uint8Array;
  /** The headers that change what the work is or costs, as the sink's terms name them. */
  headers?: Readonly<Record<string, string>> | undefined;
};

/** Names a request: the same order never buys another. */
export function hashRequest({ method, url, body, headers = {} }: OrderedRequest, keccak: Keccak = keccak256): Hex {
  const { host, pathname, search } = new URL(url);
  const priced = Object.entries(headers).map(([name, value]) => `${name.toLowerCase()}: ${value}`);
  const parts = [method.toUpperCase(), host, pathname, search, body, ...priced.sort()].map((part) =>
    keccak(typeof part === "string" ? stringToBytes(part) : part),
  );
  return keccak(hexToBytes(encodeAbiParameters([{ type: "bytes32[]" }], [parts])));
}

const MAX_HEADER = 8192;

/**
 * An order as header value: an x402 payment, base64 of JSON, amounts as decimal text.
 * @param accepted The terms that the sink has offered, as they were; nothing where they are known from elsewhere.
 */
export function toOrderHeader(signed: SignedOrder, accepted?: object): string {
  return toBase64({ x402Version: X402_VERSION, accepted, payload: signed });
}

/** Who settled what, and where: what an x402 client wants to know beside the statement. */
export type Settled = { success: boolean; chainId: number; payer: Address; errorReason?: string | undefined };

/** A statement as header value: an x402 settlement without a transaction, because the stream has paid. */
export function toStatementHeader(statement: Statement, settled: Settled): string {
  return toBase64(settlementOf(statement, settled));
}

/** As `toStatementHeader`, before it becomes text. */
export function settlementOf(statement: Statement, { success, chainId, payer, errorReason }: Settled) {
  const extra = JSON.parse(toJson(statement)) as Record<string, unknown>;
  const failure = errorReason === undefined ? {} : { errorReason };
  return { success, ...failure, transaction: "", network: `eip155:${chainId}` as const, payer, extra };
}

/** @throws {MalformedMessageError} */
export function parseOrder(header: string | null): SignedOrder {
  return asOrder(parseHeader(ORDER_HEADER, header).payload);
}

/** @throws {MalformedMessageError} */
export function asOrder(payload: unknown): SignedOrder {
  const { order, signature, acknowledged } = asObject(payload);
  const from = asObject(order);
  return {
    order: {
      source: asAddress(from.source),
      sink: asAddress(from.sink),
      taskTypeId: asHex(from.taskTypeId, 32),
      nonce: asHex(from.nonce, 32),
      validBefore: Number(asAmount(String(from.validBefore))),
      maxWork: asAmount(from.maxWork),
      requestHash: asHex(from.requestHash, 32),
    },
    signature: asHex(signature),
    acknowledged: parseAcknowledgement(acknowledged),
  };
}

/** @throws {MalformedMessageError} */
export function parseStatement(header: string | null | undefined): Statement {
  return asStatement(parseHeader(STATEMENT_HEADER, header).extra);
}

/** @throws {MalformedMessageError} */
export function asStatement(extra: unknown): Statement {
  const { cost, completed, available, acknowledged } = asObject(extra);
  return {
    cost: asAmount(cost),
    completed: asAmount(completed),
    available: String(available).startsWith("-") ? -asAmount(String(available).slice(1)) : asAmount(available),
    acknowledged: parseAcknowledgement(acknowledged),
  };
}

/** Why an order was refused: `OrderRefusedError.code`, if the answer says so. */
export function parseRefusal({ status, body }: { status: number; body: string }): string | undefined {
  try {
    const { error } = JSON.parse(status === 200 ? "{}" : body);
    return typeof error?.code === "string" ? error.code : undefined;
  } catch {
    return undefined;
  }
}

/** @throws {MalformedMessageError} */
export function parseAcknowledgement(value: unknown): Acknowledgement | undefined {
  if (value === undefined) return undefined;
  const { completed, signature, stated } = asObject(value);
  return { completed: asAmount(completed), signature: asHex(signature), stated: asAmount(stated) };
}

/** @throws {MalformedMessageError} */
export function asAddress(value: unknown): Address {
  if (typeof value === "string" && isAddress(value, { strict: false })) return getAddress(value);
  throw new MalformedMessageError("not an address");
}

const toBase64 = (message: object): string => Buffer.from(toJson(message)).toString("base64");

function parseHeader(name: string, header: string | null | undefined): Record<string, unknown> {
  if (!header) throw new MalformedMessageError(`there is no header ${name}`);
  if (header.length > MAX_HEADER) throw new MalformedMessageError(`the header ${name} is too long`);
  try {
    return asObject(JSON.parse(Buffer.from(header, "base64").toString("utf8")));
  } catch (cause) {
    throw new MalformedMessageError(`the header ${name} is not base64 of a JSON object`, { cause });
  }
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new MalformedMessageError("not a JSON object");
}

function asAmount(value: unknown): bigint {
  if (typeof value === "string" && /^(0|[1-9][0-9]{0,38})$/.test(value) && BigInt(value) < 2n ** 128n)
    return BigInt(value);
  throw new MalformedMessageError("not a whole number below 2^128 as decimal text");
}

/** @param bytes How many there must be; any number up to 2,048 if not said. */
function asHex(value: unknown, bytes?: number): Hex {
  const isHex = typeof value === "string" && value.length <= 4098 && /^0x([0-9a-f]{2})*$/i.test(value);
  if (isHex && (bytes === undefined || value.length === 2 + 2 * bytes)) return value.toLowerCase() as Hex;
  throw new MalformedMessageError(
    bytes === undefined ? "not bytes in hexadecimal" : `not ${bytes} bytes in hexadecimal`,
  );
}
