import type { TraceRequest } from "../sim/trace.ts";
import { Draws } from "./draws.ts";
import { capacityOf, SOURCES, STAGES, type StagePlan, TARGET_LOAD, type Timeline, WAD } from "./scenario.ts";

/** One request and the work that it means in each stage. */
export type Request = {
  id: number;
  /** Seconds after the start. */
  at: number;
  /** Index of the source that sent it. */
  source: number;
  /** Tokens of work, stage by stage; each at least 1. */
  work: readonly number[];
};

/** What the built-in generator imitates: the averages of one hour of the Azure LLM inference trace of 2023. */
const TYPICAL = { requestsPerSecond: 5.4, context: 1155, contextSigma: 0.7, generated: 211, generatedSigma: 0.7 };

/** Demand comes in bursts: calm and busy spells of random length, seconds, with these factors on the request rate. */
const CALM = { factor: 0.85, length: 30 };
const BUSY = { factor: 1.3, length: 15 };

/**
 * Bursty, seeded requests: a Poisson process whose rate switches between calm and busy, with log-normal sizes.
 * @param seconds Length of the series.
 */
export function generateRequests(seed: number, seconds: number): TraceRequest[] {
  const draws = new Draws(seed);
  const requests: TraceRequest[] = [];
  let spell = CALM;
  let spellEnds = draws.exponential(1 / spell.length);
  let at = 0;
  for (;;) {
    const next = at + draws.exponential(TYPICAL.requestsPerSecond * spell.factor);
    if (next >= spellEnds) {
      at = spellEnds;
      spell = spell === CALM ? BUSY : CALM;
      spellEnds = at + draws.exponential(1 / spell.length);
      continue;
    }
    at = next;
    if (at >= seconds) return requests;
    const context = Math.ceil(draws.logNormal(TYPICAL.context, TYPICAL.contextSigma));
    const generated = Math.ceil(draws.logNormal(TYPICAL.generated, TYPICAL.generatedSigma));
    requests.push({ at, context, generated });
  }
}

/**
 * Turns requests into work.
 *
 * Transcribing means one unit-second per token of context; summarising is proportional to the tokens generated; a
 * report is half a fixed effort and half proportional to the tokens generated. The factors are such that a stage's work
 * is on average what the money passed on to it pays for, and that the first shock finds the stages loaded as the
 * scenario says, whatever the trace: agents are fixed, so the trace is scaled. A series shorter than the run repeats.
 * From the doubling on, every request comes twice.
 */
export function planDemand(series: readonly TraceRequest[], timeline: Timeline, seed: number): Request[] {
  const draws = new Draws(seed + 1);
  const spread = repeat(series, timeline.end);
  const weights = workWeights(spread, timeline.death);
  const requests: Request[] = [];
  for (const { at, context, generated } of spread) {
    const work = weights(context, generated);
    for (let copy = at < timeline.doubling ? 1 : 2; copy > 0; --copy) {
      requests.push({ id: requests.length, at, source: pickSource(draws), work });
    }
  }
  return requests;
}

/** The series again and again, up to `seconds`, with its average pause between the repetitions. */
function repeat(series: readonly TraceRequest[], seconds: number): TraceRequest[] {
  const span = series.at(-1)?.at ?? 0;
  const pause = series.length > 1 ? span / (series.length - 1) : 0;
  const period = Math.max(span + pause, 60);
  const requests: TraceRequest[] = [];
  for (let offset = 0; offset < seconds; offset += period) {
    for (const request of series) {
      if (offset + request.at < seconds) requests.push({ ...request, at: offset + request.at });
    }
  }
  return requests;
}

/** Tokens of work per stage for a request; see `planDemand`. */
function workWeights(spread: readonly TraceRequest[], warmUp: number) {
  const early = spread.filter(({ at }) => at < warmUp);
  const sample = early.length > 0 ? early : spread;
  const sampleSeconds = early.length > 0 ? warmUp : (spread.at(-1)?.at ?? 0) + 1;
  const mean = (pick: (request: TraceRequest) => number, of: readonly TraceRequest[]): number =>
    of.reduce((sum, request) => sum + pick(request), 0) / of.length;
  const generatedMean = mean(({ generated }) => generated, spread);
  const contextMean = mean(({ context }) => context, spread);

  // A trace without one of the two columns still means work: every request then counts the same.
  const ofContext = (context: number): number => (contextMean > 0 ? context / contextMean : 1);
  const ofGenerated = (generated: number): number => (generatedMean > 0 ? generated / generatedMean : 1);
  const requestsPerSecond = mean(({ context }) => ofContext(context), sample) * (sample.length / sampleSeconds);
  const [first, second, third] = meanWork((TARGET_LOAD * capacityOf(STAGES[0])) / requestsPerSecond);

  return (context: number, generated: number): number[] =>
    [first * ofContext(context), second * ofGenerated(generated), third * (0.5 + 0.5 * ofGenerated(generated))].map(
      (tokens) => Math.max(1, Math.round(tokens)),
    );
}

/** Work of an average request in each stage: in proportion to the money, as a token costs the same in every stage. */
function meanWork(first: number): [number, number, number] {
  const share = ({ passesOn }: StagePlan): number => Number(passesOn) / Number(WAD);
  const second = first * share(STAGES[0]);
  return [first, second, second * share(STAGES[1])];
}

function pickSource(draws: Draws): number {
  let left = draws.uniform();
  const index = SOURCES.findIndex(({ share }) => {
    left -= share;
    return left < 0;
  });
  return index < 0 ? SOURCES.length - 1 : index;
}
