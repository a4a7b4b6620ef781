import { z } from "zod";

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
