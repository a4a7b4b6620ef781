import { childOf, childrenOf, type Node, nodesOf, rangeOf, type Source, typeOf } from "./ast.ts";
import { entriesOf, numberOf } from "./entries.ts";
import { isNumericConstant, type Point, pointsOf } from "./operators.ts";

/** One change of one place. */
export type Mutant = {
  /** Chosen at run time by `block.coinbase`; 0 is the program as it stands. */
  number: number;
  file: string;
  /** The function, modifier or constant that it is in, with its contract. */
  within: string;
  /** The functions of contracts through which it is reached, likewise. */
  entries: string[];
  line: number;
  operator: string;
  /** The source there, on one line, and what takes its place. */
  original: string;
  mutated: string;
};

/** All mutants of a program in one text per file. */
export type Schemata = { mutants: Mutant[]; texts: Map<string, string>; constants: Set<string> };

const CHOICE = "block.coinbase == address(";

/**
 * Writes every mutant into the sources at once, each behind a question for its number, so that one compilation serves
 * them all. A constant becomes a function, since a constant cannot ask.
 */
export function schemataOf(sources: readonly Source[]): Schemata {
  const constants = constantsOf(sources);
  const mutants: Mutant[] = [];
  const texts = new Map<string, string>();
  const entries = entriesOf(sources);
  for (const source of sources) texts.set(source.path, new Writer(source, constants, entries, mutants).write());
  return { mutants, texts, constants: new Set(constants.values()) };
}

/** By the number of their declaration: how tests call them, `Library.NAME`. */
function constantsOf(sources: readonly Source[]): Map<number, string> {
  const constants = new Map<number, string>();
  for (const { ast } of sources) {
    for (const contract of nodesOf(ast, "nodes")) {
      for (const node of nodesOf(contract, "nodes")) {
        if (isNumericConstant(node)) constants.set(node.id, `${String(contract.name)}.${String(node.name)}`);
      }
    }
  }
  return constants;
}

/** Rewrites one source. */
class Writer {
  readonly #source: Source;
  readonly #constants: Map<number, string>;
  readonly #entriesOf: Map<number, string[]>;
  readonly #mutants: Mutant[];
  readonly #points: Map<string, Point>;
  /** Modifiers that may be switched off, each with the mutant that does it, by contract. */
  readonly #switched = new Map<Node, { name: string; number: number }[]>();
  #contract: Node | undefined;
  #within = "";
  #entries: string[] = [];

  constructor(source: Source, constants: Map<number, string>, entries: Map<number, string[]>, mutants: Mutant[]) {
    this.#source = source;
    this.#constants = constants;
    this.#entriesOf = entries;
    this.#mutants = mutants;
    this.#points = new Map(pointsOf(source).map((point) => [point.node.src + point.node.nodeType, point]));
  }

  write(): string {
    const { text, ast } = this.#source;
    return text.slice(0, rangeOf(ast)[0]) + this.#rewritten(ast) + text.slice(rangeOf(ast)[1]);
  }

  /** A node with its mutants, and with those of all nodes below it. */
  #rewritten = (node: Node): string => {
    if (node.nodeType === "ContractDefinition") return this.#rewrittenContract(node);
    if (this.#contract !== undefined && isDefinition(node)) {
      this.#within = `${String(this.#contract.name)}.${String(node.name || node.kind)}`;
      this.#entries = this.#entriesOf.get(numberOf(node, this.#contract)) ?? [];
    }
    const point = this.#points.get(node.src + node.nodeType);
    const inner = () => this.#replaceChildren(node, this.#rewritten);
    if (point === undefined) return this.#asFunction(node, inner());
    return this.#choose(point, inner);
  };

  /** A node without mutants. */
  #plain = (node: Node): string => this.#asFunction(node, this.#replaceChildren(node, this.#plain));

  #original = (node: Node): string => this.#source.text.slice(...rangeOf(node)).replace(/\s+/g, " ");

  #asFunction(node: Node, text: string): string {
    if (node.nodeType === "InlineAssembly") return this.#withVariables(node, text);
    const isReference = node.nodeType === "Identifier" || node.nodeType === "MemberAccess";
    return isReference && this.#constants.has(node.referencedDeclaration as number) ? `${text}()` : text;
  }

  /** Assembly can call no function: it reads a constant from a variable of the same name. */
  #withVariables(node: Node, text: string): string {
    const references = node.externalReferences as { declaration: number }[];
    const names = new Set(references.flatMap(({ declaration }) => this.#constants.get(declaration) ?? []));
    const variables = [...names].map((name) => name.split(".")[1]).map((name) => `uint256 ${name} = ${name}(); `);
    return variables.length === 0 ? text : `{ ${variables.join("")}${text} }`;
  }

  #replaceChildren(node: Node, print: (node: Node) => string): string {
    const { text } = this.#source;
    const [start, end] = rangeOf(node);
    let [written, at] = ["", start];
    for (const child of childrenOf(node)) {
      const [childStart, childEnd] = rangeOf(child);
      if (childStart < at || childEnd > end) continue;
      // A literal takes the smallest type; what it is shifted by is no constant any more.
      const shifted = node.operator === "<<" && child === node.leftExpression && child.nodeType === "Literal";
      written += text.slice(at, childStart) + (shifted ? `uint256(${print(child)})` : print(child));
      at = print === this.#rewritten ? this.#endOf(child) : childEnd;
    }
    return written + text.slice(at, end);
  }

  /** The semicolon is part of what a statement's mutants replace, also where the statement ends an `if`. */
  #endOf(node: Node): number {
    const last = childrenOf(node).map((child) => this.#endOf(child));
    return Math.max(rangeOf(node)[1], this.#points.get(node.src + node.nodeType)?.end ?? 0, ...last);
  }

  #choose(point: Point, inner: () => string): string {
    const first = this.#mutants.length + 1;
    const { text, path } = this.#source;
    const line = text.slice(0, point.start).split("\n").length;
    for (const { operator, write } of point.alternatives) {
      const mutated = write(this.#original) || "(removed)";
      const original = this.#original(point.node);
      const number = this.#mutants.length + 1;
      const [within, entries] = [this.#within, this.#entries];
      this.#mutants.push({ number, file: path, within, entries, line, operator, original, mutated });
    }
    const written = point.alternatives.map(({ write }, index) => ({ number: first + index, text: write(this.#plain) }));
    return this.#combine(point, written, inner);
  }

  #combine({ kind, node }: Point, written: { number: number; text: string }[], inner: () => string): string {
    const numbers = written.map(({ number }) => number);
    switch (kind) {
      case "expression": {
        const choices = written.map(({ number, text }) => `${CHOICE}${number}) ? (${text}) : `).join("");
        return `(${choices}(${inner()}))`;
      }
      case "statement": {
        const choices = written.map(({ number, text }) => `if (${CHOICE}${number})) { ${text} } else `).join("");
        return `{ ${choices}{ ${inner()}; } }`;
      }
      case "yul expression":
        return written.reduce(
          (text, other) => `xor(${text}, mul(eq(coinbase(), ${other.number}), xor(${text}, ${other.text})))`,
          inner(),
        );
      case "yul statement":
        // Only ever removed.
        return `if iszero(eq(coinbase(), ${numbers[0]})) { ${inner()} }`;
      case "constant":
        return this.#constantFunction(node, written);
      case "modifier":
        return this.#switch(node, numbers[0] ?? 0, inner);
    }
  }

  #constantFunction(node: Node, written: { number: number; text: string }[]): string {
    const type = typeOf(node);
    const choices = written.map(({ number, text }) => `${CHOICE}${number}) ? ${text} : `).join("");
    const value = this.#plain(childOf(node, "value"));
    const head = `function ${String(node.name)}() ${String(node.visibility)} view returns (${type})`;
    return `${head} { return ${choices}${type}(${value}); }`;
  }

  /**
   * A modifier with arguments compares one with the sender: the sender itself passes. Others get a switch of their own,
   * without an argument, which would take a place on the stack.
   */
  #switch(node: Node, number: number, inner: () => string): string {
    const [argument] = nodesOf(node, "arguments");
    const name = String(childOf(node, "modifierName").name);
    if (argument !== undefined) return `${name}(${CHOICE}${number}) ? msg.sender : ${this.#plain(argument)})`;
    inner();
    if (this.#contract !== undefined) {
      this.#switched.set(this.#contract, [...(this.#switched.get(this.#contract) ?? []), { name, number }]);
    }
    return `${name}Unless${number}`;
  }

  #rewrittenContract(node: Node): string {
    this.#contract = node;
    const text = this.#replaceChildren(node, this.#rewritten);
    const switched = (this.#switched.get(node) ?? []).map(({ name, number }) =>
      this.#switchedModifier(text, node, name, number),
    );
    return `${text.slice(0, text.lastIndexOf("}"))}${switched.join("\n")}\n}`;
  }

  /** @param text The contract as it is written: a modifier of its own has mutants, and its copies have them too. */
  #switchedModifier(text: string, contract: Node, name: string, number: number): string {
    const own = nodesOf(contract, "nodes").find((node) => node.nodeType === "ModifierDefinition" && node.name === name);
    const written = new RegExp(`modifier ${name}\\b[^{]*(\\{[^]*?)_;([^}]*\\})`).exec(text)?.slice(1);
    const [before, after] = own === undefined ? (INHERITED[name] ?? []) : (written ?? []);
    if (before === undefined || after === undefined) throw new Error(`no way to switch ${name} off`);
    const on = `!(${CHOICE}${number}))`;
    const body =
      own === undefined ? `{ if (${on}) { ${before} } _; if (${on}) { ${after} } }` : `{ if (${on}) ${before} } _; }`;
    return `modifier ${name}Unless${number}() ${body}`;
  }
}

/** What OpenZeppelin's modifiers do before and after. */
const GUARD = "0x9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00";
const INHERITED: Record<string, [before: string, after: string]> = {
  onlyOwner: ["_checkOwner();", ""],
  nonReentrant: [
    `if (_reentrancyGuardEntered()) revert ReentrancyGuardReentrantCall(); assembly { tstore(${GUARD}, 1) }`,
    `assembly { tstore(${GUARD}, 0) }`,
  ],
};

function isDefinition(node: Node): boolean {
  return /^(Function|Modifier)Definition$/.test(node.nodeType) || node.stateVariable === true;
}
