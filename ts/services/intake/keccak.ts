import { createKeccak } from "hash-wasm";
import type { Hex } from "viem";

const hasher = await createKeccak(256);

/** Keccak-256 in WebAssembly: a tenth of the time that JavaScript takes. */
export const keccak256 = (bytes: Uint8Array): Hex => `0x${hasher.init().update(bytes).digest("hex")}`;
