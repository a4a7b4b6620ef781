import {
  type Address,
  type Hex,
  isAddress,
  isHex,
  keccak256,
  maxUint128,
  pad,
  parseUnits,
  size,
  stringToHex,
} from "viem";
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import type { TaskTypeArguments } from "../../sdk/internal/taskTypeId.ts";
import type { Deployment } from "../../sdk/types.ts";
import { type TimeUnit, toFlowRate } from "../../sdk/utils/units.ts";

const DAY = 86_400;
const MAX_DURATION = 30 * DAY;
const UNITS = { s: 1, m: 60, h: 3600, d: DAY } as const;

/** A sink should be worth at least this many units: what it costs to have many identities is measured by it. */
const SMALLEST_SINK = 100n;

/** Sinks of this many units together should find a horizon's pay in the escrow before any of it returns. */
const TYPICAL_POOL = 1000n;

const duration = z
  .string()
  .regex(/^\d+[smhd]?$/, { error: "not a duration: 90, 90s, 5m, 2h or 1d", abort: true })
  .transform((text) => Number.parseInt(text, 10) * UNITS[(/[smhd]$/.exec(text)?.[0] ?? "s") as keyof typeof UNITS]);

const tokens = z
  .string()
  .regex(/^\d+(\.\d{1,18})?$/, { error: "not an amount of tokens: 12 or 0.5", abort: true })
  .transform((text) => parseUnits(text, 18));

const unitRate = z
  .string()
  .regex(/^(\d+|\d+(\.\d{1,18})?\/(second|minute|hour|day|month))$/, {
    error: "not a rate: 0.36/hour, or whole wei per second",
    abort: true,
  })
  .transform((text) => {
    const [amount = "", per] = text.split("/");
    return per === undefined ? BigInt(amount) : toFlowRate({ amount: parseUnits(amount, 18), per: per as TimeUnit });
  });

const address = z.custom<Address>((value) => typeof value === "string" && isAddress(value), "not an address");

/** What a person types; every range is that of `TaskTypeLib.validate`. */
export const taskTypeSchema = z
  .object({
    name: z.string().min(1, "must not be empty"),
    token: address,
    unitRate,
    epoch: duration.default(60),
    reportDelay: duration.default(60),
    horizon: duration.optional(),
    grace: duration.default(120),
    receiptEpochs: z.coerce.number().int("must be a whole number of epochs").default(5),
    timeToLive: duration.optional(),
    smoothing: z.coerce.number().default(0.3),
    verifier: z.union([z.literal("tracker"), z.literal("none"), address]).default("tracker"),
    admission: z.union([z.literal("anybody"), address]).default("anybody"),
    minimumStake: tokens.optional(),
    bufferMax: tokens.optional(),
    salt: z.string().default(""),
  })
  .superRefine((input, context) => {
    const check = (path: string, value: number | bigint, min: number | bigint, max: number | bigint): void => {
      if (value >= min && value <= max) return;
      context.addIssue({ code: "custom", path: [path], message: `must be between ${min} and ${max}, is ${value}` });
    };
    const { epoch, reportDelay } = input;
    check("unitRate", input.unitRate, 10n ** 11n, 10n ** 24n);
    check("epoch", epoch, 12, DAY);
    check("reportDelay", reportDelay, 0, DAY);
    check("horizon", horizonOf(input), Math.ceil(Math.E * (epoch + reportDelay)), MAX_DURATION);
    check("grace", input.grace, 30, MAX_DURATION);
    check("receiptEpochs", input.receiptEpochs, 2, 60);
    check("timeToLive", timeToLiveOf(input), shortestLife(input), MAX_DURATION);
    check("smoothing", input.smoothing, 0.01, 1);
    check("minimumStake", minimumStakeOf(input), 1n, maxUint128);
    check("bufferMax", bufferMaxOf(input), 0n, maxUint128);
  });

type Input = {
  unitRate: bigint;
  epoch: number;
  reportDelay: number;
  horizon?: number | undefined;
  grace: number;
  receiptEpochs: number;
  timeToLive?: number | undefined;
  minimumStake?: bigint | undefined;
  bufferMax?: bigint | undefined;
};

const horizonOf = ({ horizon, epoch, reportDelay }: Input): number => horizon ?? 3 * (epoch + reportDelay);

/** A signal that lives less would end before the next one, or before its sink is due to be settled. */
const shortestLife = ({ epoch, reportDelay, receiptEpochs }: Input): number =>
  Math.max(epoch + reportDelay, receiptEpochs * epoch);

const timeToLiveOf = (input: Input): number => input.timeToLive ?? Math.max(5 * input.epoch, shortestLife(input));

/** b = 2·q·(T + D + h) + q·V·h, wei per unit. */
const bondPerUnit = (input: Input): bigint =>
  input.unitRate * BigInt(2 * (horizonOf(input) + input.grace + input.epoch) + input.receiptEpochs * input.epoch);

/** As much as the bond of the smallest sink worth having: a second identity doubles what it costs. */
const minimumStakeOf = (input: Input): bigint => input.minimumStake ?? SMALLEST_SINK * bondPerUnit(input);

const bufferMaxOf = (input: Input): bigint =>
  input.bufferMax ?? TYPICAL_POOL * input.unitRate * BigInt(horizonOf(input));

/** Terms so far from the usual that they are a slip more often than meant: in tokens, or in tokens an hour. */
const EXTREME = { minimumStake: 100_000n, bufferMax: 10_000_000n, unitRate: 1_000n, horizon: 7 * DAY };
const TOKEN = 10n ** 18n;

/**
 * Terms can never be changed, so a slip of the keyboard should not become one.
 * @throws {UsageError} if a term is extreme and nobody has said that it is meant.
 */
export function assertUsual(input: Input, isMeant: boolean): void {
  const slips = [
    minimumStakeOf(input) > EXTREME.minimumStake * TOKEN && `a stake of ${minimumStakeOf(input) / TOKEN} tokens`,
    bufferMaxOf(input) > EXTREME.bufferMax * TOKEN && `an escrow of ${bufferMaxOf(input) / TOKEN} tokens`,
    input.unitRate * 3600n > EXTREME.unitRate * TOKEN &&
      `${(input.unitRate * 3600n) / TOKEN} tokens an hour for a unit`,
    horizonOf(input) > EXTREME.horizon && `a horizon of ${Math.floor(horizonOf(input) / DAY)} days`,
  ].filter((slip) => slip !== false);
  if (slips.length === 0 || isMeant) return;
  throw new UsageError(`${slips.join(", ")}: terms can never be changed; if you mean it, say --extreme`);
}

const NOBODY = "0x0000000000000000000000000000000000000000";

/** Fills in the defaults of the specification. */
export function taskTypeArguments(input: z.output<typeof taskTypeSchema>, deployment: Deployment): TaskTypeArguments {
  const { verifier } = input;
  return {
    parameters: {
      superToken: input.token,
      unitRate: input.unitRate,
      epochLength: input.epoch,
      horizon: horizonOf(input),
      acknowledgementGrace: input.grace,
      reportDelay: input.reportDelay,
      signalTimeToLive: timeToLiveOf(input),
      receiptEpochs: input.receiptEpochs,
      smoothing: BigInt(Math.round(input.smoothing * 1e9)) * 10n ** 9n,
      verifier: verifier === "tracker" ? deployment.completionTracker : verifier === "none" ? NOBODY : verifier,
      admission: input.admission === "anybody" ? NOBODY : input.admission,
      minimumStake: minimumStakeOf(input),
      bufferMax: bufferMaxOf(input),
    },
    salt: saltOf(input.salt),
    metadata: input.name,
  };
}

/** 32 bytes as they are; anything else is hashed, so that any text will do. */
function saltOf(text: string): Hex {
  if (text === "") return pad("0x", { size: 32 });
  return isHex(text) && size(text) === 32 ? text : keccak256(stringToHex(text));
}
