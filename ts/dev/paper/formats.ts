import type { Where } from "./data.ts";
import { decimal, percent, withInterval } from "./tex.ts";

/** How a measured number is written. */
export type Format = (measured: { mean: number; ci95: number }) => string;

export const share =
  (digits = 1): Format =>
  (measured) =>
    `${percent(measured, digits)}\\,\\%`;
export const number =
  (digits = 0): Format =>
  (measured) =>
    withInterval(measured, digits);
/** Without its interval: for numbers that are stated elsewhere with it. */
export const plain =
  (digits = 0): Format =>
  ({ mean }) =>
    decimal(mean, digits);
export const scaled =
  (factor: number, format: Format): Format =>
  ({ mean, ci95 }) =>
    format({ mean: factor * mean, ci95: factor * ci95 });

export type Definition = readonly [name: string, file: string, where: Where, metric: string, format: Format];
