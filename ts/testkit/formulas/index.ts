import { capacityAndFlow } from "./capacityAndFlow.ts";
import { evidence } from "./evidence.ts";
import type { Formula } from "./formula.ts";
import { inflowBook } from "./inflowBook.ts";
import { returnShares } from "./returnShares.ts";

/** Every function of the Solidity libraries that computes with numbers, by its name. */
export const formulas: Record<string, Formula> = { ...capacityAndFlow, ...evidence, ...inflowBook, ...returnShares };
