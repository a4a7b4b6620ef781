import { existsSync, readFileSync } from "node:fs";
import { defineConfig } from "@wagmi/cli";
import { foundry } from "@wagmi/cli/plugins";
import type { Abi, Address } from "viem";

/** Ours, from the build of this checkout. */
const CONTRACTS = [
  "StakeManager",
  "CapacityRegistry",
  "BackpressurePool",
  "EscrowBuffer",
  "CompletionTracker",
  "Pipeline",
];

/** Admission contracts: whoever wants one deploys it, so no record has their addresses. */
const PERIPHERY = ["AllowList", "ReputationAdmission"];

/** Superfluid's, as it publishes them. The last is the dollar token of the local chain. */
const SUPERFLUID = {
  ISuperfluid: "interfaces/superfluid",
  ISuperToken: "interfaces/superfluid",
  IGeneralDistributionAgreementV1: "interfaces/agreements/gdav1",
  ISuperfluidPool: "interfaces/agreements/gdav1",
  TestToken: "utils",
};

/** Base and Base Sepolia: what is deployed there goes into the package. */
const CHAINS = [8453, 84532];

/** Where a contract is, per chain, as `npm run deploy` has recorded it. */
function addressesOf(name: string): Record<number, Address> {
  const key = name.charAt(0).toLowerCase() + name.slice(1);
  const recorded = CHAINS.filter((chainId) => existsSync(`deployments/${chainId}.json`));
  return Object.fromEntries(
    recorded.map((chainId) => [chainId, JSON.parse(readFileSync(`deployments/${chainId}.json`, "utf8"))[key]]),
  );
}

const deployed = CONTRACTS.map((name) => [name, addressesOf(name)] as const).filter(
  ([, addresses]) => Object.keys(addresses).length > 0,
);

function superfluidAbi(name: string, folder: string): Abi {
  const path = `lib/superfluid-contracts/build/hardhat/contracts/${folder}/${name}.sol/${name}.json`;
  return JSON.parse(readFileSync(path, "utf8")).abi;
}

export default defineConfig({
  out: "ts/abi/generated.ts",
  contracts: Object.entries(SUPERFLUID).map(([name, folder]) => ({ name, abi: superfluidAbi(name, folder) })),
  plugins: [
    foundry({
      // `npm run abi` has built already, with the settings of foundry.toml.
      forge: { build: false, rebuild: false },
      include: [...CONTRACTS, ...PERIPHERY].map((name) => `${name}.sol/${name}.json`),
      deployments: Object.fromEntries(deployed),
    }),
  ],
});
