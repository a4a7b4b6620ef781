/** An answer of ours, in the form that clients of OpenAI's interface show to people. */
export function problem(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  const error = { message, type: "backpressure", code };
  return Response.json({ error }, { status, headers: { "cache-control": "no-store", ...headers } });
}

/** Undefined for what is no JSON. */
export function parsedJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

/** Only what is named: what a header means to somebody else nobody can know. */
export function only(headers: Headers, names: readonly string[]): Headers {
  return new Headers([...headers].filter(([name]) => names.includes(name)));
}
