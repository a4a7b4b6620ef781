/** The cast of the main job and the terms they work on. Everything that a reader may want to change is here. */

/** One unit is one token of a language model per second. */
export type Units = number;

/** q: the most that one unit is paid, wei per second; one USDCx per million tokens. */
export const UNIT_RATE = 10n ** 12n;
export const WAD = 10n ** 18n;

/** Amounts below this are not worth a transaction, wei: the pay of ten thousand tokens, one US cent. */
export const WORTH = 10_000n * UNIT_RATE;

/** When the hour begins, Unix seconds; a fixed full hour, so that runs are the same. */
export const START = 1_800_000_000;
export const EPOCH = 60;
/** Blocks are mined every `SLOT` seconds; whoever reacts to one does so `REACTION` seconds later. */
export const SLOT = 15;
export const REACTION = 2;
/** Epochs between two claims of those who are not connected. */
export const CLAIM_EVERY = 5;
/** How long money must confirm a change of inflow before the escrow follows it: `CONFIRM_DELAY` of the contract. */
export const CONFIRM_DELAY = 12;

/** Terms of each task type; see `TaskTypeParameters`. */
export const TERMS = {
  epochLength: EPOCH,
  horizon: 6 * EPOCH,
  acknowledgementGrace: 2 * EPOCH,
  reportDelay: EPOCH,
  signalTimeToLive: 5 * EPOCH,
  receiptEpochs: 5,
  smoothing: (3n * WAD) / 10n,
  minimumStake: WAD,
} as const;

/** The escrow returns what exceeds this many seconds of a stage's full pay. */
export const BUFFER_SECONDS = 300;

/** The escrow of a stage returns what exceeds this, wei. */
export function bufferMaxOf(plan: StagePlan): bigint {
  return UNIT_RATE * BigInt(capacityOf(plan) * BUFFER_SECONDS);
}

/** Share of its capacity that each stage needs before the first shock. */
export const TARGET_LOAD = 0.7;

/** b = 2 q (T + D + h) + q V h: what bonds one unit, wei. */
export const BOND_PER_UNIT =
  UNIT_RATE *
  BigInt(2 * (TERMS.horizon + TERMS.acknowledgementGrace + TERMS.epochLength) + TERMS.receiptEpochs * EPOCH);

export type AgentPlan = {
  name: string;
  /** What it really serves when it has work, on average. */
  rate: Units;
  /** What it says it can serve; if it is honest only until it has measured it. */
  declares: Units;
  /** What its bond backs. */
  bondedFor: Units;
  /** Whether it reports what it measures and is behind with; else it reports what it declares and no backlog, ever. */
  honest: boolean;
  /** Connected to its pool, it is paid to the second; else it claims from time to time. */
  connects: boolean;
};

export type StagePlan = {
  name: string;
  /** What its agents do, for people. */
  work: string;
  agents: readonly AgentPlan[];
  /** Share of the price of their work that agents pay to the next stage, 1e18 = 1; 0 for the last. */
  passesOn: bigint;
};

function agent(name: string, rate: Units, differs: Partial<AgentPlan> = {}): AgentPlan {
  return { name, rate, declares: rate, bondedFor: Math.round(rate * 1.25), honest: true, connects: true, ...differs };
}

/** The agent that dies: the largest summariser. */
export const DYING = { stage: 1, agent: 0, name: "Atlas" } as const;

/** The agent that lies: it declares twice what it can do, has the bond for it, and reports no backlog. */
export const LIAR = { stage: 1, agent: 2, name: "Gist" } as const;

/** The agent that is dead from the beginning and goes on signalling: it takes its pay and does nothing. */
export const DEAD = { stage: 0, agent: 3, name: "Ghost" } as const;

/** Three stages; each needs half the tokens of the one before, and gets half of its price for them. */
export const STAGES: readonly [StagePlan, StagePlan, StagePlan] = [
  {
    name: "transcribe",
    work: "reads what a request brings",
    passesOn: WAD / 2n,
    agents: [
      agent("Echo", 4000),
      agent("Lyra", 3000),
      agent("Tempo", 2000, { declares: 2600, bondedFor: 2600 }),
      agent(DEAD.name, 0, { declares: 1000, bondedFor: 1000, honest: false }),
    ],
  },
  {
    name: "summarise",
    work: "writes the summary",
    passesOn: WAD / 2n,
    agents: [
      agent(DYING.name, 2200),
      agent("Brief", 1800),
      agent(LIAR.name, 500, { declares: 1000, bondedFor: 1000, honest: false, connects: false }),
    ],
  },
  {
    name: "report",
    work: "turns the summary into a report",
    passesOn: 0n,
    agents: [agent("Quill", 1000), agent("Folio", 900, { bondedFor: 750 }), agent("Draft", 500, { connects: false })],
  },
];

/** Who pays for the first stage, and the share of the requests that come from them. */
export const SOURCES = [
  { name: "Newsroom", share: 0.6 },
  { name: "Courthouse", share: 0.4 },
] as const;

/** What happens when, seconds after `START`. */
export type Timeline = { end: number; death: number; doubling: number; revival: number };

/** With less, the agent that dies is back before its last signal has expired. */
export const MIN_MINUTES = 20;
export const MAX_MINUTES = 240;

/**
 * The hour's shocks, in proportion if the run is shorter or longer. The dead agent has three windows of receipts to be
 * slashed in, and the last ten minutes show what everything settles to.
 */
export function timelineOf(minutes: number): Timeline {
  const at = (share: number): number => Math.round(minutes * share) * 60;
  return { end: minutes * 60, death: at(1 / 4), doubling: at(2 / 5), revival: at(3 / 5) };
}

/** Nothing happens by plan, and demand goes on for so many minutes: a visitor is there. */
export function quietTimeline(minutes: number): Timeline {
  const never = (minutes + 1) * 60;
  return { end: minutes * 60, death: never, doubling: never, revival: never };
}

/** Tokens per second that a stage's agents can really serve and have bonds for. */
export function capacityOf({ agents }: StagePlan): Units {
  return agents.reduce((sum, { rate, bondedFor }) => sum + Math.min(rate, bondedFor), 0);
}
