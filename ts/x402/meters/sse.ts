/** Cuts a stream of server-sent events into whole events; bytes of an event that is not complete are held back. */
export class EventSplitter {
  #held = new Uint8Array();

  /** @returns The events that are complete now, as they came, with the blank lines that end them. */
  take(chunk: Uint8Array): Uint8Array[] {
    let rest = concat([this.#held, chunk]);
    const events: Uint8Array[] = [];
    for (let end = endOfEvent(rest); end !== undefined; end = endOfEvent(rest)) {
      events.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    this.#held = rest.slice();
    return events;
  }

  /** What is left of an event that was never completed. */
  rest(): Uint8Array {
    return this.#held;
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
