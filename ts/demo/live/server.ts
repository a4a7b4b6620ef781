import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { streamSSE } from "hono/streaming";
import { startHttpServer } from "../../services/runtime/httpServer.ts";
import { type Command, commandSchema } from "./command.ts";
import type { Feed } from "./feed.ts";
import { isForUs, isFromUs } from "./guard.ts";

/** Where the page is, if nothing else is there already. */
const PORT = 4747;
/** Pages that may listen at once. */
const MOST = 8;
/** A command is short, bytes. */
const LONGEST = 1024;

export type StartLiveParameters = {
  feed: Feed;
  /** The page, made when it is first asked for. @param token What its commands have to carry. */
  page: (token: string) => Promise<string>;
  /** Takes the visitor's commands; without it there are none. */
  onCommand?: ((command: Command) => void) | undefined;
  port?: number;
};

export type Live = {
  /** `http://127.0.0.1:4747/`. */
  url: string;
  /** Lets every page read what there is to read, and closes. */
  stop: () => Promise<void>;
};

/** Serves the page of a run to this machine, at another port if the usual one is taken. */
export async function startLive({ feed, page, onCommand, port = PORT }: StartLiveParameters): Promise<Live> {
  const token = randomBytes(16).toString("hex");
  let html: Promise<string> | undefined;
  let listening = 0;
  let actual = 0;
  const app = new Hono();

  app.use(async (context, next) => {
    if (!isForUs({ host: context.req.header("host") }, actual)) return context.text("not the name of this page\n", 403);
    context.header("x-content-type-options", "nosniff");
    context.header("referrer-policy", "no-referrer");
    context.header("cross-origin-resource-policy", "same-origin");
    context.header("cache-control", "no-store");
    return next();
  });

  app.get("/", async (context) => {
    html ??= page(token);
    // Within a frame, a click could be stolen; the page's own policy is in the page.
    context.header("content-security-policy", "frame-ancestors 'none'");
    return context.html(await html);
  });

  app.get("/events", (context) => {
    if (listening >= MOST) return context.text(`${MOST} pages listen already\n`, 503);
    const seen = Number(context.req.header("last-event-id") ?? 0);
    listening += 1;
    return streamSSE(context, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      try {
        const start = Number.isSafeInteger(seen) && seen > 0 ? seen : 0;
        for await (const { next, messages } of feed.from(start, gone.signal)) {
          await stream.writeSSE({ id: String(next), data: JSON.stringify(messages) });
        }
      } finally {
        listening -= 1;
      }
    });
  });

  if (onCommand !== undefined) {
    app.post("/command", bodyLimit({ maxSize: LONGEST }), async (context) => {
      const [host, origin] = [context.req.header("host"), context.req.header("origin")];
      if (!isFromUs({ host, origin, token: context.req.header("x-token") }, actual, token)) {
        return context.text("only the page itself may do this\n", 403);
      }
      const parsed = commandSchema.safeParse(await context.req.json().catch(() => undefined));
      if (!parsed.success) return context.text("there is no such command\n", 400);
      onCommand(parsed.data);
      return context.body(null, 204);
    });
  }

  const server = await startHttpServer({ app, host: "127.0.0.1", port }).catch(() =>
    startHttpServer({ app, host: "127.0.0.1", port: 0 }),
  );
  actual = server.port;
  return {
    url: `${server.url}/`,
    stop: async () => {
      feed.close();
      await server.stop();
    },
  };
}
