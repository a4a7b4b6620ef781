import { type Address, encodeAbiParameters, encodeFunctionData, type Hex, keccak256, stringToBytes } from "viem";
import { iGeneralDistributionAgreementV1Abi, iSuperfluidAbi } from "../../abi/generated.ts";
import type { Deployment, ReadClient } from "../types.ts";
import { governanceAbi } from "./abis.ts";
import { read } from "./call.ts";

const CFA_TYPE = keccak256(stringToBytes("org.superfluid-finance.agreements.ConstantFlowAgreement.v1"));
const GDA_TYPE = keccak256(stringToBytes("org.superfluid-finance.agreements.GeneralDistributionAgreement.v1"));
const MINIMUM_DEPOSIT_KEY = keccak256(stringToBytes("org.superfluid-finance.superfluid.superTokenMinimumDeposit"));
const LIQUIDATION_KEY = keccak256(
  stringToBytes("org.superfluid-finance.agreements.ConstantFlowAgreement.v1.PPPConfiguration"),
);

/** `BatchOperation` in Superfluid's Definitions.sol. */
const CALL_AGREEMENT = 201;
const SIMPLE_FORWARD_CALL = 301;

/** One operation of `host.batchCall`. */
export type Operation = { operationType: number; target: Address; data: Hex };

/** The General Distribution Agreement of this deployment's host. */
export function getGda(client: ReadClient, { host }: Pick<Deployment, "host">): Promise<Address> {
  return read(client, { address: host, abi: iSuperfluidAbi, functionName: "getAgreementClass", args: [GDA_TYPE] });
}

/** What an account receives less what it streams, over both agreements, wei per second. */
export async function getNetFlowRate(
  client: ReadClient,
  { host }: Pick<Deployment, "host">,
  superToken: Address,
  account: Address,
): Promise<bigint> {
  // Both agreements have a function of this name and these arguments.
  const rates = [CFA_TYPE, GDA_TYPE].map(async (agreementType) => {
    const address = await read(client, {
      address: host,
      abi: iSuperfluidAbi,
      functionName: "getAgreementClass",
      args: [agreementType],
    });
    return read(client, {
      address,
      abi: iGeneralDistributionAgreementV1Abi,
      functionName: "getNetFlow",
      args: [superToken, account],
    });
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
  const { host } = deployment;
  const address = await read(client, { address: host, abi: iSuperfluidAbi, functionName: "getGovernance" });
  const config = (key: Hex): Promise<bigint> =>
    read(client, { address, abi: governanceAbi, functionName: "getConfigAsUint256", args: [host, superToken, key] });
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

/** A call that needs no particular sender, made through Superfluid's forwarder: it is shared, so never authorise it. */
export function forwardCall(target: Address, data: Hex): Operation {
  return { operationType: SIMPLE_FORWARD_CALL, target, data };
}

export type DistributeFlowOperationParameters = {
  gda: Address;
  superToken: Address;
  source: Address;
  pool: Address;
  /** Wei per second. */
  flowRate: bigint;
};

/** `distributeFlow` as an operation of a batch; the host fills in the empty context at the end. */
export function distributeFlowOperation(parameters: DistributeFlowOperationParameters): Operation {
  const { gda, superToken, source, pool, flowRate } = parameters;
  const callData = encodeFunctionData({
    abi: iGeneralDistributionAgreementV1Abi,
    functionName: "distributeFlow",
    args: [superToken, source, pool, flowRate, "0x"],
  });
  const data = encodeAbiParameters([{ type: "bytes" }, { type: "bytes" }], [callData, "0x"]);
  return { operationType: CALL_AGREEMENT, target: gda, data };
}
