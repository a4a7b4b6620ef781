import { expect, test, vi } from "vitest";
import { attestationKind } from "../oracle/attestation.ts";
import { createApi, createApp, serve } from "./api.ts";
import { RateLimits } from "./rateLimits.ts";

const message = {
  taskTypeId: `0x${"1".repeat(64)}`,
  sink: `0x${"2".repeat(40)}`,
  capacity: "1",
  backlog: "0",
  issuedAt: 1,
  signature: "0x00",
};

/** An interface in front of an intake that has a fault. */
function faultyApi() {
  const outcomes: string[] = [];
  const onError = vi.fn();
  const fail = (): never => {
    throw new TypeError("undefined is not a function");
  };
  const api = createApi({
    ...{ kind: attestationKind, title: "Test", description: "", maxBody: 10_000, maxMessages: 2 },
    intake: { accept: async () => fail(), pending: fail },
    limits: RateLimits.alone({ perClient: 10, perSink: 10 }),
    clientOf: () => "somebody",
    onOutcome: (outcome) => outcomes.push(outcome),
    onError,
  });
  return { api, outcomes, onError };
}

const body = (value: unknown) => ({
  method: "POST",
  body: JSON.stringify(value),
  headers: { "content-type": "application/json" },
});
const internal = {
  error: { code: "internal_error", message: "something went wrong here, and nothing was stored: send again later" },
};

test("a fault of ours is told to the operator, and not to who sent the message", async () => {
  const { api, outcomes, onError } = faultyApi();
  const alone = await api.request("/attestations", body(message));
  expect([alone.status, await alone.json()]).toEqual([500, internal]);
  const batch = await api.request("/attestations/batch", body({ attestations: [message] }));
  expect([batch.status, await batch.json()]).toEqual([200, { results: [internal] }]);
  expect(outcomes).toEqual(["internal_error", "internal_error"]);
  expect(onError).toHaveBeenCalledTimes(2);
  expect(onError).toHaveBeenCalledWith(new TypeError("undefined is not a function"));
});

test("a service that is starting says so, and then answers", async () => {
  const app = createApp();
  const early = await app.request("/attestations", body(message));
  expect([early.status, early.headers.get("retry-after"), await early.json()]).toEqual([
    503,
    "1",
    { error: { code: "not_ready", message: "the service is starting: send again in a second" } },
  ]);
  serve(app, faultyApi().api);
  expect((await app.request("/attestations", body(message))).status).toBe(500);
});
