import {
  type Alternative,
  childOf,
  childrenOf,
  isNode,
  type Node,
  nodesOf,
  type Print,
  rangeOf,
  type Source,
  typeOf,
} from "./ast.ts";
import { yulAlternatives } from "./yul.ts";

/** A place in a source that may be written differently. */
export type Point = {
  start: number;
  end: number;
  /** How the alternatives are told apart at run time. */
  kind: "expression" | "statement" | "constant" | "modifier" | "yul expression" | "yul statement";
  node: Node;
  alternatives: Alternative[];
};

const SWAPPED_ARITHMETIC: Record<string, string> = { "+": "-", "-": "+", "*": "/", "/": "*", "<<": ">>", ">>": "<<" };
const MOVED_BOUNDARY: Record<string, string> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" };
const NEGATED: Record<string, string> = { "==": "!=", "!=": "==" };
const SWAPPED_CALL: Record<string, string> = { min: "max", max: "min" };
const PLAIN_CALL: Record<string, string> = { saturatingSub: "-", saturatingAdd: "+", ceilDiv: "/" };
const ROUNDED_CALL = new Set(["mulDiv", "mulShr"]);

/** Every place of a source that the operators change, in the order of the source. */
export function pointsOf(source: Source): Point[] {
  const points: Point[] = [];
  visit(source.ast, { loopHead: false, condition: undefined, guarded: false, inConstructor: false, rational: false });
  return points;

  function visit(node: Node, context: Context): void {
    const alternatives = alternativesOf(node, context, source.text);
    if (alternatives.length > 0) points.push({ ...placeOf(node, source.text), node, alternatives });
    for (const child of childrenOf(node)) {
      if (!isLeftAlone(node, child)) visit(child, contextOf(node, child, context));
    }
  }
}

/** Whether a constant can be written as a function: numbers can, hashes stay. */
export function isNumericConstant(node: Node): boolean {
  return node.nodeType === "VariableDeclaration" && node.constant === true && /^uint\d+$/.test(typeOf(node));
}

type Context = {
  /** In the head of a `for`, where a statement ends without a semicolon. */
  loopHead: boolean;
  /** The whole condition of a guard (an `if` that only reverts) or of another choice. */
  condition: "guard" | "choice" | undefined;
  /** What a guard does: it goes with the guard's condition. */
  guarded: boolean;
  inConstructor: boolean;
  /** Where the compiler calculates, or takes the smallest type: a choice at run time would have another type. */
  rational: boolean;
};

function contextOf(node: Node, child: Node, context: Context): Context {
  const chooses = node.nodeType === "IfStatement" || node.nodeType === "Conditional";
  const guard = isGuard(node);
  const shifts = node.operator === "<<" || node.operator === "**";
  return {
    loopHead: node.nodeType === "ForStatement" && child !== node.body,
    condition: chooses && child === node.condition ? (guard ? "guard" : "choice") : undefined,
    guarded: (guard && child === node.trueBody) || (context.guarded && node.nodeType === "Block"),
    inConstructor: context.inConstructor || node.kind === "constructor",
    rational:
      isRational(node) ||
      (shifts && child === node.leftExpression) ||
      (node.nodeType === "TupleExpression" && nodesOf(node, "components").length > 1 && child.nodeType === "Literal") ||
      isSigned(node) ||
      context.rational,
  };
}

/** A literal fits a signed type, an unsigned choice between two does not. */
function isSigned(node: Node): boolean {
  if (node.nodeType === "Assignment") return typeOf(childOf(node, "leftHandSide")).startsWith("int");
  return node.nodeType === "FunctionCall" && childOf(node, "expression").memberName === "encodeCall";
}

function isGuard(node: Node): boolean {
  if (node.nodeType !== "IfStatement" || isNode(node.falseBody)) return false;
  const body = childOf(node, "trueBody");
  const [only, ...more] = body.nodeType === "Block" ? nodesOf(body, "statements") : [body];
  return only?.nodeType === "RevertStatement" && more.length === 0;
}

/** What a mutant must not reach: positions and sizes of arrays, names, and targets of assignments. */
function isLeftAlone(node: Node, child: Node): boolean {
  if (child.nodeType === "UsingForDirective") return true;
  if (node.nodeType === "IndexAccess") return child === node.indexExpression && child.nodeType === "Literal";
  if (node.nodeType === "Assignment") return child === node.leftHandSide;
  if (node.nodeType === "FunctionCall") {
    const callee = childOf(node, "expression").nodeType;
    return node.kind === "typeConversion" ? child.nodeType === "Literal" : callee === "NewExpression";
  }
  // Constants of another type than a number: their value is part of an interface.
  return node.nodeType === "VariableDeclaration" && node.constant === true;
}

function placeOf(node: Node, text: string): Pick<Point, "start" | "end" | "kind"> {
  const [start, end] = rangeOf(node);
  if (
    node.nodeType === "ExpressionStatement" ||
    node.nodeType === "EmitStatement" ||
    node.nodeType === "RevertStatement"
  ) {
    return { start, end: text.indexOf(";", end - 1) + 1, kind: "statement" };
  }
  if (node.nodeType === "VariableDeclaration") return { start, end: text.indexOf(";", end - 1) + 1, kind: "constant" };
  if (node.nodeType.startsWith("Yul")) {
    const isStatement = node.nodeType === "YulExpressionStatement" || node.nodeType === "YulAssignment";
    return { start, end, kind: isStatement ? "yul statement" : "yul expression" };
  }
  return { start, end, kind: node.nodeType === "ModifierInvocation" ? "modifier" : "expression" };
}

function alternativesOf(node: Node, context: Context, text: string): Alternative[] {
  if (node.nodeType.startsWith("Yul")) return yulAlternatives(node);
  if (isNumericConstant(node)) return constantAlternatives(node, text);
  const condition = context.condition ? conditionAlternatives(context.condition) : [];
  switch (node.nodeType) {
    case "BinaryOperation":
      return [...condition, ...binaryAlternatives(node, context)];
    case "FunctionCall":
      return [...condition, ...callAlternatives(node)];
    case "Literal":
      return [...condition, ...literalAlternatives(node, context)];
    case "MemberAccess":
      return [...condition, ...roundingAlternatives(node)];
    case "ExpressionStatement":
      return context.loopHead ? [] : statementAlternatives(node, context);
    case "EmitStatement":
    case "RevertStatement":
      return context.guarded ? [] : [{ operator: "statement", write: () => "" }];
    case "ModifierInvocation":
      return node.kind === "modifierInvocation" ? [{ operator: "modifier", write: () => "" }] : [];
    default:
      return condition;
  }
}

function constantAlternatives(node: Node, text: string): Alternative[] {
  const value = childOf(node, "value");
  const [start, end] = rangeOf(value);
  const isMaximum = text.slice(start, end).startsWith("type(");
  const isSmall = /^\d{1,3}$/.test(text.slice(start, end));
  const type = typeOf(node);
  const changed = isMaximum ? [" - 1"] : isSmall ? [" + 1", " - 1"] : [" * 2", " / 2"];
  return changed.map((change) => ({ operator: "constant", write: (print) => `${type}(${print(value)})${change}` }));
}

/** A guard that never refuses; a branch that is always or never taken. */
function conditionAlternatives(condition: "guard" | "choice"): Alternative[] {
  const never: Alternative = { operator: "condition", write: () => "false" };
  const always: Alternative = { operator: "condition", write: () => "true" };
  return condition === "guard" ? [never] : [never, always];
}

function binaryAlternatives(node: Node, context: Context): Alternative[] {
  const operator = String(node.operator);
  const [left, right] = [childOf(node, "leftExpression"), childOf(node, "rightExpression")];
  const swapped = (other: string | undefined, name: string): Alternative[] =>
    other === undefined ? [] : [{ operator: name, write: (print) => `${print(left)} ${other} ${print(right)}` }];
  if (operator === "&&" || operator === "||") {
    return [left, right].map((side) => ({ operator: "operand", write: (print) => print(side) }));
  }
  if (isRational(node)) return [];
  return [
    ...swapped(SWAPPED_ARITHMETIC[operator], "arithmetic"),
    ...swapped(MOVED_BOUNDARY[operator], "boundary"),
    ...(context.condition ? [] : swapped(NEGATED[operator], "negation")),
  ];
}

/** Calculated by the compiler, without a type that fits a choice at run time. */
function isRational(node: Node): boolean {
  return typeOf(node).startsWith("int_const");
}

function callAlternatives(node: Node): Alternative[] {
  const callee = childOf(node, "expression");
  const args = nodesOf(node, "arguments");
  if (node.kind === "typeConversion") return narrowerAlternatives(node, args[0]);
  const unchecked = /^to(U?int\d+)$/
    .exec(String(callee.memberName ?? ""))?.[1]
    ?.replace(/^U/, "u")
    .replace(/^I/, "i");
  if (unchecked !== undefined) {
    // `amount.toUint128()` refuses what does not fit; a plain conversion cuts it off.
    return [{ operator: "cast", write: (print) => `${unchecked}(${print(childOf(callee, "expression"))})` }];
  }
  if (callee.nodeType !== "MemberAccess" || !isMath(callee)) return [];
  const name = String(callee.memberName);
  const [a, b] = args;
  if (a === undefined || b === undefined) return [];
  const swapped = SWAPPED_CALL[name];
  if (swapped !== undefined) {
    return [{ operator: "min/max", write: (print) => `Math.${swapped}(${args.map(print).join(", ")})` }];
  }
  const plain = PLAIN_CALL[name];
  if (plain !== undefined) {
    return [{ operator: "rounding", write: (print) => `(${grouped(a, print)} ${plain} ${grouped(b, print)})` }];
  }
  if (ROUNDED_CALL.has(name) && args.length === 3) {
    const write = (print: Print) => `Math.${name}(${args.map(print).join(", ")}, Math.Rounding.Ceil)`;
    return [{ operator: "rounding", write }];
  }
  return [];
}

/** An argument as an operand. */
function grouped(arg: Node, print: Print): string {
  return arg.nodeType === "BinaryOperation" ? `(${print(arg)})` : print(arg);
}

/** A conversion that cuts off keeps one byte less. */
function narrowerAlternatives(node: Node, arg: Node | undefined): Alternative[] {
  const bits = (of: Node) => Number(/^uint(\d+)$/.exec(typeOf(of))?.[1] ?? 0);
  if (arg === undefined || bits(node) <= 8 || bits(arg) <= bits(node)) return [];
  const write = (print: Print) => `uint${bits(node)}(uint${bits(node) - 8}(${print(arg)}))`;
  return [{ operator: "cast", write }];
}

function isMath(callee: Node): boolean {
  const library = callee.expression;
  return isNode(library) && library.name === "Math";
}

function roundingAlternatives(node: Node): Alternative[] {
  return node.memberName === "Ceil" ? [{ operator: "rounding", write: () => "Math.Rounding.Floor" }] : [];
}

function literalAlternatives(node: Node, { rational }: Context): Alternative[] {
  if (node.kind === "bool") return [{ operator: "literal", write: () => (node.value === "true" ? "false" : "true") }];
  // A number with a unit, or in scientific notation, is a constant in disguise; there are few.
  if (node.kind !== "number" || !/^\d+$/.test(String(node.value)) || rational) return [];
  const value = BigInt(String(node.value));
  return [{ operator: "literal", write: () => String(value === 1n ? 0n : value + 1n) }];
}

function statementAlternatives(node: Node, { inConstructor }: Context): Alternative[] {
  const expression = childOf(node, "expression");
  const removed: Alternative = { operator: "statement", write: () => "" };
  if (expression.nodeType !== "Assignment") return isRevertCall(expression) ? [] : [removed];
  const [target, value] = [childOf(expression, "leftHandSide"), childOf(expression, "rightHandSide")];
  // An address that is never set breaks every test; a reference that is never set does not compile.
  if (inConstructor || typeOf(target).endsWith("storage pointer")) return [];
  const other = { "+=": "-=", "-=": "+=" }[String(expression.operator)];
  if (other === undefined) return [removed];
  return [removed, { operator: "arithmetic", write: (print) => `${print(target)} ${other} ${print(value)};` }];
}

function isRevertCall(node: Node): boolean {
  return node.nodeType === "FunctionCall" && childOf(node, "expression").name === "revert";
}
