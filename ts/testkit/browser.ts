/** For tests: a browser from npm where there is one, else an installed Chrome. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium } from "playwright-core";

export type { Browser, BrowserContext, BrowserContextOptions, Page as Tab } from "playwright-core";

/** What finds faults of accessibility, as a script for a page. */
export const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Where Chrome is usually installed. */
const INSTALLED = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/usr/bin/google-chrome",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
];

/** It shows nothing but our own page, so it may run as root, who has no sandbox; containers have little shared memory. */
const ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];

/** A browser, or why there is none. */
export async function launchBrowser(): Promise<Browser | string> {
  const failures: string[] = [];
  if (process.platform === "linux" && process.arch === "x64") {
    try {
      // The package unpacks its own.
      const { default: packed } = await import("@sparticuz/chromium");
      return await chromium.launch({ executablePath: await packed.executablePath(), args: ARGUMENTS });
    } catch (error) {
      failures.push(`the one from npm does not start: ${(error as Error).message.split("\n", 1)[0]}`);
    }
  } else failures.push("npm has none for this machine");
  const executablePath = process.env.CHROME_PATH ?? INSTALLED.find((path) => existsSync(path));
  if (executablePath === undefined)
    return [...failures, "no Chrome is installed (CHROME_PATH may name one)"].join("; ");
  try {
    return await chromium.launch({ executablePath });
  } catch (error) {
    return [...failures, `${executablePath} does not start: ${(error as Error).message.split("\n", 1)[0]}`].join("; ");
  }
}
