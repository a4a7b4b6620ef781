import { decodeErrorResult, type Hex, isHex } from "viem";
import { allErrorsAbi } from "./abis.ts";

/** What to do about an error that a contract reports. */
const ADVICE: Record<string, string> = {
  BackpressurePool_UnknownTaskType: "check the task type and the deployment",
  CapacityRegistry_UnknownTaskType: "check the task type and the deployment",
  EscrowBuffer_UnknownTaskType: "check the task type and the deployment",
  CapacityRegistry_UnknownSink: "call registerSink first",
  CapacityRegistry_SinkExists: "the sink is registered already; go on",
  CapacityRegistry_StakeBelowMinimum: "call stake first",
  CapacityRegistry_NothingCommitted: "commit first",
  CapacityRegistry_RevealTooEarly: "reveal in a later block than the commitment's",
  CapacityRegistry_RevealTooLate: "commit again",
  EscrowBuffer_DepositTooSmall: "deposit at least what the error states",
  EscrowBuffer_NotDepositor: "only who made a deposit withdraws it, and only once",
  StakeManager_InsufficientStake: "ask for at most the stake",
  StakeManager_NothingUnbonding: "call requestUnstake first",
  StakeManager_StillUnbonding: "wait until the time stated",
  StakeManager_NotJudged: "try again; from the time stated on it is paid out in any case",
  CapacityRegistry_NotAdmitted: "ask whoever runs the admission contract",
  EscrowBuffer_NothingToReturn: "nothing of the account's is in the escrow",
  CFA_INSUFFICIENT_BALANCE: "top up the account",
  GDA_INSUFFICIENT_BALANCE: "top up the account: the balance does not cover the deposit",
};

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
