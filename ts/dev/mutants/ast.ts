import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** A node of the compiler's syntax tree; `src` is `start:length:file`, in bytes. */
export type Node = { id: number; nodeType: string; src: string; [key: string]: unknown };

/** One source file: its text with one character per byte, so that the compiler's positions are string positions. */
export type Source = { path: string; text: string; ast: Node };

/** Writes the source of a node: as it stands, or rewritten. */
export type Print = (node: Node) => string;

/** What may stand in place of a node. */
export type Alternative = { operator: string; write: (print: Print) => string };

type Compiler = {
  compile(input: string, callbacks: { import(path: string): { contents: string } | { error: string } }): string;
};
type Output = { sources: Record<string, { ast: Node }>; errors?: { severity: string; formattedMessage: string }[] };

/** Parses and resolves the sources at these paths below `root`; nothing is compiled, so it takes seconds. */
export function analyse(root: string, paths: readonly string[]): Source[] {
  // The package has no types, and is only asked for one thing.
  const compiler = createRequire(import.meta.url)("solc") as Compiler;
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(paths.map((path) => [path, { content: readFileSync(join(root, path), "utf8") }])),
    settings: {
      remappings: readFileSync(join(root, "remappings.txt"), "utf8")
        .split("\n")
        .filter((line) => line !== ""),
      outputSelection: Object.fromEntries(paths.map((path) => [path, { "": ["ast"] }])),
      evmVersion: "cancun",
    },
  };
  const find = (path: string) => {
    const file = join(root, path);
    return existsSync(file) ? { contents: readFileSync(file, "utf8") } : { error: `there is no ${path}` };
  };
  const output = JSON.parse(compiler.compile(JSON.stringify(input), { import: find })) as Output;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return paths.map((path) => {
    const found = output.sources[path];
    if (found === undefined) throw new Error(`the compiler did not look at ${path}`);
    return { path, text: readFileSync(join(root, path), "latin1"), ast: found.ast };
  });
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

/** The nodes right below one, in the order of the source. */
export function childrenOf(node: Node): Node[] {
  const children = Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode));
  return children.sort((a, b) => rangeOf(a)[0] - rangeOf(b)[0]);
}

/** First position of a node and the one after its last. */
export function rangeOf(node: Node): [start: number, end: number] {
  const [start = 0, length = 0] = node.src.split(":").map(Number);
  return [start, start + length];
}

/** A child that must be there. */
export function childOf(node: Node, name: string): Node {
  const child = node[name];
  if (!isNode(child)) throw new Error(`${node.nodeType} without ${name}`);
  return child;
}

export function nodesOf(node: Node, name: string): Node[] {
  const value = node[name];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The type of an expression as the compiler writes it, for example `uint256` or `int_const 3`. */
export function typeOf(node: Node, name = "typeDescriptions"): string {
  return (node[name] as { typeString?: string } | undefined)?.typeString ?? "";
}
