import { EPOCH, Market, type MarketPlan, type SinkPlan } from "../attacks/market.ts";
import { dead, honest, NINE } from "../attacks/players.ts";
import type { Case, Experiment } from "./types.ts";

/** Shares of the pool's pay that take part in acknowledging, as a source may read them before it streams. */
const PARTICIPATING = [0.2, 0.3, 0.34, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** How the terms of a task type change it: V in epochs, T and D in seconds. */
const TERMS: readonly { terms: string; plan: Partial<MarketPlan> }[] = [
  { terms: "default", plan: {} },
  { terms: "V = 2", plan: { receiptEpochs: 2 } },
  { terms: "V = 20", plan: { receiptEpochs: 20 } },
  { terms: "T = 720 s", plan: { horizon: 720 } },
  { terms: "T = 1,440 s", plan: { horizon: 1440 } },
  { terms: "D = 30 s", plan: { grace: 30 } },
  { terms: "D = 600 s", plan: { grace: 600 } },
];
const HOURS = 10;
const EPOCHS = (HOURS * 3600) / EPOCH;
const ATTACKER = 9;

/** Nine honest sinks and one more; the part of the money that takes part acknowledges everything, each epoch. */
function played(participating: number, plan: Partial<MarketPlan>, attacker: SinkPlan, ignored = 0): Market {
  const sources = [{ share: participating - ignored }, { share: ignored }, { share: 1 - participating }];
  const market = new Market({ sinks: [...honest(), attacker], sources, load: 1.5, base: 10, ...plan });
  return market.run(EPOCHS, (running) => {
    running.flush(0);
    if (ignored > 0) running.flush(1, NINE);
  });
}

/** Pay of the tenth sink, hours of its full pay, and what its bond covers of it. */
function paid(market: Market): number {
  const sink = market.sinks[ATTACKER];
  return (sink?.pay.reduce((sum, epoch) => sum + epoch, 0) ?? 0) / (sink?.capacity ?? 1);
}

function run(participating: number, plan: Partial<MarketPlan>): Case["run"] {
  return () => {
    const corpse = played(participating, plan, dead());
    const liar = played(participating, plan, { capacity: 2, rate: 1, honest: false });
    const victim = played(participating, plan, {}, participating / 5);
    return {
      metrics: {
        dead_sink_paid_hours: paid(corpse) / 3600,
        dead_sink_paid_over_bond: paid(corpse) / corpse.bondSeconds,
        dead_sink_keeps_over_bond: corpse.netOf(ATTACKER) / corpse.bondSeconds,
        liar_paid_over_its_rate: 2 * liar.payOf([ATTACKER], EPOCHS - 60),
        honest_pay: corpse.payOf(NINE, EPOCHS - 60),
        victim_pay: victim.payOf([ATTACKER], EPOCHS - 60),
        honest_sinks_slashed: victim.sinks.filter((sink) => sink.honest && sink.slashes > 0).length,
      },
    };
  };
}

const cases: Case[] = TERMS.flatMap(({ terms, plan }) =>
  PARTICIPATING.map((share) => ({
    values: { terms, "participating share": share },
    seeds: 1,
    run: run(share, plan),
  })),
);

const defaultsAnd = (letter: string) => (values: Case["values"]) =>
  values.terms === "default" || String(values.terms).startsWith(letter);

export const protection: Experiment = {
  name: "E17",
  title: "What acknowledging protects from, by how much of the money does it",
  about:
    `The rule of evidence, exactly, for ${HOURS} hours: a dead sink, one that declares twice its rate, and one that a tenth of ` +
    "those who take part ignore. Above a third of the pay a dead sink is paid for a quarter of an hour and loses more than " +
    "that. Against it: below a third nobody is judged, and it is paid as long as it likes; a liar keeps an eighth above " +
    "its rate; a fifth of those who take part can take an honest sink's pay.",
  seeds: 40,
  cases,
  charts: ["V", "T", "D"].map((letter) => ({
    kind: "points" as const,
    file: `dead-${letter}`,
    title: "What a dead sink is paid",
    metric: "dead_sink_paid_hours",
    by: "participating share",
    x: "Share of the pay that takes part in acknowledging",
    y: "Hours of full pay",
    color: "terms",
    logY: true,
    only: defaultsAnd(letter),
  })),
};
