import type { Cast } from "../../pageData.ts";
import type { Room } from "./layout.ts";

/** Below this many pixels the diagram runs down instead of to the right. */
const NARROW = 760;

/** How much room there is for a diagram of this width, whether it runs down, and how high it is. */
export function roomFor(width: number, cast: Cast): { room: Room; height: number; down: boolean } {
  return width < NARROW ? roomDown(width, cast) : roomRight(width, cast);
}

/** Bars with a label that may stand side by side: the agents and the escrow, or the sources and what comes back to them. */
function most({ sources, stages }: Cast): number {
  return Math.max(sources.length + 1, ...stages.map(({ agents }) => agents.length + 1));
}

/** To the right: labels of the agents stand between them and the next pool. */
function roomRight(width: number, cast: Cast) {
  const [slot, thickest, top] = [70, 190, 46];
  const cross = most(cast) * slot + thickest * 0.45;
  const [left, right] = [98, 118];
  // A stage takes one length to its agents, and their labels want more than that to the next.
  const [toAgents, toPool] = [1, 1.45];
  const lengths = cast.stages.flatMap((_, stage) => [stage === 0 ? 1 : toPool, toAgents]);
  const unit = (width - left - right) / lengths.reduce((sum, length) => sum + length, 0);
  return {
    room: { mains: runningSum(left, lengths, unit), top, cross, thickest, slot, sourceSlot: slot },
    height: top + cross,
    down: false,
  };
}

/** Down: labels of the agents stand below them, with buttons that a finger hits. */
function roomDown(width: number, cast: Cast) {
  const [first, toPool, toAgents] = [44, 196, 84];
  const lengths = cast.stages.flatMap((_, stage) => [stage === 0 ? 90 : toPool, toAgents]);
  const mains = runningSum(first, lengths, 1);
  // What comes back of the next stage, without a label, may stand beside five that have one: six slots are less than the width.
  const slot = (width / most(cast)) * 0.82;
  const room = {
    mains,
    top: 0,
    cross: width,
    thickest: width * 0.4,
    slot,
    sourceSlot: width / (cast.sources.length + 1.3),
  };
  return { room, height: (mains.at(-1) ?? 0) + 130, down: true };
}

function runningSum(from: number, lengths: readonly number[], unit: number): number[] {
  let at = from;
  return [from, ...lengths.map((length) => (at += length * unit))];
}
