import { type Address, encodeAbiParameters, type Hex } from "viem";
import type { iSuperfluidAbi } from "../../abi/generated.ts";
import type { Deployment } from "../types.ts";
import { type AnyCall, type Call, type EncodedCall, encodeCall } from "./callsOf.ts";
import { contractsOf, gdaAt, hostAt } from "./contracts.ts";

/** `BatchOperation` in Superfluid's Definitions.sol. */
const SUPERTOKEN_UPGRADE = 101;
const CALL_AGREEMENT = 201;
const SIMPLE_FORWARD_CALL = 301;

/** One operation of the host's `batchCall`. */
export type Operation = { operationType: number; target: Address; data: Hex };

/** A call that needs no particular sender, made through Superfluid's forwarder: it is shared, so never authorise it. */
export function forwarded({ to, data }: EncodedCall): Operation {
  return { operationType: SIMPLE_FORWARD_CALL, target: to, data };
}

/** A call of an agreement as oneself; the host fills in the empty context with which the call ends. */
function agreed(call: AnyCall): Operation {
  const { to, data } = encodeCall(call);
  const types = [{ type: "bytes" }, { type: "bytes" }] as const;
  return { operationType: CALL_AGREEMENT, target: to, data: encodeAbiParameters(types, [data, "0x"]) };
}

/** Wrapping an amount of oneself, in wei of the super token. */
export function wrapped(superToken: Address, amount: bigint): Operation {
  return {
    operationType: SUPERTOKEN_UPGRADE,
    target: superToken,
    data: encodeAbiParameters([{ type: "uint256" }], [amount]),
  };
}

/** A call of an agreement as oneself, in a transaction of its own. */
export function throughHost(host: Address, call: AnyCall): Call<typeof iSuperfluidAbi, "callAgreement"> {
  const { to, data } = encodeCall(call);
  return hostAt(host).callAgreement(to, data, "0x");
}

export type ChangeStreamParameters = {
  gda: Address;
  superToken: Address;
  distributionPool: Address;
  taskTypeId: Hex;
  source: Address;
  /** The new rate, wei per second. */
  flowRate: bigint;
};

/**
 * Sets a stream into a task type's pool in one batch: synchronise at the old rate, change, synchronise at the new one,
 * and let the pool look at its inflow. The first two keep what the source has earned in the escrow, and go on with it;
 * the last starts the confirmation. Only the source can send it.
 * @param before What is done first, in the same batch.
 */
export function changeStreamCall(
  deployment: Deployment,
  { gda, superToken, distributionPool, taskTypeId, source, flowRate }: ChangeStreamParameters,
  before: readonly Operation[] = [],
): Call<typeof iSuperfluidAbi, "batchCall"> {
  const { capacityRegistry, escrowBuffer, host } = contractsOf(deployment);
  const change = agreed(gdaAt(gda).distributeFlow(superToken, source, distributionPool, flowRate, "0x"));
  const sync = forwarded(encodeCall(escrowBuffer.syncSource(taskTypeId, source)));
  const rebalance = forwarded(encodeCall(capacityRegistry.rebalance(taskTypeId, [])));
  return host.batchCall([...before, sync, change, sync, rebalance]);
}

/** Several calls that anybody may make, in one transaction: all of them, or none. */
export function batchCall(host: Address, calls: readonly AnyCall[]): Call<typeof iSuperfluidAbi, "batchCall"> {
  return hostAt(host).batchCall(calls.map((call) => forwarded(encodeCall(call))));
}

/** Lets what a pool pays count in the balance of whoever sends this, second by second. */
export function connectPoolCall(
  host: Address,
  { gda, distributionPool }: Pick<ChangeStreamParameters, "gda" | "distributionPool">,
): Call<typeof iSuperfluidAbi, "callAgreement"> {
  return throughHost(host, gdaAt(gda).connectPool(distributionPool, "0x"));
}
