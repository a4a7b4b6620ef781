import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PROJECT_ROOT } from "../core/projectRoot.ts";
import { testTokenAt } from "../localchain/localSuperfluid.ts";
import { send } from "../sdk/internal/call.ts";
import { readExamples } from "../testkit/readExamples.ts";
import { startTestChain } from "../testkit/testChain.ts";
import { createWorkplace } from "../testkit/workplace.ts";
import { expectWellPacked, Project, run } from "./project.ts";

const SDK = "@backpressure-economics/sdk";
const X402 = "@backpressure-economics/x402";
const SERVICES = "@backpressure-economics/services";
const SIM = "@backpressure-economics/sim";

const sdk = new Project(SDK);
const x402 = new Project(X402);
const services = new Project(SERVICES);
const simulation = new Project(SIM);

describe.each([sdk, x402, services, simulation])("$name", (project) => {
  test("says what it is and where it comes from, and has nothing of this checkout", () => {
    expectWellPacked(project);
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

describe("x402", () => {
  const project = x402;

  test("needs viem, and x402 itself only for its scheme", () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = project.manifest;
    expect({ dependencies, peers: Object.keys(peerDependencies), peerDependenciesMeta }).toEqual({
      dependencies: undefined,
      peers: ["@x402/core", "viem"],
      peerDependenciesMeta: { "@x402/core": { optional: true } },
    });
  });

  test("an empty project type-checks against it, and its types are not any", () => {
    for (const [index, code] of project.readmeExamples().entries()) project.write(`readme${index}.ts`, code);
    // The types of x402's own packages need Node's.
    project.write("node.d.ts", "interface Buffer extends Uint8Array {}");
    project.write(
      "types.ts",
      `import { type Meter, openPaywall, perRequest, TermsRefusedError } from "${X402}";
import { backpressurePaywall } from "${X402}/hono";
import { type StreamClient } from "${X402}/scheme";

export const work: Meter = perRequest(1n);
export const reason = (error: TermsRefusedError): "other_chain" | string => error.reason;
export const scheme = (client: StreamClient): "stream" => client.scheme as "stream";
export const handle: (request: Request, serve: (paid: Request) => Response) => Promise<Response> =
  openPaywall(null as never).handle;
// @ts-expect-error: a price is a bigint
perRequest(1);
// @ts-expect-error: a paywall needs an account
backpressurePaywall({ work });
`,
    );
    expect(project.typeCheck()).toEqual({ status: 0, output: "" });
  });

  test("it runs as it was packed, without x402's packages", () => {
    rmSync(join(project.folder, "node_modules", "@x402"), { recursive: true });
    const script = `
      import { fastestRate, perByte } from "${X402}";
      import { backpressurePaywall as hono } from "${X402}/hono";
      import { backpressurePaywall as express } from "${X402}/express";
      import { StreamClient } from "${X402}/scheme";
      const terms = { liquidationPeriod: 14_400n, minimumDeposit: 0n };
      console.log(fastestRate({ perHour: 18_000n }, terms), perByte({ price: 2n, most: 5 }).maximum());
      console.log([hono, express, StreamClient].map((one) => typeof one).join());
    `;
    expect(project.evaluate(script)).toEqual({ status: 0, output: "1n 10n\nfunction,function,function\n" });
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
