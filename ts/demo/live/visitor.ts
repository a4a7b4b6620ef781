import { setTimeout as sleep } from "node:timers/promises";
import { SLOT } from "../scenario.ts";
import type { Workshop } from "../workshop.ts";
import type { Speed } from "./choices.ts";
import type { Command } from "./command.ts";

/**
 * Whoever plays with the economy. What is asked for happens before the next slot; how soon that comes, the speed says. It
 * changes the world outside the chain and nothing else: the protocol finds out, or not, as it would of anybody.
 */
export class Visitor {
  #speed: Speed;
  readonly #commands: Command[] = [];
  #ended = false;
  /** When the last slot began, milliseconds. */
  #last = Number.NEGATIVE_INFINITY;
  #wake = new AbortController();

  constructor(speed: Speed = 60) {
    this.#speed = speed;
  }

  get speed(): Speed {
    return this.#speed;
  }

  /** Whether the run was ended, and not left to its end. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Takes a command, and sees to it at once. */
  take(command: Command): void {
    if (command.do === "speed") this.#speed = command.speed;
    else if (command.do === "end") this.#ended = true;
    else this.#commands.push(command);
    this.#wake.abort();
  }

  /** Waits until it is time for the next slot, and does what was asked for. @returns Whether to go on. */
  async beforeSlot(workshop: Workshop): Promise<boolean> {
    for (let left = this.#left(); left > 0 && !this.#ended; left = this.#left()) {
      this.#wake = new AbortController();
      // A longer wait than a timer can do is done in parts.
      await sleep(Math.min(left, 1e9), undefined, this.#wake).catch(() => {});
    }
    this.#last = performance.now();
    for (const command of this.#commands.splice(0)) act(command, workshop);
    return !this.#ended;
  }

  /** Milliseconds until the next slot. */
  #left(): number {
    if (this.#speed === 0) return Number.POSITIVE_INFINITY;
    return this.#last + (SLOT / this.#speed) * 1000 - performance.now();
  }
}

function act(command: Command, workshop: Workshop): void {
  if (command.do === "demand") workshop.demand = command.factor;
  if (!("agent" in command)) return;
  const agent = workshop.stages[command.stage]?.agents[command.agent];
  if (agent === undefined) return;
  if (command.do === "kill" && agent.alive) agent.alive = false;
  if (command.do === "revive" && !agent.alive) agent.alive = true;
  if (command.do === "lie" || command.do === "be honest") agent.lies = command.do === "lie";
}
