import { recover } from "tiny-secp256k1";
import { type Address, type Hex, hexToBytes, slice } from "viem";
import { keccak256 } from "./keccak.ts";

/** So many messages may wait between intake and the look before submission; 400 bytes each. */
const MOST = 20_000;

/** Finds whose key has signed: in WebAssembly, and once for each signature, as the answer never changes. */
export class Recoveries {
  readonly #known = new Map<string, Address | undefined>();

  constructor(
    /** Most that are remembered; the oldest goes first. */
    readonly most = MOST,
    readonly find = recoverOnce,
  ) {}

  /** As `isSigned` takes it; undefined if no key can have signed so. */
  recover = (digest: Hex, signature: Hex): Address | undefined => {
    const key = digest + signature;
    if (this.#known.has(key)) return this.#known.get(key);
    const signer = this.find(digest, signature);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size < this.most) break;
      this.#known.delete(oldest);
    }
    this.#known.set(key, signer);
    return signer;
  };
}

/** Whose key has signed; undefined if none can have. @param signature 65 bytes, v 27 or 28. */
export function recoverOnce(digest: Hex, signature: Hex): Address | undefined {
  const bytes = hexToBytes(signature);
  try {
    const key = recover(hexToBytes(digest), bytes.subarray(0, 64), ((bytes[64] as number) - 27) as 0 | 1, false);
    // An address is the last 20 bytes of the hash of the key without its mark.
    return key === null ? undefined : slice(keccak256(key.subarray(1)), 12);
  } catch {
    // r or s is zero, or not below the order of the curve.
    return undefined;
  }
}
