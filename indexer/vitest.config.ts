import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["indexer/**/*.test.ts"],
    // An hour's economy is run first, and a killed indexer is waited for.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: "forks",
  },
});
