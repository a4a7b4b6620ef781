import type { Frame } from "../../../frame.ts";
import type { Cast } from "../../pageData.ts";
import { backlogChart, escrowChart, payChart, priceChart, truthChart } from "./charts.ts";
import { type ChartParts, marksOf, plot } from "./plot.ts";

/** What a figure of the page draws, by its data-chart. */
const CHARTS: Record<string, (frames: readonly Frame[], cast: Cast) => ChartParts> = {
  "pay-0": (frames, cast) => payChart(frames, cast, 0),
  "pay-1": (frames, cast) => payChart(frames, cast, 1),
  "pay-2": (frames, cast) => payChart(frames, cast, 2),
  truth: truthChart,
  escrow: escrowChart,
  backlog: backlogChart,
  price: priceChart,
};

/** Milliseconds between two drawings of a chart that grows. */
const PAUSE = 1000;
/** A minute of a run that has just begun would fill the chart and say nothing. Seconds. */
const LEAST = 600;

/** The charts of the page: drawn where they are seen, again when there is more to show. */
export class ChartView {
  readonly #cast: Cast;
  readonly #figures = new Map<HTMLElement, { seen: boolean; stale: boolean }>();
  readonly #planned: number | undefined;
  #frames: readonly Frame[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param planned Where time ends, seconds; without it, with the last frame. */
  constructor(cast: Cast, planned: number | undefined) {
    this.#cast = cast;
    this.#planned = planned;
    const seen = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) this.#see(target as HTMLElement, isIntersecting);
      },
      { rootMargin: "300px" },
    );
    const sized = new ResizeObserver((entries) => {
      for (const { target } of entries) this.#see(target as HTMLElement, undefined);
    });
    for (const figure of document.querySelectorAll<HTMLElement>("[data-chart]")) {
      this.#figures.set(figure, { seen: false, stale: true });
      seen.observe(figure);
      sized.observe(figure);
    }
    // Paper shows everything.
    addEventListener("beforeprint", () => {
      for (const figure of this.#figures.keys()) this.#draw(figure);
    });
  }

  /** Shows these frames, soon. */
  show(frames: readonly Frame[]): void {
    this.#frames = frames;
    for (const state of this.#figures.values()) state.stale = true;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#drawSeen();
      },
      this.#frames.length < 3 ? 0 : PAUSE,
    );
  }

  /** Shows them now. */
  drawNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawSeen();
  }

  #see(figure: HTMLElement, seen: boolean | undefined): void {
    const state = this.#figures.get(figure);
    if (state === undefined) return;
    if (seen === undefined) state.stale = true;
    else state.seen = seen;
    if (state.seen && state.stale) this.#draw(figure);
  }

  #drawSeen(): void {
    for (const [figure, { seen, stale }] of this.#figures) {
      // Whoever reads values there is not disturbed.
      if (seen && stale && !figure.matches(":hover")) this.#draw(figure);
    }
  }

  #draw(figure: HTMLElement): void {
    const width = figure.clientWidth;
    const chart = CHARTS[figure.dataset.chart ?? ""];
    if (width === 0 || chart === undefined || this.#frames.length === 0) return;
    const end = this.#planned ?? Math.max(LEAST, this.#frames.at(-1)?.sample.at ?? 0);
    figure.replaceChildren(plot(chart(this.#frames, this.#cast), { frames: this.#frames, end, width }));
    const numbers = marksOf(this.#frames).map(({ mark }, index) => `${index + 1} ${mark}`);
    const note = figure.nextElementSibling;
    if (note?.classList.contains("numbers")) note.textContent = numbers.join(" · ");
    const state = this.#figures.get(figure);
    if (state !== undefined) state.stale = false;
  }
}
