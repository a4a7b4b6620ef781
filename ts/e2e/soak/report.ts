import { loadavg } from "node:os";
import { getTransactionCount } from "viem/actions";
import type { TestChain } from "../../testkit/testChain.ts";
import type { Books, ClosedBooks } from "../books.ts";
import type { Figures } from "../figures.ts";
import type { FairPay } from "./fairPay.ts";
import { type Fleet, SERVICES } from "./fleet.ts";

/** What a run has measured so far, for a reader. */

export function moneyFigures(closed: ClosedBooks, books: Books): Figures {
  return {
    "wei in: streamed": closed.streamed,
    "wei in: prepaid, less what was withdrawn": closed.deposited,
    "wei in: slashed": closed.slashed,
    "wei out: received by sinks": closed.received,
    "wei out: returned to sources": closed.returned,
    "wei left in the escrows": closed.escrow,
    "wei of dust at the pools' admin": closed.dust,
    "wei missing": closed.gap,
    "payments to sources that did not get through": books.refusals,
  };
}

/** Pay of honest sinks over what is fair, together and one by one. */
export function fairFigures(fairPay: FairPay): Figures {
  const { paid, fair, exact, alone } = fairPay.of();
  const one = (name: string): number => fairPay.of([name]).paid / fairPay.of([name]).fair;
  return {
    "honest pay over what is fair": paid / fair,
    "the same if units moved at every difference": paid / exact,
    ...Object.fromEntries([...fairPay.pay.keys()].map((name) => [`${name}: pay over what is fair`, one(name)])),
    "honest pay over what it would be if nobody were paid for more than it can do": paid / alone,
  };
}

export async function serviceFigures(chain: TestChain, fleet: Fleet): Promise<Figures> {
  const figures: Figures = { blocks: await chain.test.getBlockNumber({ cacheTime: 0 }) };
  for (const name of SERVICES) {
    const { address } = (await chain.actor(name)).account;
    figures[`transactions of ${name}`] = await getTransactionCount(chain.client, { address });
  }
  figures.reverted = fleet.log.flat().filter(({ msg }) => msg === "reverted").length;
  for (const [name, { kills, megabytes }] of fleet.members) {
    figures[`SIGKILLs of ${name}`] = kills;
    figures[`most memory of ${name}, MB`] = Math.round(megabytes);
  }
  for (const [fault, count] of fleet.faults) figures[`endpoint failures: ${fault}`] = count;
  figures["moves between LevelDB and PostgreSQL"] = fleet.moves;
  return figures;
}

/** How busy the machine was, and how long it took. */
export class Machine {
  readonly #startedAt = Date.now();
  readonly #loads: number[] = [];

  look(): void {
    this.#loads.push(loadavg()[0] ?? 0);
  }

  get seconds(): number {
    return Math.round((Date.now() - this.#startedAt) / 1000);
  }

  figures(): Figures {
    return {
      "load average of the machine, mean": this.#loads.reduce((sum, load) => sum + load, 0) / this.#loads.length,
      "load average of the machine, highest": Math.max(...this.#loads),
      seconds: this.seconds,
    };
  }
}
