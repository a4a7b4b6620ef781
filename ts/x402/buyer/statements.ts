import { MalformedMessageError, parseStatement, STATEMENT_HEADER, type Statement } from "../../sdk/work/wire.ts";
import { concat, EventSplitter } from "../meters/sse.ts";

const COMMENT = `: ${STATEMENT_HEADER} `;

/**
 * Takes the sink's statement out of a stream of server-sent events, where it is the last comment; everything else passes.
 */
export class StatementFilter {
  readonly #events = new EventSplitter();
  statement: Statement | undefined;

  /** @returns What goes on to the reader. */
  take(chunk: Uint8Array): Uint8Array {
    return concat(this.#events.take(chunk).filter((event) => !this.#isStatement(event)));
  }

  end(): Uint8Array {
    return this.#events.rest();
  }

  #isStatement(event: Uint8Array): boolean {
    const text = Buffer.from(event.subarray(0, COMMENT.length)).toString("latin1");
    if (text !== COMMENT) return false;
    try {
      this.statement = parseStatement(Buffer.from(event.subarray(COMMENT.length)).toString("latin1").trim());
      return true;
    } catch (error) {
      if (error instanceof MalformedMessageError) return false;
      throw error;
    }
  }
}
