import { type Address, domainSeparator, type Hex, keccak256, stringToBytes } from "viem";

/** Typed data as `attestationTypedData` and `receiptTypedData` of the SDK make them: one struct, every field one word. */
export type FlatTypedData = {
  domain: { name: string; version: string; chainId: number; verifyingContract: Address };
  types: Record<string, readonly { name: string; type: string }[]>;
  primaryType: string;
  message: Record<string, Hex | bigint | number>;
};

/** What is the same for all messages of a kind: the domain's hash with its mark in front, and the type's. */
type Constant = { prefix: string; typeHash: string };

const constants = new Map<string, Constant>();

/** An EIP-712 digest, the same as viem's `hashTypedData`, with the domain and the type hashed once: a fifth of the work. */
export function digestOf(typed: FlatTypedData): Hex {
  const fields = typed.types[typed.primaryType] ?? [];
  const { prefix, typeHash } = constantOf(typed, fields);
  const words = fields.map(({ name }) => word(typed.message[name] as Hex | bigint | number));
  const struct = keccak256(`${typeHash}${words.join("")}` as Hex);
  return keccak256(`${prefix}${struct.slice(2)}` as Hex);
}

function constantOf({ domain, primaryType }: FlatTypedData, fields: FlatTypedData["types"][string]): Constant {
  const key = `${primaryType}/${domain.chainId}/${domain.verifyingContract}`;
  const known = constants.get(key);
  if (known !== undefined) return known;
  const parameters = fields.map(({ name, type }) => `${type} ${name}`).join(",");
  const constant = {
    prefix: `0x1901${domainSeparator({ domain }).slice(2)}`,
    typeHash: keccak256(stringToBytes(`${primaryType}(${parameters})`)),
  };
  constants.set(key, constant);
  return constant;
}

/** Numbers, addresses and 32 bytes: all of them stand at the right of their word. */
const word = (value: Hex | bigint | number): string =>
  (typeof value === "string" ? value.slice(2) : value.toString(16)).padStart(64, "0");
