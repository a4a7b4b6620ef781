/** Sell or buy the work of agents over HTTP, in one line each. Needs Node. */

export { BackpressureError } from "../core/errors.ts";
export { BuyerAccount, type BuyerAccountParameters } from "./buyer/account.ts";
export * from "./buyer/parameters.ts";
export * from "./buyer/payingClient.ts";
export * from "./buyer/payingFetch.ts";
export { type Budget, type Exposure, fastestRate, Purse, type PurseParameters } from "./buyer/purse.ts";
export * from "./errors.ts";
export * from "./meters/byUsageTokens.ts";
export * from "./meters/meter.ts";
export * from "./seller/backpressurePaywall.ts";
export { Paywall, type PaywallParameters, type Serve, SOURCE_HEADER } from "./seller/paywall.ts";
export { Till, type TillParameters } from "./seller/till.ts";
export { SCHEME, type StreamTerms } from "./terms.ts";
