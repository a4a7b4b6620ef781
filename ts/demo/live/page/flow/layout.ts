import type { Frame } from "../../../frame.ts";

/**
 * Where everything of the flow diagram is. Money runs along one axis (`main`: to the right, or down on a narrow screen) and
 * divides along the other (`cross`); the drawing alone knows which is which.
 */

/** Rates of one stage at one moment, tokens per second. */
export type StageRates = {
  payers: readonly number[];
  sinks: readonly number[];
  toEscrow: number;
  drained: number;
  returned: number;
};

/** Something with a bar: who pays, a pool, who is paid, an escrow. `size` is the bar's length, across; `cross` its middle. */
export type Bar = { main: number; cross: number; size: number };
/** It leaves and arrives along the main axis. */
export type Ribbon = { from: Point; to: Point; width: number };
export type Point = readonly [main: number, cross: number];

export type StageLayout = {
  payers: Bar[];
  pool: Bar;
  agents: Bar[];
  escrow: Bar;
  /** Where what goes back to the payers arrives. */
  back: Bar;
  pays: Ribbon[];
  paid: Ribbon[];
  held: Ribbon;
  drained: Ribbon;
  returned: Ribbon;
};

/** Room that there is. All in pixels. */
export type Room = {
  /** Where payers of the first stage, and then of each stage its pool and its agents stand. */
  mains: readonly number[];
  /** Across: where bars begin, how much they have, what the thickest flow may take of it, and the least of one bar. */
  top: number;
  cross: number;
  thickest: number;
  slot: number;
  /** The same for those who pay first. */
  sourceSlot: number;
};

/** Thickness of a bar, along. */
export const BAR = 8;
const GAP = 12;

export function ratesOf(frame: Frame): StageRates[] {
  return frame.stages.map(({ payers, toEscrow, drained, returned }, index) => {
    return { payers, sinks: frame.sample.stages[index]?.sinks ?? [], toEscrow, drained, returned };
  });
}

/** The least rate, `most` or more, for which everything has room if it is drawn as thick as may be. */
export function fitting(stages: readonly StageRates[], room: Room, most: number): number {
  const sources = [...(stages[0]?.payers ?? []), stages[0]?.returned ?? 0];
  const columns = stages.map((rates, stage) => columnOf(rates, stages[stage + 1]));
  const fits = (rate: number): boolean => {
    const scale = room.thickest / rate;
    const all = [slotsOf(sources, room.sourceSlot, scale), ...columns.map((each) => slotsOf(each, room.slot, scale))];
    return all.every((slots) => sum(slots) <= room.cross);
  };
  let rate = most;
  for (let tries = 0; tries < 40 && !fits(rate); tries++) rate *= 1.05;
  return rate;
}

/** The bars of a stage's agents, of its escrow and, only when there is some, of what comes back of the next stage. */
function columnOf(rates: StageRates, next: StageRates | undefined): number[] {
  const back = next?.returned ?? 0;
  return [...incomes(rates), rates.toEscrow + rates.drained + rates.returned, ...(back > 0 ? [back] : [])];
}

/** @param most The rate that is drawn as thick as there is room for. */
export function layOut(stages: readonly StageRates[], room: Room, most: number): StageLayout[] {
  const scale = room.thickest / most;
  const { mains } = room;
  const [first] = stages;
  const sources = place(
    [...(first?.payers ?? []), first?.returned ?? 0],
    mains[0] ?? 0,
    { ...room, slot: room.sourceSlot },
    scale,
  );
  let [payers, back] = [sources.slice(0, -1), sources.at(-1) as Bar];
  return stages.map((rates, stage) => {
    const poolMain = mains[2 * stage + 1] ?? 0;
    const income = incomes(rates);
    const placed = place(columnOf(rates, stages[stage + 1]), mains[2 * stage + 2] ?? 0, room, scale);
    const agents = placed.slice(0, income.length);
    const escrow = placed[income.length] as Bar;
    const pool = {
      ...{ main: poolMain, cross: room.top + room.cross / 2 },
      size: Math.max(sum(rates.payers), sum(income) + rates.toEscrow) * scale,
    };
    const made = {
      payers,
      pool,
      agents,
      escrow,
      back,
      ...ribbons(rates, { payers, pool, agents, escrow, back }, scale),
    };
    [payers, back] = [agents, placed[income.length + 1] ?? (agents.at(-1) as Bar)];
    return made;
  });
}

type Bars = Pick<StageLayout, "payers" | "pool" | "agents" | "escrow" | "back">;

function ribbons(rates: StageRates, { payers, pool, agents, escrow, back }: Bars, scale: number) {
  const income = incomes(rates);
  const into = stacked(rates.payers, pool, scale);
  const outOf = stacked([...income, rates.toEscrow, rates.drained], pool, scale);
  const atEscrow = stacked([rates.toEscrow, rates.drained, rates.returned], escrow, scale);
  const between = (from: Bar, to: Bar, start: Part | undefined, end: Part | undefined): Ribbon => ({
    from: [from.main + BAR / 2, start?.middle ?? from.cross],
    to: [to.main - BAR / 2, end?.middle ?? to.cross],
    width: (end ?? start)?.width ?? 0,
  });
  const end = agents.length;
  return {
    pays: into.map((part, index) => {
      const payer = payers[index] ?? pool;
      return between(payer, pool, stacked([rates.payers[index] ?? 0], payer, scale)[0], part);
    }),
    paid: agents
      .map((agent, index) => between(pool, agent, outOf[index], undefined))
      .map((ribbon, index) => {
        return { ...ribbon, width: outOf[index]?.width ?? 0 };
      }),
    held: between(pool, escrow, outOf[end], atEscrow[0]),
    drained: between(pool, escrow, outOf[end + 1], atEscrow[1]),
    returned: between(back, escrow, undefined, atEscrow[2]),
  };
}

/** What each agent is paid with its share of what the escrow pays out. */
function incomes({ sinks, drained }: StageRates): number[] {
  const all = sum(sinks) || 1;
  return sinks.map((rate) => rate + (drained * rate) / all);
}

/** Bars of these rates, one beside the other in the middle of the room. */
function place(rates: readonly number[], main: number, room: Room, scale: number): Bar[] {
  const slots = slotsOf(rates, room.slot, scale);
  let at = room.top + Math.max(0, (room.cross - sum(slots)) / 2);
  return rates.map((rate, index) => {
    const own = slots[index] ?? 0;
    at += own;
    return { main, cross: at - own / 2, size: rate * scale };
  });
}

function slotsOf(rates: readonly number[], slot: number, scale: number): number[] {
  return rates.map((rate) => Math.max(slot, rate * scale + GAP));
}

type Part = { middle: number; width: number };

/** Ribbons one beside the other along a bar, from its beginning. */
function stacked(rates: readonly number[], { cross, size }: Bar, scale: number): Part[] {
  let at = cross - size / 2;
  return rates.map((rate) => {
    const width = rate * scale;
    at += width;
    return { middle: at - width / 2, width };
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** What is shown on the way from some rates to others; 0 is the beginning, 1 the end. */
export function between(from: readonly StageRates[], to: readonly StageRates[], part: number): StageRates[] {
  const mix = (a: number, b: number): number => a + (b - a) * part;
  const all = (a: readonly number[], b: readonly number[]): number[] =>
    b.map((value, index) => mix(a[index] ?? value, value));
  return to.map((target, index) => {
    const before = from[index] ?? target;
    return {
      payers: all(before.payers, target.payers),
      sinks: all(before.sinks, target.sinks),
      toEscrow: mix(before.toEscrow, target.toEscrow),
      drained: mix(before.drained, target.drained),
      returned: mix(before.returned, target.returned),
    };
  });
}
