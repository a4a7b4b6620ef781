import { type Command, Option } from "commander";
import { parseEther, parseGwei } from "viem";
import { z } from "zod";
import { networkOption } from "../../core/commandLine.ts";
import { addressSchema } from "../../core/deploymentRecord.ts";
import { UsageError } from "../../core/errors.ts";
import { NETWORK_NAMES } from "../../core/networks.ts";
import { LOG_LEVELS } from "./logger.ts";

/** A flag may be given, or a variable may say "true". */
export const switchField = z.union([z.boolean(), z.stringbool("neither true nor false")]).default(false);

export const wholeNumber = z.coerce.number("not a number").int("not a whole number").nonnegative("below zero");

/** Seconds, as a person gives them, in milliseconds. */
export const secondsField = z.coerce
  .number("not a number of seconds")
  .positive("not more than zero")
  .transform((seconds) => seconds * 1000);

const decimal = (parse: (text: string) => bigint, what: string) =>
  z.union([z.string(), z.number()]).transform((value, context) => {
    const text = String(value);
    if (/^\d+(\.\d+)?$/.test(text)) return parse(text);
    context.addIssue({ code: "custom", message: `"${text}" is no amount of ${what}` });
    return z.NEVER;
  });

/** Wei, from an amount of ether. */
export const etherField = decimal(parseEther, "ether");

/** Wei, from an amount of a token with 18 decimals. */
export const tokensField = decimal(parseEther, "tokens");

/** What every service is told. */
export const serviceFields = {
  network: z.enum(NETWORK_NAMES),
  keystore: z.string().optional(),
  signer: z
    .string()
    .refine((text) => URL.canParse(text), "not a URL")
    .optional(),
  signerAccount: addressSchema.optional(),
  dryRun: switchField,
  host: z.string().default("127.0.0.1"),
  adminHost: z.string().default("127.0.0.1"),
  logLevel: z.enum(LOG_LEVELS).default("info"),
  /** Milliseconds. */
  pollInterval: secondsField.optional(),
  /** Milliseconds. */
  rpcTimeout: secondsField.default(10_000),
  confirmations: wholeNumber.min(1, "at least 1").optional(),
  /** Milliseconds. */
  stuckAfter: secondsField.default(30_000),
  /** Wei per gas. */
  maxFee: decimal(parseGwei, "gwei").default(5_000_000_000n),
  /** Gas units. */
  gasPerHour: wholeNumber.default(20_000_000),
  /** Wei. */
  etherPerDay: decimal(parseEther, "ether").default(100_000_000_000_000_000n),
  /** Wei. */
  minBalance: decimal(parseEther, "ether").default(1_000_000_000_000_000n),
};

/** A port with the service's own default. */
export function portField(port: number) {
  return wholeNumber.max(65_535, "no port is above 65535").default(port);
}

/** A port that nothing stands for if it is not said. */
export const optionalPortField = wholeNumber.max(65_535, "no port is above 65535").optional();

/** The flags that belong to `serviceFields`. */
export function addServiceOptions(command: Command, defaultPort: number): Command {
  return command
    .addOption(networkOption().makeOptionMandatory(false))
    .option("--keystore <file>", "sign with this keystore (password: KEYSTORE_PASSWORD, or asked for)")
    .option("--signer <url>", "have another program sign, over JSON-RPC: no key is needed here")
    .option("--signer-account <address>", "which of its accounts (default: its only one)")
    .option("--dry-run", "decide and simulate, send nothing; needs no key")
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option("--port <number>", `port to listen on, 0 for any (default: ${defaultPort})`)
    .addOption(new Option("--log-level <level>", "least that is logged (default: info)").choices(LOG_LEVELS))
    .option("--poll-interval <seconds>", "between two looks at the chain (default: 4, local 0.25)")
    .option("--rpc-timeout <seconds>", "longest wait for an endpoint before the next is asked (default: 10)")
    .option("--confirmations <blocks>", "blocks until a transaction counts (default: 3, local 1)")
    .option("--stuck-after <seconds>", "when a transaction is sent again with higher fees (default: 30)")
    .option("--max-fee <gwei>", "most that is offered per gas (default: 5)")
    .option("--gas-per-hour <gas>", "most gas to use within an hour (default: 20000000)")
    .option("--ether-per-day <ether>", "most ether to spend within a day, L1 data included (default: 0.1)")
    .option("--min-balance <ether>", "below it, /health fails (default: 0.001)");
}

export type ReadConfigParameters = {
  /** What commander has parsed. */
  flags: Record<string, unknown>;
  env: NodeJS.ProcessEnv;
  /** Of the variables: `KEEPER` for KEEPER_GAS_PER_HOUR. */
  prefix: string;
};

/**
 * Settings from flags, then variables (`--gas-per-hour`, `KEEPER_GAS_PER_HOUR`), then defaults.
 * @throws {UsageError} with one line that names each flag or variable that is wrong.
 * @example
 * const config = readConfig(keeperSchema, { flags: command.opts(), env: terminal.env, prefix: "KEEPER" });
 */
export function readConfig<schema extends z.ZodObject>(
  schema: schema,
  { flags, env, prefix }: ReadConfigParameters,
): z.output<schema> {
  const given: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  for (const key of Object.keys(schema.shape)) {
    const variable = `${prefix}_${separate(key, "_").toUpperCase()}`;
    const fromEnvironment = env[variable];
    const flagged = flags[key] !== undefined;
    if (flagged) given[key] = flags[key];
    else if (fromEnvironment !== undefined && fromEnvironment !== "") given[key] = fromEnvironment;
    origins.set(key, flagged || given[key] === undefined ? `--${separate(key, "-")}` : variable);
  }
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => {
    const name = origins.get(String(path[0])) ?? String(path[0]);
    return `${name}: ${given[String(path[0])] === undefined ? "missing" : message}`;
  });
  throw new UsageError(problems.join("; "));
}

/** "gasPerHour" as "gas-per-hour". */
function separate(key: string, by: string): string {
  return key.replace(/[A-Z]/g, (letter) => `${by}${letter.toLowerCase()}`);
}
