import { type Address, type Hex, hashTypedData, keccak256, numberToHex, recoverAddress, slice } from "viem";
import { privateKeyToAddress, sign } from "viem/accounts";
import { expect, test, vi } from "vitest";
import type { Deployment } from "../../sdk/types.ts";
import { attestationTypedData, receiptTypedData } from "../../sdk/utils/typedData.ts";
import { digestOf } from "./digestOf.ts";
import { keccak256 as inWebAssembly } from "./keccak.ts";
import { Recoveries } from "./recoveries.ts";

let drawn = 0;
const draw = (): Hex => keccak256(numberToHex(drawn++));
const bytes = (size: number): Hex => slice(`${draw()}${draw().slice(2)}`, 0, size);
/** Often at an edge. */
const number = (bits: number): bigint => {
  const edges = [0n, 1n, 2n ** BigInt(bits) - 1n];
  return edges[drawn % 7] ?? BigInt(bytes(bits / 8));
};

test("digests are those of viem, whatever is signed", () => {
  for (let i = 0; i < 200; i++) {
    const [taskTypeId, sink, source] = [bytes(32), bytes(20) as Address, bytes(20) as Address];
    const deployment = { capacityRegistry: bytes(20), completionTracker: bytes(20) } as unknown as Deployment;
    const chainId = Number(number(32));
    const issuedAt = Number(number(32));
    const attestation = { taskTypeId, sink, capacity: number(64), backlog: number(96), issuedAt };
    const receipt = { taskTypeId, source, sink, completed: number(128) };
    const signal = attestationTypedData({ deployment, chainId, attestation });
    expect(digestOf(signal)).toBe(hashTypedData(signal));
    const both = receiptTypedData({ deployment, chainId, receipt });
    expect(digestOf(both)).toBe(hashTypedData(both));
  }
});

test("hashes are those of viem, whatever the length", () => {
  // 136 bytes are one block.
  for (const size of [0, 1, 135, 136, 137, 1000]) {
    const message = new Uint8Array(size).map((_, index) => index + drawn);
    expect(inWebAssembly(message)).toBe(keccak256(message));
  }
});

test("recovery finds whom viem finds, and nobody where there is nobody", async () => {
  const { recover } = new Recoveries();
  for (let i = 0; i < 30; i++) {
    const [key, digest] = [draw(), draw()];
    const signature = await sign({ hash: digest, privateKey: key, to: "hex" });
    expect(recover(digest, signature)).toBe(privateKeyToAddress(key).toLowerCase());
    const invented: Hex = `${bytes(64)}1b`;
    const expected = await recoverAddress({ hash: digest, signature: invented }).catch(() => undefined);
    expect(recover(digest, invented)).toBe(expected?.toLowerCase());
  }
  for (const invalid of ["00", "ff"]) expect(recover(bytes(32), `0x${invalid.repeat(64)}1c`)).toBeUndefined();
});

test("a signature is recovered once, and the oldest is forgotten first", () => {
  const find = vi.fn((_: Hex): Address | undefined => undefined);
  const { recover } = new Recoveries(2, find);
  for (const digest of ["0x01", "0x01", "0x02", "0x02", "0x03", "0x02"] as const) recover(digest, "0xff");
  expect(find.mock.calls.map(([digest]) => digest)).toEqual(["0x01", "0x02", "0x03"]);
  recover("0x01", "0xff");
  expect(find).toHaveBeenCalledTimes(4);
});
