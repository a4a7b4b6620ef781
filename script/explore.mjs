// `npm run test:explore`: the contract tests with another seed, printed first. The seed of every other run is fixed, so that
// a commit gives the same result everywhere; this is where new inputs come from. Arguments go to `forge test`.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";

const seed = process.env.SEED ?? `0x${randomBytes(8).toString("hex")}`;
process.stderr.write(`explore: seed ${seed}; the same again with SEED=${seed} npm run test:explore\n`);
const { status } = spawnSync("forge", ["test", ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { FOUNDRY_PROFILE: "ci", ...process.env, FOUNDRY_FUZZ_SEED: seed },
});
process.exitCode = status ?? 1;
