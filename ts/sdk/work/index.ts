/** How work follows the money: who gets the next task, whose task is done, and how both know. Needs Node. */

export * from "./admission.ts";
export { decode, encode } from "./amounts.ts";
export * from "./buyer.ts";
export * from "./connector.ts";
export * from "./credit.ts";
export * from "./creditFeed.ts";
export * from "./creditQueue.ts";
export * from "./discovery.ts";
export * from "./dispatcher.ts";
export * from "./durableMap.ts";
export * from "./errors.ts";
export * from "./judgePool.ts";
export * from "./lossWatch.ts";
export * from "./orders.ts";
export * from "./profile.ts";
export * from "./receiptCounters.ts";
export * from "./residual.ts";
export * from "./sampling.ts";
export * from "./seller.ts";
export * from "./servedMeter.ts";
export * from "./splitBudget.ts";
export type { Liveness, Standing } from "./standing.ts";
export * from "./wire.ts";
