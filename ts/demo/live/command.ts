import { z } from "zod";
import { STAGES } from "../scenario.ts";
import { DEMANDS, SPEEDS } from "./choices.ts";

const oneOf = <const values extends readonly number[]>(values: values) =>
  z.custom<values[number]>((value) => values.includes(value as number), `not one of ${values.join(", ")}`);

const agent = z
  .strictObject({
    do: z.enum(["kill", "revive", "lie", "be honest"]),
    stage: z.int().min(0),
    agent: z.int().min(0),
  })
  .refine(({ stage, agent }) => STAGES[stage]?.agents[agent] !== undefined, "there is no such agent");

/** What a visitor may do. Whatever comes from a browser is checked against it. */
export const commandSchema = z.union([
  agent,
  z.strictObject({ do: z.literal("demand"), factor: oneOf(DEMANDS) }),
  z.strictObject({ do: z.literal("speed"), speed: oneOf(SPEEDS) }),
  z.strictObject({ do: z.literal("end") }),
]);

export type Command = z.infer<typeof commandSchema>;
