/** How fast an interactive run goes, chain seconds per second; 0 is a pause, the last as fast as the machine can. */
export const SPEEDS = [0, 15, 60, 1000] as const;
export type Speed = (typeof SPEEDS)[number];

/** Demand over what was planned. */
export const DEMANDS = [0.5, 1, 2, 3] as const;
