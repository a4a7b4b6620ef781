import type { Command } from "commander";
import type { Hex } from "viem";
import { z } from "zod";
import { type Context, resolveTaskType } from "../inspect/context.ts";
import {
  addServiceOptions,
  portField,
  secondsField,
  serviceFields,
  switchField,
  wholeNumber,
} from "../services/config.ts";

export type IntakeDefaults = {
  port: number;
  batchSize: number;
  /** Seconds; undefined for a service that does not wait for full batches. */
  maxWait?: number;
};

/** What services that take messages are told beside what every service is. */
export function intakeSchema({ port, batchSize, maxWait = 1 }: IntakeDefaults) {
  return z.object({
    ...serviceFields,
    port: portField(port),
    data: z.string().min(1).optional(),
    /** Names or identifiers, separated by commas. */
    taskTypes: z.string().optional(),
    batchSize: wholeNumber.min(1, "at least 1").default(batchSize),
    /** Milliseconds. */
    maxWait: secondsField.default(maxWait * 1000),
    /** Bytes. */
    maxBody: wholeNumber.min(1_000, "at least 1000").default(256_000),
    maxMessages: wholeNumber.min(1, "at least 1").default(100),
    clientLimit: wholeNumber.min(1, "at least 1").default(600),
    sinkLimit: wholeNumber.min(1, "at least 1").default(60),
    trustProxy: switchField,
  });
}

export type IntakeConfig = z.output<ReturnType<typeof intakeSchema>>;

/** The flags that belong to `intakeSchema`. */
export function addIntakeOptions(command: Command, { port, batchSize, maxWait }: IntakeDefaults): Command {
  if (maxWait !== undefined) {
    command.option("--max-wait <seconds>", `longest wait for a full batch (default: ${maxWait})`);
  }
  return addServiceOptions(command, port)
    .option("--data <folder>", `where messages are kept (default: data/${command.name()}-<chain id>)`)
    .option("--task-types <list>", "serve only these: names or identifiers, separated by commas (default: all)")
    .option("--batch-size <number>", `messages in one transaction, at most (default: ${batchSize})`)
    .option("--max-body <bytes>", "largest request body (default: 256000)")
    .option("--max-messages <number>", "most messages in one request (default: 100)")
    .option("--client-limit <number>", "messages that one address may send per minute (default: 600)")
    .option("--sink-limit <number>", "messages that count of one sink per minute (default: 60)")
    .option("--trust-proxy", "take the client's address from the last entry of X-Forwarded-For");
}

/** The identifiers behind `--task-types`; undefined for all. @throws {UsageError} */
export function resolveTaskTypes(context: Pick<Context, "record">, list: string | undefined): Hex[] | undefined {
  return list?.split(",").map((text) => resolveTaskType(context, text.trim()));
}
