import { spawnSync } from "node:child_process";

/** Which of the programs on the PATH is a Python of at least this version; `undefined` if none is. */
export function findPython([major, minor]: readonly [number, number]): string | undefined {
  return ["python3", "python"].find((name) => {
    const { status, stdout } = spawnSync(name, ["-c", "import sys; print(*sys.version_info[:2])"], {
      encoding: "utf8",
    });
    const [foundMajor = 0, foundMinor = 0] = (stdout ?? "").trim().split(" ").map(Number);
    return status === 0 && foundMajor === major && foundMinor >= minor;
  });
}
