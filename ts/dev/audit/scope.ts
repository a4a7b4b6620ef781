import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const FILE = "audit/scope.md";

/** What a file is read for, by its folder. */
const FOLDERS: readonly [folder: string, title: string][] = [
  ["src", "Contracts"],
  ["src/libraries", "Libraries"],
  ["src/types", "Types"],
  ["src/interfaces", "Interfaces, which are the documentation of each call"],
  ["script", "Deployment"],
];

/** Beside the core, which never needs them: admission contracts for whoever names one in a task type. */
const PERIPHERY: typeof FOLDERS = [
  ["src/periphery", "Admission contracts"],
  ["src/periphery/interfaces", "What they ask ERC-8004's registries"],
];

/** Packages whose Solidity ends in the bytecode, with what they are there for. */
const COMPILED: readonly [name: string, why: string][] = [
  ["@openzeppelin/contracts", "the files below"],
  ["@superfluid-finance/ethereum-contracts", "the interfaces below; nothing of its code"],
  ["solc", "the compiler, WebAssembly"],
];

/** Packages that test it. */
const TESTING: readonly [name: string, why: string][] = [
  ["@foundry-rs/forge", "builds, tests, fuzzes"],
  ["@foundry-rs/anvil", "local chains of the TypeScript tests"],
  ["@layerzerolabs/toolbox-foundry", "forge-std, from npm"],
  ["@superfluid-finance/ethereum-contracts", "the real framework, deployed in every test"],
  ["viem", "the TypeScript layer"],
  ["vitest", "its tests"],
];

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** Lines that are neither empty nor comment. */
export function linesOfCode(source: string): number {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .split("\n")
    .filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;
}

const solidityIn = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".sol") && name !== "LocalSuperfluid.s.sol")
    .sort();

function filesTable(folders: typeof FOLDERS): string[] {
  const rows: string[] = [];
  let lines = 0;
  let code = 0;
  for (const [folder, title] of folders) {
    rows.push("", `**${title}**`, "", "| file | lines | of code |", "|---|--:|--:|");
    for (const name of solidityIn(folder)) {
      const source = read(`${folder}/${name}`);
      const counts = [source.trimEnd().split("\n").length, linesOfCode(source)] as const;
      lines += counts[0];
      code += counts[1];
      rows.push(`| [\`${name}\`](../${folder}/${name}) | ${counts[0]} | ${counts[1]} |`);
    }
  }
  return [`${lines} lines, of which ${code} are code; the rest says why.`, ...rows];
}

/** Names outside the project that `src` imports, directly or through what it imports. */
export function importedFrom(packages: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (id: string, source: string) => {
    for (const [, target = ""] of source.matchAll(/^\s*import\s[^;]*?["']([^"']+)["'];/gm)) {
      const next = target.startsWith(".") ? posix.join(dirname(id), target) : target.replace("-v5", "");
      if (!packages.some((name) => next.startsWith(`${name}/`)) || found.has(next)) continue;
      found.add(next);
      visit(next, read(`node_modules/${next}`));
    }
  };
  for (const [folder] of [...FOLDERS.slice(0, 4), ...PERIPHERY])
    for (const name of solidityIn(folder)) visit("", read(`${folder}/${name}`));
  return [...found].sort();
}

function materials(): string[] {
  const lock = JSON.parse(read("package-lock.json")).packages as Record<
    string,
    { version: string; license?: string; integrity: string }
  >;
  const row = ([name, why]: readonly [string, string]) => {
    const { version, license, integrity } = lock[`node_modules/${name}`] ?? { version: "?", integrity: "?" };
    return `| \`${name}\` | ${version} | ${license ?? "see the package"} | ${why} | \`${integrity.slice(0, 23)}…\` |`;
  };
  const head = [
    "| package | version | licence | for | integrity (the lock file has all of it) |",
    "|---|---|---|---|---|",
  ];
  return [
    "In the bytecode:",
    "",
    ...head,
    ...COMPILED.map(row),
    "",
    "Files of theirs that `src` imports, directly or through one another:",
    "",
    ...importedFrom(["@openzeppelin/contracts", "@superfluid-finance/ethereum-contracts"]).map(
      (path) => `- \`${path}\``,
    ),
    "",
    "Beside it:",
    "",
    ...head,
    ...TESTING.map(row),
  ];
}

/** The text of `audit/scope.md`, from the sources and the lock file as they are. */
export function scope(): string {
  const contracts = Object.entries(JSON.parse(read("snapshots/sizes.json")) as Record<string, string>);
  return [
    "# Scope",
    "",
    "Written by `npm run audit:scope`; a test fails when it is not current.",
    "",
    "## Files",
    "",
    ...filesTable(FOLDERS),
    "",
    "### Periphery",
    "",
    "The core knows none of these: a task type may name one, or anybody's contract in its place, and asks it with bounded gas",
    "when a sink registers. To be read for themselves.",
    "",
    ...filesTable(PERIPHERY),
    "",
    "Out of scope: `test`, `ts`, `indexer`, `explorer`, `ops`, `script/LocalSuperfluid.s.sol` (local chains only).",
    "",
    "## Deployed",
    "",
    "Six contracts without proxies, in one script; bytes of code of 24,576 that a contract may have:",
    "",
    "| contract | bytes |",
    "|---|--:|",
    ...contracts.map(([name, size]) => `| \`${name}\` | ${Number(size).toLocaleString("en-GB")} |`),
    "",
    "## Bill of materials",
    "",
    "For the whole tree, as CycloneDX: `npm sbom --sbom-format cyclonedx`.",
    "",
    ...materials(),
    "",
  ].join("\n");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(join(ROOT, FILE), scope());
