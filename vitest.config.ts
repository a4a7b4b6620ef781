import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["ts/**/*.test.ts"],
    // The same order on every machine, and one process per file: tests start chains and servers of their own.
    sequence: { seed: 1 },
    pool: "forks",
    // Before the first test is written, and in a checkout of the contracts alone, there is nothing to run.
    passWithNoTests: true,
  },
});
