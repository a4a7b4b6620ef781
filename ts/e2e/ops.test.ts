import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../core/projectRoot.ts";
import { createIntakeMetrics } from "../services/intake/metrics.ts";
import { Health } from "../services/runtime/health.ts";
import { createMetrics } from "../services/runtime/metrics.ts";

const OPS = join(PROJECT_ROOT, "ops");
const read = (...path: string[]): string => readFileSync(join(OPS, ...path), "utf8");

/** The labels of every metric that the services have, by its name. */
function metricsOfServices(): Map<string, readonly string[]> {
  const { registry } = createMetrics("oracle");
  new Health().observe(registry);
  createIntakeMetrics(registry).watch(
    { summary: async () => ({ messages: 0, oldest: undefined }) },
    { leads: () => true },
  );
  const named = registry.getMetricsAsArray().map((metric): [string, string[]] => {
    return [metric.name, (metric as unknown as { labelNames: string[] }).labelNames];
  });
  // A keeper has its own only once it runs.
  const keeper = readFileSync(join(PROJECT_ROOT, "ts", "services", "keeper", "keeper.ts"), "utf8");
  const ofKeeper = [...keeper.matchAll(/\bgauge\("(\w+)"/g)].map(([, name]): [string, string[]] => {
    return [`backpressure_keeper_${name}`, []];
  });
  expect(ofKeeper.length).toBeGreaterThan(3);
  return new Map([...named, ...ofKeeper].filter(([name]) => name.startsWith("backpressure_")));
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

type Rules = { groups: { rules: { alert: string; expr: string; for?: string; labels: { severity: string } }[] }[] };
type Dashboard = { panels: { title: string; targets?: { expr: string }[] }[] };

/** Every expression of alerts, dashboard and the table of alerts, with where it stands. */
function expressions(): [string, string][] {
  const { groups } = parse(read("prometheus", "alerts.yml")) as Rules;
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert, expr }): [string, string] => [alert, expr]));
  const { panels } = JSON.parse(read("grafana", "backpressure.json")) as Dashboard;
  const shown = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }): [string, string] => [`panel ${title}`, expr]),
  );
  expect(alerts.length).toBeGreaterThan(10);
  expect(shown.length).toBeGreaterThan(10);
  return [...alerts, ...shown];
}

/** What is added to every series, by who scrapes it and by the registry. */
const EVERYWHERE = ["job", "instance", "service"];

test.each(expressions())("%s is PromQL, of metrics and labels that there are", (_, expr) => {
  const known = metricsOfServices();
  const metrics: string[] = [];
  const labels: string[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      const text = expr.slice(node.from, node.to);
      expect(node.type.isError, `${expr}: at ${node.from}`).toBe(false);
      if (node.name === "Identifier" && node.node.parent?.name === "VectorSelector") metrics.push(text);
      if (node.name === "LabelName") labels.push(text);
    },
  });
  expect(metrics.length).toBeGreaterThan(0);
  expect(metrics.filter((name) => name !== "up" && !known.has(name))).toEqual([]);
  const there = [...EVERYWHERE, ...metrics.flatMap((name) => known.get(name) ?? [])];
  expect(labels.filter((label) => !there.includes(label))).toEqual([]);
});

type Service = {
  image?: string;
  build?: { context: string; dockerfile: string };
  env_file?: string[];
  command?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
};
type Compose = { services: Record<string, Service>; volumes: Record<string, unknown> };

test("the compose file names files, volumes and services that there are", () => {
  // Docker takes YAML 1.1's merges.
  const { services, volumes } = parse(read("compose.yaml"), { merge: true }) as Compose;
  expect(Object.keys(services)).toEqual(["keeper", "oracle", "verifier", "postgres", "prometheus", "grafana"]);
  for (const [name, { build, image, env_file = [], volumes: mounts = [], depends_on = {} }] of Object.entries(
    services,
  )) {
    // An image of others is pinned.
    if (build === undefined) expect(image, name).toMatch(/:[\w.-]*\d/);
    else expect(existsSync(join(OPS, build.context, build.dockerfile)), name).toBe(true);
    for (const file of env_file) expect(existsSync(join(OPS, `${file}.example`)), file).toBe(true);
    for (const mount of mounts) {
      const [from = "", to] = mount.split(":");
      expect(to, mount).toMatch(/^\//);
      if (from.startsWith(".")) expect(existsSync(join(OPS, from)), mount).toBe(true);
      else expect(Object.keys(volumes), mount).toContain(from);
    }
    for (const [other, { condition }] of Object.entries(depends_on)) {
      expect(condition).toBe("service_healthy");
      expect(services[other]?.healthcheck, `${name} waits for ${other}`).toBeDefined();
    }
  }
});

test("health checks and Prometheus ask where the services answer", () => {
  const { services } = parse(read("compose.yaml"), { merge: true }) as Compose;
  const {
    scrape_configs: [job],
  } = parse(read("prometheus", "prometheus.yml")) as {
    scrape_configs: [{ static_configs: [{ targets: string[] }] }];
  };
  const table = readFileSync(join(PROJECT_ROOT, "docs/operations.md"), "utf8");
  const ports = { keeper: [9470, 9470], oracle: [9471, 9481], verifier: [9472, 9482] } as const;
  for (const [name, [port, admin]] of Object.entries(ports)) {
    expect(services[name]?.healthcheck?.test.join(" ")).toContain(`127.0.0.1:${port}/health/ready`);
    expect(job.static_configs[0].targets).toContain(`${name}:${admin}`);
    expect(table).toContain(`${admin} (${name})`);
  }
  expect(job.static_configs[0].targets).toHaveLength(3);
});

test("the dashboard is where Grafana looks for it, and asks the source that it is given", () => {
  const { providers } = parse(read("grafana", "provisioning", "dashboards", "backpressure.yml")) as {
    providers: { options: { path: string } }[];
  };
  const { datasources } = parse(read("grafana", "provisioning", "datasources", "prometheus.yml")) as {
    datasources: { uid: string; url: string }[];
  };
  const { services } = parse(read("compose.yaml"), { merge: true }) as Compose;
  const mounts = services.grafana?.volumes ?? [];
  expect(mounts.some((mount) => mount.includes(`:${providers[0]?.options.path}/`))).toBe(true);
  const uids = [...read("grafana", "backpressure.json").matchAll(/"uid": "([^"]+)"/g)].map(([, uid]) => uid);
  expect(uids.filter((uid) => uid === datasources[0]?.uid).length).toBeGreaterThan(5);
  expect(datasources[0]?.url).toBe("http://prometheus:9090");
});

test("the image is built from files that there are, and its program is nobody's", () => {
  const lines = read("Dockerfile").split("\n");
  expect(lines.filter((line) => /^USER\b/.test(line))).toEqual(["USER node"]);
  const programs = lines.flatMap((line) =>
    [...line.matchAll(/node (script\/\S+\.mjs)/g)].map(([, path]) => path ?? ""),
  );
  expect(programs.map((path) => [basename(path), existsSync(join(PROJECT_ROOT, path))])).toEqual([["setup.mjs", true]]);
  const workspaces = lines.flatMap((line) => [...line.matchAll(/--workspace (\S+)/g)].map(([, path]) => path ?? ""));
  expect(workspaces.map((path) => existsSync(join(PROJECT_ROOT, path, "package.json")))).toEqual([true]);
});
