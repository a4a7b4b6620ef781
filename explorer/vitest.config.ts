import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["explorer/**/*.test.ts"],
    // A chain with ten thousand sinks is made first.
    testTimeout: 180_000,
    hookTimeout: 900_000,
    pool: "forks",
  },
});
