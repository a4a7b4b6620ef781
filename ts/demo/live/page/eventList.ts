import type { Event } from "../../events.ts";
import { formatTime } from "../../format.ts";
import { element, sentenceOf } from "./look.ts";

/** Events in words, the latest first. */
export class EventList {
  readonly #list: HTMLElement;

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  add(events: readonly Event[]): void {
    for (const { at, text, mark } of events) {
      const item = element("li", mark === undefined ? "" : "outside");
      item.append(element("time", "", formatTime(at)), element("span", "", sentenceOf(text)));
      this.#list.prepend(item);
    }
  }
}
