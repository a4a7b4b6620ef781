import { Rng } from "../rng.ts";
import { Market, sumOf } from "./market.ts";
import { acknowledging, dead, honest, NINE, slashes } from "./players.ts";
import { atLeast, atMost, none, percent, type Row } from "./row.ts";

/** Rows that games with the rule itself made: with windows, withdrawals, receipts, and the longest time between them. */
export const games: Row[] = [
  ...[0.12, 0.15, 0.3].map(outsider),
  ...[0.05, 0.3].map(fronting),
  ...[0.3, 0.7].map(takingOut),
  ...[1, 2, 3, 4, 5].map(choosingWindows),
  ...[
    [0.29, 0.06],
    [0.5, 0.07],
    [0.9, 0.09],
  ].flatMap(([a, w]) => [switching(a as number, w as number, 3, 0.98), switching(a as number, w as number, 5, 0.96)]),
  ...[2, 3, 30, 60].map(interval),
  lateJudgement(),
];

/** A share of the money acknowledges somebody whom nobody pays. */
function outsider(w: number): Row {
  return {
    kind: "O",
    title: `${percent(w)} of the money acknowledge somebody whom nobody pays`,
    bounds: { pay: atLeast(0.98), slashes: none, exit: none },
    play: () => {
      const sinks = [...honest(), dead({ capacity: 0, honest: false })];
      const market = new Market({ sinks, sources: [{ share: 1 - w }, { share: w }], load: 0.9 });
      market.run(240, (m) => {
        m.flush(0);
        m.acknowledgeAll(1, 9);
      });
      return { pay: market.payOf(NINE, 220) / 0.9, slashes: slashes(market), exit: market.exitOf(0) };
    },
  };
}

/** A source acknowledges the honest for nothing, before anybody else can. */
function fronting(w: number): Row {
  return {
    kind: "O",
    title: `${percent(w)} of the money fill up the honest before others' receipts arrive`,
    bounds: { pay: atLeast(w < 0.1 ? 0.98 : 0.85), slashes: none, received: atMost(1) },
    play: () => {
      const sinks = [...honest(), { diesAt: 60, honest: false }];
      const market = new Market({ sinks, sources: [{ share: 1 - w }, { share: w }], load: 1.2 });
      market.run(360, (m) => {
        for (const k of NINE) m.acknowledge(1, k, (m.spent[1] as bigint) / 9n);
        m.flush(0);
      });
      const received = sumOf(market.sinks[9]?.pay.slice(60) ?? []) / market.bondSeconds;
      return { pay: market.payOf(NINE, 60), slashes: slashes(market), received };
    },
  };
}

/** Delivers a part, and takes a trifle of its bond out now and then: its debt is charged and forgotten. */
function takingOut(delivers: number): Row {
  return {
    kind: "O",
    title: `delivers ${percent(delivers)} and takes a wei of its bond out every so often`,
    bounds: { "pay of its work": atMost(1.15) },
    play: () => {
      const nets = [5, 6, 8, 10, 15, 22].map((every) => {
        const sinks = [...honest(), { delivers, honest: false }];
        const market = new Market({ sinks, sources: [{ share: 1 }], load: 1.2 });
        market.run(480, (m) => {
          m.flush(0);
          if (m.epoch > 22 && m.epoch % every === 0) m.takeOut(9);
        });
        return market.netOf(9) / delivers / 480 / 60;
      });
      return { "pay of its work": Math.max(...nets) };
    },
  };
}

/** Delivers 80 %, and chooses when its windows close while nobody else does it; receipts come in lumps. */
function choosingWindows(every: number): Row {
  return {
    kind: "O",
    title: `delivers 80 % and chooses when its windows close, receipts every ${every} epochs`,
    bounds: { pay: atMost(0.2) },
    play: (scale) => {
      const lengths = scale === "whole" ? [5, 6, 7, 8, 9, 10] : [5, 7, 9];
      let best = 0;
      for (const first of lengths) {
        for (const second of lengths) {
          const sinks = [...honest(), { delivers: 0.8, honest: false, unsettled: true, silentAt: 0 }];
          const market = new Market({ sinks, sources: [{ share: 1 }], load: 1.2 });
          market.run(300, (m) => {
            if (m.epoch % every === 0) m.flush(0);
            const phase = m.epoch % (first + second);
            if (phase === 0 || phase === first) m.settle(9);
            else m.touch(9);
          });
          best = Math.max(best, market.payOf([9], 180));
        }
      }
      return { pay: best };
    },
  };
}

/**
 * A coalition takes part when it likes, so that some windows are judged and others not; receipts come sink by sink. Those
 * that take longer than the grace cost a little.
 */
function switching(a: number, w: number, every: number, pay: number): Row {
  return {
    kind: "O",
    title: `${percent(w)} of the money switch the quorum, ${percent(a)} acknowledge all, sink by sink over ${every} epochs`,
    bounds: { "worst pay": atLeast(pay), slashes: none },
    play: (scale) => {
      const rng = new Rng(11);
      const worst = { "worst pay": 1, slashes: 0 };
      for (let i = scale === "whole" ? 400 : 25; i > 0; i--) {
        const period = 5 + rng.below(26);
        const [acts, closes] = [0, 1].map(() => Array.from({ length: period }, () => rng.below(3) === 0));
        const [phase, act] = [rng.below(5), rng.below(3)];
        const sinks = [...honest(), { unsettled: true }, dead({ capacity: 0.3 })];
        const sources = [{ share: a }, { share: w }, { share: 1 - a - w }];
        const market = new Market({ sinks, sources, load: 0.9, base: 10 });
        market.run(240, (m) => {
          m.flush(
            0,
            [...NINE, 9].filter((k) => (m.epoch + (k === 9 ? phase : k)) % every === 0),
          );
          if (acts?.[m.epoch % period]) {
            if (act === 0) m.acknowledgeAll(1, 10);
            else if (act === 1) m.acknowledge(1, 10, 1n);
            else m.flush(1, NINE);
          }
          if (closes?.[m.epoch % period]) m.assess(9);
        });
        worst["worst pay"] = Math.min(worst["worst pay"], market.payOf([9], 60) / market.payOf(NINE, 60));
        worst.slashes += slashes(market);
      }
      return worst;
    },
  };
}

/** Another V. */
function interval(receiptEpochs: number): Row {
  return {
    kind: "O",
    title: `V = ${receiptEpochs}: a sink dies, receipts every V epochs, each sink settles itself`,
    bounds: { received: atMost(1), pay: atLeast(0.98), slashes: none },
    play: () => {
      const sinks = [...honest(), { diesAt: 61, honest: false }];
      const plan = { receiptEpochs, sinks, sources: [{ share: 1 }], load: 1.2, settles: "themselves" as const };
      const market = new Market(plan);
      market.run(200 + 8 * receiptEpochs, acknowledging([0], receiptEpochs));
      return {
        received: sumOf(market.sinks[9]?.pay.slice(61) ?? []) / market.bondSeconds,
        net: market.netOf(9, 61) / market.bondSeconds,
        pay: market.payOf(NINE, 60),
        slashes: slashes(market),
      };
    },
  };
}

/** Worked while half of the money was silent, left, and nobody settled it until it withdrew: others set the standard. */
function lateJudgement(): Row {
  return {
    kind: "O",
    title: "leaves while half is silent, which acknowledges later; nobody settles it until it withdraws",
    bounds: { "exit, nobody settles": atMost(0.1), "exit, settled after V": atMost(0.05) },
    staysFalse: true,
    play: () => {
      const exit = (settled: boolean): number => {
        const sinks = [...honest(), { leavesAt: 60, unsettled: true }];
        const sources = [{ share: (t: number) => (t < 60 ? 0.5 : 1) }, { share: (t: number) => (t < 60 ? 0.5 : 0) }];
        const market = new Market({ sinks, sources, load: 0.9 });
        market.run(100, (m) => {
          m.flush(0);
          if (settled && m.epoch === 65) m.settle(9);
        });
        return (market.sinks[9]?.exit ?? 1) / market.bondSeconds;
      };
      return { "exit, nobody settles": exit(false), "exit, settled after V": exit(true) };
    },
  };
}
