import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { refusalOf } from "../buy/guard.ts";
import { listenLocally, problem } from "../http.ts";

/** Where the tools are. */
const BASE = "/mcp";

export type McpHttpParameters = {
  /** 0 takes any that is free. */
  port: number;
  /** What callers must have. */
  token: string;
  /** The tools, for one request. */
  create: () => McpServer;
  onError: (error: unknown) => void;
};

/**
 * The tools over MCP's streamable HTTP, for programs of this machine that have the token: no other name of the host, no page
 * in a browser. Every request stands for itself, so nothing is kept of who has called.
 * @throws {UsageError} if the port is taken.
 */
export async function startMcpHttp({ port: wanted, token, create, onError }: McpHttpParameters) {
  let port = wanted;
  const server = createServer({ insecureHTTPParser: false, requireHostHeader: true }, async (request, response) => {
    try {
      const refusal = refusalOf(request, { port, token, base: BASE, isOpenToPayers: false });
      if (refusal !== undefined) return await answer(response, refusal);
      if (request.method !== "POST") return await answer(response, notAllowed());
      await handle(create(), request, response);
    } catch (error) {
      onError(error);
      if (!response.headersSent) await answer(response, problem(500, "internal", "the program has a fault"));
      else response.destroy();
    }
  });
  port = await listenLocally(server, port);
  return {
    url: `http://127.0.0.1:${port}${BASE}`,
    async stop(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function handle(tools: McpServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const transport = new StreamableHTTPServerTransport({});
  response.once("close", () => void tools.close());
  await tools.connect(transport as Parameters<McpServer["connect"]>[0]);
  await transport.handleRequest(request, response);
}

/** There are no sessions to listen to, or to end. */
const notAllowed = () => problem(405, "method", "POST is all that is taken", { allow: "POST" });

async function answer(response: ServerResponse, refusal: Response): Promise<void> {
  response.writeHead(refusal.status, Object.fromEntries(refusal.headers)).end(await refusal.text());
}
