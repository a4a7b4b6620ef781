import { formatShare, formatThousands, formatTokensAsMoney } from "../../../format.ts";
import type { Conduct, Frame } from "../../../frame.ts";
import { element, nameOf } from "../look.ts";

/** What stands beside the bars, in words and numbers. */

/** What an agent is seen to do. */
const CONDUCT: Record<Conduct, string> = { honest: "", lies: "lies", idle: "does nothing", dead: "dead" };
/** Flows below this many tokens a second are not worth a word. */
const LITTLE = 10;

export type AgentAction = { stage: number; agent: number; act: "kill" | "lie" };
type OnAct = ((action: AgentAction) => void) | undefined;

/** A name with a rate below it. */
export class Label {
  readonly box: HTMLElement;
  readonly #rate = element("span", "rate");

  constructor(className: string, name: string) {
    this.box = element("div", `who ${className}`);
    this.box.append(element("span", "name", nameOf(name)), this.#rate);
  }

  /** @param rate Tokens per second. */
  write(rate: number): void {
    this.say(`${formatThousands(rate)} k/s`);
  }

  say(text: string): void {
    this.#rate.textContent = text;
  }
}

/** An agent, with what a visitor may do to it. */
export class AgentLabel extends Label {
  readonly #name: string;
  readonly #state = element("span", "state");
  readonly #kill: HTMLButtonElement | undefined;
  readonly #lie: HTMLButtonElement | undefined;

  constructor(name: string, stage: number, agent: number, onAct: OnAct) {
    super("agent", name);
    this.#name = nameOf(name);
    this.box.dataset.name = this.#name;
    this.box.querySelector(".name")?.after(this.#state);
    if (onAct === undefined) return;
    const [kill, lie] = (["kill", "lie"] as const).map((act) => {
      const button = element("button", act, act);
      button.type = "button";
      button.addEventListener("click", () => onAct({ stage, agent, act }));
      return button;
    });
    [this.#kill, this.#lie] = [kill, lie];
    const acts = element("span", "acts");
    acts.append(...[kill, lie].filter((button) => button !== undefined));
    this.box.append(acts);
  }

  writeAgent(rate: number, does: Conduct): void {
    this.write(rate);
    this.box.dataset.rate = String(rate);
    this.box.dataset.conduct = does;
    this.#state.textContent = CONDUCT[does];
    setButton(this.#kill, does === "dead" ? "revive" : "kill", this.#name);
    setButton(this.#lie, does === "lies" ? "be honest" : "lie", this.#name);
  }
}

function setButton(button: HTMLButtonElement | undefined, text: string, name: string): void {
  const label = `${text}: ${name}`;
  if (button === undefined || button.getAttribute("aria-label") === label) return;
  button.textContent = text;
  button.setAttribute("aria-label", label);
}

/** An escrow, with how full it is. */
export class EscrowLabel extends Label {
  readonly #level = element("span", "level");
  readonly #moves = element("span", "moves");

  constructor() {
    super("escrow", "escrow");
    const gauge = element("span", "gauge");
    gauge.append(this.#level);
    this.box.prepend(gauge);
    this.box.append(this.#moves);
  }

  /** @param fullAt Tokens. */
  writeEscrow(frame: Frame, stage: number, fullAt: number): void {
    const { escrow = 0 } = frame.sample.stages[stage] ?? {};
    const { toEscrow = 0, drained = 0, returned = 0 } = frame.stages[stage] ?? {};
    this.say(`${formatTokensAsMoney(escrow)} USDCx`);
    this.#level.style.width = `${Math.min(100, (100 * escrow) / fullAt)}%`;
    const moves = [
      ...(toEscrow > LITTLE ? [`in ${formatThousands(toEscrow)}`] : []),
      ...(drained > LITTLE ? [`to agents ${formatThousands(drained)}`] : []),
      ...(returned > LITTLE ? [`back ${formatThousands(returned)}`] : []),
    ];
    this.#moves.replaceChildren(...moves.map((text) => element("span", "", text)));
  }
}

/** A pool, with its price. */
export class PoolLabel {
  readonly box = element("div", "pool");
  readonly #price = element("span", "price");

  constructor(name: string, stage: number) {
    this.box.append(element("span", "name", `${stage + 1} ${nameOf(name)}`), this.#price);
  }

  write(price: number): void {
    this.#price.textContent = `${formatShare(Math.min(price, 1), 0)} of the price cap`;
    this.#price.classList.toggle("full", price > 0.99);
  }
}
