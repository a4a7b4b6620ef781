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
  return readAgreement(client, host, GDA_TYPE);
}

/** Both agreements of this deployment's host. */
export async function getAgreements(client: ReadClient, { host }: Pick<Deployment, "host">) {
  const [cfa, gda] = await Promise.all([CFA_TYPE, GDA_TYPE].map((type) => readAgreement(client, host, type)));
  return { cfa: cfa as Address, gda: gda as Address };
}

function readAgreement(client: ReadClient, host: Address, type: Hex): Promise<Address> {
  return read(client, hostAt(host).getAgreementClass(type));
}

/** What an account receives less what it streams, over both agreements, wei per second. */
export async function getNetFlowRate(
  client: ReadClient,
  agreements: { cfa: Address; gda: Address },
  superToken: Address,
  account: Address,
): Promise<bigint> {
  // Both agreements have a function of this name and these arguments.
  const net = (agreement: Address) => read(client, gdaAt(agreement).getNetFlow(superToken, account));
  const [constant, distributed] = await Promise.all([net(agreements.cfa), net(agreements.gda)]);
  return constant + distributed;
}

/** The time of the block that is read, Unix seconds. */
export async function getNow(client: ReadClient, { host }: Pick<Deployment, "host">): Promise<number> {
  return Number(await read(client, hostAt(host).getNow()));
}

/** What Superfluid takes as a deposit, per token. */
export type DepositTerms = {
  /** Seconds of streaming that a deposit covers. */
  liquidationPeriod: bigint;
  /** Wei. */
  minimumDeposit: bigint;
};

/** Where Superfluid keeps the deposit terms. */
export function getGovernance(client: ReadClient, { host }: Pick<Deployment, "host">): Promise<Address> {
  return read(client, hostAt(host).getGovernance());
}

/** Reads the deposit terms from Superfluid's governance. */
export async function getDepositTerms(
  client: ReadClient,
  { host }: Pick<Deployment, "host">,
  governance: Address,
  superToken: Address,
): Promise<DepositTerms> {
  const config = (key: Hex): Promise<bigint> =>
    read(client, governanceAt(governance).getConfigAsUint256(host, superToken, key));
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
