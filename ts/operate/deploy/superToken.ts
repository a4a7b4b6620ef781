import sfMetadata from "@superfluid-finance/metadata";
import { type Address, isAddressEqual, parseAbi, zeroAddress } from "viem";
import { getContractEvents } from "viem/actions";
import { callsOf } from "../../sdk/calls/callsOf.ts";
import { hostAt, superTokenAt } from "../../sdk/calls/contracts.ts";
import { NotASuperTokenError } from "../../sdk/errors.ts";
import { read } from "../../sdk/internal/call.ts";
import type { ReadClient } from "../../sdk/types.ts";

const resolverAt = callsOf(parseAbi(["function get(string name) view returns (address)"]));
const tokenAt = callsOf(parseAbi(["function symbol() view returns (string)"]));
const FACTORY_EVENTS = parseAbi(["event SuperTokenCreated(address indexed token)"]);

/**
 * Makes sure that a token is a super token of this host.
 * @throws {NotASuperTokenError} with the wrapper, if it is a token that Superfluid wraps.
 */
export async function requireSuperToken(client: ReadClient, host: Address, token: Address): Promise<void> {
  const itsHost = await read(client, superTokenAt(token).getHost()).catch(() => zeroAddress);
  if (isAddressEqual(itsHost, host)) return;
  const candidates = [await listedWrapper(client, token), ...(await createdHere(client, host))];
  for (const candidate of candidates) {
    if (candidate !== undefined && (await wraps(client, candidate, token)))
      throw new NotASuperTokenError(token, candidate);
  }
  throw new NotASuperTokenError(token, undefined);
}

/** As Superfluid's own list names it: by the token's symbol and an x. */
async function listedWrapper(client: ReadClient, token: Address): Promise<Address | undefined> {
  const chainId = client.chain?.id ?? 0;
  const resolver = sfMetadata.getNetworkByChainId(chainId)?.contractsV1.resolver;
  if (resolver === undefined) return undefined;
  try {
    const symbol = await read(client, tokenAt(token).symbol());
    return await read(client, resolverAt(resolver as Address).get(`supertokens.v1.${symbol}x`));
  } catch {
    return undefined;
  }
}

/** Chains without that list are small enough to look at all super tokens. */
async function createdHere(client: ReadClient, host: Address): Promise<Address[]> {
  if (client.chain?.testnet !== true && sfMetadata.getNetworkByChainId(client.chain?.id ?? 0) !== undefined) return [];
  try {
    const address = await read(client, hostAt(host).getSuperTokenFactory());
    const events = await getContractEvents(client, { address, abi: FACTORY_EVENTS, strict: true, fromBlock: 0n });
    return events.map(({ args }) => args.token);
  } catch {
    // A long chain whose endpoint does not look through all of it.
    return [];
  }
}

async function wraps(client: ReadClient, superToken: Address, token: Address): Promise<boolean> {
  const underlying = await read(client, superTokenAt(superToken).getUnderlyingToken()).catch(() => zeroAddress);
  return isAddressEqual(underlying, token);
}
