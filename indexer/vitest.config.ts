import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["indexer/**/*.test.ts"],
    // An hour's economy is run first, and a killed indexer is waited for.
    testTimeout: 900_000,
    hookTimeout: 1_800_000,
    // How long it takes is the machine's business.
    expect: { poll: { timeout: 120_000 } },
    pool: "forks",
  },
});
