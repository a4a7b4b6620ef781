import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "../core/projectRoot.ts";

const OPS = join(PROJECT_ROOT, "ops");
const read = (...path: string[]): string => readFileSync(join(OPS, ...path), "utf8");

/** Every metric that the services have, by their sources. */
function metricsOfServices(): Set<string> {
  const folder = join(PROJECT_ROOT, "ts", "services");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.includes("node_modules"))
    .map((path) => readFileSync(join(folder, path), "utf8"));
  const text = sources.join("\n");
  const named = [...text.matchAll(/name: "(backpressure_\w+)"/g)].map(([, name]) => name ?? "");
  const ofKeeper = [...text.matchAll(/\bgauge\("(\w+)"/g)].map(([, name]) => `backpressure_keeper_${name}`);
  return new Set([...named, ...ofKeeper]);
}

const namesIn = (text: string): string[] => [...new Set(text.match(/\bbackpressure_\w+/g))];

test.each([
  ["ops/prometheus/alerts.yml", 14],
  ["ops/prometheus/alerts.test.yml", 2],
  ["ops/grafana/backpressure.json", 15],
  ["docs/operations.md", 5],
])("%s names metrics that there are", (path, atLeast) => {
  const known = metricsOfServices();
  expect(known.size).toBeGreaterThan(20);
  const [, watching] = readFileSync(join(PROJECT_ROOT, path), "utf8").split(/^## Watch them$/m);
  const names = namesIn(watching?.split(/^## /m)[0] ?? readFileSync(join(PROJECT_ROOT, path), "utf8"));
  expect(names.length).toBeGreaterThanOrEqual(atLeast);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});

test("for every alert there is something to do, and nothing for others", () => {
  const alerts = [...read("prometheus", "alerts.yml").matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  const told = [...read("README.md").matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect(alerts.length).toBeGreaterThan(10);
  expect(told).toEqual(alerts);
});

const promtool = process.env.PROMTOOL ?? "promtool";
const isThere = spawnSync(promtool, ["--version"]).status === 0;

test.skipIf(!isThere)(
  `promtool takes rules, their tests and the settings${isThere ? "" : ": it is not installed"}`,
  () => {
    const cwd = join(OPS, "prometheus");
    for (const argv of [
      ["check", "rules", "alerts.yml"],
      ["check", "config", "prometheus.yml"],
      ["test", "rules", "alerts.test.yml"],
    ]) {
      const { status, stdout, stderr } = spawnSync(promtool, argv, { cwd, encoding: "utf8" });
      expect({ status, said: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, said: "" });
    }
  },
);

test("units and images run programs that there are", () => {
  for (const unit of readdirSync(join(OPS, "systemd"))) {
    const [, program = ""] = /ts\/services\/(\w+)\/main\.ts/.exec(read("systemd", unit)) ?? [];
    expect(readFileSync(join(PROJECT_ROOT, "ts", "services", program, "main.ts"), "utf8")).toContain("#!");
  }
  const { bin } = JSON.parse(readFileSync(join(PROJECT_ROOT, "ts", "services", "package.json"), "utf8")) as {
    bin: Record<string, string>;
  };
  const run = [...read("compose.yaml").matchAll(/services\/(dist\/\S+\.js)\]/g)].map(([, path]) => path);
  expect(run).toEqual(Object.values(bin));
});
