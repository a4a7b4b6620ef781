import { readFileSync } from "node:fs";
import { join } from "node:path";

/** An `@example` of a public function or class. */
export type Example = { name: string; file: string; code: string };

const DOCUMENTED = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export (?:async )?(?:function|class) (\w+)/g;
const EXPORTED = /^export (?:async )?(?:function|class) (\w+)/gm;

/**
 * The examples of every module that a folder's index exports.
 * @throws if an exported function or class has none; errors are exempt.
 */
export function readExamples(folder: string): Example[] {
  const index = readFileSync(join(folder, "index.ts"), "utf8");
  const files = [...index.matchAll(/^export (?:\*|\{ (.+) \}) from "(.+)";$/gm)];
  return files.flatMap(([, only, file = ""]) => {
    const text = readFileSync(join(folder, file), "utf8");
    const examples = [...text.matchAll(DOCUMENTED)].flatMap(([, comment = "", name = ""]) => {
      const code = exampleOf(comment);
      const isMeant = only === undefined || only.split(", ").includes(name);
      return code === undefined || !isMeant ? [] : [{ name, file, code }];
    });
    for (const [, name = ""] of text.matchAll(EXPORTED)) {
      if (only === undefined && !name.endsWith("Error") && !examples.some((example) => example.name === name)) {
        throw new Error(`${file}: ${name} has no @example`);
      }
    }
    return examples;
  });
}

/** The lines after `@example`, up to the next tag. */
function exampleOf(comment: string): string | undefined {
  const [, example] = comment.split("@example");
  const lines = example?.split("\n").map((line) => line.replace(/^\s*\* ?/, "")) ?? [];
  const end = lines.findIndex((line) => line.startsWith("@"));
  return example === undefined
    ? undefined
    : lines
        .slice(0, end === -1 ? undefined : end)
        .join("\n")
        .trim();
}
