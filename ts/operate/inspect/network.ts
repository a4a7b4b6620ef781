import type { Hex } from "viem";
import { readContract } from "viem/actions";
import { CONTRACTS } from "../../core/deployment.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { getTaskTypes } from "../../sdk/work/discovery.ts";
import { checkSuperfluidHost } from "../deploy/superfluidHost.ts";
import { compareByteCode } from "../deploy/verify.ts";
import { type Context, linked } from "./context.ts";
import type { Report } from "./report.ts";
import { percent, safeText } from "./words.ts";

type TaskTypeEntry = { taskTypeId: Hex; name: string };

/** `inspect network`. @param scan Whether to look for task types in all blocks, not only in the record. */
export async function inspectNetwork(context: Context, scan: boolean): Promise<Report> {
  const { client, record, network } = context;
  const [gda, verdicts, [basisPoints, recipient], taskTypes] = await Promise.all([
    checkSuperfluidHost(client, record.host),
    compareByteCode(client, record),
    readContract(client, contractsOf(record).backpressurePool.fee()),
    scan ? scanTaskTypes(context) : recordedTaskTypes(context),
  ]);
  const wrong = verdicts.filter(({ verdict }) => verdict !== "same");
  const fee = { basisPoints: Number(basisPoints), recipient };
  return {
    title: `${network.chain.name}, chain ${network.chain.id}`,
    rows: [
      ...verdicts.map(({ name, address }) => [name, linked(context, address)] as const),
      ["Superfluid host", linked(context, record.host)],
      ["Superfluid GDA", linked(context, gda)],
      ["owner", linked(context, record.owner)],
      ["fee", fee.basisPoints === 0 ? "none" : `${percent(fee.basisPoints / 10_000)} to ${recipient}`],
      ["since block", String(record.block)],
      ["commit", record.commit],
    ],
    table: {
      head: ["task type", "name"],
      rows: taskTypes.map(({ taskTypeId, name }) => [taskTypeId, safeText(name, 60)]),
    },
    attention: wrong.map(
      ({ name, verdict }) => `${name} is ${verdict} on the chain: is this the right checkout, and the right chain?`,
    ),
    data: { ...record, gda, fee, contracts: Object.values(CONTRACTS), verdicts, taskTypes },
  };
}

function recordedTaskTypes({ record }: Context): TaskTypeEntry[] {
  return Object.entries(record.taskTypes ?? {}).map(([name, taskTypeId]) => ({ taskTypeId, name }));
}

async function scanTaskTypes({ client, record, deployment }: Context): Promise<TaskTypeEntry[]> {
  const found = await getTaskTypes(client, { deployment, fromBlock: BigInt(record.block) });
  return found.map(({ taskTypeId, metadata }) => ({ taskTypeId, name: metadata }));
}
