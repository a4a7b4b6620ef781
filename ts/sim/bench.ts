import { simulateExact } from "./exact/exactEngine.ts";
import { market } from "./experiments/standardMarket.ts";
import { simulate } from "./fluid/fluidEngine.ts";
import type { Scenario } from "./scenario.ts";

/** Prints how fast the model is, as JSON. One core, noise and bursts on, as the experiments have them. */

const MARKET_SINKS = 1_000;
const MARKET_STEPS = 3_000;
const MILLION = 1_000_000;
const MILLION_STEPS = 1_000;

/** Wall time counts; processor time tells how much of it this process really had. */
function measure(scenario: Scenario, run: (scenario: Scenario) => unknown) {
  const started = performance.now();
  const before = process.cpuUsage();
  run(scenario);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  const processorSeconds = (user + system) / 1e6;
  const sinkSteps = scenario.sinks.count * scenario.steps;
  return {
    sinks: scenario.sinks.count,
    steps: scenario.steps,
    seconds,
    processorSeconds,
    sinkStepsPerSecond: Math.round(sinkSteps / seconds),
    sinkStepsPerProcessorSecond: Math.round(sinkSteps / processorSeconds),
  };
}

const build = (sinks: number, steps: number) => market(1, { load: 0.9, bursty: true, sinks, steps });

// The first run of each engine pays for its compilation; it is measured by nobody.
simulate(build(100, 500));
simulateExact(build(100, 500));

const fluid = measure(build(MARKET_SINKS, MARKET_STEPS), (scenario) => simulate(scenario));
const exact = measure(build(MARKET_SINKS, MARKET_STEPS), (scenario) => simulateExact(scenario));
const million = measure(build(MILLION, MILLION_STEPS), (scenario) => simulate(scenario));
// Kilobytes, for the whole process so far.
const peakMegabytes = process.resourceUsage().maxRSS / 1024;

console.log(JSON.stringify({ fluid, exact, million, peakMegabytes }, undefined, 2));
