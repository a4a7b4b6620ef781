import { describe, expect, test } from "vitest";
import { UsageError } from "../../core/errors.ts";
import { isSold, parseRoute } from "./routes.ts";

const routes = ["POST /v1/chat/completions", "GET /v1/search?q&limit"].map(parseRoute);
const sold = (method: string, path: string) => isSold(routes, method, new URL(path, "http://seller.example"));

describe("what is sold", () => {
  test.each([
    ["POST", "/v1/chat/completions"],
    ["GET", "/v1/search"],
    ["GET", "/v1/search?q=one&limit=2"],
    // Before anybody compares, it is in its normal form.
    ["POST", "/v1/models/../chat/completions"],
    ["POST", "/v1/%2e%2e/v1/chat/completions"],
  ])("%s %s", (method, path) => {
    expect(sold(method, path)).toBe(true);
  });

  test.each([
    ["GET", "/v1/chat/completions"],
    ["POST", "/v1/chat/completions/"],
    ["POST", "/v1/chat/completions?debug=1"],
    ["POST", "//v1/chat/completions"],
    ["POST", "/v1/chat%2fcompletions"],
    ["POST", "/v1/Chat/completions"],
    ["POST", "/v1/%63hat/completions"],
    ["POST", "/v1/chat/completions/../../admin"],
    ["GET", "/v1/search?q=one&admin=1"],
    ["GET", "/metrics"],
  ])("not %s %s", (method, path) => {
    expect(sold(method, path)).toBe(false);
  });

  test.each(["/v1/x", "post /v1/x", "POST v1/x", "POST /v1/../x", "POST //x", "POST /v1/x y", "POST /ä"])(
    "%s is no route",
    (text) => {
      expect(() => parseRoute(text)).toThrow(UsageError);
    },
  );
});
