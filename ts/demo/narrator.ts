import { type Event, slashesBetween } from "./events.ts";
import { formatShare, formatTokensAsMoney } from "./format.ts";
import type { Conduct, Look } from "./frame.ts";
import { DYING, SLOT, STAGES, TERMS } from "./scenario.ts";

/** Seconds before the same is said of the same stage again. */
const PAUSE = 600;

/** A backlog by receipts of this much of an agent's horizon is told; it is forgotten below half of it. */
const TOLD = 0.25;

type Agent = {
  name: string;
  rate: number;
  stage: number;
  agent: number;
  /** When it died, seconds after the start. */
  diedAt?: number | undefined;
  /** Whether it was said that it is paid nothing, and that receipts are missing. */
  unpaid: boolean;
  behind: boolean;
};

/** Tells in words what has happened from one look at the economy to the next. Remembers what it has said. */
export class Narrator {
  readonly #agents: readonly Agent[] = STAGES.flatMap(({ agents }, stage) =>
    agents.map(({ name, rate }, agent) => ({ name, rate, stage, agent, unpaid: false, behind: false })),
  );
  readonly #saidFull = new Map<number, number>();
  #before: Look | undefined;

  /** What has happened since the look before. */
  tell(now: Look): Event[] {
    const events = [
      ...this.#agents.flatMap((agent) => [...this.#conduct(agent, now), ...this.#pay(agent, now)]),
      ...this.#demand(now),
      ...STAGES.flatMap(({ name }, stage) => [...this.#stage(name, stage, now)]),
      ...slashesBetween(this.#before?.sample, now.sample).map(({ at, name, tokens }) => {
        const text = `${name} is slashed: ${formatTokensAsMoney(tokens)} USDCx of its bond, its unearned pay and 10 %, go to the escrow`;
        return { at, text };
      }),
    ];
    this.#before = now;
    return events;
  }

  /** What the agent itself does otherwise than before: nobody on chain is told. */
  *#conduct(agent: Agent, now: Look): Generator<Event> {
    const of = (look: Look | undefined): Conduct | undefined => look?.stages[agent.stage]?.conduct[agent.agent];
    const [before, is] = [of(this.#before), of(now)];
    if (before === undefined || before === is) return;
    const { name } = agent;
    const at = slotOf(now);
    const largest = name === DYING.name ? ", the largest summariser," : "";
    agent.diedAt = is === "dead" ? at : undefined;
    if (is === "dead") yield { at, text: `${name}${largest} dies silently: nobody is told`, mark: `${name} dies` };
    else if (before === "dead")
      yield { at, text: `${name} is back: it serves and signals again`, mark: `${name} is back` };
    else if (is === "lies") {
      const text = `${name} begins to lie: it declares twice what it can do and admits no backlog`;
      yield { at, text, mark: `${name} lies` };
    } else yield { at, text: `${name} tells the truth again`, mark: `${name} is honest` };
  }

  /** What the protocol makes of it. */
  *#pay(agent: Agent, now: Look): Generator<Event> {
    const { name, stage, agent: index } = agent;
    const { at } = now.sample;
    const paid = (look: Look | undefined): number => look?.sample.stages[stage]?.sinks[index] ?? 0;
    if (agent.diedAt !== undefined) {
      const expires = agent.diedAt + TERMS.signalTimeToLive;
      if ((this.#before?.sample.at ?? -1) < expires && expires <= at) {
        yield { at: expires, text: `${name}'s last signal has expired: its capacity now shrinks by 30 % a minute` };
      }
      if (paid(this.#before) > 0 && paid(now) === 0) {
        agent.unpaid = true;
        yield { at, text: `${name} is paid nothing any more` };
        yield { at, text: `of the pay of ${STAGES[stage]?.name}, ${sharesOf(now, stage)}`, detail: true };
      }
    } else if (agent.unpaid && paid(now) > 0) {
      agent.unpaid = false;
      yield { at, text: `${name} is paid again: its capacity comes back by 30 % of the rest a minute`, detail: true };
    }
    yield* this.#evidence(agent, now);
  }

  /** What receipts show of it. */
  *#evidence(agent: Agent, now: Look): Generator<Event> {
    const { name, stage, agent: index, rate } = agent;
    const { at } = now.sample;
    const backlog = now.stages[stage]?.verifiedBacklog[index] ?? 0;
    const much = Math.max(rate, 500) * TERMS.horizon * TOLD;
    if (!agent.behind && backlog > much) {
      agent.behind = true;
      const text = `receipts for ${name}'s pay are missing: whatever it signals, this counts as its backlog, and it is paid less`;
      yield { at, text, detail: true };
    } else if (agent.behind && backlog < much / 2) {
      agent.behind = false;
      yield { at, text: `${name} owes little any more: its own signal counts again`, detail: true };
    }
  }

  *#demand(now: Look): Generator<Event> {
    const [before, at] = [this.#before?.demand ?? now.demand, slotOf(now)];
    if (now.demand === before) return;
    const ratio = now.demand / before;
    const text =
      ratio === 2 ? "demand doubles" : ratio === 0.5 ? "demand halves" : `demand is ${now.demand} × the plan`;
    yield { at, text, mark: text };
  }

  *#stage(name: string, stage: number, now: Look): Generator<Event> {
    const { at } = now.sample;
    const { price = 0, returned = 0 } = now.sample.stages[stage] ?? {};
    const toEscrow = now.stages[stage]?.toEscrow ?? 0;
    const confirmed = at % 60 >= SLOT;
    if (confirmed && price > 0.99 && toEscrow > 100 && at >= (this.#saidFull.get(stage) ?? 0)) {
      this.#saidFull.set(stage, at + PAUSE);
      const text = `${name} is full: its agents are paid the most that they can earn, and what is more waits in the escrow`;
      yield { at, text, detail: true };
    }
    if (returned > 0 && (this.#before?.sample.stages[stage]?.returned ?? 0) === 0) {
      yield { at, text: `the escrow of ${name} is full: what nobody can serve now goes back to the sources` };
    }
  }
}

/** The beginning of the slot that a look is of: what comes from outside happens then. */
function slotOf({ sample }: Look): number {
  return Math.floor(sample.at / SLOT) * SLOT;
}

/** "Brief gets 64 %, Gist 36 %". */
function sharesOf({ sample }: Look, stage: number): string {
  const pay = sample.stages[stage]?.sinks ?? [];
  const total = pay.reduce((sum, flow) => sum + flow, 0);
  const parts = (STAGES[stage]?.agents ?? [])
    .map(({ name }, index) => ({ name, flow: pay[index] ?? 0 }))
    .filter(({ flow }) => flow > 0)
    .map(({ name, flow }, index) => `${name} ${index === 0 ? "now gets " : ""}${formatShare(flow / total, 0)}`);
  return parts.join(", ") || "nobody gets anything";
}
