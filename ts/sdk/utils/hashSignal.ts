import { type Address, encodeAbiParameters, type Hex, keccak256 } from "viem";
import type { Signal } from "../internal/signal.ts";
import type { TaskTypeParameter } from "../types.ts";

export type HashSignalParameters = TaskTypeParameter &
  Signal & {
    chainId: number;
    sink: Address;
    /** 32 random bytes, never used before: one that was once revealed gives the signal away. */
    salt: Hex;
  };

/** What a sink commits to: `ICapacityRegistry.hashSignal`, computed here, because asking a node would tell it. */
export function hashSignal(parameters: HashSignalParameters): Hex {
  const { deployment, chainId, taskTypeId, sink, capacity, backlog, salt } = parameters;
  const types = ["uint256", "address", "bytes32", "address", "uint64", "uint96", "bytes32"] as const;
  const encoded = encodeAbiParameters(
    types.map((type) => ({ type })),
    [BigInt(chainId), deployment.capacityRegistry, taskTypeId, sink, capacity, backlog, salt],
  );
  return keccak256(encoded);
}
