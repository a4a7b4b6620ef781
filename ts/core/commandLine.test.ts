import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "./projectRoot.ts";

test("a program whose reader has seen enough ends without a word", async () => {
  const main = join(PROJECT_ROOT, "ts/operate/inspect/main.ts");
  const child = spawn(process.execPath, ["--import", "tsx", main, "--help"], {
    cwd: PROJECT_ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  let error = "";
  child.stderr.on("data", (chunk) => {
    error += chunk;
  });
  const code = await new Promise((done) => child.once("close", done));
  expect({ code, error }).toEqual({ code: 0, error: "" });
});
