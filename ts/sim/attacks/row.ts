/** How much of a row is played: `npm test` plays short ones, the command whole days and every variant. */
export type Scale = "short" | "whole";

/** One attack on the rule of evidence with one setting. */
export type Row = {
  /** Letter of the kind; rows of one kind stand together. */
  kind: string;
  title: string;
  /** What is measured, each with the bound that must hold. A row that stays false has bounds that show how far. */
  bounds: Readonly<Record<string, Bound>>;
  staysFalse?: boolean;
  play(scale: Scale): Record<string, number>;
};

export type Bound = { atMost?: number; atLeast?: number };

export const none: Bound = { atMost: 0 };
export const atMost = (value: number): Bound => ({ atMost: value });
export const atLeast = (value: number): Bound => ({ atLeast: value });

export const holds = (value: number, { atMost = Infinity, atLeast = -Infinity }: Bound): boolean =>
  value <= atMost && value >= atLeast;

export const percent = (share: number): string => `${Math.round(1000 * share) / 10} %`;
