import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const TS = fileURLToPath(new URL("../", import.meta.url));

// Whoever buys or sells has a clock that may be minutes off. What is signed is for the chain's time, which both read from its
// blocks; between two blocks only the time that passes counts, which no wrong clock changes.
test.each(["sdk", "x402"])("nothing in %s reads the wall clock", (room) => {
  const sources = readdirSync(`${TS}${room}`, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !/node_modules|dist/.test(path),
  );
  expect(sources.length).toBeGreaterThan(20);
  const reading = sources.filter((path) =>
    /\bDate\.now\(|new Date\(\)/.test(readFileSync(`${TS}${room}/${path}`, "utf8")),
  );
  expect(reading).toEqual([]);
});
