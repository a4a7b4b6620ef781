import type { Frame } from "../frame.ts";
import { bundlePage } from "../report/bundle.ts";
import type { Outcome } from "../report/outcome.ts";
import { renderPage } from "../report/page.ts";
import type { Timeline } from "../scenario.ts";
import { Feed } from "./feed.ts";
import { castOfScenario } from "./pageData.ts";
import { type Live, startLive } from "./server.ts";
import { Visitor } from "./visitor.ts";

/** A run as its page hears of it. */
export class Broadcast {
  readonly #feed: Feed;
  readonly #live: Live;

  /** Use `start`. @param visitor Who plays with the run, if somebody does. */
  private constructor(
    feed: Feed,
    live: Live,
    readonly visitor: Visitor | undefined,
  ) {
    this.#feed = feed;
    this.#live = live;
  }

  /** Puts the page where a browser of this machine finds it. */
  static async start(interactive: boolean, { end }: Timeline): Promise<Broadcast> {
    const feed = new Feed();
    const visitor = interactive ? new Visitor() : undefined;
    const live = await startLive({
      feed,
      page: async (token) => {
        const data = { cast: castOfScenario(), end, frames: [], live: interactive ? { token } : {} };
        return renderPage({ data, script: await bundlePage() });
      },
      onCommand:
        visitor &&
        ((command) => {
          visitor.take(command);
          if (command.do === "speed") feed.add({ kind: "speed", speed: command.speed });
        }),
    });
    if (visitor !== undefined) feed.add({ kind: "speed", speed: visitor.speed });
    return new Broadcast(feed, live, visitor);
  }

  get url(): string {
    return this.#live.url;
  }

  /** What is being prepared. */
  step(name: string): void {
    this.#feed.add({ kind: "step", name });
  }

  frame(frame: Frame): void {
    this.#feed.add({ kind: "frame", frame });
  }

  ended(outcome: Outcome): void {
    this.#feed.add({ kind: "outcome", outcome });
  }

  failed(text: string): void {
    this.#feed.add({ kind: "failed", text });
  }

  /** Lets every page read what there is to read, and ends. */
  stop(): Promise<void> {
    return this.#live.stop();
  }
}
