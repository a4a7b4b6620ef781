import { parseEther } from "viem";
import { UsageError } from "../../core/errors.ts";
import type { Budget } from "../../x402/buyer/purse.ts";

const PART = /^(\d+(?:\.\d+)?)\s*[A-Za-z.]*\s*\/\s*(hour|day)$/;

/** Reads "5/day", "1/hour,5/day", "5 USDCx/day". @throws {UsageError} */
export function parseBudget(text: string): Budget {
  const budget: Budget = {};
  for (const part of text.split(",")) {
    const [, amount = "", period] = PART.exec(part.trim()) ?? [];
    const key = period === "hour" ? "perHour" : "perDay";
    if (period === undefined || budget[key] !== undefined || parseEther(amount) === 0n)
      throw new UsageError(`"${text}" is no budget: 5/day, or 1/hour,5/day`);
    budget[key] = parseEther(amount);
  }
  return budget;
}
