import { expect, test } from "vitest";
import { BackpressureError } from "../../core/errors.ts";
import { createLogger, redactUrls } from "./logger.ts";

function logged(fields: Record<string, unknown>, message = "message"): { text: string; line: Record<string, unknown> } {
  let text = "";
  const write = (line: string): void => {
    text += line;
  };
  createLogger({ service: "keeper", level: "info", write }).info(fields, message);
  return { text, line: JSON.parse(text) };
}

test("a line is one JSON object with level, time, service and message", () => {
  const { text, line } = logged({ action: "drain" });
  expect(text).toMatch(/^[^\n]*\n$/);
  expect(line).toMatchObject({ level: "info", service: "keeper", action: "drain", msg: "message" });
  expect(Date.parse(String(line.time))).toBeGreaterThan(0);
});

test("amounts are text and errors one line", () => {
  const error = new BackpressureError("first line\nsecond line");
  const { line } = logged({ amount: 2n ** 70n, nested: { amounts: [1n] }, error });
  expect(line).toMatchObject({ amount: "1180591620717411303424", nested: { amounts: ["1"] }, error: "first line" });
});

test("an endpoint's URL is never written, wherever it stands", () => {
  const url = "https://user:secret@rpc.example.org/v2/secret-key?token=secret";
  const { text } = logged({ url, error: new Error(`request to ${url} failed`), list: [`<${url}>`] }, `asked ${url}`);
  expect(text).not.toContain("secret");
  expect(text.match(/rpc\.example\.org/g)).toHaveLength(4);
  expect(redactUrls("wss://host:99/key and http://other")).toBe("host:99 and other");
});

test("keys and passwords are left out should somebody pass them", () => {
  const { line } = logged({ privateKey: "0x1", account: { password: "x", address: "0x2" } });
  expect(line).not.toHaveProperty("privateKey");
  expect(line.account).toEqual({ address: "0x2" });
});

test("what is below the level is not written", () => {
  const lines: string[] = [];
  const log = createLogger({ service: "keeper", level: "warn", write: (line) => lines.push(line) });
  log.info("no");
  log.warn("yes");
  expect(lines).toHaveLength(1);
});
