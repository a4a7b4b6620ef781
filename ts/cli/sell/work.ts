import { max } from "../../core/bigints.ts";
import { UsageError } from "../../core/errors.ts";
import { MalformedMessageError } from "../../sdk/work/wire.ts";
import { byUsageTokens } from "../../x402/meters/byUsageTokens.ts";
import { type Meter, perByte, perRequest, perSecond } from "../../x402/meters/meter.ts";
import { parsedJson } from "../http.ts";

export const WORK = ["request", "usage.total_tokens", "seconds", "bytes"] as const;

export type WorkParameters = {
  work: (typeof WORK)[number];
  /** Of one unit, wei. */
  price: bigint;
  /** The most that a task costs, wei; what a usual task costs at most if not said. */
  maxTask?: bigint | undefined;
  /** Tokens of one answer. */
  maxOutput: number;
  /** Models that are sold, by usage only; all if none is named. */
  models: readonly string[];
};

/** Of a usual request, where nobody says. */
const [USUAL_INPUT, USUAL_TIME, USUAL_BYTES] = [16_384n, 60n, 1_000_000n];

/** How work is counted, and what a task costs at most, wei. */
export function meterOf(parameters: WorkParameters): { meter: Meter; oneTask: bigint } {
  const { work, price, maxOutput, models } = parameters;
  if (price <= 0n) throw new UsageError("--price is not above 0");
  const usual = {
    request: 1n,
    "usage.total_tokens": BigInt(maxOutput) + USUAL_INPUT,
    seconds: USUAL_TIME,
    bytes: USUAL_BYTES,
  };
  const oneTask = max(price, parameters.maxTask ?? price * usual[work]);
  const units = Number(oneTask / price);
  switch (work) {
    case "request":
      return { meter: perRequest(price), oneTask };
    case "seconds":
      return { meter: perSecond({ price, longest: units }), oneTask };
    case "bytes":
      return { meter: perByte({ price, most: units }), oneTask };
    case "usage.total_tokens":
      return { meter: ofModels(byUsageTokens({ input: price, output: price, maxOutput }), models, oneTask), oneTask };
  }
}

/** Who asks for more than a task may be, or for another model, hears it before anything is paid. */
function ofModels(meter: Meter, models: readonly string[], oneTask: bigint): Meter {
  return {
    ...meter,
    maximum(task) {
      const { model } = Object(parsedJson(task.body));
      if (models.length > 0 && !models.includes(model))
        throw new MalformedMessageError(`sold are the models ${models.join(", ")}`);
      const maximum = meter.maximum(task);
      if (maximum > oneTask)
        throw new MalformedMessageError(`the task may cost ${maximum} wei, and at most ${oneTask} is sold`);
      return maximum;
    },
  };
}
