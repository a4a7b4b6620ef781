import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import { addServiceOptions, portField, readConfig, serviceFields } from "./config.ts";

const schema = z.object({ ...serviceFields, port: portField(9470) });

function parse(argv: string[], env: NodeJS.ProcessEnv = {}) {
  const command = addServiceOptions(new Command("test"), 9470);
  command.exitOverride().parse(argv, { from: "user" });
  return readConfig(schema, { flags: command.opts(), env, prefix: "KEEPER" });
}

describe("configuration", () => {
  test("has defaults for everything but the network", () => {
    expect(parse(["--network", "base"])).toEqual({
      network: "base",
      dryRun: false,
      host: "127.0.0.1",
      port: 9470,
      adminHost: "127.0.0.1",
      logLevel: "info",
      rpcTimeout: 10_000,
      stuckAfter: 30_000,
      maxFee: 5_000_000_000n,
      gasPerHour: 20_000_000,
      etherPerDay: 100_000_000_000_000_000n,
      minBalance: 1_000_000_000_000_000n,
    });
  });

  test("comes from variables, and flags win", () => {
    const env = { KEEPER_NETWORK: "local", KEEPER_GAS_PER_HOUR: "7", KEEPER_MAX_FEE: "0.5", KEEPER_DRY_RUN: "true" };
    expect(parse(["--gas-per-hour", "8"], env)).toMatchObject({
      network: "local",
      gasPerHour: 8,
      maxFee: 500_000_000n,
      dryRun: true,
    });
  });

  test("an empty variable is none", () => {
    expect(parse(["--network", "local"], { KEEPER_PORT: "" }).port).toBe(9470);
  });

  test.each([
    [["--port", "70000"], {}, "--port: no port is above 65535"],
    [["--stuck-after", "0"], {}, "--stuck-after: not more than zero"],
    [["--max-fee", "cheap"], {}, '--max-fee: "cheap" is no amount of gwei'],
    [[], { KEEPER_GAS_PER_HOUR: "1.5" }, "KEEPER_GAS_PER_HOUR: not a whole number"],
    [[], { KEEPER_DRY_RUN: "perhaps" }, "KEEPER_DRY_RUN: "],
    [["--port", "x"], { KEEPER_CONFIRMATIONS: "0" }, "KEEPER_CONFIRMATIONS: at least 1; --port: not a number"],
  ] as const)("%j with %j is refused in one line", (argv, env, message) => {
    let error: unknown;
    try {
      parse(["--network", "base", ...argv], env);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain("\n");
  });

  test("a missing network is named", () => {
    expect(() => parse([])).toThrow("--network: missing");
  });
});
