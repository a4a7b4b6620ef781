import { Rng } from "../rng.ts";
import { BOND_SECONDS, Market, sumOf } from "./market.ts";
import { acknowledging, beside, dead, exitOf, honest, NINE, slashes } from "./players.ts";
import { atLeast, atMost, none, percent, type Row, type Scale } from "./row.ts";

/** Rows in which honest sinks must come to no harm: spite, chance, accidents. */
export const spite: Row[] = [
  // ------------------------------------------------------------------------------------- One victim
  ...[0.05, 0.1].map((w) => victim(w, 1 - w, { pay: atLeast(0.98), slashes: none })),
  ...[
    [0.07, 0.4],
    [0.075, 0.5],
    [0.09, 0.75],
  ].map(([w, a]) => victim(w as number, a as number, { pay: atLeast(0.98), slashes: none })),
  ...[
    [0.13, 0.13],
    [0.2, 0.06],
  ].map(([w, a]) => victim(w as number, a as number, { pay: atLeast(0.98), slashes: none, exit: none })),
  ...[0.2, 0.3, 0.45].map((w) => ({
    ...victim(w, 1 - w, { pay: atLeast(0), slashes: none, exit: atMost(0.35) }),
    staysFalse: true,
  })),

  // ------------------------------------------------------------------------------------- Synchronisation
  {
    kind: "C",
    title: "ten sources change their rates every epoch; receipts and settlements in any order",
    bounds: { pay: atLeast(0.98), slashes: none },
    play: disorder,
  },

  // ------------------------------------------------------------------------------------- Chance
  ...[
    [2, 0.98],
    [5, 0.99],
    [20, 0.99],
  ].flatMap(([tasks, pay]) =>
    [0.9, 1.2].map((load) =>
      chance(tasks as number, load, "chance", load < 1 ? (pay as number) : (pay as number) - 0.01),
    ),
  ),
  ...[2, 5, 20].flatMap((tasks) => [0.9, 1.2].map((load) => chance(tasks, load, "dispatcher", 0.995))),
  ...[2, 5, 20].map(leavingByChance),

  // ------------------------------------------------------------------------------------- Few that acknowledge
  ...[0.02, 0.05, 0.2, 0.24, 0.26].map((w) => sole(w, atLeast(0.98), none)),
  { ...sole(0.3, atLeast(0.9), none), staysFalse: true },
  { ...sole(0.45, atLeast(0), atMost(9)), staysFalse: true },
  ...[
    [0.05, 1, 0.98],
    [0.1, 1, 0.98],
    [0.3, 0, 0],
  ].map(([w, safe, pay]) => hourly(w as number, safe === 1, pay as number)),
  ...[
    [0.3, 0.3, 0.98],
    [0.25, 0.3, 0.98],
    [0.19, 0.31, 0.98],
    [0.05, 0.3, 0],
    [0.3, 0.7, 0],
  ].map(([a, w, pay]) => dust(a as number, w as number, pay as number)),

  // ------------------------------------------------------------------------------------- Receipts in lumps
  ...[
    [5, 2, 1],
    [5, 2, 2],
    [10, 3, 2],
    [60, 10, 2],
  ].map(([every, jitter, over]) => jittered(every as number, jitter as number, over as number)),
  ...[
    [5, 3, 0.98],
    [60, 2, 0.98],
    [60, 4, 0.98],
    [60, 8, 0],
  ].map(([every, over, pay]) => staggered(every as number, over as number, pay as number)),
  {
    kind: "W",
    title: "a day of silence, then all receipts at once",
    bounds: { pay: atLeast(0.98), slashes: none },
    play: (scale) => {
      const day = scale === "short" ? 240 : 1440;
      const market = new Market({ sinks: honest(), sources: [{ share: 1 }], load: 0.9 });
      market.run(day + 30, (m) => m.epoch >= day && m.flush(0));
      return { pay: market.payOf(NINE, 20) / 0.9, slashes: slashes(market) };
    },
  },
  ...[3, 5, 8].map(longTask),
  {
    kind: "X",
    title: "two sources with sinks of their own, one of them falls silent",
    bounds: { pay: atLeast(0), slashes: atMost(5) },
    staysFalse: true,
    play: () => {
      const own = (from: number) => (k: number) => (k >= from && k < from + 5 ? 1 : 0);
      const sources = [
        { share: 0.5, affinity: own(0) },
        { share: 0.5, affinity: own(5) },
      ];
      const market = new Market({ sinks: honest(10), sources, load: 0.9 });
      market.run(60, (m) => {
        m.flush(0);
        if (m.epoch < 30) m.flush(1);
      });
      return { pay: market.payOf([5, 6, 7, 8, 9], 55) / 0.9, slashes: slashes(market) };
    },
  },
];

/** A source with a share w acknowledges everybody but one, a share a everybody, the rest nothing. */
function victim(w: number, a: number, bounds: Row["bounds"]): Row {
  return {
    kind: "A",
    title: `a source of ${percent(w)} ignores one victim, ${percent(a)} acknowledge all`,
    bounds,
    play: (scale) => {
      const epochs = scale === "short" ? 240 : 900;
      const sources = [{ share: a }, { share: w }, { share: 1 - a - w }];
      const market = new Market({ sinks: honest(10), sources, load: 0.9 });
      let exit = 0;
      market.run(epochs, (m) => {
        m.flush(0);
        m.flush(1, NINE);
        exit = Math.max(exit, m.exitOf(9) / BOND_SECONDS);
      });
      const last = Math.max(20, epochs - 20);
      return { pay: market.payOf([9], last) / market.payOf(NINE, last), slashes: slashes(market), exit };
    },
  };
}

function disorder(scale: Scale): Record<string, number> {
  const epochs = scale === "short" ? 120 : 480;
  const rng = new Rng(7);
  const weights = Array.from({ length: epochs }, () => Array.from({ length: 10 }, () => rng.below(9)));
  const share = (s: number) => (epoch: number) => {
    const now = weights[epoch] as number[];
    return (now[s] as number) / Math.max(1, sumOf(now));
  };
  const market = new Market({
    sinks: honest(10),
    sources: Array.from({ length: 10 }, (_, s) => ({ share: share(s) })),
    load: 0.9,
    settles: "themselves",
  });
  market.run(epochs, (m) => {
    const calls = [
      ...Array.from({ length: 10 }, (_, s) => () => m.flush(s)),
      ...Array.from({ length: 10 }, (_, k) => () => m.assess(k)),
    ];
    for (const i of rng.sample(20, 20)) if (i >= 10 || m.epoch % 2 === i % 2) calls[i]?.();
  });
  return { pay: market.payOf([...NINE, 9], 0) / 0.9, slashes: slashes(market) };
}

function chance(tasks: number, load: number, dispatch: "chance" | "dispatcher", pay: number): Row {
  return {
    kind: "H",
    title: `${tasks} tasks per sink and epoch, sent by ${dispatch}, load ${load}: 9 sinks`,
    bounds: { pay: atLeast(pay), slashes: none },
    play: (scale) => {
      const [epochs, seeds] = scale === "short" ? [240, 2] : [1440, 8];
      let [paid, slashed] = [0, 0];
      for (let seed = 1; seed <= seeds; seed++) {
        const market = new Market({ sinks: honest(), sources: [{ share: 1 }], load, tasks, dispatch, seed });
        market.run(epochs, acknowledging());
        paid += market.payOf(NINE, 0) / Math.min(1, load) / seeds;
        slashed += slashes(market);
      }
      return { pay: paid, slashes: slashed };
    },
  };
}

function leavingByChance(tasks: number): Row {
  return {
    kind: "H",
    title: `honest, ${tasks} tasks per epoch by chance: what leaving costs, when owing nothing and whenever`,
    bounds: { "mean, waits": atMost(0.02), "mean, any": atMost(0.05), "worst, any": atMost(0.6) },
    play: (scale) => {
      const seeds = scale === "short" ? 1 : 6;
      const any: number[] = [];
      const waits: number[] = [];
      for (let seed = 1; seed <= seeds; seed++) {
        const sinks = () => honest().map((sink) => ({ ...sink }));
        const plan = { sources: [{ share: 1 }], load: 0.9, tasks, seed };
        const whenever = new Market({ ...plan, sinks: sinks().map((sink) => ({ ...sink, leavesAt: 200 })) });
        whenever.run(240, acknowledging());
        for (const k of NINE) any.push((whenever.sinks[k]?.exit ?? 0) / BOND_SECONDS);
        const patient = new Market({ ...plan, sinks: sinks() });
        patient.run(200, acknowledging());
        patient.run(240, (m) => {
          m.flush(0);
          m.sinks.forEach((sink, k) => {
            if (sink.leavesAt === Infinity && m.evidence.ledgerOf(k).owed === 0n) sink.leavesAt = m.epoch;
          });
        });
        for (const sink of patient.sinks) if (sink.exit !== undefined) waits.push(sink.exit / BOND_SECONDS);
      }
      return {
        "mean, waits": sumOf(waits) / waits.length,
        "mean, any": sumOf(any) / any.length,
        "worst, any": Math.max(...any),
      };
    },
  };
}

/** Nobody acknowledges but an accomplice, and it its crony alone, every k epochs: the worst k. */
function sole(w: number, pay: Row["bounds"][string], slashed: Row["bounds"][string]): Row {
  return {
    kind: "U",
    title: `${percent(w)} acknowledge a crony, nobody else anything: the worst timing`,
    bounds: { pay, slashes: slashed, exit: w < 0.27 ? none : atMost(1) },
    play: (scale) => {
      const [epochs, timings] = scale === "short" ? [200, [1, 4, 5, 6]] : [600, [1, 2, 3, 4, 5, 6, 7, 9, 12]];
      const worst = { pay: 1, slashes: 0, exit: 0 };
      for (const every of timings) {
        const capacity = Math.max(beside(w), 0.3);
        const sources = [{ share: w }, { share: 1 - w }];
        const market = new Market({ sinks: [...honest(), dead({ capacity })], sources, base: 9 + capacity });
        market.run(epochs, (m) => (m.epoch + 1) % every === 0 && m.acknowledgeAll(0, 9));
        worst.pay = Math.min(worst.pay, market.payOf(NINE, 60));
        worst.slashes = Math.max(worst.slashes, slashes(market));
        worst.exit = Math.max(worst.exit, exitOf(market, NINE, BOND_SECONDS));
      }
      return worst;
    },
  };
}

/** Everybody else acknowledges once an hour; an accomplice acknowledges its crony every six epochs. */
function hourly(w: number, safe: boolean, pay: number): Row {
  return {
    kind: "U",
    title: `${percent(w)} acknowledge a crony every 6 epochs, all others once an hour`,
    bounds: { pay: atLeast(pay), slashes: none },
    staysFalse: !safe,
    play: (scale) => {
      const capacity = Math.max(beside(w), 0.3);
      const sources = [{ share: w }, { share: 1 - w }];
      const market = new Market({ sinks: [...honest(), dead({ capacity })], sources, base: 9 + capacity });
      market.run(scale === "short" ? 240 : 600, (m) => {
        if ((m.epoch + 1) % 60 === 0) m.flush(1);
        if ((m.epoch + 1) % 6 === 0) m.acknowledgeAll(0, 9);
      });
      return { pay: market.payOf(NINE, 60), slashes: slashes(market) };
    },
  };
}

/** A coalition takes part with a trifle of a receipt per epoch, and is silent otherwise. */
function dust(a: number, w: number, pay: number): Row {
  return {
    kind: "N",
    title: `${percent(w)} take part with dust, ${percent(a)} acknowledge all, the rest is silent`,
    bounds: { pay: atLeast(pay), slashes: pay > 0 ? none : atMost(9) },
    staysFalse: pay === 0,
    play: (scale) => {
      const sinks = [...honest(), dead({ capacity: 0.3 })];
      const sources = [{ share: a }, { share: w }, { share: 1 - a - w }];
      const market = new Market({ sinks, sources, base: 9.3 });
      market.run(scale === "short" ? 160 : 400, (m) => {
        m.flush(0);
        m.acknowledge(1, 9, 1n);
      });
      return { pay: market.payOf(NINE, market.epoch - 60), slashes: slashes(market) };
    },
  };
}

/** Receipts come in lumps at uneven times, spread over some epochs. */
function jittered(every: number, jitter: number, over: number): Row {
  return {
    kind: "V",
    title: `receipts every ${every} ± ${jitter} epochs, over ${over}`,
    bounds: { pay: atLeast(0.98), slashes: none },
    play: (scale) => {
      const rng = new Rng(3);
      let next = every;
      let started = Infinity;
      const market = new Market({ sinks: honest(), sources: [{ share: 1 }], load: 0.9 });
      market.run(scale === "short" ? 240 : 1200, (m) => {
        if (m.epoch >= next) {
          started = m.epoch;
          next = m.epoch + Math.max(over, every - jitter + rng.below(2 * jitter + 1));
        }
        m.flush(
          0,
          NINE.filter((k) => m.epoch - started === Math.floor((k * over) / 9)),
        );
      });
      return { pay: market.payOf(NINE, 60) / 0.9, slashes: slashes(market) };
    },
  };
}

/** Receipts come in lumps, each sink's at another time. */
function staggered(every: number, over: number, pay: number): Row {
  return {
    kind: "V",
    title: `receipts every ${every} epochs, sink by sink over ${over}`,
    bounds: { pay: atLeast(pay), slashes: none },
    staysFalse: pay === 0,
    play: () => {
      const market = new Market({ sinks: honest(), sources: [{ share: 1 }], load: 0.9 });
      market.run(4 * every + 60, (m) => {
        if (m.epoch >= every)
          m.flush(
            0,
            NINE.filter((k) => m.epoch % every === Math.floor((k * over) / 9)),
          );
      });
      return { pay: market.payOf(NINE, 60) / 0.9, slashes: slashes(market) };
    },
  };
}

/** Tasks that take k epochs, one at a time: a sink's receipts come every k epochs, others' in between. */
function longTask(every: number): Row {
  return {
    kind: "X",
    title: `one task at a time that takes ${every} epochs`,
    bounds: { pay: atLeast(every <= 5 ? 0.98 : 0.9), slashes: none },
    play: (scale) => {
      const market = new Market({ sinks: honest(), sources: [{ share: 1 }], load: 0.9 });
      market.run(scale === "short" ? 160 : 400, (m) =>
        m.flush(
          0,
          NINE.filter((k) => m.epoch % every === Math.floor((k * every) / 9)),
        ),
      );
      return { pay: market.payOf(NINE, 60) / 0.9, slashes: slashes(market) };
    },
  };
}
