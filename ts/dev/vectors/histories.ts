import { bondPerUnit, max, WAD } from "../../model/exact.ts";
import { Random } from "../../model/random.ts";
import { PARAMETERS, REPORT_DELAY } from "../../testkit/mirrorWorld.ts";
import { type History, SINKS, SOURCES, type Stage } from "./stage.ts";

const { epochLength, unitRate, minimumStake, horizon } = PARAMETERS;

/** Backs 2,000 units. */
const STAKE = minimumStake + 2000n * bondPerUnit(PARAMETERS);

/** Half of what the upper stage is paid goes on to the lower one. */
const RATIO = WAD / 2n;

/** Three histories of the real contracts on the real Superfluid, each from the first block of its pools. */
export async function histories(stage: Stage): Promise<History[]> {
  return [await market(stage), await evidence(stage), await pipeline(stage)];
}

/** Anybody does anything that makes sense, and some things that do not. */
async function market(stage: Stage): Promise<History> {
  const random = new Random(18n);
  await stage.begin("market", "sinks, sources and keepers do what they like", ["pool"]);
  await joined(stage, "pool");
  for (let i = 0; i < 90; i++) {
    await stage.block(pause(random), async () => {
      for (let n = random.between(1n, 3n); n > 0n; n--) await anything(stage, random, "pool");
      if (i % 30 === 20) await askForReturn(stage, "pool", "x");
    });
  }
  return stage.history;
}

/** A dead sink among those that work collects strikes, is slashed, and takes out what is left. */
async function evidence(stage: Stage): Promise<History> {
  await stage.begin("evidence", "sink a does nothing for its pay; what follows until it has left", ["pool"]);
  await joined(stage, "pool");
  await stage.block(1n, () => stage.act("pool", "stream", "x", `${3000n * unitRate}`));
  for (let epoch = 0n; epoch < 48n; epoch++) {
    await stage.block(epochLength, async () => {
      const { now } = stage.world;
      const mirror = stage.mirror("pool");
      if (epoch < 34n) await stage.act("pool", "attest", ...SINKS.map((sink) => [sink, "1000", "0", `${now}`]));
      // Lumps, some of them above what was paid by then.
      if (epoch % 3n !== 1n) {
        const done = ["b", "c"].map((sink) => {
          const received = mirror.model.split.pool.receivedBy(stage.account(sink).address, now);
          return ["x", sink, `${received + epoch}`];
        });
        await stage.act("pool", "acknowledge", ...done);
      }
      await stage.act("pool", "assess", "a");
      if (epoch === 24n) await stage.act("pool", "stake", "a", "0");
      if (mayWithdraw(stage, "pool", "a")) await stage.act("pool", "withdraw", "a");
    });
  }
  return stage.history;
}

/** Two stages, a fee, and sources that close their streams and have their money back. */
async function pipeline(stage: Stage): Promise<History> {
  const random = new Random(2026n);
  const pools = ["upper", "lower"] as const;
  await stage.begin("pipeline", "two stages with a fee; sources close and are paid back", pools);
  await joined(stage, ...pools);
  await stage.block(1n, () => stage.act("upper", "setDownstream", "lower", `${RATIO}`));
  for (let i = 0; i < 60; i++) {
    await stage.block(pause(random), async () => {
      for (let n = random.between(1n, 3n); n > 0n; n--) await anything(stage, random, random.pick(pools));
      if (random.oneIn(3n)) await stage.act("upper", "propagate", "lower", `${RATIO}`);
      if (i % 20 === 10) for (const pool of pools) await stage.act(pool, "fee", `${i}`);
    });
  }
  await stage.block(1n, async () => {
    for (const source of SOURCES) {
      await stage.act("upper", "sync", source);
      await stage.act("upper", "stream", source, "0");
      await stage.act("upper", "sync", source);
    }
  });
  await stage.block(horizon, async () => {
    for (const source of SOURCES) await stage.act("upper", "sync", source);
  });
  return stage.history;
}

async function joined(stage: Stage, ...pools: readonly string[]): Promise<void> {
  await stage.block(10n, async () => {
    for (const pool of pools) for (const sink of SINKS) await stage.act(pool, "join", sink, `${STAKE}`);
  });
}

/** Mostly seconds, sometimes long enough for signals to expire. */
const pause = (random: Random): bigint =>
  random.oneIn(12n) ? random.between(1n, 10n) * epochLength : random.between(1n, 30n);

/** Mostly about what the sinks can do. */
const someRate = (random: Random): bigint =>
  random.oneIn(3n) ? random.edgy(0n, unitRate * 6000n) : random.between(unitRate * 500n, unitRate * 5000n);

const mayWithdraw = (stage: Stage, pool: string, sink: string): boolean => {
  const { unbonding, unbondedAt } = stage.mirror(pool).bondOf(stage.account(sink));
  return unbonding > 0n && stage.world.now >= unbondedAt;
};

/** Does one thing in a pool, if it would not be refused. */
async function anything(stage: Stage, random: Random, pool: string): Promise<void> {
  const mirror = stage.mirror(pool);
  const { model } = mirror;
  const { now } = stage.world;
  const [sink, source] = [random.pick(SINKS), random.pick(SOURCES)];
  const isRegistered = mirror.isRegistered(stage.account(sink));
  switch (random.between(1n, random.oneIn(4n) ? 20n : 15n)) {
    case 1n:
    case 2n:
    case 3n:
      return attest(stage, random, pool);
    case 4n: {
      const { capacity, backlog } = signal(random);
      return isRegistered ? stage.act(pool, "commit", sink, `${capacity}`, `${backlog}`) : undefined;
    }
    case 5n: {
      const committed = isRegistered ? mirror.revealable(stage.account(sink)) : undefined;
      if (committed === undefined) return;
      return stage.act(pool, "reveal", sink, `${committed.capacity}`, `${committed.backlog}`);
    }
    case 6n:
      return stage.act(pool, "rebalance", ...SINKS.filter(() => random.oneIn(2n)));
    case 7n:
    case 8n:
      return stage.act(pool, "stream", source, `${someRate(random)}`);
    case 9n:
      return stage.act(pool, "sync", source);
    case 10n:
      return model.drainable(now) > 0n ? stage.act(pool, "drain") : undefined;
    case 11n:
      return model.releasable(now) > 0n ? stage.act(pool, "release") : undefined;
    case 12n:
      return stage.act(pool, "deposit", source, `${model.minDeposit * random.between(1n, 10_000n)}`);
    case 13n:
      return acknowledge(stage, random, pool);
    case 14n:
      return stage.act(pool, "settle", ...SINKS);
    case 15n:
      return stage.act(pool, "assess", sink);
    case 16n:
      return stage.act(pool, "stake", sink, `${random.edgy(minimumStake, 2n * STAKE)}`);
    case 17n:
      return isRegistered && mirror.bondOf(stage.account(sink)).staked >= minimumStake
        ? stage.act(pool, "rejoin", sink)
        : undefined;
    case 18n:
      return mayWithdraw(stage, pool, sink) ? stage.act(pool, "withdraw", sink) : undefined;
    case 19n:
      return stage.act(pool, "donate", source, `${random.edgy(1n, 10n ** 20n)}`);
    default:
      return askForReturn(stage, pool, source);
  }
}

async function askForReturn(stage: Stage, pool: string, source: string): Promise<void> {
  const [held] = stage.mirror(pool).model.claimOf(stage.account(source).address, stage.world.now);
  if (held > 0n) await stage.act(pool, "requestReturn", source);
}

async function attest(stage: Stage, random: Random, pool: string): Promise<void> {
  const mirror = stage.mirror(pool);
  const { now } = stage.world;
  const entries = SINKS.flatMap((sink) => {
    const account = stage.account(sink);
    const earliest = max((mirror.signalledAt.get(account.address) ?? 0n) + 1n, now - REPORT_DELAY);
    if (!mirror.isRegistered(account) || earliest > now || random.oneIn(3n)) return [];
    const { capacity, backlog } = signal(random);
    return [[sink, `${capacity}`, `${backlog}`, `${random.between(earliest, now)}`]];
  });
  if (entries.length > 0) await stage.act(pool, "attest", ...entries);
}

/** Nobody acknowledges the first sink; of the others a source acknowledges a part of all that they got. */
async function acknowledge(stage: Stage, random: Random, pool: string): Promise<void> {
  const { split } = stage.mirror(pool).model;
  const receipts = SINKS.slice(1).flatMap((sink) => {
    const received = split.pool.receivedBy(stage.account(sink).address, stage.world.now);
    return SOURCES.map((source) => [source, sink, `${(received * random.between(0n, 60n)) / 100n}`]);
  });
  await stage.act(pool, "acknowledge", ...receipts);
}

/** Often all is well; sometimes a sink is swamped, or declares more than its bond backs. */
function signal(random: Random): { capacity: bigint; backlog: bigint } {
  const capacity = random.oneIn(6n) ? random.edgy(0n, 2n ** 64n - 1n) : random.between(200n, 2000n);
  const backlog = random.oneIn(2n) ? 0n : random.edgy(0n, random.oneIn(4n) ? 2n ** 96n - 1n : 10n ** 6n);
  return { capacity, backlog };
}
