import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PROJECT_ROOT } from "../localchain/supervised.ts";
import { readExamples } from "../testkit/readExamples.ts";

const NAME = "backpressure-economics";

let project: string;

/** Runs a program of npm's or of a package, and returns what it printed. */
function run(folder: string, program: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, npm_config_offline: "true", npm_config_loglevel: "error" },
  });
  return { status, output: stdout + stderr };
}

const typescript = () => {
  const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
  return join(dirname(manifest), "bin", "tsc");
};
const typeCheck = () => run(project, process.execPath, typescript(), "--noEmit", "--pretty", "false");

const readManifest = () => JSON.parse(readFileSync(join(project, "node_modules", NAME, "package.json"), "utf8"));

/** An empty project that has nothing but the package, as npm packs it, and what it depends on. */
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "backpressure-package-"));
  const packed = run(PROJECT_ROOT, "npm", "pack", "--pack-destination", project);
  expect(packed).toMatchObject({ status: 0 });
  const [tarball = ""] = readdirSync(project).filter((file) => file.endsWith(".tgz"));

  const modules = join(project, "node_modules");
  mkdirSync(join(modules, NAME), { recursive: true });
  const unpacked = run(modules, "tar", "-xzf", join(project, tarball), "--strip-components=1", "-C", NAME);
  expect(unpacked).toMatchObject({ status: 0 });
  // What npm would install with it, and nothing else: a dependency that is not declared is not found.
  const { dependencies, peerDependencies } = readManifest();
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(PROJECT_ROOT, "node_modules", name), join(modules, name));
  }

  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "integrator", type: "module" }));
  const compilerOptions = { module: "nodenext", target: "es2022", lib: ["es2022", "dom"], strict: true, types: [] };
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: true } }),
  );
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test("the package has what it exports, and nothing of this checkout besides", () => {
  expect(Object.keys(readManifest().exports)).toEqual([
    ".",
    "./abi",
    "./sdk",
    "./sim",
    "./deployments/*.json",
    "./package.json",
  ]);
  const files = readdirSync(join(project, "node_modules", NAME));
  expect(files.filter((file) => !["deployments", "README.md", "LICENSE"].includes(file)).sort()).toEqual([
    "dist",
    "package.json",
  ]);
});

test("an empty project type-checks against it, and its types are not any", () => {
  writeFileSync(
    join(project, "types.ts"),
    `import { createPublicClient, http } from "viem";
import { getPool, openStream, type WriteClient } from "${NAME}";
import { backpressurePoolAbi } from "${NAME}/abi";
import { type Deployment, getSink, InsufficientBalanceError } from "${NAME}/sdk";
import { DEFAULT_PARAMETERS, type Parameters } from "${NAME}/sim";

declare const deployment: Deployment;
declare const wallet: WriteClient;
const client = createPublicClient({ transport: http() });
const taskTypeId = "0x12";

export const name: "BackpressurePool" | "rebalance" = backpressurePoolAbi
  .find((item): item is Extract<typeof item, { name: "rebalance" }> => "name" in item && item.name === "rebalance")!.name;
export const price: bigint = (await getPool(client, { deployment, taskTypeId })).price;
export const units: bigint = (await getSink(client, { deployment, taskTypeId, sink: "0x34" })).units;
export const parameters: Parameters = DEFAULT_PARAMETERS;
export const missing = (error: InsufficientBalanceError): bigint => error.required;

// @ts-expect-error: a rate is a bigint
await openStream(wallet, { deployment, taskTypeId, flowRate: 1 });
// @ts-expect-error: who only reads cannot open a stream
await openStream(client, { deployment, taskTypeId, flowRate: 1n });
// @ts-expect-error: there is no such property
export const wrong = (await getPool(client, { deployment, taskTypeId })).prize;
// @ts-expect-error: there is no such function in the ABI
export const never: "rebalanse" = name;
// @ts-expect-error: internals are not exported
import("${NAME}/dist/sdk/internal/call.js");
`,
  );
  expect(typeCheck()).toEqual({ status: 0, output: "" });
});

test("every example type-checks as an integrator would write it", () => {
  const examples = readExamples(join(PROJECT_ROOT, "ts", "sdk"));
  const names = [...new Set(examples.map(({ name }) => name))];
  const functions = examples.map(({ name, code }) => `export async function example_${name}() {\n${code}\n}`);
  const text = `import { type Address, type Hex, hashTypedData, parseEther } from "viem";
import * as sdk from "${NAME}/sdk";
const { ${names.join(", ")} } = sdk;
declare const client: sdk.ReadClient & { extend: <actions>(decorator: (client: sdk.ReadClient) => actions) => actions };
declare const [sourceClient, sinkClient]: [Wallet, Wallet];
type Wallet = sdk.WriteClient;
declare const deployment: sdk.Deployment;
declare const [taskTypeId, superToken, source, sink]: [Hex, Address, Address, Address];
${functions.join("\n")}
`;
  writeFileSync(join(project, "examples.ts"), text);
  expect(typeCheck()).toEqual({ status: 0, output: "" });
});

test("it runs as it was packed", () => {
  const script = `
    import { formatAmount } from "${NAME}";
    import { pipelineAbi } from "${NAME}/abi";
    import { CapacityMeter } from "${NAME}/sdk";
    import { DEFAULT_PARAMETERS } from "${NAME}/sim";
    const meter = new CapacityMeter({ concurrency: 1, expectedWork: 10, expectedServiceTime: 1 });
    console.log(formatAmount(10n ** 18n), pipelineAbi.length > 5, meter.capacity(), typeof DEFAULT_PARAMETERS);
  `;
  const { status, output } = run(project, process.execPath, "--input-type=module", "-e", script);
  expect({ status, output }).toEqual({ status: 0, output: "1 true 9n object\n" });
});
