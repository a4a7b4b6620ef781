import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { PROJECT_ROOT } from "../core/projectRoot.ts";
import { testTokenAt } from "../localchain/localSuperfluid.ts";
import { send } from "../sdk/internal/call.ts";
import { readExamples } from "../testkit/readExamples.ts";
import { startTestChain } from "../testkit/testChain.ts";
import { createWorkplace } from "../testkit/workplace.ts";

const SDK = "@backpressure-economics/sdk";
const SERVICES = "@backpressure-economics/services";
const SIM = "@backpressure-economics/sim";

const TYPESCRIPT = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

type Ended = { status: number | null; output: string };

/** Runs a program of npm's or of a package, and returns what it printed. */
function run(folder: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, npm_config_offline: "true", npm_config_loglevel: "error", ...env },
  });
  return { status, output: stdout + stderr };
}

const projects: string[] = [];
afterAll(() => projects.forEach((project) => void rmSync(project, { recursive: true, force: true })));

/** A project that has nothing but a package, as npm packs it, and what that depends on. */
class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "backpressure-package-"));
  readonly installed: string;

  constructor(readonly name: string) {
    projects.push(this.folder);
    const packed = run(PROJECT_ROOT, "npm", ["pack", "--workspace", name, "--pack-destination", this.folder]);
    expect(packed).toMatchObject({ status: 0 });
    const [tarball = ""] = readdirSync(this.folder).filter((file) => file.endsWith(".tgz"));

    const modules = join(this.folder, "node_modules");
    this.installed = join(modules, name);
    mkdirSync(this.installed, { recursive: true });
    const unpacked = run(this.folder, "tar", ["-xzf", tarball, "--strip-components=1", "-C", this.installed]);
    expect(unpacked).toMatchObject({ status: 0 });
    // What npm would install with it, and nothing else: a dependency that is not declared is not found.
    const { dependencies, peerDependencies } = this.manifest;
    for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
      mkdirSync(dirname(join(modules, dependency)), { recursive: true });
      symlinkSync(join(PROJECT_ROOT, "node_modules", dependency), join(modules, dependency));
    }
    this.write("package.json", JSON.stringify({ name: "integrator", type: "module" }));
    const compilerOptions = { module: "nodenext", target: "es2022", lib: ["es2022", "dom"], strict: true, types: [] };
    this.write("tsconfig.json", JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: false } }));
  }

  get manifest() {
    return JSON.parse(this.read("package.json"));
  }

  /** Of the package. */
  read(file: string): string {
    return readFileSync(join(this.installed, file), "utf8");
  }

  /** Into the project. */
  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  typeCheck(): Ended {
    return run(this.folder, process.execPath, [TYPESCRIPT, "--noEmit", "--pretty", "false"]);
  }

  /** Runs a script of the project. */
  evaluate(script: string): Ended {
    this.write("script.js", script);
    return run(this.folder, process.execPath, ["script.js"]);
  }

  /** Blocks of TypeScript in the package's README. */
  readmeExamples(): string[] {
    return [...this.read("README.md").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
  }
}

const sdk = new Project(SDK);
const services = new Project(SERVICES);
const simulation = new Project(SIM);

describe.each([sdk, services, simulation])("$name", (project) => {
  test("says what it is and where it comes from, and has nothing of this checkout", () => {
    const { name } = project;
    expect(project.manifest).toMatchObject({
      name,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      description: expect.stringMatching(/.{20}/),
      license: "MIT",
      type: "module",
      engines: { node: ">=20" },
      keywords: expect.arrayContaining(["superfluid"]),
      homepage: expect.stringMatching(/^https:/),
      repository: { type: "git", directory: `ts/${name.split("/")[1]}` },
    });
    const files = readdirSync(project.installed).filter((file) => file !== "deployments");
    expect(files.sort()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
    const records = existsSync(join(project.installed, "deployments"))
      ? readdirSync(join(project.installed, "deployments"))
      : [];
    expect(records.filter((record) => !/^\d+\.json$/.test(record) || record === "31337.json")).toEqual([]);
    const links = [...project.read("README.md").matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !link.startsWith("https://"))).toEqual([]);
  });
});

describe("the SDK", () => {
  const project = sdk;

  test("needs viem and nothing else", () => {
    const { dependencies, peerDependencies } = project.manifest;
    expect({ dependencies, peers: Object.keys(peerDependencies) }).toEqual({
      dependencies: undefined,
      peers: ["viem"],
    });
  });

  test("an empty project type-checks against it, and its types are not any", () => {
    project.write(
      "types.ts",
      `import { createPublicClient, http } from "viem";
import { type Deployment, getPool, getSink, InsufficientFundsError, openStream, type WriteClient } from "${SDK}";
import { backpressurePoolAbi } from "${SDK}/abi";

declare const deployment: Deployment;
declare const wallet: WriteClient;
const client = createPublicClient({ transport: http() });
const taskTypeId = "0x12";

export const name: "BackpressurePool" | "spotPrice" = backpressurePoolAbi
  .find((item): item is Extract<typeof item, { name: "spotPrice" }> => "name" in item && item.name === "spotPrice")!.name;
export const price: bigint = (await getPool(client, { deployment, taskTypeId })).price;
export const units: bigint = (await getSink(client, { deployment, taskTypeId, sink: "0x34" })).units;
export const missing = (error: InsufficientFundsError): bigint => error.needed;

// @ts-expect-error: a rate is a bigint
await openStream(wallet, { deployment, taskTypeId, flowRate: 1 });
// @ts-expect-error: who only reads cannot open a stream
await openStream(client, { deployment, taskTypeId, flowRate: 1n });
// @ts-expect-error: there is no such property
export const wrong = (await getPool(client, { deployment, taskTypeId })).prize;
// @ts-expect-error: there is no such function in the ABI
export const never: "spotPrise" = name;
// @ts-expect-error: internals are not exported
import("${SDK}/dist/sdk/internal/call.js");
`,
    );
    for (const [index, code] of project.readmeExamples().entries()) project.write(`readme${index}.ts`, code);
    expect(project.typeCheck()).toEqual({ status: 0, output: "" });
  });

  test("every example type-checks as an integrator would write it", () => {
    const examples = readExamples(join(PROJECT_ROOT, "ts", "sdk"));
    const names = [...new Set(examples.map(({ name }) => name))];
    const functions = examples.map(({ name, code }) => `export async function example_${name}() {\n${code}\n}`);
    const text = `import { type Address, type Hex, hashTypedData, parseEther } from "viem";
import * as sdk from "${SDK}";
const { ${names.join(", ")} } = sdk;
declare const client: sdk.ReadClient & { extend: <actions>(decorator: (client: sdk.ReadClient) => actions) => actions };
declare const [sourceClient, sinkClient]: [Wallet, Wallet];
type Wallet = sdk.WriteClient;
declare const deployment: sdk.Deployment;
declare const [taskTypeId, superToken, source, sink]: [Hex, Address, Address, Address];
${functions.join("\n")}
`;
    project.write("examples.ts", text);
    expect(project.typeCheck()).toEqual({ status: 0, output: "" });
  });

  test("it runs as it was packed", () => {
    const script = `
      import { CapacityMeter, formatAmount } from "${SDK}";
      import { pipelineAbi } from "${SDK}/abi";
      const meter = new CapacityMeter({ concurrency: 1, expectedWork: 10, expectedServiceTime: 1 });
      console.log(formatAmount(10n ** 18n), pipelineAbi.length > 5, meter.capacity());
    `;
    expect(project.evaluate(script)).toEqual({ status: 0, output: "1 true 9n\n" });
  });

  test("from an empty project it wraps, opens a stream, reads it and closes it on a chain", async () => {
    const chain = await startTestChain();
    const { deployment, superfluid } = chain;
    const taskTypeId = await chain.registerTaskType("work");
    const buyer = await chain.actor("buyer");
    await send(buyer, testTokenAt(superfluid.underlying).mint(buyer.account.address, 100_000_000n));
    const script = `
      import { parseDeployment, RpcUnavailableError, sourceActions, toJson } from "${SDK}";
      import { createClient, http, keccak256, parseEther, stringToBytes } from "viem";
      import { privateKeyToAccount } from "viem/accounts";
      import { foundry } from "viem/chains";
      const account = privateKeyToAccount(keccak256(stringToBytes("buyer")));
      const at = (url) => createClient({ account, chain: foundry, transport: http(url, { retryCount: 0 }), pollingInterval: 20 })
        .extend(sourceActions(parseDeployment(${JSON.stringify(deployment)})));
      const client = at("${chain.url}");
      const taskTypeId = "${taskTypeId}";
      const { streamDeposit, flowRate } = await client.openStream({ taskTypeId, flowRate: 10n ** 14n, wrap: "missing" });
      const source = await client.getSource({ taskTypeId, source: account.address });
      const { refundedDeposit } = await client.closeStream({ taskTypeId });
      const refused = await at("http://127.0.0.1:1").getPool({ taskTypeId }).catch((error) => error instanceof RpcUnavailableError);
      console.log(toJson([source.flowRate === flowRate, refundedDeposit === streamDeposit, refused]));
    `;
    const ended = project.evaluate(script);
    await chain.stop();
    expect(ended).toEqual({ status: 0, output: "[true,true,true]\n" });
  });
});

describe("the simulation", () => {
  const project = simulation;

  test("an empty project type-checks against it", () => {
    const [code = ""] = project.readmeExamples();
    const types = `import { DEFAULT_PARAMETERS, type Parameters } from "${SIM}";
export const parameters: Parameters = DEFAULT_PARAMETERS;
// @ts-expect-error: there is no such parameter
export const wrong = DEFAULT_PARAMETERS.horison;
`;
    project.write("types.ts", types);
    project.write("readme.ts", code);
    expect(project.typeCheck()).toEqual({ status: 0, output: "" });
  });

  test("it runs as it was packed, on several threads too", () => {
    const [code = ""] = project.readmeExamples();
    expect(project.evaluate(code)).toEqual({ status: 0, output: "0\n" });
    const script = `
      import { runExperiment } from "${SIM}";
      const { summaries } = await runExperiment("E8", { workers: 2, maxSeeds: 2 });
      console.log(summaries.length > 0);
    `;
    expect(project.evaluate(script)).toEqual({ status: 0, output: "true\n" });
  });
});

describe("the services", () => {
  const project = services;
  const program = (name: string): string => join(project.installed, project.manifest.bin[`backpressure-${name}`]);

  test.each(["keeper", "oracle", "verifier"])("%s is a program that says how to use it", (name) => {
    expect(project.read(project.manifest.bin[`backpressure-${name}`])).toMatch(/^#!\/usr\/bin\/env -S node /);
    const { status, output } = run(project.folder, process.execPath, [program(name), "--help"]);
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining("--network <name>") });
  });

  test("a keeper looks once at a real chain", async () => {
    const chain = await startTestChain();
    const workplace = createWorkplace(chain);
    const args = [program("keeper"), "--network", "local", "--once", "--port", "0"];
    const { status, output } = run(project.folder, process.execPath, args, workplace.env());
    workplace.remove();
    await chain.stop();
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('"msg"') });
  });
});
