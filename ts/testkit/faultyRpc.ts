import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** What an RPC endpoint may do to those who trust it. */
export type Fault =
  /** Answers HTTP 503. */
  | "errors"
  /** Takes the request and never answers. */
  | "hangs"
  /** Answers with an internal error of JSON-RPC. */
  | "internal error"
  /** Claims a head a thousand blocks ahead. */
  | "ahead"
  /** Shows the chain as it was when the fault began: the same latest block for ever. */
  | "stuck"
  /** Takes transactions and drops them. */
  | "swallows"
  /** Has every block, and no receipt: an index that is late. */
  | "hides receipts"
  /** Refuses to look for events in more than ten blocks at once. */
  | "limits ranges"
  /** Gives a call 50 million gas, as nodes do; anvil gives it all there is. */
  | "caps gas"
  /** Answers nothing but HTTP 429 with `retryAfter`. */
  | "limits rates"
  /** Answers HTTP 200 with the codes by which providers say that they were asked too often: -32016 and -32005. */
  | "limits by code"
  /** Nothing listens where it was. */
  | "refuses"
  /** Answers after `delay`. */
  | "slow"
  /** Answers with the page of somebody else. */
  | "nonsense";

type RpcRequest = { id: number; method: string; params?: unknown[] };

/** An endpoint in front of another one, which does as it is told. */
export class FaultyRpc {
  /** Methods that were asked for, in order. */
  readonly asked: string[] = [];
  /** HTTP requests; one may ask for several methods. */
  requests = 0;
  /** Seconds. */
  retryAfter = 60;
  /** Of a slow answer, milliseconds. */
  delay = 1000;
  /** Hears of every request twice: before it is passed on, and before it is answered. */
  onMoment: () => void = () => {};
  #fault: Fault | undefined;
  #latest: unknown;

  private constructor(
    readonly url: string,
    private readonly target: string,
    private readonly server: Server,
  ) {}

  /** @param target The endpoint behind it. */
  static async start(target: string): Promise<FaultyRpc> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const rpc = new FaultyRpc(`http://127.0.0.1:${port}`, target, server);
    server.on("request", (request, response) => void rpc.#serve(request, response));
    return rpc;
  }

  /** Undefined for none: it passes everything on. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  set fault(fault: Fault | undefined) {
    if (fault === "refuses") this.#close();
    else if (!this.server.listening) this.server.listen(Number(new URL(this.url).port), "127.0.0.1");
    this.#fault = fault;
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.#close();
    await once(this.server, "close");
  }

  #close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as RpcRequest | RpcRequest[];
    const calls = [body].flat();
    this.requests += 1;
    this.asked.push(...calls.map(({ method }) => method));
    this.onMoment();
    if (this.fault === "hangs") return;
    if (this.fault === "errors") {
      response.writeHead(503).end("overloaded");
      return;
    }
    if (this.fault === "limits rates") {
      response.writeHead(429, { "content-type": "application/json", "retry-after": String(this.retryAfter) });
      response.end(JSON.stringify({ error: { code: -32005, message: "rate limited" } }));
      return;
    }
    if (this.fault === "nonsense") {
      response.writeHead(200, { "content-type": "text/html" }).end("<html><body>Welcome to nginx!</body></html>");
      return;
    }
    if (this.fault === "slow") await pause(this.delay);
    response.writeHead(200, { "content-type": "application/json" });
    const answers = await Promise.all(
      calls.map(async (call) => ({ jsonrpc: "2.0", id: call.id, ...(await this.#answer(call)) })),
    );
    this.onMoment();
    response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]));
  }

  async #answer(body: RpcRequest): Promise<Record<string, unknown>> {
    if (this.fault === "internal error") return { error: { code: -32603, message: "internal error" } };
    if (this.fault === "limits by code") {
      return { error: { code: this.requests % 2 === 0 ? -32016 : -32005, message: "over the limit" } };
    }
    if (this.fault === "swallows" && body.method === "eth_sendRawTransaction")
      return { result: `0x${"00".repeat(32)}` };
    if (this.fault === "hides receipts" && body.method === "eth_getTransactionReceipt") return { result: null };
    if (this.fault === "limits ranges" && body.method === "eth_getLogs") {
      const [{ fromBlock, toBlock }] = body.params as [{ fromBlock: string; toBlock: string }];
      if (Number(toBlock) - Number(fromBlock) >= 10) return { error: { code: -32005, message: "range too large" } };
    }
    if (this.fault === "caps gas" && body.method === "eth_call") {
      const [call, ...rest] = body.params as [object, ...unknown[]];
      return this.#forward({ ...body, params: [{ gas: "0x2faf080", ...call }, ...rest] });
    }
    const isHead = body.method === "eth_getBlockByNumber" && body.params?.[0] === "latest";
    const answer = await this.#forward(body);
    if (!isHead) return answer;
    if (this.fault !== "stuck") this.#latest = answer.result;
    if (this.fault === "stuck" && this.#latest !== undefined) return { result: this.#latest };
    if (this.fault !== "ahead") return answer;
    const block = answer.result as { number: string };
    return { result: { ...block, number: `0x${(BigInt(block.number) + 1000n).toString(16)}` } };
  }

  async #forward(body: RpcRequest): Promise<Record<string, unknown>> {
    const response = await fetch(this.target, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const { result, error } = (await response.json()) as Record<string, unknown>;
    return error === undefined ? { result } : { error };
  }
}
