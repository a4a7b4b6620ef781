import type { Frame, StageFrame } from "./frame.ts";
import { SOURCES, STAGES } from "./scenario.ts";

/** An hour of the same, with something in every series; Ghost is slashed after half an hour. */
export function someFrames(minutes = 60): Frame[] {
  return Array.from({ length: minutes * 4 + 1 }, (_, index) => someFrame(index * 15));
}

/** A moment at which everything flows. */
export function someFrame(at: number, differs: Partial<Frame> = {}): Frame {
  const stage = {
    inflow: 6000 + at,
    capacity: 9000,
    price: 0.7,
    escrow: at * 500,
    backlog: at * 10,
    returned: at * 300,
  };
  const slashed = (agent: number): number => (agent === 3 && at >= 1800 ? 480_000 : 0);
  return {
    sample: {
      at,
      stages: STAGES.map(({ agents }) => ({
        ...stage,
        sinks: agents.map((_, agent) => 3000 - 800 * agent),
        slashed: agents.map((_, agent) => slashed(agent)),
      })),
    },
    stages: STAGES.map(({ agents }, index): StageFrame => {
      const payers = (STAGES[index - 1]?.agents ?? SOURCES).map(() => 1500);
      const conduct = agents.map(() => "honest" as const);
      const moves = { toEscrow: 400, drained: 200, returned: 100 };
      return { payers, ...moves, conduct, verifiedBacklog: agents.map(() => 0) };
    }),
    demand: 1,
    requests: { arrived: at, served: at / 3, turnedAway: 0, waiting: 0 },
    transactions: at,
    events: [],
    ...differs,
  };
}
