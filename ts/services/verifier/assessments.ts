import type { Address } from "viem";
import type { ChainContext } from "../intake/chain.ts";
import { Calls } from "../keeper/calls.ts";
import { shouldAssess } from "../keeper/decide/assess.ts";
import { shouldSettle } from "../keeper/decide/settle.ts";
import type { TaskTypeEntry } from "../keeper/directory.ts";
import { perform } from "../keeper/perform.ts";
import { readSinks } from "../keeper/read.ts";
import type { Sender } from "../runtime/sender.ts";

export type AssessmentsParameters = {
  context: ChainContext;
  sender: Pick<Sender, "send">;
  /** Sinks in one transaction, at most. */
  batchSize: number;
  /** Epochs between two assessments of a sink. */
  assessEvery: number;
  /** Wei; what is worth less is left. */
  minAmount: bigint;
};

/** Sinks that are read at once; bounds memory, whatever the number of sinks. */
const SLICE = 250;

/** Settles and judges the sinks of a task type, those for which it is time, by the same rules as the keeper. */
export class Assessments {
  readonly #parameters: AssessmentsParameters;
  readonly #calls: Calls;

  constructor(parameters: AssessmentsParameters) {
    this.#parameters = parameters;
    this.#calls = new Calls(parameters.context.deployment, parameters.batchSize);
  }

  /** @returns Whether nothing is left that should be tried again soon. */
  async run({ taskTypeId, sinks }: Pick<TaskTypeEntry, "taskTypeId" | "sinks">, epoch: number): Promise<boolean> {
    const { sender } = this.#parameters;
    const { assess, settle } = await this.#due({ taskTypeId, sinks }, epoch);
    const work = [];
    if (assess.length > 0) work.push(this.#calls.assess(taskTypeId, assess));
    if (settle.length > 0) work.push(this.#calls.settle(taskTypeId, settle));
    const performed = await Promise.all(work.map((each) => perform(sender, each)));
    return performed.every(({ left }) => !left);
  }

  async #due({ taskTypeId, sinks }: Pick<TaskTypeEntry, "taskTypeId" | "sinks">, epoch: number) {
    const { context, assessEvery, minAmount } = this.#parameters;
    const { client, deployment } = context;
    const taskType = await context.taskTypes.get(taskTypeId);
    const all = [...sinks];
    const due: Record<"assess" | "settle", Address[]> = { assess: [], settle: [] };
    for (let first = 0; first < all.length; first += SLICE) {
      const slice = await readSinks({ client, deployment, taskType }, all.slice(first, first + SLICE));
      for (const { sink, received, ledger } of slice) {
        if (ledger === undefined) continue;
        const view = { ledger, received, epoch, assessEvery, minAmount };
        if (shouldAssess(view)) due.assess.push(sink);
        else if (shouldSettle(view)) due.settle.push(sink);
      }
    }
    return due;
  }
}
