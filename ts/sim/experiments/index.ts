import { UsageError } from "../../core/errors.ts";
import { convergence } from "./e01-convergence.ts";
import { shock } from "./e02-shock.ts";
import { sybil } from "./e03-sybil.ts";
import { smoothing } from "./e04-smoothing.ts";
import { buffer } from "./e05-buffer.ts";
import { liars } from "./e06-liars.ts";
import { withheld } from "./e07-withheld.ts";
import { collusion } from "./e08-collusion.ts";
import { pipeline } from "./e09-pipeline.ts";
import { requestTrace } from "./e10-trace.ts";
import { scale } from "./e11-scale.ts";
import { delays } from "./e12-delays.ts";
import { severalPools } from "./e13-several-pools.ts";
import { sharedMachines } from "./e14-shared-machines.ts";
import { baselines } from "./e15-baselines.ts";
import { drifting } from "./e16-drift.ts";
import { protection } from "./e17-protection.ts";
import type { Experiment, Settings } from "./types.ts";

/** All experiments, in the order of their numbers. */
export function experiments(settings: Settings): Experiment[] {
  return [
    convergence,
    shock,
    sybil,
    smoothing,
    buffer,
    liars,
    withheld,
    collusion,
    pipeline,
    requestTrace(settings),
    scale,
    delays,
    severalPools,
    sharedMachines,
    baselines,
    drifting,
    protection,
  ];
}

/**
 * No experiment has this name.
 * @remarks Choose one of those that the message lists.
 */
export class UnknownExperimentError extends UsageError {
  override name = "UnknownExperimentError";

  constructor(name: string, known: readonly string[]) {
    super(`no experiment "${name}"; there are ${known.join(", ")}`);
  }
}

/** An experiment by its name, `E1` or `e1`. @throws {UnknownExperimentError} */
export function findExperiment(name: string, settings: Settings = {}): Experiment {
  const all = experiments(settings);
  const found = all.find((experiment) => experiment.name.toLowerCase() === name.toLowerCase());
  if (!found) {
    throw new UnknownExperimentError(
      name,
      all.map((experiment) => experiment.name),
    );
  }
  return found;
}
