import { type Address, getAddress, keccak256, stringToBytes, zeroAddress } from "viem";
import { getCode, readContract } from "viem/actions";
import { UsageError } from "../../core/errors.ts";
import { hostAt } from "../../sdk/calls/contracts.ts";
import type { ReadClient } from "../../sdk/types.ts";

const GDA_TYPE = keccak256(stringToBytes("org.superfluid-finance.agreements.GeneralDistributionAgreement.v1"));

/**
 * Asks an address whether it is Superfluid's host, by asking it for the General Distribution Agreement.
 * @returns The agreement's address.
 * @throws {UsageError}
 */
export async function checkSuperfluidHost(client: ReadClient, host: Address): Promise<Address> {
  if ((await getCode(client, { address: host })) === undefined) {
    throw new UsageError(`there is no contract at ${host}: Superfluid's host is elsewhere on this chain`);
  }
  const gda = await readContract(client, hostAt(host).getAgreementClass(GDA_TYPE)).catch((cause: unknown) => {
    throw new UsageError(`${host} is not Superfluid's host: it knows no distribution agreement`, { cause });
  });
  if (gda === zeroAddress) throw new UsageError(`Superfluid at ${host} has no distribution agreement`);
  return getAddress(gda);
}
