import type { Address, Hex } from "viem";
import type { Calls, DueSink, Work } from "../calls.ts";
import { shouldAssess } from "./assess.ts";
import { shouldDrain } from "./drain.ts";
import { type PropagateView, shouldPropagate } from "./propagate.ts";
import { type ReleaseView, shouldRelease } from "./release.ts";
import { type SettleView, shouldSettle } from "./settle.ts";

export type PoolView = PropagateView &
  ReleaseView & {
    /** Whether a rebalance that names no sink would move the escrow's units. */
    needsRebalance: boolean;
  };

/** The sinks that something is to be done about; see `sinksToRebalance`, `shouldAssess`, `shouldSettle`. */
export type SinksToDo = Record<"rebalance" | "assess" | "settle", DueSink[]>;

/** Notes whether a sink is to be judged, or its ledger brought up to date. @returns Whether it is. */
export function noteSink(todo: Pick<SinksToDo, "assess" | "settle">, sink: Address, view: SettleView): boolean {
  const { ledger, received } = view;
  const due = { sink, worth: received - ledger.receivedMark + ledger.owed };
  const assess = shouldAssess(view);
  const settle = !assess && shouldSettle(view);
  if (assess) todo.assess.push(due);
  if (settle) todo.settle.push(due);
  return assess || settle;
}

/**
 * What is to be done about a pool, most urgent first.
 * @param sources Whom a release pays what is theirs.
 */
export function poolWork(
  calls: Calls,
  taskTypeId: Hex,
  view: PoolView,
  sinks: SinksToDo,
  sources: readonly Address[],
): Work[] {
  const work: Work[] = [];
  if (sinks.rebalance.length > 0 || view.needsRebalance) work.push(calls.rebalance(taskTypeId, sinks.rebalance));
  if (shouldPropagate(view)) work.push(calls.propagate(taskTypeId));
  if (sinks.assess.length > 0) work.push(calls.assess(taskTypeId, sinks.assess));
  if (sinks.settle.length > 0) work.push(calls.settle(taskTypeId, sinks.settle));
  if (shouldDrain(view)) work.push(calls.drain(taskTypeId, view.drainable));
  if (shouldRelease(view)) work.push(...releaseWork(calls, taskTypeId, sources));
  return work;
}

/** A release sets money aside for all shares at once; each source is then paid its part when it is synchronised. */
function releaseWork(calls: Calls, taskTypeId: Hex, sources: readonly Address[]): Work[] {
  if (sources.length <= calls.most) return [calls.release(taskTypeId, sources)];
  return [calls.release(taskTypeId, []), calls.syncSource(taskTypeId, sources)];
}
