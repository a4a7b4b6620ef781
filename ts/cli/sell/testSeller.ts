import { once } from "node:events";
import { Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import { parseEther } from "viem";
import { hashRequest, toOrderHeader } from "../../sdk/work/wire.ts";
import { startHttpServer } from "../../services/runtime/httpServer.ts";
import { serve } from "../../testkit/httpServer.ts";
import { perRequest } from "../../x402/meters/meter.ts";
import { startTestMarket, TASK } from "../../x402/testMarket.ts";
import { parseRoute } from "./routes.ts";
import { sellerOf } from "./seller.ts";
import { upstreamOf } from "./upstream.ts";

/** What sells in the tests: the server of `sell` with a server behind it that does as it is told, and a buyer. */
export async function startTestSeller({ concurrency = 16 }: { concurrency?: number } = {}) {
  const market = await startTestMarket("stream");
  const till = await market.till("seller", { freeTrials: parseEther("1000000"), concurrency });
  const { account } = await market.buyer("buyer");
  await account.purse.ensure(1n);
  await till.refresh();
  /** What got as far as the server behind. */
  const seen: { url: string | undefined; body: string }[] = [];
  let answer = (response: ServerResponse): void => void response.end();
  const upstream = await serve(async (incoming, response) => {
    let body = "";
    for await (const chunk of incoming) body += chunk;
    seen.push({ url: incoming.url, body });
    answer(response);
  });
  let fetch = async (_: Request): Promise<Response> => new Response(null, { status: 503 });
  const server = await startHttpServer({ app: { fetch: (asked) => fetch(asked) }, host: "127.0.0.1", port: 0 });
  fetch = sellerOf({
    ...{ till, work: perRequest(TASK), routes: [parseRoute("POST /v1/work")], endpoint: new URL(`${server.url}/v1`) },
    serve: upstreamOf({ upstream: upstream.url, headers: [], onReached: () => {} }),
    onAnswer: () => {},
  });
  const agent = new Agent({ keepAlive: true });
  market.onClose(upstream.close);
  market.onClose(server.stop);
  market.onClose(async () => agent.destroy());
  const url = `${server.url}/v1/work`;
  return {
    ...{ market, till, url, seen },
    answerWith: (next: (response: ServerResponse) => void) => {
      answer = next;
    },
    /** Orders an answer with a valid payment, and resolves at its head. */
    async open(body = "go"): Promise<IncomingMessage> {
      await account.lookAtClock();
      const requestHash = hashRequest({ method: "POST", url, body });
      const signed = await account.tab.sign(account.tab.draft(till.desk.sink, { maxWork: TASK, requestHash }));
      const sent = request(url, { method: "POST", agent, headers: { "payment-signature": toOrderHeader(signed) } });
      sent.end(body);
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      return response;
    },
  };
}

export type TestSeller = Awaited<ReturnType<typeof startTestSeller>>;

export async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return text;
}
