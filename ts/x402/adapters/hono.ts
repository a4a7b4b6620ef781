import { type BackpressurePaywallParameters, openPaywall } from "../seller/backpressurePaywall.ts";

/** What of Hono's context is needed: any of version 4 has it. */
type Context = { req: { raw: Request; bodyCache: object }; res: Response };

/**
 * A paywall before everything that is mounted after it, in one line.
 * @example
 * app.use("/v1/*", backpressurePaywall({ client, deployment, taskTypeId, oneTask, work: byUsageTokens(prices) }));
 */
export function backpressurePaywall(parameters: BackpressurePaywallParameters) {
  const paywall = openPaywall(parameters);
  const middleware = async (context: Context, next: () => Promise<void>): Promise<Response> => {
    const answer = await paywall.handle(context.req.raw, async (paid) => {
      context.req.raw = paid;
      context.req.bodyCache = {};
      await next();
      return context.res;
    });
    // Hono would add the old answer's headers to the new one's.
    context.res = undefined as unknown as Response;
    context.res = answer;
    return answer;
  };
  return Object.assign(middleware, paywall);
}
