/** Backpressure Economics: the ABIs and the agent SDK. Also apart, as `./abi` and `./sdk`. */
export * from "./abi/index.ts";
export * from "./sdk/index.ts";
