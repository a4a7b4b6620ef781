import { min } from "../../core/bigints.ts";
import { judgePool, type SplitOption } from "../../sdk/work/judgePool.ts";
import { restrainBudget, splitOptions } from "../../sdk/work/splitBudget.ts";
import type { Network } from "./network.ts";

/**
 * What a source does: the same to every way for ever; the same to every way without a dead pool; `splitBudget`; all its money
 * to the way with most room, each epoch, as max-weight would.
 */
export type SourceRule = "equal" | "leave" | "split" | "maxWeight";

/** What everybody sees of a pool, as of the last epoch; units and unit-seconds. */
export interface PoolState {
  units: number;
  nominal: number;
  inflow: number;
  overflow: number;
}

/** What one source has at one pool; units and unit-seconds. */
export interface OwnState {
  rate: number;
  claim: number;
  unanswered: number;
  answered: number;
  barredUntil: number;
}

export interface Decision {
  network: Network;
  ways: readonly (readonly number[])[];
  /** What goes each way now, units. */
  rates: readonly number[];
  demand: number;
  pools: readonly PoolState[];
  own: readonly OwnState[];
  now: number;
}

export const [HORIZON, GRACE] = [360, 60];

/** A change of the whole that is worth a transaction. */
const RATE_BAND = 0.15;
/** Wei per unit-second, and units per unit: the rules of the kit count in whole numbers. */
const [WEI, FINE] = [1e9, 1e6];
const whole = (value: number): bigint => BigInt(Math.round(value));

/** @returns What goes each way from now on, units; undefined if nothing changes. Bars pools in `own`. */
export function decide(rule: SourceRule, decision: Decision): number[] | undefined {
  if (rule === "equal") return undefined;
  if (rule === "maxWeight") return withMostRoom(decision);
  const options = judged(decision);
  const budget = spendable(decision, options);
  const before = decision.rates.reduce((sum, rate) => sum + rate, 0);
  const isSame = Math.abs(budget - before) <= RATE_BAND * before;
  if (rule === "leave") {
    const open = options.filter((option) => option.open).length;
    const rates = options.map((option) => (option.open ? budget / open : 0));
    const isLeft = options.some(({ open }, i) => open !== (decision.rates[i] as number) > 0);
    return isLeft || !isSame ? rates : undefined;
  }
  const { rates, reason } = splitOptions(whole(budget * WEI * FINE), options);
  return reason === "kept" && isSame ? undefined : rates.map((rate) => Number(rate) / (WEI * FINE));
}

/** Each way as an option of `splitBudget`: prices add up, the narrowest pool decides, all must live. */
function judged(decision: Decision): SplitOption[] {
  const { network, ways, rates, demand, pools, own, now } = decision;
  const meanUnitRate = (WEI * network.unitRate.reduce((sum, rate) => sum + rate, 0)) / network.unitRate.length;
  const options = pools.map(({ units, nominal, inflow, overflow }, j) => {
    const unitRate = whole((network.unitRate[j] as number) * WEI);
    const wei = (amount: number) => unitRate * whole(amount * FINE);
    const mine = own[j] as OwnState;
    const option = judgePool({
      pool: {
        ...{ unitRate, units: whole(units * FINE), usualUnits: whole(nominal * FINE) },
        ...{ inflow: wei(inflow), overflow: wei(overflow), horizon: HORIZON, grace: GRACE, rate: wei(mine.rate) },
        ...{ unanswered: wei(mine.unanswered), answered: wei(mine.answered), barredUntil: mine.barredUntil },
      },
      ...{ budget: wei(demand), meanUnitRate, now },
    });
    mine.barredUntil = option.barredUntil;
    return { ...option, room: (option.room * whole(WEI)) / unitRate };
  });
  return ways.map((way, i) => {
    const passed = way.map((pool) => options[pool] as SplitOption);
    return {
      rate: whole((rates[i] as number) * WEI * FINE),
      price: passed.reduce((sum, { price }) => sum + price, 0),
      room: passed.map(({ room }) => room).reduce(min),
      open: passed.every(({ open }) => open),
    };
  });
}

/** Own money in the escrows of pools that live holds the budget back. */
function spendable({ demand, own, ways, network, pools }: Decision, options: readonly SplitOption[]): number {
  const live = new Set(ways.flatMap((way, i) => (options[i]?.open ? way : [])));
  const owned = pools.reduce((sum, _, j) => sum + (live.has(j) ? (own[j] as OwnState).claim : 0), 0) / network.stages;
  const budget = { budget: whole(demand * WEI), owned: whole(owned * WEI), horizon: HORIZON };
  return Number(restrainBudget(budget)) / WEI;
}

function withMostRoom({ ways, rates, demand, pools }: Decision): number[] | undefined {
  const rooms = pools.map(({ units, inflow, overflow }) => units - inflow - overflow / HORIZON);
  const narrowest = ways.map((way) => Math.min(...way.map((pool) => rooms[pool] as number)));
  const best = narrowest.indexOf(Math.max(...narrowest));
  return (rates[best] as number) > 0.999 * demand ? undefined : ways.map((_, i) => (i === best ? demand : 0));
}
