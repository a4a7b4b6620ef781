import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32c } from "./crc32c.ts";

/** LevelDB's log format: blocks of records, none of which crosses the end of a block. */
const BLOCK = 32_768;
/** Checksum (4 bytes), length (2), type (1). */
const HEADER = 7;
/** Checksums are stored rotated and moved, so that a checksum of checksums is none of the usual values. */
const MASK = 0xa282ead8;

/**
 * Where the logs of a LevelDB folder are damaged. LevelDB itself skips what it cannot read, in silence. A record that ends
 * with its file was being written when the process died, and was promised to nobody: that is no damage.
 * @returns One line, or undefined; also for a folder that is not there.
 */
export function findLogDamage(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder);
  // Without it LevelDB would begin anew, and delete the rest.
  if (!files.includes("CURRENT") && files.some((file) => /\.(log|ldb)$/.test(file))) return "CURRENT is missing";
  for (const name of files.filter((file) => file.endsWith(".log"))) {
    const place = firstDamage(readFileSync(join(folder, name)));
    if (place !== undefined) return `${name}, byte ${place}`;
  }
  return undefined;
}

function firstDamage(log: Buffer): number | undefined {
  let place = 0;
  while (place < log.length) {
    const left = BLOCK - (place % BLOCK);
    // Too little for a header: the writer fills it with zeros.
    if (left < HEADER) place += left;
    else {
      const size = sizeOfRecord(log, place, left);
      if (size === undefined) return isTorn(log, place) ? undefined : place;
      place += size;
    }
  }
  return undefined;
}

/** Bytes of a whole record, header included; undefined if there is none. */
function sizeOfRecord(log: Buffer, place: number, left: number): number | undefined {
  if (place + HEADER > log.length) return undefined;
  const size = HEADER + log.readUInt16LE(place + 4);
  const type = log[place + 6] as number;
  if (type < 1 || type > 4 || size > left || place + size > log.length) return undefined;
  const rotated = (log.readUInt32LE(place) - MASK) >>> 0;
  const checksum = ((rotated >>> 17) | (rotated << 15)) >>> 0;
  return checksum === crc32c(log.subarray(place + HEADER - 1, place + size)) ? size : undefined;
}

/** Whether this was the last that was being written: it reaches the end of the file, and nothing whole comes after it. */
function isTorn(log: Buffer, place: number): boolean {
  const rest = log.subarray(place);
  // A file system may grow a file before it has its contents.
  if (rest.every((byte) => byte === 0)) return true;
  const reachesEnd = rest.length < HEADER || HEADER + rest.readUInt16LE(4) > rest.length;
  if (!reachesEnd || rest.length > BLOCK) return false;
  for (let next = place + 1; next + HEADER <= log.length; next++) {
    if (sizeOfRecord(log, next, BLOCK - (next % BLOCK)) !== undefined) return false;
  }
  return true;
}
