import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const OWN_PROCESS = [
  ...["demo/main", "demo/runEconomy", "demo/finalTotals", "demo/state", "sim/main", "sim/bench"],
  ...["dev/audit/main", "dev/audit/steps", "dev/audit/tools"],
  ...["dev/mutants/main", "dev/mutants/suite", "dev/mutants/workspace", "dev/mutants/forgeIn"],
].map((name) => `ts/${name}.ts`);

export default defineConfig({
  test: {
    include: ["ts/**/*.test.ts"],
    // Superfluid and the protocol are deployed once; every test file starts a chain of its own from there.
    globalSetup: "ts/testkit/globalSetup.ts",
    // Chains and compilers take their time on a busy machine; a test that hangs still ends.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What is waited for comes, however busy the machine is.
    expect: { poll: { timeout: 50_000, interval: 20 } },
    // The same order on every machine, and one process per file: tests start chains and servers of their own.
    sequence: { seed: 1 },
    pool: "forks",
    // By default one core is left idle. A third of a test's time is waiting for a chain or a process, so there is work for
    // half as many again as there are cores.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    // Before the first test is written, and in a checkout of the contracts alone, there is nothing to run.
    passWithNoTests: true,
    // `npm run coverage`. What tests run as processes of their own is not seen; files that only run so are left out.
    coverage: {
      provider: "v8",
      include: ["ts/**/*.ts"],
      exclude: [
        ...["ts/**/*.test.ts", "ts/abi/generated.ts", "ts/*/dist/**", "ts/testkit/**", "ts/e2e/**"],
        ...OWN_PROCESS,
      ],
      reporter: ["text-summary", "json-summary"],
      thresholds: { lines: 90 },
    },
  },
});
