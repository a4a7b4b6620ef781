import { defineChain } from "viem";
import { chainConfig } from "viem/op-stack";

// viem/chains defines some seven hundred chains, all of which every program would load: a quarter of a second of processor
// time and 23 MB. A test holds these three against viem's.

/** Multicall3, at the same address on every chain that has it. */
const MULTICALL = "0xca11bde05977b3631167028862be2a173976ca11";

const ETHER = { name: "Ether", symbol: "ETH", decimals: 18 } as const;

/** Base. */
export const base = defineChain({
  ...chainConfig,
  id: 8453,
  name: "Base",
  nativeCurrency: ETHER,
  rpcUrls: { default: { http: ["https://mainnet.base.org"] } },
  blockExplorers: {
    default: { name: "Basescan", url: "https://basescan.org", apiUrl: "https://api.basescan.org/api" },
  },
  contracts: { ...chainConfig.contracts, multicall3: { address: MULTICALL, blockCreated: 5022 } },
  sourceId: 1,
});

/** The test network of Base. */
export const baseSepolia = defineChain({
  ...chainConfig,
  id: 84532,
  name: "Base Sepolia",
  nativeCurrency: { ...ETHER, name: "Sepolia Ether" },
  rpcUrls: { default: { http: ["https://sepolia.base.org"] } },
  blockExplorers: {
    default: {
      name: "Basescan",
      url: "https://sepolia.basescan.org",
      apiUrl: "https://api-sepolia.basescan.org/api",
    },
  },
  contracts: { ...chainConfig.contracts, multicall3: { address: MULTICALL, blockCreated: 1059647 } },
  testnet: true,
  sourceId: 11155111,
});

/** A local chain of anvil's. */
export const foundry = defineChain({
  id: 31337,
  name: "Foundry",
  nativeCurrency: ETHER,
  rpcUrls: { default: { http: ["http://127.0.0.1:8545"], webSocket: ["ws://127.0.0.1:8545"] } },
});
