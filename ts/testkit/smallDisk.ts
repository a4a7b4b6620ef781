import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A file system of a few megabytes that can be filled, freed and made read-only. */
export type SmallDisk = {
  folder: string;
  /** Leaves no room at all. */
  fill: () => void;
  /** Makes room again. */
  free: () => void;
  readOnly: () => void;
  remove: () => void;
};

const SIZE = 4_194_304;

/** Why no small disk can be made here; undefined if one can. */
export const noSmallDisk: string | undefined =
  process.platform !== "linux"
    ? "only Linux has tmpfs"
    : process.getuid?.() !== 0
      ? "only root may mount a file system"
      : cannotMount();

/** Mounts a tmpfs. @throws where `noSmallDisk` says why. */
export function createSmallDisk(folder: string): SmallDisk {
  mkdirSync(folder, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", folder], { stdio: "pipe" });
  const filler = join(folder, "filler");
  return {
    folder,
    fill: () => {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(filler, Buffer.alloc(bavail * bsize));
    },
    free: () => rmSync(filler),
    readOnly: () => execFileSync("mount", ["-o", "remount,ro", folder], { stdio: "pipe" }),
    remove: () => {
      execFileSync("umount", [folder], { stdio: "pipe" });
      rmSync(folder, { recursive: true });
    },
  };
}

/** In a container even root may not mount. */
function cannotMount(): string | undefined {
  const folder = `/tmp/backpressure-mount-${process.pid}`;
  try {
    createSmallDisk(folder).remove();
    return undefined;
  } catch (error) {
    return `cannot mount a file system: ${(error as Error).message.split("\n", 1)[0]}`;
  }
}
