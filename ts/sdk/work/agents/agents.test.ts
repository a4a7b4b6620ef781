import { type Address, type Hex, keccak256, parseEther, stringToBytes, zeroAddress } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addSink, addSource, signalFor } from "../../../localchain/participants.ts";
import { deployAgentRegistries, deployBuilt, registerAgent } from "../../../testkit/agentRegistries.ts";
import { startTestChain, type TestChain, UNIT_RATE } from "../../../testkit/testChain.ts";
import { contractsOf } from "../../calls/contracts.ts";
import {
  ContractCallError,
  InvalidParameterError,
  openStream,
  ReceiptError,
  registerSink,
  type SignedReceipt,
  setProfile,
  signReceipt,
  stake,
  syncSource,
  verifyReceipt,
  type WriteClient,
} from "../../index.ts";
import { read, send } from "../../internal/call.ts";
import { getNow } from "../../internal/superfluid.ts";
import { getSinks } from "../discovery.ts";
import { AgentLinkError } from "../errors.ts";
import { allowListAt, reputationAdmissionAt } from "./admissionContracts.ts";
import { assertNamesSink, formatAgentId, getAgent, getLinkedAgent } from "./agentLink.ts";
import { linkAgent, setAgentWallet, signAgentWallet } from "./agentWallet.ts";
import { feedbackFile, giveFeedback } from "./feedback.ts";
import { type AgentRegistries, identityRegistryAt, reputationRegistryAt } from "./registries.ts";
import { getReputation } from "./reputation.ts";

let chain: TestChain;
let taskTypeId: Hex;
let registries: AgentRegistries;
let sink: WriteClient;
let owner: WriteClient;
let poor: WriteClient;
let rich: WriteClient;
let agentId: bigint;

const task = () => ({ deployment: chain.deployment, taskTypeId });
const dataUri = (value: unknown) => `data:application/json,${encodeURIComponent(JSON.stringify(value))}`;
const idOf = (id: bigint) => ({ chainId: 31337, identityRegistry: registries.identityRegistry, id });

async function receiptOf(source: WriteClient, completed: bigint): Promise<SignedReceipt> {
  const { deployment } = chain;
  const receipt = { taskTypeId, source: source.account.address, sink: sink.account.address, completed };
  const sourceSignature = await signReceipt(source, { deployment, receipt });
  return { ...receipt, sourceSignature, sinkSignature: await signReceipt(sink, { deployment, receipt }) };
}

/** Makes the sink the wallet of an agent of another account. */
async function giveWallet(id: bigint): Promise<void> {
  const deadline = (await getNow(chain.client, chain.deployment)) + 200;
  const signature = await signAgentWallet(sink, { registries, id, owner: owner.account.address, deadline });
  await setAgentWallet(owner, { registries, id, sink: sink.account.address, deadline, signature });
}

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("work");
  registries = await deployAgentRegistries(chain);
  sink = await addSink(chain, taskTypeId, "sink", 100n);
  await signalFor(chain, taskTypeId, sink, 100n, 5);
  owner = await chain.actor("owner");
  // Number 0 is somebody else's.
  await registerAgent(await chain.actor("first"), registries);
  agentId = await registerAgent(owner, registries);
  await giveWallet(agentId);
  [poor, rich] = [await addSource(chain, "poor"), await addSource(chain, "rich")];
  await openStream(poor, { ...task(), flowRate: 10n * UNIT_RATE });
  await openStream(rich, { ...task(), flowRate: 30n * UNIT_RATE });
  await chain.pass(1000);
  for (const source of [poor, rich]) await syncSource(source, { ...task(), source: source.account.address });
});

afterAll(() => chain.stop());

test("a sink and an agent are linked if both say so", async () => {
  const [address, profile] = [
    sink.account.address,
    { version: 1, name: "a", endpoint: "https://a.example", unit: "token" },
  ];
  const link = async (agent: string | undefined) => {
    await setProfile(sink, { ...task(), profileUri: dataUri({ ...profile, agentId: agent }) });
    const found = (await getSinks(chain.client, { ...task(), fromBlock: 0n })).find((one) => one.sink === address);
    return getLinkedAgent(chain.client, { registries, sink: address, profileUri: found?.profileUri ?? "" });
  };
  const agent = { id: agentId, owner: owner.account.address, wallet: address, agentUri: "" };
  expect(await link(formatAgentId(idOf(agentId)))).toEqual(agent);

  // Each direction alone is nothing.
  await expect(link(undefined)).rejects.toThrow(/names none/);
  await expect(link(formatAgentId(idOf(0n)))).rejects.toThrow(/wallet of agent 0 is/);
  await expect(link(formatAgentId(idOf(99n)))).rejects.toThrow(ContractCallError);
  await expect(link(formatAgentId({ ...idOf(agentId), chainId: 1 }))).rejects.toThrow(/another registry/);
  const own = await deployBuilt(chain, "PublishedIdentityRegistry");
  await expect(link(formatAgentId({ ...idOf(agentId), identityRegistry: own }))).rejects.toThrow(AgentLinkError);
});

test("an agent that its owner sells names the sink no more, and an owner names itself", async () => {
  const id = await registerAgent(owner, registries);
  await giveWallet(id);
  const at = { registries, id, sink: sink.account.address };
  await assertNamesSink(chain.client, at);
  const [from, to] = [owner.account.address, (await chain.actor("buyer")).account.address];
  await send(owner, identityRegistryAt(registries.identityRegistry).transferFrom(from, to, id));
  expect(await getAgent(chain.client, at)).toMatchObject({ owner: to, wallet: zeroAddress });
  await expect(assertNamesSink(chain.client, at)).rejects.toThrow(AgentLinkError);
  expect(await assertNamesSink(chain.client, { ...at, sink: to })).toMatchObject({ owner: to });
});

test("a wallet agrees before it is set", async () => {
  const deadline = (await getNow(chain.client, chain.deployment)) + 200;
  const signature = await signAgentWallet(sink, { registries, id: 0n, owner: owner.account.address, deadline });
  const set = setAgentWallet(owner, { registries, id: agentId, sink: sink.account.address, deadline, signature });
  await expect(set).rejects.toThrow(/invalid wallet sig/);
});

test("feedback carries the receipt as its proof of payment", async () => {
  const receipt = await receiptOf(rich, parseEther("0.001"));
  const terms = { deployment: chain.deployment, registries, id: agentId, rating: 90, receipt };
  const given = await giveFeedback(rich, { ...terms, endpoint: "https://a.example/v1" });
  expect(given.feedbackIndex).toBe(1n);
  expect(given.file.hash).toBe(keccak256(stringToBytes(given.file.text)));
  const file = JSON.parse(given.file.text);
  const { completionTracker } = chain.deployment;
  expect(file).toMatchObject({
    agentRegistry: `eip155:31337:${registries.identityRegistry}`,
    ...{ agentId: Number(agentId), value: 90, valueDecimals: 0, tag1: "starred", tag2: "backpressure" },
    clientAddress: `eip155:31337:${receipt.source}`,
    proofOfPayment: { fromAddress: receipt.source, toAddress: receipt.sink, chainId: "31337" },
    backpressure: { completionTracker, taskTypeId, completed: "1000000000000000" },
  });
  // Whoever finds the file can check the receipt in it, and that its digest is the proof.
  const { sourceSignature, sinkSignature, completed } = file.backpressure;
  const found = { taskTypeId, source: receipt.source, sink: receipt.sink, completed: BigInt(completed) };
  const check = (signer: Address, signature: Hex) =>
    verifyReceipt(chain.client, { deployment: chain.deployment, receipt: found, signer, signature });
  expect([await check(found.source, sourceSignature), await check(found.sink, sinkSignature)]).toEqual([true, true]);
  const { hashReceipt } = contractsOf(chain.deployment).completionTracker;
  const digest = await read(chain.client, hashReceipt(taskTypeId, found.source, found.sink, found.completed));
  expect(file.proofOfPayment.receiptDigest).toBe(digest);

  // Published elsewhere, the chain has the place and the hash.
  const publish = async () => "https://rich.example/1.json";
  const again = await giveFeedback(rich, { ...terms, rating: 80, publish });
  expect(again.feedbackIndex).toBe(2n);
});

test("feedback without a receipt of both, of others, or beyond the scale is not given", async () => {
  const receipt = await receiptOf(rich, 5n);
  const terms = { deployment: chain.deployment, registries, id: agentId, rating: 90, receipt };
  const give = (changes: Partial<typeof terms>, from = rich) => giveFeedback(from, { ...terms, ...changes });
  await expect(give({}, poor)).rejects.toThrow(ReceiptError);
  await expect(give({ receipt: { ...receipt, sinkSignature: receipt.sourceSignature } })).rejects.toThrow(
    /not signed by/,
  );
  await expect(give({ receipt: { ...receipt, completed: 6n } })).rejects.toThrow(/not signed by/);
  await expect(give({ id: 0n })).rejects.toThrow(AgentLinkError);
  for (const rating of [-1, 101, 0.5, Number.NaN])
    expect(() => feedbackFile({ ...terms, rating, chainId: 31337, createdAt: 0 })).toThrow(InvalidParameterError);
});

test("reputation is weighed by what was spent, and strangers weigh nothing", async () => {
  const parameters = { ...task(), registries, sink: sink.account.address, id: agentId, fromBlock: 0n };
  const before = await getReputation(chain.client, parameters);
  expect(before.opinions).toMatchObject([{ source: rich.account.address, rating: 80 }]);
  expect(before.rating).toBe(80);
  const opinionless = before.spent - (before.opinions[0]?.spent ?? 0n);
  expect(opinionless).toBeGreaterThan(0n);

  const registry = reputationRegistryAt(registries.reputationRegistry);
  const rate = (client: WriteClient, value: bigint, tag = "starred", decimals = 0) =>
    send(client, registry.giveFeedback(agentId, value, decimals, tag, "", "", "", `0x${"0".repeat(64)}`));
  for (const name of ["stranger", "friend"]) await rate(await chain.actor(name), 0n);
  // As far beyond the scale as the registry lets it be.
  await rate(poor, -(10n ** 38n));
  const after = await getReputation(chain.client, parameters);
  const [richSpent = 0, poorSpent = 0] = after.opinions.map(({ spent }) => Number(spent));
  expect(after.opinions).toMatchObject([{ rating: 80 }, { source: poor.account.address, rating: 0 }]);
  expect(richSpent).toBeGreaterThan(2 * poorSpent);
  expect(after.rating).toBeCloseTo((80 * richSpent) / (richSpent + poorSpent), 6);
  expect((await getReputation(chain.client, { ...parameters, atMost: 1 })).opinions).toHaveLength(1);

  // The latest counts: one about something else, or one that is revoked, is none.
  await rate(poor, 855n, "starred", 1);
  expect((await getReputation(chain.client, parameters)).opinions[1]?.rating).toBe(85.5);
  await rate(poor, 99n, "uptime");
  expect((await getReputation(chain.client, parameters)).rating).toBe(80);
  await send(rich, registry.revokeFeedback(agentId, 2n));
  expect(await getReputation(chain.client, parameters)).toMatchObject({ rating: undefined, opinions: [] });
  await expect(getReputation(chain.client, { ...parameters, id: 0n })).rejects.toThrow(AgentLinkError);
});

/** A newcomer is refused, does what it must, and registers. */
async function enterBy(admission: Address, name: string, qualify: (client: WriteClient) => Promise<unknown>) {
  const id = await chain.registerTaskType(name, { admission });
  const client = await chain.actor(name);
  await chain.giveTokens(client.account.address, parseEther("10"));
  await stake(client, { deployment: chain.deployment, taskTypeId: id, amount: parseEther("10") });
  const enter = () => registerSink(client, { deployment: chain.deployment, taskTypeId: id });
  await expect(enter()).rejects.toThrow(/CapacityRegistry_NotAdmitted/);
  await qualify(client);
  await enter();
}

test("a pool with an allow list takes whom its curator lists", async () => {
  const curator = await chain.actor("curator");
  const admission = await deployBuilt(chain, "AllowList", [curator.account.address]);
  await enterBy(admission, "listed", async (client) => {
    await expect(send(client, allowListAt(admission).list([client.account.address]))).rejects.toThrow(
      /OwnableUnauthorizedAccount/,
    );
    await send(curator, allowListAt(admission).list([client.account.address]));
  });
});

test("a pool with a least reputation takes agents that its clients think well of", async () => {
  const critic = await chain.actor("critic");
  const terms = [registries.reputationRegistry, [critic.account.address], parseEther("70"), 1n, "starred"];
  const admission = await deployBuilt(chain, "ReputationAdmission", terms);
  await enterBy(admission, "praised", async (client) => {
    const id = await registerAgent(client, registries);
    await expect(linkAgent(client, { admission, id: agentId })).rejects.toThrow(/ReputationAdmission_NotItsAgent/);
    await linkAgent(client, { admission, id });
    const registry = reputationRegistryAt(registries.reputationRegistry);
    await send(critic, registry.giveFeedback(id, 90n, 0, "starred", "", "", "", `0x${"0".repeat(64)}`));
    expect(await read(chain.client, reputationAdmissionAt(admission).scoreOf(id))).toEqual([1n, parseEther("90")]);
  });
});
