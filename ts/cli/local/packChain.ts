import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { startAnvil } from "../../localchain/anvil.ts";
import { build } from "../../localchain/forge.ts";
import { deployChain, saveChain } from "./savedChain.ts";

// Run by `npm pack`: `backpressure dev` starts from the file that this writes.
const [path = ""] = process.argv.slice(2);

/** What is deployed: both scripts have the contracts in them. */
const SOURCES = [
  ...["Deploy.s.sol/Deploy.json", "LocalSuperfluid.s.sol/LocalSuperfluid.json"].map((file) => `out/${file}`),
  "node_modules/@superfluid-finance/ethereum-contracts/package.json",
];

await build();
const hash = createHash("sha256");
for (const file of SOURCES) hash.update(readFileSync(join(PROJECT_ROOT, file)));
const kept = join(PROJECT_ROOT, "cache", `chain-${hash.digest("hex").slice(0, 16)}.json.gz`);
if (!existsSync(kept)) {
  // Earlier than whenever it will be used: a chain goes on from here.
  const { url, deployer, stop } = await startAnvil({ timestamp: 1_700_000_000 });
  try {
    await saveChain(url, await deployChain(url, deployer), kept);
  } finally {
    await stop();
  }
}
copyFileSync(kept, resolve(path));
