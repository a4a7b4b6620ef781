import { hexToBigInt, keccak256, toHex } from "viem";
import { Random } from "../../model/random.ts";
import type { Formula, Value } from "../../testkit/formulas/formula.ts";
import { formulas } from "../../testkit/formulas/index.ts";
import type { Harness } from "../../testkit/mathHarness.ts";

/** Cases of one function: in a row its inputs, then its outputs, all of them decimal. */
export type FunctionVectors = { spec: string; inputs: string[]; outputs: string[]; cases: string[][] };

const CASES = 200;
const CASES_OF_BOOKS = 120;

/** Of the scales that ended since a claim's, a row tells where the first two ended. */
const ENDS = 2;

/** Cases of every function of the libraries, with what the contracts answer. */
export async function functionVectors(harness: Harness): Promise<Record<string, FunctionVectors>> {
  const all: Record<string, FunctionVectors> = {};
  for (const [name, formula] of Object.entries(formulas)) {
    const samples = drawn(name, formula);
    const answers = (await harness(samples.map((args) => ({ name, args })))) as Value[];
    const [read, written] = [samples.map((args) => readBy(formula, args)), answers.map((a) => writtenBy(formula, a))];
    const [inputs, outputs] = [[...(read[0]?.keys() ?? [])], [...(written[0]?.keys() ?? [])]];
    const cases = read.map((values, i) => [...values.values(), ...(written[i]?.values() ?? [])]);
    all[name] = { spec: formula.spec, inputs, outputs, cases };
  }
  return all;
}

/** What the model answers to the inputs of a row; the values of its outputs. */
export function modelAnswer(name: string, { inputs }: FunctionVectors, row: readonly string[]): string[] {
  const formula = formulas[name] as Formula;
  const values = new Map(inputs.map((input, i) => [input, BigInt(row[i] as string)]));
  const given = (input: string): bigint => values.get(input) ?? 0n;
  // An example tells which of the arguments are books, and which are true or false.
  const args = formula.draw(new Random(0n)).map((example, i): Value => {
    const argument = formula.names[i] as string;
    if (typeof example === "boolean") return given(argument) === 1n;
    if (Array.isArray(example)) return Array.from({ length: ENDS }, (_, k) => given(`${argument}${k + 1}`));
    if (typeof example !== "object") return given(argument);
    return Object.fromEntries(Object.keys(example).map((field) => [field, given(`${argument}.${field}`)]));
  });
  return [...writtenBy(formula, formula.exact(...args)).values()];
}

function drawn(name: string, formula: Formula): (readonly Value[])[] {
  const random = new Random(hexToBigInt(keccak256(toHex(name))));
  const samples: (readonly Value[])[] = [];
  while (samples.length < (formula.fields === undefined ? CASES : CASES_OF_BOOKS)) {
    const args = formula.draw(random).map((arg, i) => withoutUnread(formula, formula.names[i] as string, arg));
    const tooLong = args.some((arg) => Array.isArray(arg) && arg.slice(ENDS).some((end) => end !== 0n));
    if (!tooLong) samples.push(args);
  }
  return samples;
}

function withoutUnread({ fields }: Formula, argument: string, value: Value): Value {
  if (typeof value !== "object" || Array.isArray(value)) return value;
  const isRead = (field: string) => fields?.read.includes(`${argument}.${field}`);
  const book = Object.entries(value as Record<string, bigint>);
  return Object.fromEntries(book.map(([field, amount]) => [field, isRead(field) ? amount : 0n]));
}

const readBy = (formula: Formula, args: readonly Value[]): Map<string, string> =>
  columns(formula.names, args, formula.fields?.read ?? []);

const writtenBy = (formula: Formula, answer: Value): Map<string, string> =>
  columns(
    formula.results,
    formula.results.length === 1 ? [answer] : (answer as Value[]),
    formula.fields?.written ?? [],
  );

/** Values under their names; of books the listed fields alone. */
function columns(names: readonly string[], values: readonly Value[], fields: readonly string[]): Map<string, string> {
  const found = names.flatMap((name, i): [string, bigint | boolean][] => {
    const value = values[i] as Value;
    if (typeof value !== "object") return [[name, value]];
    if (Array.isArray(value)) return Array.from({ length: ENDS }, (_, k) => [`${name}${k + 1}`, value[k] ?? 0n]);
    return fields.flatMap((field): [string, bigint][] => {
      const [book, key] = field.split(".") as [string, string];
      return book === name ? [[field, (value as Record<string, bigint>)[key] as bigint]] : [];
    });
  });
  return new Map(found.map(([name, value]) => [name, `${BigInt(value)}`]));
}
