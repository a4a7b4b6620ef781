import type { Meter } from "../meters/meter.ts";
import { Paywall, type PaywallParameters, type Serve } from "./paywall.ts";
import { Till, type TillParameters } from "./till.ts";

export type BackpressurePaywallParameters = Omit<TillParameters, "oneTask"> &
  Omit<PaywallParameters, "till"> & {
    /** The largest task, wei: more than this no request may cost. */
    oneTask: bigint;
    work: Meter;
    /** How often the chain is looked at, seconds; 4 if not said, and 0 for never by itself. */
    refreshEvery?: number | undefined;
    /** Hears of what goes wrong in the background: an endpoint that does not answer, for example. */
    onError?: ((error: unknown) => void) | undefined;
  };

/** A paywall that runs. */
export type RunningPaywall = {
  /** Answers one request; see `Paywall.handle`. It is where proxies and other frameworks come in. */
  handle: (request: Request, serve: Serve) => Promise<Response>;
  /** What it needs to be paid, once it is open. */
  till: () => Promise<Till>;
  /** Lets what is worked on end, and another program have the state. */
  close: () => Promise<void>;
};

/**
 * Opens a paywall, and keeps it up to date with the chain. Adapters for Hono and Express are thin shells around it.
 * @example
 * const paywall = openPaywall({ client, deployment, taskTypeId, oneTask, work });
 * const response = await paywall.handle(request, (paid) => fetch(upstream, paid));
 */
export function openPaywall(parameters: BackpressurePaywallParameters): RunningPaywall {
  const { refreshEvery = 4, onError = () => {}, work, origin, maxBody } = parameters;
  let timer: NodeJS.Timeout | undefined;
  let opened: Promise<{ till: Till; paywall: Paywall }> | undefined;
  const open = async () => {
    const till = await Till.open(parameters);
    if (refreshEvery > 0) {
      timer = setInterval(() => void till.refresh().catch(onError), 1000 * refreshEvery);
      timer.unref();
    }
    return { till, paywall: new Paywall({ till, work, origin, maxBody }) };
  };
  const ready = () => {
    // Who could not be opened is opened with the next request.
    opened ??= open().catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  ready().catch(onError);
  return {
    handle: async (request, serve) => {
      try {
        return await (await ready()).paywall.handle(request, serve);
      } catch (error) {
        onError(error);
        return Response.json(
          { error: { code: "internal", message: "the sink cannot reach its chain" } },
          { status: 503 },
        );
      }
    },
    till: async () => (await ready()).till,
    async close() {
      clearInterval(timer);
      const running = await opened?.catch(() => undefined);
      await running?.till.close();
    },
  };
}

/**
 * A paywall before a fetch handler, in one line.
 * @example
 * const work = perRequest(parseEther("0.001"));
 * const paywall = backpressurePaywall({ client, deployment, taskTypeId, oneTask: parseEther("0.001"), work });
 * const handle = paywall((request) => new Response("done"));
 */
export function backpressurePaywall(parameters: BackpressurePaywallParameters) {
  const paywall = openPaywall(parameters);
  const before = (serve: Serve) => (request: Request) => paywall.handle(request, serve);
  return Object.assign(before, paywall);
}
