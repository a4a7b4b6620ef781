import { z } from "zod";
import { addressSchema } from "../../core/deploymentRecord.ts";
import { optionalPortField, switchField, tokensField } from "../../services/runtime/config.ts";
import { parseBudget } from "../buy/budget.ts";
import { chainFields } from "../context.ts";

const list = z.string().transform((text) => text.split(","));

/** What `backpressure mcp` may be told. */
export const schema = z.object({
  ...chainFields,
  budget: z.string().transform(parseBudget).optional(),
  pools: list.optional(),
  sinks: list.pipe(z.array(addressSchema)).optional(),
  anySink: switchField,
  maxTask: tokensField.default(10n ** 16n),
  http: optionalPortField,
});

export type Config = z.output<typeof schema>;
