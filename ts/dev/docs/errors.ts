import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { ADVICE } from "../../sdk/internal/advice.ts";

export const ERRORS_PAGE = "docs/errors.md";

/** Folders of ts/ whose errors a user may see, and what they are to that user. */
const FOLDERS: readonly [folder: string, title: string][] = [
  ["core", "All programs"],
  ["sdk", "SDK"],
  ["x402", "x402"],
  ["cli", "Commands"],
  ["services", "Services"],
  ["operate", "Deploying"],
  ["sim", "Simulation"],
];

/** A row of the catalogue. */
export type Entry = { name: string; code: string; happened: string; todo: string };

/** What has no words, and where. */
export class WordlessError extends Error {
  override name = "WordlessError";
}

const filesIn = (folder: string, pattern: RegExp): string[] =>
  readdirSync(join(PROJECT_ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => pattern.test(name) && !/(^|\/)(node_modules|dist)\/|\.test\.ts$/.test(name))
    .map((name) => `${folder}/${name}`)
    .sort();

const read = (path: string): string => readFileSync(join(PROJECT_ROOT, path), "utf8");

/** Lines of a comment as one. */
const flowed = (comment: string, mark: RegExp): string =>
  comment
    .split("\n")
    .map((line) => line.replace(mark, "").trim())
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();

/** Keys of an object that a source declares, with what they stand for where that is a number. */
function keysOf(source: string, name: string): string[] {
  const [, body = ""] = new RegExp(`const ${name} = \\{\\n([\\s\\S]*?)\\n\\}`).exec(source) ?? [];
  return [...body.matchAll(/^ {2}(\w+): (\d+)?/gm)].map(([, key, status]) =>
    status === undefined ? `\`${key}\`` : `\`${key}\` ${status}`,
  );
}

/** What programs tell an error by: its HTTP status, its code or codes, its exit code if that is not 1. */
function codeOf(source: string, base: string, body: string): string {
  const [, status] = /readonly status = (\d+)/.exec(body) ?? [];
  const [, code] = /readonly code = "?(\w+)"?/.exec(body) ?? [];
  const isUsage = base === "UsageError" || /get exitCode\(\): number \{\s*return 2/.test(body);
  const [, direct, alias] = /readonly (?:code|reason): (?:keyof typeof (\w+)|(\w+Code)\b)/.exec(body) ?? [];
  const table = direct ?? (alias && new RegExp(`type ${alias} = keyof typeof (\\w+)`).exec(source)?.[1]);
  return [
    status,
    code && (/^\d+$/.test(code) ? code : `\`${code}\``),
    isUsage && "exit code 2",
    table && keysOf(source, table).join(", "),
  ]
    .filter(Boolean)
    .join(", ");
}

const CLASS = /^export (?:abstract )?class (\w+) extends (\w+)[^{]*\{\n([\s\S]*?)^\}/gm;
const COMMENT = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/;

/** @throws {WordlessError} for a class without a sentence, or without `@remarks`: what to do. */
export function classesIn(source: string, file: string): Entry[] {
  return [...source.matchAll(CLASS)]
    .filter(([, name = "", base = ""]) => /(Error|Refusal)$/.test(name) && /(Error|Refusal)$/.test(base))
    .map(({ 1: name = "", 2: base = "", 3: body = "", index }) => {
      const [, comment = ""] = COMMENT.exec(source.slice(0, index)) ?? [];
      const [happened = "", ...tags] = flowed(comment, /^\s*\* ?/).split(/ ?(?=@[a-z]+ )/);
      const todo = tags.find((tag) => tag.startsWith("@remarks "))?.slice("@remarks ".length);
      if (happened === "" || todo === undefined)
        throw new WordlessError(`${file}: ${name} must say what happened, and with @remarks what to do`);
      return { name, code: codeOf(source, base, body), happened, todo };
    });
}

const NATSPEC = /((?: *\/\/\/.*\n)*) *error (\w+)\(([^)]*)\);/g;

/** @throws {WordlessError} for an error without `@notice`, or about which `ADVICE` says nothing. */
export function contractErrorsIn(source: string, file: string): Entry[] {
  return [...source.matchAll(NATSPEC)].map(([, comment = "", name = "", args = ""]) => {
    const text = flowed(comment, /^\s*\/\/\/ ?/);
    const todo = ADVICE[name];
    if (!text.startsWith("@notice ") || todo === undefined)
      throw new WordlessError(`${file}: ${name} must have a @notice, and a line in ts/sdk/internal/advice.ts`);
    const names = args.split(",").map((arg) => `\`${arg.trim().split(" ").at(-1)}\``);
    return { name, code: names.join(", "), happened: text.slice("@notice ".length), todo: sentence(todo) };
  });
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const cell = (text: string): string => text.replaceAll("|", "\\|");

function table(second: string, entries: readonly Entry[]): string[] {
  const rows = entries.map(({ name, code, happened, todo }) =>
    ["", `\`${name}\``, ...[code, happened, todo].map(cell), ""].join(" | ").trim(),
  );
  return [`| error | ${second} | what happened | what to do |`, "|---|---|---|---|", ...rows];
}

/**
 * The text of `docs/errors.md`, from the sources as they are.
 * @throws {WordlessError}
 */
export function errorsPage(): string {
  const programs = FOLDERS.flatMap(([folder, title]) => {
    const entries = filesIn(`ts/${folder}`, /\.ts$/).flatMap((file) => classesIn(read(file), file));
    return ["", `### ${title}`, "", ...table("status, code", entries)];
  });
  const contracts = filesIn("src", /\.sol$/).flatMap((file) => contractErrorsIn(read(file), file));
  return [
    "# Errors",
    "",
    "Written by `npm run docs:errors` from the sources; a test fails when it is not current, or an error has no words.",
    "",
    "## Programs",
    "",
    "Every error that is raised on purpose is a `BackpressureError`. Its message is one line that names the value in the way and what to",
    "do; programs print it without a stack trace and end with exit code 1, or 2 where a setting is wrong. Over HTTP the code is in the",
    "answer: `error.code` of its JSON.",
    ...programs,
    "",
    "## Contracts",
    "",
    "Named `Contract_Reason`; arguments carry the values. From the SDK they come as `ContractCallError`: `errorName`, `errorArgs`.",
    "",
    ...table("arguments", contracts),
    "",
  ].join("\n");
}
