import type { Hex } from "viem";
import { expect } from "vitest";
import type { Keepers } from "../../services/keeper/testKeepers.ts";
import { peakMegabytes } from "../../testkit/processes.ts";

/** What one look of a keeper took. */
export type KeptOnce = {
  /** Most memory of its process. */
  megabytes: number;
  transactions: number;
  /** By action. */
  gas: Record<string, number>;
};

/** Runs a keeper's process for one look at one task type. */
export async function keepOnce(keepers: Keepers, taskTypeId: Hex): Promise<KeptOnce> {
  const budget = ["--gas-per-hour", "100000000000", "--ether-per-day", "1000", "--max-fee", "100"];
  const argv = [...budget, "--once", "--task-type", taskTypeId];
  const keeper = await keepers.spawn(argv);
  let megabytes = 0;
  const watch = setInterval(() => {
    megabytes = Math.max(megabytes, peakMegabytes(keeper.child.pid));
  }, 50);
  expect(await keeper.exited).toEqual({ code: 0, signal: null });
  clearInterval(watch);
  expect(megabytes).toBeGreaterThan(0);
  const confirmed = keeper.lines.filter(({ msg }) => msg === "confirmed");
  const gas: Record<string, number> = {};
  for (const { action = "", gasUsed } of confirmed) gas[action] = (gas[action] ?? 0) + Number(gasUsed);
  return { megabytes, transactions: confirmed.length, gas };
}
