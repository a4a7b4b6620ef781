import { type Alternative, type Node, nodesOf, type Print } from "./ast.ts";

const BOUNDARY: Record<string, string> = { gt: "lt", lt: "gt" };
const ARITHMETIC: Record<string, string> = { add: "sub", sub: "add", shl: "shr", shr: "shl" };

/** How assembly may be written differently. Expressions are evaluated twice, so only those without effects are changed. */
export function yulAlternatives(node: Node): Alternative[] {
  switch (node.nodeType) {
    case "YulLiteral":
      return node.kind === "number"
        ? [{ operator: "assembly literal", write: () => String(BigInt(String(node.value)) + 1n) }]
        : [];
    case "YulExpressionStatement":
    case "YulAssignment":
      return [{ operator: "assembly statement", write: () => "" }];
    case "YulFunctionCall":
      return callAlternatives(node);
    default:
      return [];
  }
}

function callAlternatives(node: Node): Alternative[] {
  const name = String((node.functionName as { name?: string }).name);
  const args = nodesOf(node, "arguments");
  const list = (print: Print) => args.map(print).join(", ");
  if (name === "and" || name === "or") {
    return args.map((side) => ({ operator: "assembly operand", write: (print: Print) => print(side) }));
  }
  const [only] = args;
  if (name === "iszero" && only !== undefined)
    return [{ operator: "assembly negation", write: (print) => print(only) }];
  const boundary = BOUNDARY[name];
  // Greater is not less, or equal.
  if (boundary !== undefined) {
    return [{ operator: "assembly boundary", write: (print) => `iszero(${boundary}(${list(print)}))` }];
  }
  const other = ARITHMETIC[name];
  return other === undefined ? [] : [{ operator: "assembly arithmetic", write: (print) => `${other}(${list(print)})` }];
}
