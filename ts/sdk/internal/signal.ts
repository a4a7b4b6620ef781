import { maxUint64, maxUint96 } from "viem";
import { InvalidParameterError } from "../errors.ts";

/** What a sink declares. */
export type Signal = {
  /** c, units. */
  capacity: bigint;
  /** Q: work paid for and not finished, unit-seconds. */
  backlog: bigint;
};

/** What does not fit the contract's types would be refused there with no reason given. */
export function assertSignal({ capacity, backlog }: Signal): void {
  if (capacity < 0n || capacity > maxUint64) {
    throw new InvalidParameterError(`a capacity is between 0 and 2^64 - 1 units, not ${capacity}`);
  }
  if (backlog < 0n || backlog > maxUint96) {
    throw new InvalidParameterError(`a backlog is between 0 and 2^96 - 1 unit-seconds, not ${backlog}`);
  }
}
