import type { Hex } from "viem";
import { beforeAll, beforeEach } from "vitest";
import type { TestChain } from "./testChain.ts";

/** Every test of the file begins with the chain as the `beforeAll` above this call has left it. */
export function eachAnew(chain: () => TestChain): void {
  let snapshot: Hex;
  beforeAll(async () => {
    snapshot = await chain().test.snapshot();
  });
  beforeEach(async () => {
    await chain().test.revert({ id: snapshot });
    snapshot = await chain().test.snapshot();
  });
}
