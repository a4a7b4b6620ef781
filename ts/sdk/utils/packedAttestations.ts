import { type Address, concat, encodePacked, getAddress, type Hex, hexToBigInt, hexToNumber, size, slice } from "viem";
import type { SignedAttestation } from "../sink/signAttestation.ts";

/** Bytes of a signal: sink 20 | capacity 5 | backlog 8 | issuedAt 4. */
const SIGNAL = 37;

/** Attestations as `submitPackedAttestations` takes them, 102 bytes each, all of which count packed. */
export const packAttestations = (attestations: readonly SignedAttestation[]): Hex =>
  concat([
    "0x",
    ...attestations.map(({ sink, capacity, backlog, issuedAt, signature }) =>
      encodePacked(
        ["address", "uint40", "uint64", "uint32", "bytes"],
        // viem takes up to 48 bits as numbers.
        [sink, Number(capacity), backlog, issuedAt, signature],
      ),
    ),
  ]);

/** What a sink has declared, as the event of a packed batch has it. */
export type PackedSignal = {
  sink: Address;
  /** What counts, capped by the bond, units. */
  capacity: bigint;
  /** Unit-seconds. */
  backlog: bigint;
  /** When it was signed, Unix seconds. */
  issuedAt: number;
};

/**
 * The signals in the one event of a packed batch, `CapacitiesSignalled`, in their order. It has no topic for a sink: whoever
 * looks for its own reads the events of its task type in the report delay after it signed.
 * @example
 * const [signal] = unpackSignals(`0x${"11".repeat(20)}0000000064000000000000000c6b49d200`); // capacity 100n, backlog 12n
 */
export function unpackSignals(signals: Hex): PackedSignal[] {
  return Array.from({ length: size(signals) / SIGNAL }, (_, index) => {
    const field = (from: number, to: number): Hex => slice(signals, index * SIGNAL + from, index * SIGNAL + to);
    return {
      sink: getAddress(field(0, 20)),
      capacity: hexToBigInt(field(20, 25)),
      backlog: hexToBigInt(field(25, 33)),
      issuedAt: hexToNumber(field(33, 37)),
    };
  });
}
