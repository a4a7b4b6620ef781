import { decodeErrorResult, type Hex, isHex } from "viem";
import { allErrorsAbi } from "./abis.ts";
import { ADVICE } from "./advice.ts";

export type DecodedRevert = {
  errorName: string;
  args: readonly unknown[];
  /** The error with its arguments, and what to do about it. */
  text: string;
};

/** What a contract reverted with; undefined if it gave nothing that anybody knows. */
export function decodeRevert(error: unknown): DecodedRevert | undefined {
  const data = revertData(error);
  if (data === undefined) return undefined;
  try {
    const { errorName, args = [], abiItem } = decodeErrorResult({ abi: allErrorsAbi, data });
    const values = (args as readonly unknown[]).map((value, index) => {
      const name = "inputs" in abiItem ? abiItem.inputs?.[index]?.name : undefined;
      return name ? `${name} ${String(value)}` : String(value);
    });
    // `require(condition, "reason")`: the reason says it all.
    const text = errorName === "Error" ? String(args[0]) : `${errorName}(${values.join(", ")})`;
    const advice = ADVICE[errorName];
    return { errorName, args: args as readonly unknown[], text: advice === undefined ? text : `${text}: ${advice}` };
  } catch {
    return undefined;
  }
}

/** viem keeps what a contract reverted with somewhere down the chain of causes, under one of two names. */
function revertData(error: unknown): Hex | undefined {
  for (let level = error; level instanceof Error; level = level.cause) {
    const { raw, data } = level as { raw?: unknown; data?: unknown };
    const nested = typeof data === "object" && data !== null ? (data as { data?: unknown }).data : undefined;
    const found = [raw, data, nested].find((value) => isHex(value) && value.length >= 10);
    if (found !== undefined) return found as Hex;
  }
  return undefined;
}
