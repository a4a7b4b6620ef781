import type { PaymentRequirements } from "@x402/core/types";
import { type Address, formatUnits, parseAbi } from "viem";
import { UsageError } from "../../core/errors.ts";
import { callsOf } from "../../sdk/calls/callsOf.ts";
import { ContractCallError } from "../../sdk/errors.ts";
import { read } from "../../sdk/internal/call.ts";
import { readWrapper, roundedUp } from "../../sdk/internal/wrapping.ts";
import type { Deployment, WriteClient } from "../../sdk/types.ts";

/** What a plain token must have so that it can be paid with by a signature (EIP-3009), and what is read of it. */
export const eip3009Abi = parseAbi([
  "function name() view returns (string)",
  "function version() view returns (string)",
  "function authorizationState(address authorizer, bytes32 nonce) view returns (bool)",
  "event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
]);
const plainTokenAt = callsOf(eip3009Abi);

/** Seconds that a payment may take to come. */
const MAX_TIMEOUT_SECONDS = 300;

/** What a request costs who pays for it alone. */
export type Price = {
  requirements: PaymentRequirements;
  /** What is taken in for one, wei of the super token. */
  value: bigint;
  token: Address;
};

export type ReadPriceParameters = {
  deployment: Pick<Deployment, "host">;
  superToken: Address;
  /** Wei of the super token, before it is rounded up to whole units of the plain one. */
  price: bigint;
  /** The most that one task may cost, wei. */
  oneTask: bigint;
};

/**
 * Turns a price into what x402's scheme `exact` asks for, in the plain token that the pool's super token wraps.
 * @throws {UsageError} for a price below what a task may cost, or a token that nobody can pay with by a signature.
 */
export async function readPrice(
  client: WriteClient,
  { deployment, superToken, price, oneTask }: ReadPriceParameters,
): Promise<Price> {
  if (price < oneTask)
    throw new UsageError(
      `${formatUnits(price, 18)} is less than one task may cost (--max-task ${formatUnits(oneTask, 18)}): ` +
        "who pays for one would be given more than was paid",
    );
  const wrapper = await readWrapper(client, deployment, superToken);
  const { amount: value, underlyingAmount } = roundedUp(wrapper, price);
  const token = plainTokenAt(wrapper.underlying);
  const [name, version] = await Promise.all([
    read(client, token.name()),
    read(client, token.version()),
    read(client, token.authorizationState(client.account.address, `0x${"0".repeat(64)}`)),
  ]).catch((cause: unknown) => {
    if (!(cause instanceof ContractCallError)) throw cause;
    throw new UsageError(`token ${wrapper.underlying} takes no payments by signature (EIP-3009)`, { cause });
  });
  const requirements: PaymentRequirements = {
    scheme: "exact",
    network: `eip155:${client.chain.id}`,
    asset: wrapper.underlying,
    amount: String(underlyingAmount),
    payTo: client.account.address,
    maxTimeoutSeconds: MAX_TIMEOUT_SECONDS,
    extra: { name, version, assetTransferMethod: "eip3009" },
  };
  return { requirements, value, token: wrapper.underlying };
}
