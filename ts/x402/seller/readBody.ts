import { BackpressureError } from "../../core/errors.ts";
import { concat } from "../meters/sse.ts";

/**
 * A body that does not end where it should.
 * @remarks Send less than `most` bytes, or have the seller allow more.
 */
export class BodyTooLongError extends BackpressureError {
  override name = "BodyTooLongError";

  constructor(readonly most: number) {
    super(`the body has more than ${most} bytes`);
  }
}

/** Reads a body to its end, and no further than it may go. @throws {BodyTooLongError} */
export async function readBody(body: ReadableStream<Uint8Array> | null, most: number): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  const reader = body.getReader();
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concat(chunks);
    size += value.length;
    if (size > most) {
      // Whoever sends without an end is not waited for.
      reader.cancel().catch(() => {});
      throw new BodyTooLongError(most);
    }
    chunks.push(value);
  }
}
