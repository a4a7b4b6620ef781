import { z } from "zod";
import { formatAgentId, parseAgentId } from "../../sdk/work/agents/agentLink.ts";
import { portField, tokensField, wholeNumber } from "../../services/runtime/config.ts";
import { LOG_LEVELS } from "../../services/runtime/logger.ts";
import { chainFields } from "../context.ts";
import { WORK } from "./work.ts";

const url = z.string().refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), "not an http or https URL");
const list = z.union([z.array(z.string()), z.string().transform((text) => text.split(","))]);

/** As a profile has it. */
const agentId = z.string().transform((text, context) => {
  try {
    return formatAgentId(parseAgentId(text));
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
    return z.NEVER;
  }
});

/** Flags, or variables. */
export const sellSchema = z.object({
  ...chainFields,
  upstream: url,
  taskType: z.string(),
  work: z.enum(WORK),
  price: tokensField,
  maxTask: tokensField.optional(),
  maxOutput: wholeNumber.min(1, "at least 1").default(4096),
  model: list.default([]),
  route: list.optional(),
  header: list.default([]),
  publicUrl: url.optional(),
  agentId: agentId.optional(),
  stake: tokensField.optional(),
  concurrency: wholeNumber.min(1, "at least 1").default(16),
  host: z.string().default("127.0.0.1"),
  listen: portField(8401),
  port: portField(9473),
  logLevel: z.enum(LOG_LEVELS).default("info"),
});

/** What `sell` is told. */
export type SellConfig = z.output<typeof sellSchema>;
