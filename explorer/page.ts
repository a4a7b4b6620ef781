import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { build, preview } from "vite";
import { PROJECT_ROOT } from "../ts/core/projectRoot.ts";
import type { Config } from "./src/config.ts";

const ROOT = join(PROJECT_ROOT, "explorer");

/** What the page is made of. */
const SOURCES = [
  "explorer/src",
  "explorer/index.html",
  "explorer/vite.config.ts",
  "explorer/package.json",
  "indexer/src/lib",
  "ts/sdk",
  "ts/core",
  "ts/abi",
  "ts/operate/inspect",
];

/** Builds the page, if anything has changed since the last time. */
export async function buildPage(): Promise<void> {
  const built = join(ROOT, "dist/index.html");
  const latest = Math.max(...SOURCES.map((path) => changedAt(join(PROJECT_ROOT, path))));
  if (existsSync(built) && statSync(built).mtimeMs > latest) return;
  await build({ root: ROOT, logLevel: "error" });
}

function changedAt(path: string): number {
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  const inside = readdirSync(path).filter((name) => name !== "dist" && name !== "node_modules");
  return Math.max(own.mtimeMs, ...inside.map((name) => changedAt(join(path, name))));
}

export type Page = { url: string; stop: () => Promise<void> };

/** Serves the page to this machine. @param port The port if it is free, else the next that is. */
export async function servePage(config: Config, port: number): Promise<Page> {
  const server = await preview({
    root: ROOT,
    logLevel: "error",
    preview: { host: "127.0.0.1", port, strictPort: false },
    plugins: [
      {
        name: "config",
        configurePreviewServer: ({ middlewares }) => {
          middlewares.use("/config.json", (_, response) => {
            response.setHeader("content-type", "application/json").end(JSON.stringify(config));
          });
        },
      },
    ],
  });
  const [url] = server.resolvedUrls?.local ?? [];
  return { url: url ?? `http://127.0.0.1:${port}/`, stop: () => server.close() };
}
