import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "../core/projectRoot.ts";

test("the generated ABIs are those of the build: run `npm run abi` if not", () => {
  // Inside of the project: the configuration imports packages.
  const folder = mkdtempSync(join(PROJECT_ROOT, "cache", "abi-"));
  try {
    const config = join(folder, "wagmi.config.ts");
    const out = join(folder, "generated.ts");
    const text = `import config from "../../wagmi.config.ts";\nexport default { ...config, out: ${JSON.stringify(out)} };\n`;
    writeFileSync(config, text);
    const wagmi = join(PROJECT_ROOT, "node_modules", "@wagmi", "cli", "dist", "esm", "cli.js");
    const { status, stderr } = spawnSync(process.execPath, [wagmi, "generate", "--config", config], {
      cwd: PROJECT_ROOT,
      encoding: "utf8",
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(readFileSync(join(PROJECT_ROOT, "ts", "abi", "generated.ts"), "utf8")).toBe(readFileSync(out, "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
