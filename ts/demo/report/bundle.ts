import { join } from "node:path";
import { build } from "esbuild";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";

const ENTRY = "ts/demo/live/page/main.ts";

let bundled: Promise<string> | undefined;

/** The page's script, with all that it needs, ready to stand in a page. Made once, in a process of its own. */
export function bundlePage(): Promise<string> {
  bundled ??= build({
    ...{ absWorkingDir: PROJECT_ROOT, entryPoints: [join(PROJECT_ROOT, ENTRY)], write: false, logLevel: "silent" },
    ...{ bundle: true, minify: true, format: "iife", target: "es2022", charset: "utf8" },
  }).then(({ outputFiles: [file] }) => (file?.text ?? "").replaceAll("</script", "<\\/script"));
  return bundled;
}
