/**
 * What stands around `sell` and `buy` while they are measured, each a process of its own that prints one line of JSON with its
 * URL and ends with its input: `peers.ts upstream` answers a request with what came, and `/v1/events` with server-sent events;
 * `peers.ts proxy http://127.0.0.1:8000` is a reverse proxy that does nothing else.
 */
import { once } from "node:events";
import { Agent, createServer, type RequestListener, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { EVENTS, eventOf, TOGETHER } from "./events.ts";

/** Answers that have begun and wait for the others. */
const begun: ServerResponse[] = [];

const upstream: RequestListener = (incoming, response) => {
  if (incoming.url !== "/v1/events") {
    response.writeHead(200, { "content-type": "text/plain" });
    incoming.pipe(response);
    return;
  }
  incoming.resume();
  response.writeHead(200, { "content-type": "text/event-stream" }).write(eventOf(0));
  begun.push(response);
  if (begun.length < TOGETHER) return;
  for (const one of begun.splice(0)) {
    for (let index = 1; index < EVENTS; index++) one.write(eventOf(index));
    one.end();
  }
};

function proxyTo(target: string): RequestListener {
  const agent = new Agent({ keepAlive: true });
  return (incoming, response) => {
    const { url = "/", method = "GET", headers } = incoming;
    const sent = request(new URL(url, target), { method, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    sent.on("error", () => response.destroy());
    incoming.pipe(sent);
  };
}

const [, , role, target = ""] = process.argv;
const server = createServer(role === "proxy" ? proxyTo(target) : upstream).listen(0, "127.0.0.1");
await once(server, "listening");
console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
process.stdin.resume().once("end", () => process.exit());
