import { type Address, domainSeparator, parseSignature } from "viem";
import { signTypedData } from "viem/actions";
import { callsOf, encodeCall } from "../calls/callsOf.ts";
import { forwarded, type Operation } from "../calls/superfluid.ts";
import type { Deployment, ReadClient, WriteClient } from "../types.ts";
import { permitAbi } from "./abis.ts";
import { read } from "./call.ts";
import { getNow } from "./superfluid.ts";

const tokenAt = callsOf(permitAbi);

/** How long a permit may be used, seconds. */
const VALID_FOR = 3600;

const TYPES = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
} as const;

/** An allowance that its owner has signed; anybody may bring it to the token. */
export type Permit = Operation;

/**
 * Signs an allowance instead of sending it.
 * @param value The token's smallest units.
 * @returns Undefined if the token knows no such thing, or it is not known what it wants to see signed.
 */
export async function signPermit(
  client: WriteClient,
  deployment: Pick<Deployment, "host">,
  { token, spender, value }: { token: Address; spender: Address; value: bigint },
): Promise<Permit | undefined> {
  const { account, chain } = client;
  const owner = account.address;
  const [domain, nonce, now] = await Promise.all([
    domainOf(client, chain.id, token),
    read(client, tokenAt(token).nonces(owner)).catch(() => undefined),
    getNow(client, deployment),
  ]);
  if (domain === undefined || nonce === undefined) return undefined;
  const deadline = BigInt(now + VALID_FOR);
  const message = { owner, spender, value, nonce, deadline };
  const signature = await signTypedData(client, { account, domain, types: TYPES, primaryType: "Permit", message });
  const { r, s, yParity } = parseSignature(signature);
  return forwarded(encodeCall(tokenAt(token).permit(owner, spender, value, deadline, 27 + yParity, r, s)));
}

/** By what name and version a token signs: those whose hash is the one that it states. */
async function domainOf(client: ReadClient, chainId: number, token: Address) {
  const none = (): undefined => undefined;
  const [name, version, separator] = await Promise.all([
    read(client, tokenAt(token).name()).catch(none),
    read(client, tokenAt(token).version()).catch(none),
    read(client, tokenAt(token).DOMAIN_SEPARATOR()).catch(none),
  ]);
  if (name === undefined || separator === undefined) return undefined;
  const domains = [version ?? "1", "1", "2"].map((candidate) => {
    return { name, version: candidate, chainId, verifyingContract: token };
  });
  return domains.find((domain) => domainSeparator({ domain }) === separator);
}
