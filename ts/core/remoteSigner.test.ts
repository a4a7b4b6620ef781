import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient, type Hex, http, keccak256, stringToBytes, type TransactionSerializableEIP1559 } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { sendRawTransaction, waitForTransactionReceipt } from "viem/actions";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Anvil, startAnvil } from "../localchain/anvil.ts";
import { foundry } from "./chains.ts";
import { UsageError } from "./errors.ts";
import { remoteSigner, SignerError } from "./remoteSigner.ts";

let anvil: Anvil;
let server: Server | undefined;

beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(() => anvil?.stop());
afterEach(() => {
  server?.close();
  server = undefined;
});

const transaction = {
  type: "eip1559",
  chainId: foundry.id as number,
  nonce: 0,
  gas: 30_000n,
  to: "0x1111111111111111111111111111111111111111",
  data: "0x1234",
  maxFeePerGas: 10n ** 9n,
  maxPriorityFeePerGas: 1n,
} satisfies TransactionSerializableEIP1559;

/** A signer that answers what it is told to. */
async function signerThat(answer: (method: string) => unknown): Promise<string> {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id: number; method: string };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ jsonrpc: "2.0", id, result: answer(method) }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a node that holds the key signs, and the chain takes it", async () => {
  const account = await remoteSigner(anvil.url);
  expect(account.address.toLowerCase()).toBe(anvil.deployer.toLowerCase());
  const client = createClient({ chain: foundry, transport: http(anvil.url), pollingInterval: 20 });
  const serializedTransaction = await account.signTransaction(transaction);
  const hash = await sendRawTransaction(client, { serializedTransaction });
  expect(await waitForTransactionReceipt(client, { hash })).toMatchObject({
    status: "success",
    from: anvil.deployer.toLowerCase(),
  });
});

test.each([
  ["another amount", { value: 1n }, "changed value"],
  ["another receiver", { to: "0x2222222222222222222222222222222222222222" }, "changed to"],
  ["higher fees", { maxFeePerGas: 10n ** 12n }, "changed maxFeePerGas"],
  ["other data", { data: "0x1235" }, "changed data"],
] satisfies [string, Partial<TransactionSerializableEIP1559>, string][])(
  "one that signs %s is not obeyed",
  async (_, changes, message) => {
    const key = privateKeyToAccount(keccak256(stringToBytes("signer")));
    const raw = await key.signTransaction({ ...transaction, ...changes });
    const account = await remoteSigner(await signerThat(() => ({ raw })), key.address);
    await expect(account.signTransaction(transaction)).rejects.toThrow(`the signer ${message} of the transaction`);
  },
);

test("one that signs as somebody else, or answers nonsense, is refused", async () => {
  const [key, other] = ["signer", "other"].map((name) => privateKeyToAccount(keccak256(stringToBytes(name))));
  const raw = (await other?.signTransaction(transaction)) as Hex;
  const wrong = await remoteSigner(await signerThat(() => raw), key?.address);
  await expect(wrong.signTransaction(transaction)).rejects.toThrow(/^the signer signed as/);
  server?.close();
  const mute = await remoteSigner(await signerThat(() => null), key?.address);
  await expect(mute.signTransaction(transaction)).rejects.toThrow(SignerError);
});

test("of several accounts one has to be named, and a signer that is not there is said to be", async () => {
  const accounts = [`0x${"1".repeat(40)}`, `0x${"2".repeat(40)}`];
  await expect(remoteSigner(await signerThat(() => accounts))).rejects.toThrow(
    "the signer has 2 accounts: say which with --signer-account",
  );
  await expect(remoteSigner("http://127.0.0.1:1/secret")).rejects.toThrow(UsageError);
  await expect(remoteSigner("http://127.0.0.1:1/secret")).rejects.not.toThrow(/secret/);
});
