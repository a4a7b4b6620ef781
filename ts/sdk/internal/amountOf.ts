import { type Abi, parseEventLogs } from "viem";
import type { Sent } from "../types.ts";

/** The `amount` of the first event of this name, wei; 0 if there was none. */
export function amountOf(sent: Sent, abi: Abi, eventName: string): bigint {
  const [event] = parseEventLogs({ abi, eventName, logs: sent.receipt.logs });
  const { amount } = (event?.args ?? {}) as { amount?: unknown };
  return typeof amount === "bigint" ? amount : 0n;
}
