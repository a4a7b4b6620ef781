import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Abi, type Address, type Hex, keccak256, parseAbi, parseSignature, stringToHex } from "viem";
import { privateKeyToAccount, serializeSignature } from "viem/accounts";
import { deployContract, sendTransaction, waitForTransactionReceipt } from "viem/actions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { callsOf, encodeCall } from "../calls/callsOf.ts";
import type { WriteClient } from "../types.ts";
import { isSigned } from "./isSigned.ts";

const walletAt = callsOf(parseAbi(["function become(uint8 habit)"]));
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const key = privateKeyToAccount(keccak256(stringToHex("signer")));
const digest = keccak256(stringToHex("what is signed"));

let chain: TestChain;
let deployer: WriteClient;
let good: Hex;

beforeAll(async () => {
  chain = await startTestChain();
  deployer = await chain.actor("deployer");
  good = await key.sign({ hash: digest });
});

afterAll(() => chain.stop());

const verdict = (signer: Address, signature: Hex) => isSigned(chain.client, { signer, digest, signature });

/** Deploys one of the contract tests' wallets. */
async function deployWallet(name: "OwnedWallet" | "HostileWallet", args: unknown[]) {
  const artifact = readFileSync(join(PROJECT_ROOT, `out/Wallets.sol/${name}.json`), "utf8");
  const { abi, bytecode } = JSON.parse(artifact) as { abi: Abi; bytecode: { object: Hex } };
  const fees = { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gas: 1_000_000n };
  const hash = await deployContract(deployer, { abi, bytecode: bytecode.object, args, ...fees });
  const { contractAddress } = await waitForTransactionReceipt(deployer, { hash });
  const become = async (habit: number) => {
    const call = encodeCall(walletAt(contractAddress as Address).become(habit));
    await waitForTransactionReceipt(deployer, { hash: await sendTransaction(deployer, { ...call, ...fees }) });
  };
  return { address: contractAddress as Address, become };
}

test("an account signs with 65 bytes, v 27 or 28 and a low s", async () => {
  expect(await verdict(key.address, good)).toBe(true);
  expect(await verdict(deployer.account.address, good)).toBe(false);

  const { r, s, v } = parseSignature(good);
  const mirrored = serializeSignature({
    r,
    s: `0x${(ORDER - BigInt(s)).toString(16).padStart(64, "0")}`,
    v: v === 27n ? 28n : 27n,
  });
  // Elliptic curves allow both; OpenZeppelin one.
  expect(await verdict(key.address, mirrored)).toBe(false);
  for (const malformed of [good.slice(0, -2) as Hex, `${good}00` as Hex, `${good.slice(0, -2)}01` as Hex]) {
    expect(await verdict(key.address, malformed)).toBe(false);
  }
  expect(await verdict(key.address, `0x${"00".repeat(64)}1b`)).toBe(false);
});

test("an account that has code keeps its key", async () => {
  const wallet = await deployWallet("HostileWallet", []);
  const bytecode: Hex = `0xef0100${wallet.address.slice(2)}`;
  await chain.test.setCode({ address: key.address, bytecode });
  expect(await verdict(key.address, good)).toBe(true);
  expect(await verdict(key.address, (await deployer.account.sign?.({ hash: digest })) as Hex)).toBe(false);
  await chain.test.setCode({ address: key.address, bytecode: "0x" });
});

test("a wallet is asked", async () => {
  const wallet = await deployWallet("OwnedWallet", [key.address]);
  expect(await verdict(wallet.address, good)).toBe(true);
  expect(await verdict(wallet.address, (await deployer.account.sign?.({ hash: digest })) as Hex)).toBe(false);
  // The wallet's library reverts for these.
  expect(await verdict(wallet.address, "0x00")).toBe(false);
});

test("a wallet has as much gas as on the chain, to the unit", async () => {
  // Says yes if 199,998 gas are left after the first instruction, which takes two.
  const code: Hex = "0x5a62030d3e14631626ba7e60e01b025f5260205ff3";
  const address: Address = `0x${"77".repeat(20)}`;
  await chain.test.setCode({ address, bytecode: code });
  for (const signature of [good, "0x01", `0x${"00".repeat(500)}`, `0x${"ff".repeat(2048)}`] as const) {
    expect(await verdict(address, signature)).toBe(true);
  }
});

test.each([
  ["reverts", 0],
  ["runs out of gas", 1],
  ["returns nothing", 2],
  ["returns too little", 3],
  ["returns another value", 4],
  ["returns a dirty value", 5],
  ["returns much that is no answer", 6],
])("a wallet that %s has not signed", async (_, habit) => {
  const wallet = await deployWallet("HostileWallet", []);
  await wallet.become(habit);
  expect(await verdict(wallet.address, good)).toBe(false);
});

test("a chain that does not answer is no verdict", async () => {
  const lost = await startTestChain();
  await lost.stop();
  await expect(isSigned(lost.client, { signer: deployer.account.address, digest, signature: good })).rejects.toThrow();
  // A key's signature speaks for itself.
  expect(await isSigned(lost.client, { signer: key.address, digest, signature: good })).toBe(true);
});
