import type { Frame } from "../frame.ts";
import type { Outcome } from "../report/outcome.ts";
import type { Speed } from "./choices.ts";

/** What the page is told, in order. */
export type Message =
  | { kind: "step"; name: string }
  | { kind: "frame"; frame: Frame }
  | { kind: "speed"; speed: Speed }
  | { kind: "outcome"; outcome: Outcome }
  | { kind: "failed"; text: string };

/** All that the page is told. Whoever listens reads at its own pace: nothing is queued for anybody, and nobody is waited for. */
export class Feed {
  readonly #messages: Message[] = [];
  #closed = false;
  readonly #waiting: (() => void)[] = [];

  add(message: Message): void {
    this.#messages.push(message);
    this.#notify();
  }

  /** Lets whoever listens come to an end, once it has read everything. */
  close(): void {
    this.#closed = true;
    this.#notify();
  }

  /**
   * Everything from a message on, in parts as large as there are; `next` is where to go on.
   * @param gone Tells that nobody listens any more.
   */
  async *from(start: number, gone: AbortSignal): AsyncGenerator<{ next: number; messages: readonly Message[] }> {
    gone.addEventListener("abort", () => this.#notify(), { once: true });
    for (let next = Math.min(start, this.#messages.length); !gone.aborted; ) {
      if (next < this.#messages.length) {
        const messages = this.#messages.slice(next);
        next += messages.length;
        yield { next, messages };
      } else if (this.#closed) return;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #notify(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
