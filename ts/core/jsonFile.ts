import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { z } from "zod";
import { UsageError } from "./errors.ts";

/** What a file says; undefined without one. @throws {UsageError} if it is not what the schema says. */
export function readJson<schema extends z.ZodType>(path: string, schema: schema): z.output<schema> | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new UsageError(`${path} is damaged: repair it, or remove it`, { cause });
  }
}

/** A reader, or the next run after a crash, sees the old file or the new one, and nothing between. */
export function writeJson(path: string, value: unknown): string {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(unfinished, path);
  return path;
}
