import { formatTime } from "../../format.ts";
import type { Frame } from "../../frame.ts";
import { element } from "./look.ts";

/** Milliseconds that a frame stays when a run is shown again. */
const PACE = 120;

/** Once a run has ended, any moment of it can be looked at, or all of it again. */
export class Replay {
  readonly #host: HTMLElement;
  readonly #show: (frame: Frame) => void;
  readonly #slider = element("input");
  readonly #button = element("button", "", "▶ Play");
  #frames: readonly Frame[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: HTMLElement, show: (frame: Frame) => void) {
    this.#host = host;
    this.#show = show;
    this.#slider.type = "range";
    this.#slider.min = "0";
    this.#slider.setAttribute("aria-label", "Moment of the run");
    this.#slider.addEventListener("input", () => {
      this.#stop();
      this.#moveTo(Number(this.#slider.value));
    });
    this.#button.type = "button";
    this.#button.addEventListener("click", () => (this.#timer === undefined ? this.#play() : this.#stop()));
  }

  /** Lets the visitor choose among these. Shows the last one first. */
  offer(frames: readonly Frame[]): void {
    if (frames.length === 0) return;
    this.#frames = frames;
    this.#slider.max = String(frames.length - 1);
    this.#host.replaceChildren(this.#button, this.#slider);
    this.#host.hidden = false;
    this.#moveTo(frames.length - 1);
  }

  #moveTo(index: number): void {
    const frame = this.#frames[index];
    if (frame === undefined) return;
    this.#slider.value = String(index);
    this.#slider.setAttribute("aria-valuetext", formatTime(frame.sample.at));
    this.#show(frame);
  }

  #play(): void {
    if (Number(this.#slider.value) >= this.#frames.length - 1) this.#moveTo(0);
    this.#button.textContent = "❚❚ Stop";
    this.#timer = setInterval(() => {
      const next = Number(this.#slider.value) + 1;
      if (next >= this.#frames.length) this.#stop();
      else this.#moveTo(next);
    }, PACE);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#button.textContent = "▶ Play";
  }
}
