import type { Hex } from "viem";
import { nameOf } from "../../core/deploymentRecord.ts";
import { type GetSinkReturnType, getSink } from "../../sdk/read/getSink.ts";
import { getTaskType } from "../../sdk/read/getTaskType.ts";
import { getSinks } from "../../sdk/work/discovery.ts";
import { type Context, symbolOf } from "./context.ts";
import type { Report } from "./report.ts";
import { monthly, safeText } from "./words.ts";

/** What of a profile's address fits a line of a screen. */
const PROFILE_LENGTH = 74;
/** Sinks that are read at once. */
const AT_ONCE = 50;

/** `inspect sinks`. */
export async function inspectSinks(context: Context, taskTypeId: Hex): Promise<Report> {
  const { client, deployment, record } = context;
  const parameters = { deployment, taskTypeId };
  const [taskType, found] = await Promise.all([
    getTaskType(client, parameters),
    getSinks(client, { ...parameters, fromBlock: BigInt(record.block) }),
  ]);
  const symbol = await symbolOf(context, taskType.superToken);
  const states: GetSinkReturnType[] = [];
  for (let first = 0; first < found.length; first += AT_ONCE) {
    const some = found.slice(first, first + AT_ONCE);
    states.push(...(await Promise.all(some.map(({ sink }) => getSink(client, { ...parameters, sink })))));
  }
  return {
    title: `Sinks of ${nameOf(context, taskTypeId) ?? taskTypeId}`,
    rows: [
      ["registered", String(found.length)],
      ["alive", String(states.filter(({ signal }) => signal.alive).length)],
      ["pay per month", `in ${symbol}`],
    ],
    table: {
      head: ["sink", "units", "pay", "signal", "strikes"],
      rows: states.map((state) => [
        state.sink,
        String(state.units),
        monthly(state.flowRate),
        signalOf(state),
        String(state.ledger.strikes),
      ]),
      below: found.map(({ profileUri }) => (profileUri === "" ? undefined : safeText(profileUri, PROFILE_LENGTH))),
    },
    attention: found.length === 0 ? ["no sink is registered: whoever stakes and registers gets all of the pay"] : [],
    data: { sinks: states.map((state, index) => ({ ...state, profileUri: found[index]?.profileUri })) },
  };
}

function signalOf({ signal }: GetSinkReturnType): string {
  if (signal.signalledAt === undefined) return "never";
  return signal.alive ? "alive" : "expired";
}
