import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["explorer/**/*.test.ts"],
    // A chain with ten thousand sinks is made first.
    testTimeout: 900_000,
    hookTimeout: 1_800_000,
    // How long it takes is the machine's business.
    expect: { poll: { timeout: 120_000 } },
    pool: "forks",
  },
});
