import { type Address, type Hex, keccak256, stringToBytes } from "viem";
import { gdaAt, governanceAt, hostAt } from "../calls/contracts.ts";
import type { Deployment, ReadClient } from "../types.ts";
import { read } from "./call.ts";

const CFA_TYPE = keccak256(stringToBytes("org.superfluid-finance.agreements.ConstantFlowAgreement.v1"));
const GDA_TYPE = keccak256(stringToBytes("org.superfluid-finance.agreements.GeneralDistributionAgreement.v1"));
const MINIMUM_DEPOSIT_KEY = keccak256(stringToBytes("org.superfluid-finance.superfluid.superTokenMinimumDeposit"));
const LIQUIDATION_KEY = keccak256(
  stringToBytes("org.superfluid-finance.agreements.ConstantFlowAgreement.v1.PPPConfiguration"),
);

/** The General Distribution Agreement of this deployment's host. */
export function getGda(client: ReadClient, { host }: Pick<Deployment, "host">): Promise<Address> {
  return read(client, hostAt(host).getAgreementClass(GDA_TYPE));
}

/** What an account receives less what it streams, over both agreements, wei per second. */
export async function getNetFlowRate(
  client: ReadClient,
  deployment: Deployment,
  superToken: Address,
  account: Address,
): Promise<bigint> {
  // Both agreements have a function of this name and these arguments.
  const rates = [CFA_TYPE, GDA_TYPE].map(async (agreementType) => {
    const agreement = await read(client, hostAt(deployment.host).getAgreementClass(agreementType));
    return read(client, gdaAt(agreement).getNetFlow(superToken, account));
  });
  const [constant = 0n, distributed = 0n] = await Promise.all(rates);
  return constant + distributed;
}

/** What Superfluid takes as a deposit, per token. */
export type DepositTerms = {
  /** Seconds of streaming that a deposit covers. */
  liquidationPeriod: bigint;
  /** Wei. */
  minimumDeposit: bigint;
};

/** Reads the deposit terms from Superfluid's governance. */
export async function getDepositTerms(
  client: ReadClient,
  deployment: Deployment,
  superToken: Address,
): Promise<DepositTerms> {
  const governance = governanceAt(await read(client, hostAt(deployment.host).getGovernance()));
  const config = (key: Hex): Promise<bigint> =>
    read(client, governance.getConfigAsUint256(deployment.host, superToken, key));
  const [minimumDeposit, periods] = await Promise.all([config(MINIMUM_DEPOSIT_KEY), config(LIQUIDATION_KEY)]);
  // SuperfluidGovernanceConfigs.decodePPPConfig: liquidation period 32 | patrician period 32.
  return { minimumDeposit, liquidationPeriod: (periods >> 32n) & 0xffff_ffffn };
}

/** max(rate × liquidation period, minimum deposit), nothing for no stream. Wei. */
export function streamDepositOf(flowRate: bigint, { liquidationPeriod, minimumDeposit }: DepositTerms): bigint {
  if (flowRate === 0n) return 0n;
  const deposit = flowRate * liquidationPeriod;
  return deposit > minimumDeposit ? deposit : minimumDeposit;
}
