import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient, type Hex, http, parseEther } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { base, foundry } from "../core/chains.ts";
import { isUnavailable } from "../core/rpcErrors.ts";
import { startTestChain, type TestChain } from "../testkit/testChain.ts";
import {
  ContractCallError,
  deregisterSink,
  getPool,
  InsufficientFundsError,
  NoAccountError,
  prepareClaim,
  RpcUnavailableError,
  stake,
  syncSource,
  type WriteClient,
  WrongChainError,
} from "./index.ts";

let chain: TestChain;
let task: { deployment: TestChain["deployment"]; taskTypeId: Hex };
const servers: Server[] = [];

beforeAll(async () => {
  chain = await startTestChain();
  task = { deployment: chain.deployment, taskTypeId: await chain.registerTaskType("work") };
});

afterAll(async () => {
  for (const server of servers) server.close();
  await chain.stop();
});

/** An endpoint that answers everything in the same way. */
async function endpoint(status: number, body: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(status, { "content-type": "application/json" }).end(body));
  });
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const reader = (url: string) => createClient({ chain: foundry, transport: http(url, { retryCount: 0 }) });
const rpcError = (code: number, message: string) => JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code, message } });

test.each([
  ["too many requests", 429, "slow down"],
  ["an overloaded endpoint", 503, "overloaded"],
  ["a gateway that waited in vain", 504, ""],
  ["the limit of a public endpoint", 200, rpcError(-32016, "over rate limit")],
  ["a limit in words", 200, rpcError(-32005, "Too Many Requests")],
])("%s is the endpoint's, not the contract's", async (_, status, body) => {
  const reading = getPool(reader(await endpoint(status, body)), task);
  await expect(reading).rejects.toThrow(RpcUnavailableError);
  await expect(reading).rejects.toThrow(/no answer from the RPC endpoint: try again later/);
});

test("nobody there, and nobody who answers in time, are the endpoint's too", async () => {
  const url = await endpoint(200, "");
  const server = servers.pop() as Server;
  server.close();
  await once(server, "close");
  await expect(getPool(reader(url), task)).rejects.toThrow(RpcUnavailableError);

  const mute = createServer(() => {}).listen(0, "127.0.0.1");
  await once(mute, "listening");
  const transport = http(`http://127.0.0.1:${(mute.address() as AddressInfo).port}`, { timeout: 50, retryCount: 0 });
  await expect(getPool(createClient({ chain: foundry, transport }), task)).rejects.toThrow(RpcUnavailableError);
  mute.closeAllConnections();
  mute.close();
});

test("what the chain has said is never called unavailable", () => {
  const answers = ["execution reverted", "nonce too low", "insufficient funds for gas * price + value"];
  for (const words of answers) expect(isUnavailable(new Error(words))).toBe(false);
  // Too much was asked for: half of it may be answered at once.
  expect(isUnavailable(Object.assign(new Error("query returned more than 10000 results"), { code: -32005 }))).toBe(
    false,
  );
});

test("a client of another chain than its endpoint is told so, before it reads nonsense or sends", async () => {
  const { account } = await chain.actor("lost");
  const lost = createClient({ account, chain: base, transport: http(chain.url) });
  const elsewhere = { ...task, deployment: { ...task.deployment, capacityRegistry: account.address } };
  const reading = getPool(lost, elsewhere);
  await expect(reading).rejects.toThrow(WrongChainError);
  await expect(reading).rejects.toMatchObject({ expected: 8453, actual: 31_337 });
  // Without a chain nobody knows better, and the error is the call's.
  const anywhere = createClient({ transport: http(chain.url) });
  await expect(getPool(anywhere, elsewhere)).rejects.toThrow(ContractCallError);
  await expect(syncSource(lost, { ...task })).rejects.toThrow(WrongChainError);
});

test("a client without an account cannot act, and can prepare for one that is named", async () => {
  const nobody = chain.client as unknown as WriteClient;
  for (const acting of [syncSource(nobody, task), stake(nobody, { ...task, amount: parseEther("1") })]) {
    await expect(acting).rejects.toThrow(NoAccountError);
  }
  await expect(prepareClaim(chain.client, task)).rejects.toThrow(/name the account/);
  expect(await prepareClaim(chain.client, { ...task, account: chain.deployment.escrowBuffer })).toEqual([]);
});

test("too little of the token is told before anything is approved", async () => {
  const poor = await chain.actor("poor");
  await chain.giveTokens(poor.account.address, parseEther("3"));
  const staking = stake(poor, { ...task, amount: parseEther("20") });
  await expect(staking).rejects.toThrow(InsufficientFundsError);
  await expect(staking).rejects.toMatchObject({
    ...{ needed: parseEther("20"), available: parseEther("3"), token: chain.superToken },
    message: expect.stringMatching(/^20 of token 0x\w+ are needed \(the stake\), 3 are there: top up 17$/),
  });
});

test("too little for gas is told with what there is", async () => {
  const client = await chain.actor("without ether");
  await chain.test.setBalance({ address: client.account.address, value: 1000n });
  const sending = syncSource(client, task);
  await expect(sending).rejects.toThrow(InsufficientFundsError);
  await expect(sending).rejects.toMatchObject({ available: 1000n, token: undefined });
  await expect(sending).rejects.toThrow(/of the chain's own currency are needed \(gas/);
});

test("what a contract refuses stays the contract's", async () => {
  const leaving = deregisterSink(await chain.actor("stranger"), task);
  await expect(leaving).rejects.toMatchObject({ name: "ContractCallError", errorName: "CapacityRegistry_UnknownSink" });
  await expect(leaving).rejects.toThrow(
    /^deregisterSink failed: CapacityRegistry_UnknownSink\(.*call registerSink first/,
  );
});
