import { resolve } from "node:path";
import { startAnvil } from "../../localchain/anvil.ts";
import { deployChain, saveChain } from "./savedChain.ts";

// Run by `npm pack`: `backpressure dev` starts from the file that this writes.
const [path = ""] = process.argv.slice(2);
// Earlier than whenever it will be used: a chain goes on from here.
const { url, deployer, stop } = await startAnvil({ timestamp: 1_700_000_000 });
try {
  await saveChain(url, await deployChain(url, deployer), resolve(path));
} finally {
  await stop();
}
