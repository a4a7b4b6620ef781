import { expect, test } from "vitest";
import { readConfig } from "../runtime/config.ts";
import { keeperSchema } from "./program.ts";

const read = (flags: Record<string, unknown>, env: NodeJS.ProcessEnv = {}) =>
  readConfig(keeperSchema, { flags: { network: "base", ...flags }, env, prefix: "KEEPER" });
const TOKEN = "0xd04383398dd2426297da660f9cca3d439af9ce1b";
const ID = `0x${"Ab".repeat(32)}`;

test("what a keeper leaves alone has defaults", () => {
  expect(read({})).toMatchObject({ minAmount: 10n ** 16n, sinksPerTransaction: 30, port: 9470 });
  expect(read({})).not.toHaveProperty("token");
});

test("lists come from flags or from one variable with commas", () => {
  const token = ["0xD04383398dD2426297da660F9CCA3d439AF9ce1b"];
  expect(read({ token: [TOKEN] }).token).toEqual(token);
  expect(read({}, { KEEPER_TOKEN: `${TOKEN},${TOKEN}` }).token).toEqual([...token, ...token]);
  expect(read({}, { KEEPER_TASK_TYPE: `${ID}, translate` }).taskType).toEqual([ID, "translate"]);
});

test.each([
  [{ token: ["0x12"] }, {}, "--token: not an address"],
  [{ sinksPerTransaction: "61" }, {}, "--sinks-per-transaction: 60 at most, or Base refuses"],
])("%j %j is refused", (flags, env, message) => {
  expect(() => read(flags, env)).toThrow(message);
});
