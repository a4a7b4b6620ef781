import type { Command } from "commander";
import type { Hex } from "viem";
import { z } from "zod";
import { type DeploymentRecord, resolveTaskType } from "../../core/deploymentRecord.ts";
import {
  addServiceOptions,
  optionalPortField,
  portField,
  serviceFields,
  switchField,
  wholeNumber,
} from "../runtime/config.ts";

export type IntakeDefaults = { port: number; batchSize: number };

/** What services that take messages are told beside what every service is. */
export function intakeSchema({ port, batchSize }: IntakeDefaults) {
  return z.object({
    ...serviceFields,
    port: portField(port),
    adminPort: optionalPortField,
    data: z.string().min(1).optional(),
    salvage: switchField,
    /** A secret: only from the environment. */
    databaseUrl: z.string().startsWith("postgres", "not the address of a PostgreSQL: postgres://…").optional(),
    /** Names or identifiers: from flags a list, from a variable text with commas. */
    taskType: z.union([z.array(z.string()), z.string().transform((text) => text.split(","))]).optional(),
    batchSize: wholeNumber.min(1, "at least 1").default(batchSize),
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
export function addIntakeOptions(command: Command, { port, batchSize }: IntakeDefaults): Command {
  return addServiceOptions(command, port)
    .option("--admin-host <address>", "address of /health and /metrics (default: 127.0.0.1)")
    .option("--admin-port <number>", `their port (default: ${port + 10})`)
    .option("--data <folder>", `where messages are kept (default: data/${command.name()}-<chain id>)`)
    .option("--salvage", "go on with what can be read of a damaged folder")
    .option("--task-type <id...>", "serve only these task types: identifiers, or names of the deployment's record")
    .option("--batch-size <number>", `messages in one transaction, at most (default: ${batchSize})`)
    .option("--max-body <bytes>", "largest request body (default: 256000)")
    .option("--max-messages <number>", "most messages in one request (default: 100)")
    .option("--client-limit <number>", "requests and messages that one address may send per minute (default: 600)")
    .option("--sink-limit <number>", "messages that count of one sink per minute (default: 60)")
    .option("--trust-proxy", "take the client's address from the last entry of X-Forwarded-For");
}

/** The identifiers behind `--task-type`; undefined for all. @throws {UsageError} */
export function resolveTaskTypes(context: { record: DeploymentRecord }, names?: readonly string[]): Hex[] | undefined {
  return names?.map((name) => resolveTaskType(context, name.trim()));
}
