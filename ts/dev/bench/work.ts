/**
 * `npm run --silent bench:work`: decisions per second, and what the paywall adds to a request, one JSON object per line:
 *
 *     {"what":"dispatch","sinks":1000,"perSecond":100000}
 *     {"what":"paywall","signatures":"WebAssembly","requests":1000,"ratio":2.5,"cpuMilliseconds":0.9}
 */
import { type Address, numberToHex, zeroHash } from "viem";
import { Admission } from "../../sdk/work/admission.ts";
import { Dispatcher } from "../../sdk/work/dispatcher.ts";
import { measurePaywall } from "./paywall.ts";

const addressOf = (index: number): Address => numberToHex(index + 1, { size: 20 });

function report(what: string, parties: Record<string, number>, count: number, run: () => void): void {
  const started = performance.now();
  run();
  const perSecond = Math.round((1000 * count) / (performance.now() - started));
  console.log(JSON.stringify({ what, ...parties, perSecond }));
}

/** Each decision is one task that is sent and answered. */
function dispatch(sinks: number, decisions: number, measured: boolean): void {
  const dispatcher = new Dispatcher({ oneTask: 100n, horizon: 360 });
  for (let index = 0; index < sinks; index++) {
    dispatcher.paid(addressOf(index), 0n, 0);
    dispatcher.paid(addressOf(index), 10n ** 12n + BigInt(index), 60);
  }
  const run = (): void => {
    for (let i = 0; i < decisions; i++) {
      const { id } = dispatcher.next({ value: 100n, now: 61 });
      dispatcher.accepted({ id, now: 62, value: 90n });
    }
  };
  if (measured) report("dispatch", { sinks }, decisions, run);
  else run();
}

/** Each decision is one task that is taken and settled. */
function admit(sources: number, decisions: number): void {
  const terms = { oneTask: 100n, epochLength: 60, horizon: 360, rate: () => 10n ** 9n, maxWait: 60 };
  const admission = new Admission(terms);
  const sink = addressOf(10 ** 6);
  for (let index = 0; index < sources; index++) {
    admission.paid(addressOf(index), 0n, 0);
    admission.paid(addressOf(index), 10n ** 12n, 60);
  }
  const keys = Array.from({ length: decisions }, (_, i) => {
    return { source: addressOf(i % sources), sink, taskTypeId: zeroHash, nonce: numberToHex(i, { size: 32 }) };
  });
  report("admission", { sources }, decisions, () => {
    for (const key of keys) {
      admission.admit({ key, hash: zeroHash, maximum: 100n, validBefore: 90, now: 61 });
      admission.settle({ key, cost: 90n, answer: "" });
    }
  });
}

// The first run pays for compilation; it is measured by nobody.
dispatch(100, 20_000, false);
for (const sinks of [10, 1_000, 10_000]) dispatch(sinks, 100_000, true);
for (const sources of [10, 1_000]) admit(sources, 100_000);

for (const { ratio, cpuMilliseconds, ...run } of await measurePaywall()) {
  const rounded = { ratio: Number(ratio.toFixed(2)), cpuMilliseconds: Number(cpuMilliseconds.toFixed(3)) };
  console.log(JSON.stringify({ what: "paywall", ...run, ...rounded }));
}
