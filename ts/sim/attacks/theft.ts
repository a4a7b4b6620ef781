import { BOND_SECONDS, Market, type SinkPlan, sumOf } from "./market.ts";
import { acknowledging, beside, dead, honest, NINE, slashes } from "./players.ts";
import { atLeast, atMost, none, percent, type Row } from "./row.ts";

/** Rows in which sinks that do not work must not be paid for long, or not keep it. Money is in shares of a bond. */
export const theft: Row[] = [
  // ------------------------------------------------------------------------------------- Accomplices
  ...[1.8, 3].map((load) => accomplice(load, 1, atMost(0.55))),
  { ...accomplice(1.8, 0.5, atMost(3)), staysFalse: true },

  // ------------------------------------------------------------------------------------- Leaving in time
  ...[1, 2, 5].map((every) => newcomer(every, true)),
  newcomer(1, false),
  recordThenLeave(),

  // ------------------------------------------------------------------------------------- Dead, by share acknowledged
  ...[1, 0.7, 0.5, 0.36].map((share) => deadBy(share, 1)),
  deadBy(0.6, 5),
  { ...deadBy(0.2, 1), bounds: { received: atLeast(2), verified: none }, staysFalse: true },
  ...[2, 5, 6, 10].map((every) => deadBy(1, every)),
  { ...deadBy(1, 60), bounds: { received: atLeast(0), verified: none }, staysFalse: true },

  // ------------------------------------------------------------------------------------- Majorities
  ...[1, 4, 20, 60].flatMap((times) => [1, 10].map((identities) => newcomers(times, identities))),

  // ------------------------------------------------------------------------------------- Nobody comes
  ...(["itself", "nobody"] as const).map(unsettled),
  ...[0.3, 0.9].map(donations),
  {
    kind: "S",
    title: "a lone sink dies",
    bounds: { received: atLeast(2), verified: none },
    staysFalse: true,
    play: () => {
      const market = new Market({ sinks: [{ diesAt: 60, honest: false }], sources: [{ share: 1 }], base: 1 });
      market.run(180, acknowledging());
      return { received: receivedBy(market, 0, 60), verified: verified(market) };
    },
  },
  ...[1, 0.6, 0.4].map(afterSilence),

  // ------------------------------------------------------------------------------------- Half work
  liar(1.2),
  liar(0.9),
  indebted(),
  ...[0.1, 0.5, 0.8].map(washing),

  // ------------------------------------------------------------------------------------- Dilution
  dilution(0.3, 1.05, atMost(0)),
  dilution(0.5, 1.05, atMost(0)),
  dilution(0.5, 1.9, atMost(0)),
  { ...dilution(0.9, 2.1, atMost(1.5)), staysFalse: true },
  ...[
    [5, 5],
    [10, 10],
    [30, 30],
  ].map(([on, off]) => pulses(on as number, off as number)),
];

/** Whether a window of the first sink would be judged now. */
const verified = (market: Market): number => (market.evidence.isVerified(market.paid) ? 1 : 0);

const receivedBy = (market: Market, k: number, from: number): number => {
  const sink = market.sinks[k];
  return sink ? sumOf(sink.pay.slice(from)) / BOND_SECONDS / sink.capacity : 0;
};

/** A tenth of the money acknowledges all it spends to a crony that does nothing: the best share of units and timing. */
function accomplice(load: number, participating: number, gain: Row["bounds"][string]): Row {
  return {
    kind: "B",
    title: `10 % acknowledge a dead crony, load ${load}, ${percent(participating)} of the money takes part`,
    bounds: { "gain of spent": gain, pay: atLeast(participating === 1 ? 0.98 : 0), slashes: none },
    play: (scale) => {
      const whole = scale === "whole";
      const best = { "gain of spent": -1, pay: 1, slashes: 0 };
      for (const share of whole ? [0.1, 0.2, 0.35, 0.5, 0.7, 0.85] : [0.35, 0.5]) {
        for (const [every, phase] of whole
          ? TIMINGS
          : ([
              [1, 0],
              [4, 3],
            ] as const)) {
          const capacity = beside(share);
          const sources = [{ share: participating - 0.1 }, { share: 0.1 }, { share: 1 - participating }];
          const sinks = [...honest(), dead({ capacity })];
          const market = new Market({ sinks, sources, load, base: 9 + capacity });
          market.run(600, (m) => {
            if (m.epoch % every === 0) m.flush(0);
            if (m.epoch % every === phase) m.acknowledgeAll(1, 9);
          });
          best["gain of spent"] = Math.max(
            best["gain of spent"],
            (market.netOf(9) - market.spentBy(1)) / market.spentBy(1),
          );
          best.pay = Math.min(best.pay, market.payOf(NINE, market.epoch - 60));
          best.slashes += slashes(market);
        }
      }
      return best;
    },
  };
}

/** Receipts of the rest every so many epochs, the ring's so many later. */
const TIMINGS = [1, 2, 3, 4, 5].flatMap((every) =>
  Array.from({ length: every }, (_, phase): [number, number] => [every, phase]),
);

/** Joins, never works, leaves after n epochs: the best n and the best time to join. */
function newcomer(every: number, settled: boolean): Row {
  return {
    kind: "D",
    title: `works for nobody, leaves after 1 to 40 epochs, receipts every ${every}, ${settled ? "assessed" : "settled by itself"}`,
    bounds: { "best net": none },
    play: (scale) => {
      const stays = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20, 40];
      const joins = scale === "whole" ? Array.from({ length: every }, (_, i) => 40 + i) : [40 + every - 1];
      let best = -1;
      for (const joinsAt of joins) {
        for (const stay of stays) {
          const thief = dead({ joinsAt, leavesAt: joinsAt + stay, unsettled: !settled });
          const market = new Market({ sinks: [...honest(), thief], sources: [{ share: 1 }], load: 1.2 });
          market.run(joinsAt + stay + 36, acknowledging([0], every));
          best = Math.max(best, market.netOf(9) / BOND_SECONDS);
        }
      }
      return { "best net": best };
    },
  };
}

/** Works for an hour, dies, leaves: what it keeps of the pay since it died is within grace, tolerance and doubt. */
function recordThenLeave(): Row {
  return {
    kind: "D",
    title: "works for an hour, then not, and leaves after 0 to 20 epochs",
    bounds: { "best net": atMost(0.05) },
    play: () => {
      let best = -1;
      for (const stay of [1, 2, 3, 4, 6, 8, 12, 20]) {
        const thief = { diesAt: 60, leavesAt: 60 + stay, honest: false };
        const market = new Market({ sinks: [...honest(), thief], sources: [{ share: 1 }], load: 1.2 });
        market.run(60 + stay + 36, acknowledging());
        best = Math.max(best, market.netOf(9, 60) / BOND_SECONDS);
      }
      return { "best net": best };
    },
  };
}

function deadBy(share: number, every: number): Row {
  return {
    kind: every > 1 ? "V" : "E",
    title: `dies after an hour; ${percent(share)} of the money acknowledges, every ${every} epochs`,
    bounds: { received: atMost(1), pay: atLeast(0.98), slashes: none },
    play: (scale) => {
      const sources = [{ share }, { share: 1 - share }];
      const market = new Market({ sinks: [...honest(), { diesAt: 60, honest: false }], sources, load: 1.2 });
      market.run(scale === "short" ? 180 : 60 + 960, acknowledging([0], every));
      return {
        received: receivedBy(market, 9, 60),
        net: market.netOf(9, 60) / BOND_SECONDS,
        pay: market.payOf(NINE, 60),
        slashes: slashes(market),
        verified: verified(market),
      };
    },
  };
}

/** Dead newcomers with many times the honest units, in one identity or ten. */
function newcomers(times: number, identities: number): Row {
  return {
    kind: "F",
    title: `dead newcomers with ${times} times the honest units in ${identities} ${identities === 1 ? "identity" : "identities"}`,
    bounds: { net: none, slashes: none },
    play: (scale) => {
      const thieves = honest(identities, dead({ capacity: (9 * times) / identities, joinsAt: 5 }));
      const market = new Market({ sinks: [...honest(), ...thieves], sources: [{ share: 1 }], load: 1.2 });
      market.run(scale === "short" ? 120 : 240, acknowledging());
      const net = sumOf(thieves.map((_, i) => market.netOf(9 + i)));
      return {
        net: net / (9 * times * BOND_SECONDS),
        slashes: slashes(market),
        pay: market.payOf(NINE, market.epoch - 20),
      };
    },
  };
}

/** Dead, and for an hour nobody settles it, or it alone does. */
function unsettled(by: "itself" | "nobody"): Row {
  return {
    kind: "G",
    title: `dead for an hour, settled by ${by}`,
    bounds: { received: atMost(1) },
    play: () => {
      const thief: SinkPlan = { diesAt: 10, honest: false, unsettled: true, silentAt: by === "nobody" ? 10 : Infinity };
      const market = new Market({ sinks: [...honest(), thief], sources: [{ share: 1 }], load: 1.2 });
      market.run(70, acknowledging());
      return { received: receivedBy(market, 9, 10) };
    },
  };
}

function donations(load: number): Row {
  return {
    kind: "K",
    title: `30 % of the pay are donations, load ${load}: a dead sink`,
    bounds: { received: atMost(1), pay: atLeast(0.98) },
    play: () => {
      const sinks = [...honest(), { diesAt: 60, honest: false }];
      const market = new Market({ sinks, sources: [{ share: 1 }], load, donated: 0.3 });
      market.run(540, acknowledging());
      // The dead sink's part goes to the others.
      return { received: receivedBy(market, 9, 60), pay: market.payOf(NINE, 520) / load };
    },
  };
}

/** A day without receipts, then those of new work only; a sink is dead from then on. */
function afterSilence(share: number): Row {
  return {
    kind: "E",
    title: `dead after a silent day, then ${percent(share)} acknowledge`,
    bounds: { received: atMost(1), pay: atLeast(0.98) },
    play: (scale) => {
      const day = scale === "short" ? 240 : 1440;
      const sinks = [...honest(), { diesAt: day, honest: false }];
      const market = new Market({ sinks, sources: [{ share }, { share: 1 - share }], load: 1.2 });
      market.run(day + 300, (m) => {
        if (m.epoch === day) m.pending[0]?.fill(0);
        if (m.epoch > day) m.flush(0);
      });
      return { received: receivedBy(market, 9, day), pay: market.payOf(NINE, market.epoch - 20) };
    },
  };
}

/** Declares twice what it can do. */
function liar(load: number): Row {
  return {
    kind: "L",
    title: `declares twice what it can do, load ${load}`,
    bounds: { "pay of its rate": atMost(1.15), slashes: none },
    play: () => {
      const sinks = [...honest(), { capacity: 2, rate: 1, honest: false }];
      const market = new Market({ sinks, sources: [{ share: 1 }], load, base: 10 });
      market.run(480, acknowledging());
      return { "pay of its rate": 2 * market.payOf([9], 420), slashes: slashes(market) };
    },
  };
}

/** Delivers 88 % for four hours, so that it always owes and has earned much; then dies and leaves. */
function indebted(): Row {
  return {
    kind: "M",
    title: "in debt for four hours, then dead, leaves when its pay is gone",
    bounds: { "net since it died": atMost(0.3) },
    play: () => {
      const sinks = [...honest(), { delivers: 0.88, diesAt: 240, leavesAt: 300, honest: false }];
      const market = new Market({ sinks, sources: [{ share: 1 }], load: 1.2 });
      market.run(336, acknowledging());
      return { "net since it died": market.netOf(9, 240) / BOND_SECONDS };
    },
  };
}

/** Delivers a part; receipts come every five epochs, and a trifle of another sink's every epoch. */
function washing(delivers: number): Row {
  return {
    kind: "6",
    title: `delivers ${percent(delivers)}, receipts every 5 epochs, dust every epoch`,
    bounds: { "pay of shirker": atMost(1), pay: atLeast(0.98) },
    play: (scale) => {
      const sinks = [...honest(), { delivers, honest: false }];
      const market = new Market({ sinks, sources: [{ share: 1 }], load: 1.2 });
      market.run(scale === "short" ? 240 : 600, (m) => {
        m.acknowledge(0, 8, 1n);
        if (m.epoch % 5 === 0) m.flush(0);
      });
      return { "pay of shirker": market.payOf([9], market.epoch - 120), pay: market.payOf(NINE, market.epoch - 120) };
    },
  };
}

/** A silent stream of M times the honest inflow, and a share x of all units in dead sinks: gain per honest inflow. */
function dilution(x: number, silent: number, gain: Row["bounds"][string]): Row {
  return {
    kind: "Q",
    title: `silent money of ${silent} times the honest, ${percent(x)} of the units dead`,
    bounds: { "gain of honest inflow": gain },
    play: (scale) => {
      const epochs = scale === "short" ? 240 : 480;
      const sinks = [...honest(), dead({ capacity: beside(x) })];
      const sources = [{ share: 1 / (1 + silent) }, { share: silent / (1 + silent) }];
      const market = new Market({ sinks, sources, base: 9 * (1 + silent) });
      market.run(epochs, acknowledging());
      return { "gain of honest inflow": (market.netOf(9) - market.spentBy(1)) / market.spentBy(0) };
    },
  };
}

/** The same in pulses, so that windows are dropped or left open meanwhile. */
function pulses(on: number, off: number): Row {
  const silent = 1.1;
  return {
    kind: "Q",
    title: `silent money of ${silent} times the honest for ${on} of ${on + off} epochs, 70 % of the units dead`,
    bounds: { "gain of honest inflow": none },
    play: (scale) => {
      const active = (epoch: number) => epoch % (on + off) < on;
      const share = (epoch: number) => (active(epoch) ? silent / (1 + silent) : 0);
      const market = new Market({
        sinks: [...honest(), dead({ capacity: beside(0.7) })],
        sources: [{ share: (epoch) => 1 - share(epoch) }, { share }],
        load: (epoch) => (active(epoch) ? 1 + silent : 1),
        base: 9,
      });
      market.run(scale === "short" ? 180 : 480, acknowledging());
      return { "gain of honest inflow": (market.netOf(9) - market.spentBy(1)) / market.spentBy(0) };
    },
  };
}
