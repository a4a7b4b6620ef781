import { pathToFileURL } from "node:url";

/**
 * Runs `main` if its module is the program itself, and not if a test imports it. A failure is told by its message alone.
 * @param url The module's `import.meta.url`.
 * @param name What the message begins with: the npm script.
 */
export async function asProgram(url: string, name: string, main: () => Promise<void>): Promise<void> {
  if (url !== pathToFileURL(process.argv[1] ?? "").href) return;
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
