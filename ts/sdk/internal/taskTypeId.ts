import { type Address, encodeAbiParameters, type Hex, keccak256 } from "viem";

/** Arguments of `registerTaskType`. */
export type TaskTypeArguments = {
  parameters: {
    superToken: Address;
    /** Wei per second and unit. */
    unitRate: bigint;
    /** Durations in seconds. */
    epochLength: number;
    horizon: number;
    acknowledgementGrace: number;
    reportDelay: number;
    signalTimeToLive: number;
    /** Epochs. */
    receiptEpochs: number;
    /** 1e18 = 1. */
    smoothing: bigint;
    verifier: Address;
    admission: Address;
    /** Wei. */
    minimumStake: bigint;
    bufferMax: bigint;
  };
  salt: Hex;
  metadata: string;
};

/** `keccak256(abi.encode(creator, salt, metadata))`. */
export function taskTypeIdOf(creator: Address, { salt, metadata }: Pick<TaskTypeArguments, "salt" | "metadata">): Hex {
  const types = [{ type: "address" }, { type: "bytes32" }, { type: "string" }] as const;
  return keccak256(encodeAbiParameters(types, [creator, salt, metadata]));
}
