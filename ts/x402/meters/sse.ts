/** An event that is longer is passed on in pieces, bytes: whoever never ends one makes no memory grow. */
export const MAX_EVENT = 2 ** 20;

/** Cuts a stream of server-sent events into whole events; bytes of an event that is not complete are held back. */
export class EventSplitter {
  #held = new Uint8Array();
  #size = 0;

  /** @returns The events that are complete now, as they came, with the blank lines that end them. */
  take(chunk: Uint8Array): Uint8Array[] {
    const events: Uint8Array[] = [];
    // What was looked through before is not looked through again, but an end may have begun in its last three bytes.
    let known = Math.min(this.#size, 3);
    let rest = concat([this.#held.subarray(this.#size - known, this.#size), chunk]);
    for (let end = endOfEvent(rest); end !== undefined; end = endOfEvent(rest)) {
      this.#hold(rest.subarray(known, end));
      events.push(this.rest());
      [rest, known] = [rest.subarray(end), 0];
    }
    this.#hold(rest.subarray(known));
    if (this.#size > MAX_EVENT) events.push(this.rest());
    return events;
  }

  /** What is left of an event that was never completed. */
  rest(): Uint8Array {
    const rest = this.#held.subarray(0, this.#size);
    [this.#held, this.#size] = [new Uint8Array(), 0];
    return rest;
  }

  #hold(bytes: Uint8Array): void {
    const size = this.#size + bytes.length;
    if (size > this.#held.length) {
      // Twice as much as before: who sends byte by byte makes no work grow.
      const larger = new Uint8Array(Math.max(size, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, this.#size));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#size);
    this.#size = size;
  }
}

/** The `data` of an event; undefined if it has none, as a comment. */
export function dataOf(event: Uint8Array): string | undefined {
  const lines = new TextDecoder().decode(event).split(/\r\n|\r|\n/);
  const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).replace(/^ /, ""));
  return data.length === 0 ? undefined : data.join("\n");
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const [LF, CR] = [10, 13];

/** An event ends with a blank line: \n\n, \r\r or \r\n\r\n. */
function endOfEvent(bytes: Uint8Array): number | undefined {
  for (let at = 1; at < bytes.length; at++) {
    const [before, here] = [bytes[at - 1], bytes[at]];
    if ((here === LF && before === LF) || (here === CR && before === CR)) return at + 1;
    if (here === LF && before === CR && bytes[at - 2] === LF && bytes[at - 3] === CR) return at + 1;
  }
  return undefined;
}
