import { childrenOf, type Node, nodesOf, type Source } from "./ast.ts";

/**
 * Through which functions of which contracts anybody reaches each function, modifier and constant.
 * @returns `Contract.name`, by the number of the definition; a constructor has that of its contract.
 */
export function entriesOf(sources: readonly Source[]): Map<number, string[]> {
  const users = new Map<number, Set<number>>();
  const names = new Map<number, string>();
  for (const contract of sources.flatMap(({ ast }) => nodesOf(ast, "nodes"))) {
    for (const definition of nodesOf(contract, "nodes")) {
      const id = numberOf(definition, contract);
      users.set(id, users.get(id) ?? new Set());
      if (isEntry(definition, contract)) names.set(id, `${contract.name}.${definition.name || definition.kind}`);
      for (const used of referencesIn(definition)) users.set(used, (users.get(used) ?? new Set()).add(id));
    }
  }
  return new Map(
    [...users.keys()].map((id) => [id, [...reaching(id)].flatMap((user) => names.get(user) ?? []).sort()]),
  );

  function reaching(id: number, found = new Set<number>()): Set<number> {
    if (found.has(id)) return found;
    found.add(id);
    for (const user of users.get(id) ?? []) reaching(user, found);
    return found;
  }
}

/** Base constructors are called by the name of their contract. */
export function numberOf(definition: Node, contract: Node): number {
  return definition.kind === "constructor" ? contract.id : definition.id;
}

function isEntry({ visibility }: Node, { contractKind, abstract }: Node): boolean {
  return contractKind === "contract" && abstract !== true && (visibility === "external" || visibility === "public");
}

function referencesIn(node: Node): number[] {
  const own = typeof node.referencedDeclaration === "number" ? [node.referencedDeclaration] : [];
  return [...own, ...childrenOf(node).flatMap(referencesIn)];
}
