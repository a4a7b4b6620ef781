import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import type { BlankEnv } from "hono/types";
import { describeError } from "../../core/errors.ts";
import type { Intake } from "./intake.ts";
import type { Message, MessageKind } from "./messageKind.ts";
import type { RateLimits } from "./rateLimits.ts";
import { Refusal } from "./refusal.ts";
import { addressSchema, errorSchema, taskTypeIdSchema } from "./schemas.ts";
import type { Entry } from "./store.ts";

export type ApiParameters<message extends Message> = {
  kind: MessageKind<message>;
  intake: Pick<Intake<message>, "accept" | "pending">;
  limits: RateLimits;
  /** "Oracle", and what it is for. */
  title: string;
  description: string;
  /** Largest body, bytes. */
  maxBody: number;
  /** Most messages in one request. */
  maxMessages: number;
  /** Who sends a request: what the rate limit goes by. */
  clientOf: (context: Context) => string;
  /** Told what became of each message: "stored", or the code of its refusal. */
  onOutcome: (outcome: string) => void;
  /** Told of what goes wrong on our side. */
  onError: (error: unknown) => void;
};

const storedSchema = z
  .strictObject({
    status: z.literal("pending"),
    receivedAt: z.iso.datetime(),
  })
  .openapi("Stored", { description: "It is on disk and will be taken to the chain" });

const json = <schema extends z.ZodType>(schema: schema, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** The refusals of a route, by status. */
const refusals = (...statuses: (keyof typeof MEANING)[]) =>
  Object.fromEntries(statuses.map((status) => [status, json(errorSchema, MEANING[status])]));

const MEANING = {
  400: "Not what the schema says",
  404: "Nothing of the kind",
  409: "Not newer than what is known",
  413: "The body is too large",
  422: "The chain would not take it",
  429: "Too many messages: Retry-After says when to go on",
  500: "A fault of this service",
  503: "The chain cannot be asked, messages cannot be kept, or the service is starting: Retry-After says when to go on",
};

/**
 * The HTTP interface of a service that takes signed messages. Schemas, validation and `/openapi.json` are one thing.
 * @example
 * const api = createApi({ kind: attestationKind, intake, limits, title: "Oracle", … });
 */
export function createApi<message extends Message>(parameters: ApiParameters<message>): OpenAPIHono<BlankEnv> {
  const { kind, limits, clientOf, title, description, maxBody } = parameters;
  const app = new OpenAPIHono<BlankEnv>({ defaultHook: refuseInvalid });
  app.onError((error, context) => answerError(context, error, parameters));
  app.notFound(() => {
    throw new Refusal("not_found", "no such path: /openapi.json describes what there is");
  });
  // Every request counts, also one that makes no sense.
  app.use(`/${kind.plural}/*`, async (context, next) => {
    await limits.client(clientOf(context), 1);
    await next();
  });
  app.use(`/${kind.plural}/*`, limitBody(maxBody));
  addPost(app, parameters);
  addBatch(app, parameters);
  addGet(app, parameters);
  app.doc31("/openapi.json", { openapi: "3.1.0", info: { title, description, version: "1" } });
  return app;
}

/** An app for /health and /metrics, which answers everything else once `serve` has said with what. */
export function createApp(): Hono {
  const refusal = new Refusal("not_ready", "the service is starting: send again in a second", 1);
  return new Hono().notFound((context) => {
    context.header("Retry-After", "1");
    return context.json(describe(refusal), refusal.status);
  });
}

/** Lets an app that runs already answer with an interface that could not be made before. */
export function serve(app: Hono, api: OpenAPIHono<BlankEnv>): void {
  app.notFound((context) => api.fetch(context.req.raw, context.env));
}

function addPost<message extends Message>(app: OpenAPIHono<BlankEnv>, parameters: ApiParameters<message>): void {
  const { kind, intake } = parameters;
  const route = createRoute({
    method: "post",
    path: `/${kind.plural}`,
    summary: `Send one ${kind.name}`,
    request: { body: { required: true, ...json(kind.schema, `A signed ${kind.name}`) } },
    responses: {
      200: json(storedSchema, "Stored"),
      ...refusals(400, 404, 409, 413, 422, 429, 500, 503),
    },
  });
  app.openapi(route, async (context) => {
    const entry = await intake.accept(context.req.valid("json") as message);
    return context.json(stored(entry, parameters), 200);
  });
}

function addBatch<message extends Message>(app: OpenAPIHono<BlankEnv>, parameters: ApiParameters<message>): void {
  const { kind, intake, limits, clientOf, maxMessages } = parameters;
  const batch = z.strictObject({ [kind.plural]: z.array(kind.schema).min(1).max(maxMessages) });
  const results = z.strictObject({ results: z.array(z.union([storedSchema, errorSchema])) });
  const route = createRoute({
    method: "post",
    path: `/${kind.plural}/batch`,
    summary: `Send up to ${maxMessages} ${kind.plural}`,
    description: "Each is stored or refused by itself; the results are in the order of the messages.",
    request: { body: { required: true, ...json(batch, `Signed ${kind.plural}`) } },
    responses: { 200: json(results, "What became of each"), ...refusals(400, 413, 429, 500, 503) },
  });
  const acceptOne = (message: message) =>
    intake.accept(message).then(
      (entry) => stored(entry, parameters),
      (error: unknown) => describe(asRefusal(error, parameters)),
    );
  app.openapi(route, async (context) => {
    const messages = (context.req.valid("json") as Record<string, message[]>)[kind.plural] ?? [];
    await limits.client(clientOf(context), messages.length - 1);
    return context.json({ results: await Promise.all(messages.map(acceptOne)) }, 200);
  });
}

function addGet<message extends Message>(app: OpenAPIHono<BlankEnv>, { kind, intake }: ApiParameters<message>): void {
  const parties = kind.parties.map((party) => [party, addressSchema] as const);
  const params = z.object({ taskTypeId: taskTypeIdSchema, ...Object.fromEntries(parties) });
  const pending = z.strictObject({ [kind.name]: kind.schema, receivedAt: z.iso.datetime() });
  const route = createRoute({
    method: "get",
    path: `/${kind.plural}/{taskTypeId}/${kind.parties.map((party) => `{${party}}`).join("/")}`,
    summary: `The ${kind.name} that waits`,
    request: { params },
    responses: { 200: json(pending, "It waits"), ...refusals(400, 404, 429, 500, 503) },
  });
  app.openapi(route, async (context) => {
    const { message, receivedAt } = await intake.pending(context.req.valid("param") as Message);
    return context.json({ [kind.name]: message, receivedAt: new Date(receivedAt).toISOString() } as never, 200);
  });
}

type Listeners = Pick<ApiParameters<never>, "onOutcome" | "onError">;

function stored({ receivedAt }: Entry<unknown>, { onOutcome }: Pick<Listeners, "onOutcome">) {
  onOutcome("stored");
  return { status: "pending" as const, receivedAt: new Date(receivedAt).toISOString() };
}

const describe = ({ code, message }: Refusal) => ({ error: { code, message } });

function refuseInvalid(result: { success: boolean; error?: z.ZodError }): void {
  const [issue] = result.error?.issues ?? [];
  if (result.success || issue === undefined) return;
  const place = issue.path.length === 0 ? "the body" : issue.path.join(".");
  throw new Refusal("invalid_message", `${place}: ${issue.message}; /openapi.json describes what is expected`);
}

/** What says how long its body is need not be read to be judged: reading it as a stream is a third of what a message costs. */
function limitBody(maxBody: number): MiddlewareHandler {
  const byReading = bodyLimit({ maxSize: maxBody, onError: () => refuseBody(maxBody) });
  return (context, next) => {
    const length = context.req.header("content-length");
    // Node lets through no more than the length that was said, and no request that says it in two ways.
    if (length === undefined || context.req.header("transfer-encoding") !== undefined) return byReading(context, next);
    return Number(length) > maxBody ? refuseBody(maxBody) : next();
  };
}

function refuseBody(maxBody: number): never {
  throw new Refusal("body_too_large", `the body has more than ${maxBody} bytes: send fewer messages at a time`);
}

function answerError(context: Context, error: unknown, listeners: Listeners): Response {
  const refusal = asRefusal(error, listeners);
  const { status, retryAfter } = refusal;
  if (retryAfter !== undefined) context.header("Retry-After", String(retryAfter));
  return context.json(describe(refusal), status);
}

/** What is not a refusal is our fault; who sent the message learns no more than that. */
function asRefusal(error: unknown, { onOutcome, onError }: Listeners): Refusal {
  const refusal = toRefusal(error);
  onOutcome(refusal.code);
  if (refusal.status >= 500) onError(refusal.cause ?? error);
  return refusal;
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof HTTPException) {
    return new Refusal("invalid_message", `${describeError(error)}: send JSON as /openapi.json describes it`);
  }
  // Nobody reads this answer. What is lost on the way to the chain or the store has become a refusal before.
  if ((error as { code?: unknown }).code === "ECONNRESET") {
    return new Refusal("invalid_message", "the request ended before its body was complete");
  }
  return new Refusal("internal_error", "something went wrong here, and nothing was stored: send again later");
}
