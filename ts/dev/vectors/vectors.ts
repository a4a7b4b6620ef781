import { startAnvil } from "../../localchain/anvil.ts";
import { deployHarness } from "../../testkit/mathHarness.ts";
import { PARAMETERS, REPORT_DELAY } from "../../testkit/mirrorWorld.ts";
import { type FunctionVectors, functionVectors } from "./functions.ts";
import { histories } from "./histories.ts";
import { type History, Stage } from "./stage.ts";

/** docs/vectors.json, which docs/vectors.md describes. */
export type Vectors = {
  version: string;
  parameters: Record<string, string>;
  functions: Record<string, FunctionVectors>;
  histories: History[];
};

export const VECTORS_FILE = "docs/vectors.json";

/** Asks the contracts, on chains of their own, for everything that the file has. */
export async function computeVectors(): Promise<Vectors> {
  const parameters = { ...PARAMETERS, reportDelay: REPORT_DELAY };
  return {
    version: "0.2",
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, `${BigInt(value)}`])),
    functions: await functionsOnChain(),
    histories: await historiesOnChain(),
  };
}

async function functionsOnChain(): Promise<Record<string, FunctionVectors>> {
  const anvil = await startAnvil();
  try {
    return await functionVectors(await deployHarness(anvil.url));
  } finally {
    await anvil.stop();
  }
}

async function historiesOnChain(): Promise<History[]> {
  const stage = await Stage.create();
  try {
    return await histories(stage);
  } finally {
    await stage.world.stop();
  }
}

/** As the file has it: a case or a block a line, so that differences can be read. */
export function formatted({ functions, histories: all, ...rest }: Vectors): string {
  const functionLines = Object.entries(functions).map(
    ([name, { cases, ...about }]) => `${JSON.stringify(name)}:${withLines(about, "cases", cases)}`,
  );
  const historyLines = all.map(({ steps, ...about }) => withLines(about, "steps", steps));
  const head = JSON.stringify(rest).slice(0, -1);
  return `${head},\n"functions":{\n${functionLines.join(",\n")}\n},\n"histories":[\n${historyLines.join(",\n")}\n]}\n`;
}

const withLines = (about: object, name: string, rows: readonly unknown[]): string =>
  `${JSON.stringify(about).slice(0, -1)},"${name}":[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]}`;
