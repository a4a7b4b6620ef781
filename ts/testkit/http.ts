import { expect } from "vitest";
import { z } from "zod";
import type { FaultyRpc } from "./faultyRpc.ts";

/** What an HTTP service answered. */
export type Answer = { status: number; body: unknown; retryAfter: string | null };

type Operation = { responses: Record<string, { content: Record<string, { schema: object }> }> };
type Description = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};

/**
 * A client that holds every answer against the service's own description: a status or a body that `/openapi.json` does
 * not promise is an error.
 */
export class DescribedApi {
  private constructor(
    readonly url: string,
    readonly description: Description,
  ) {}

  static async of(url: string): Promise<DescribedApi> {
    const response = await fetch(`${url}/openapi.json`);
    return new DescribedApi(url, (await response.json()) as Description);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const type = { "content-type": "application/json" };
    return this.#request("post", path, { method: "POST", body: text, headers: { ...type, ...headers } });
  }

  get(path: string): Promise<Answer> {
    return this.#request("get", path, {});
  }

  async #request(method: string, path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(this.url + path, init);
    const answer = {
      status: response.status,
      body: (await response.json()) as unknown,
      retryAfter: response.headers.get("retry-after"),
    };
    this.#assertDescribed(method, path, answer);
    return answer;
  }

  #assertDescribed(method: string, path: string, { status, body }: Answer): void {
    const template = Object.keys(this.description.paths).find((candidate) => {
      const pattern = candidate.replaceAll(/\{\w+\}/g, "[^/]+");
      return new RegExp(`^${pattern}$`).test(path);
    });
    const operation = this.description.paths[template ?? ""]?.[method];
    const schema = operation?.responses[String(status)]?.content["application/json"]?.schema;
    if (schema === undefined) throw new Error(`${method} ${path}: ${status} is not described`);
    const { schemas } = this.description.components;
    const resolved = JSON.parse(
      JSON.stringify({ ...schema, $defs: schemas }).replaceAll("#/components/schemas/", "#/$defs/"),
    );
    z.fromJSONSchema(resolved).parse(body);
  }
}

/** The body of a refusal. */
export const errorBody = (code: string, message: RegExp) => ({
  error: { code, message: expect.stringMatching(message) },
});

/** However the chain fails, a message is not stored and its sender is told when to come back. The chain works afterwards. */
export async function expectRefusedWithoutChain(rpc: FaultyRpc, post: () => Promise<Answer>): Promise<void> {
  for (const fault of ["errors", "hangs", "internal error"] as const) {
    rpc.fault = fault;
    expect(await post()).toMatchObject({
      status: 503,
      retryAfter: "5",
      body: errorBody("chain_unavailable", /nothing was stored/),
    });
  }
  rpc.fault = undefined;
}
