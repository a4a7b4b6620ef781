import { DEMANDS, SPEEDS, type Speed } from "../choices.ts";
import type { Command } from "../command.ts";
import { byId, element } from "./look.ts";

const SPEED_NAMES: Record<Speed, string> = { 0: "Pause", 15: "Slow", 60: "A minute a second", 1000: "Fast" };

/** What a visitor can change besides the agents: speed and demand; and the end. */
export class Controls {
  readonly #host: HTMLElement;
  readonly #send: (command: Command) => void;
  readonly #speeds: Map<number, HTMLButtonElement>;
  readonly #demands: Map<number, HTMLButtonElement>;

  constructor(host: HTMLElement, send: (command: Command) => void) {
    this.#host = host;
    this.#send = send;
    const choice = (label: string): HTMLElement => {
      const group = element("div", "choice");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", label);
      group.append(element("span", "label", label));
      host.append(group);
      return group;
    };
    const speed = choice("Speed");
    this.#speeds = new Map(
      SPEEDS.map((each) => [each, this.#button(speed, SPEED_NAMES[each], { do: "speed", speed: each })]),
    );
    const demand = choice("Demand");
    this.#demands = new Map(
      DEMANDS.map((factor) => [factor, this.#button(demand, `${factor} ×`, { do: "demand", factor })]),
    );
    const run = choice("Run");
    this.#button(run, "End, and show the report", { do: "end" }).removeAttribute("aria-pressed");
    this.setDemand(1);
    host.hidden = false;
  }

  setSpeed(speed: number): void {
    press(this.#speeds, speed);
  }

  setDemand(factor: number): void {
    press(this.#demands, factor);
  }

  /** Takes them away. Who is at one of them is taken to the diagram. */
  end(): void {
    if (this.#host.contains(document.activeElement)) byId("now").focus({ preventScroll: true });
    this.#host.hidden = true;
  }

  #button(group: HTMLElement, text: string, command: Command): HTMLButtonElement {
    const button = element("button", "", text);
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => this.#send(command));
    group.append(button);
    return button;
  }
}

function press(buttons: ReadonlyMap<number, HTMLButtonElement>, pressed: number): void {
  for (const [value, button] of buttons) button.setAttribute("aria-pressed", String(value === pressed));
}
