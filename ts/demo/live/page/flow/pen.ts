import { BAR, type Bar, type Point, type Ribbon } from "./layout.ts";

/** The thinnest ribbon that is seen, and the thinnest that is drawn at all, pixels. */
const [SEEN, DRAWN] = [0.8, 0.15];
/** From a bar to its label, pixels. */
const AWAY = BAR / 2 + 5;

/** Turns along and across into right and down, or into down and right. */
export class Pen {
  constructor(readonly down: boolean) {}

  bar(rect: SVGRectElement, { main, cross, size }: Bar): void {
    const long = Math.max(size, 2);
    const [along, across] = [main - BAR / 2, cross - long / 2];
    const [x, y, width, height] = this.down ? [across, along, long, BAR] : [along, across, BAR, long];
    for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, value.toFixed(1));
  }

  ribbon(path: SVGPathElement, { from, to, width }: Ribbon): void {
    if (width < DRAWN) {
      path.setAttribute("visibility", "hidden");
      return;
    }
    const middle = (from[0] + to[0]) / 2;
    path.removeAttribute("visibility");
    path.setAttribute(
      "d",
      `M${this.#at(from)} C${this.#at([middle, from[1]])} ${this.#at([middle, to[1]])} ${this.#at(to)}`,
    );
    path.setAttribute("stroke-width", Math.max(width, SEEN).toFixed(2));
  }

  /** Puts a label before or after its bar, which has `room` pixels. */
  label(box: HTMLElement, { main, cross }: Bar, side: "before" | "after", room: number): void {
    const at = side === "before" ? main - AWAY : main + AWAY;
    const shift = side === "before" ? "-100%" : "0";
    box.style.width = this.down ? `${room}px` : "";
    box.style.transform = this.down
      ? `translate(${cross - room / 2}px, ${at}px) translateY(${shift})`
      : `translate(${at}px, ${cross}px) translate(${shift}, -50%)`;
  }

  /** Puts the name of a pool above everything, or beside its bar. */
  title(box: HTMLElement, { main }: Bar): void {
    box.style.transform = this.down
      ? `translate(0, ${main - AWAY}px) translateY(-100%)`
      : `translate(${main}px, 0) translateX(-50%)`;
  }

  #at([main, cross]: Point): string {
    return this.down ? `${cross.toFixed(1)},${main.toFixed(1)}` : `${main.toFixed(1)},${cross.toFixed(1)}`;
  }
}
