import { createConfig, http, injected } from "wagmi";
import { chainOf } from "../chain.ts";
import type { Config } from "../config.ts";

/** Wallets that the browser has; no other is looked for, and nothing is loaded for them. */
export function walletsOf(config: Config) {
  const chain = chainOf(config);
  return createConfig({ chains: [chain], connectors: [injected()], transports: { [chain.id]: http(config.rpcUrl) } });
}
