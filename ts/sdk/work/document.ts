import { type GuardedFetchParameters, guardedFetch } from "./connector.ts";
import { ProfileError } from "./errors.ts";

/** Seconds that the address of a document may take. */
const TIMEOUT = 5;

/** How an address that a stranger has given is called. */
export type FetchGuard = Pick<GuardedFetchParameters, "allowPrivate" | "resolve" | "signal">;

type FetchDocumentParameters = FetchGuard & {
  /** As the chain has it: https, or `data:application/json`. */
  uri: string;
  /** What it is, for errors. */
  what: string;
  /** Longest document. */
  maxBytes: number;
};

/**
 * Fetches JSON that a stranger's address on the chain leads to.
 * @throws {ProfileError} if there is none, or it is no JSON @throws {UnsafeAddressError} if it is not fetched.
 */
export async function fetchDocument(parameters: FetchDocumentParameters): Promise<unknown> {
  const text = await readUri(parameters);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProfileError(`the ${parameters.what} is not JSON`, { cause });
  }
}

async function readUri({ uri, what, maxBytes, ...guard }: FetchDocumentParameters): Promise<string> {
  const data = /^data:application\/json(;base64)?,(.*)$/s.exec(uri);
  if (data !== null) {
    if (uri.length > 2 * maxBytes) throw new ProfileError(`the ${what} has more than ${maxBytes} bytes`);
    return decodeData(data[2] ?? "", data[1] !== undefined, what);
  }
  const { status, body } = await guardedFetch({ url: uri, timeout: TIMEOUT, maxBytes, ...guard });
  if (status !== 200) throw new ProfileError(`the ${what}'s address answers ${status}`);
  return body;
}

function decodeData(text: string, isBase64: boolean, what: string): string {
  if (isBase64) return Buffer.from(text, "base64").toString("utf8");
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ProfileError(`the ${what}'s data: URI is not well-formed`, { cause });
  }
}
