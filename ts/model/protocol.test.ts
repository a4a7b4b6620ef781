import { toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PARAMETERS, REPORT_DELAY, type Signer, World } from "../testkit/mirrorWorld.ts";
import { Mirror } from "../testkit/protocolMirror.ts";
import { bondPerUnit, max, WAD } from "./exact.ts";
import { Random } from "./random.ts";
import type { Signal } from "./signals.ts";

/**
 * The exact model against the contracts on a real chain with the real Superfluid: random sinks, sources and keepers do
 * the same to both, and after every block every view must be equal, to the wei.
 */

const EPOCHS = 60n;
const { epochLength, unitRate, minimumStake } = PARAMETERS;

/** Backs 2,000 units. */
const STAKE = minimumStake + 2000n * bondPerUnit(PARAMETERS);

/** Half of what the upper stage is paid goes on to the lower one. */
const RATIO = WAD / 2n;

let world: World;
let sinks: [Signer, ...Signer[]];
let sources: [Signer, ...Signer[]];
let upper: Mirror;
let lower: Mirror;

beforeAll(async () => {
  world = await World.create();
  const signers = (kind: string, numbers: number[]) =>
    numbers.map((number): Signer => {
      const key = privateKeyToAccount(toHex(number, { size: 32 }));
      return { name: `${kind} ${number}`, address: key.address, key };
    }) as [Signer, ...Signer[]];
  sinks = signers("sink", [1, 2, 3, 4, 5]);
  sources = signers("source", [6, 7]);
  for (const account of [...sinks, ...sources]) world.fund(account, 10n ** 9n);
  await world.mine();
  world.now += 10n;
}, 120_000);

afterAll(() => world?.stop());

/** What may happen in a block, each to one of the task types. */
const actions: readonly [Action, ...Action[]] = [
  attestSome,
  (mirror, random) =>
    mirror.commit(random.pick(sinks.filter((sink) => mirror.isRegistered(sink)) as typeof sinks), signal(random)),
  (mirror) => {
    for (const sink of sinks) {
      const committed = mirror.revealable(sink);
      if (committed) mirror.reveal(sink, committed);
    }
  },
  (mirror) => mirror.rebalance(sinks),
  (mirror, random) => mirror.rebalance(sinks.filter(() => random.oneIn(2n))),
  (mirror) => mirror.rebalance([]),
  (mirror, random) => mirror.setStream(random.pick(sources), random.edgy(0n, unitRate * 8000n)),
  (mirror, random) => mirror.syncSource(random.pick(sources)),
  (mirror) => {
    if (mirror.model.drainable(world.now) > 0n) mirror.drain();
  },
  (mirror) => {
    if (mirror.model.releasable(world.now) > 0n) mirror.release();
  },
  (mirror, random) => mirror.deposit(random.pick(sources), mirror.model.minDeposit * random.between(1n, 10_000n)),
  (mirror, random) => mirror.requestReturn(random.pick(sources)),
  () => upper.propagate(lower, RATIO),
  acknowledgeSome,
  acknowledgeSome,
  (mirror) => mirror.settle(sinks),
  (mirror, random) => void mirror.assess(random.pick(sinks)),
];

/** What happens only now and then. */
const rareActions: readonly [Action, ...Action[]] = [
  (mirror, random) => mirror.changeStake(random.pick(sinks), random.edgy(minimumStake, 2n * STAKE)),
  (mirror, random) => mirror.rejoin(random.pick(sinks)),
  (mirror, random) => mirror.withdraw(random.pick(sinks)),
  (mirror, random) => mirror.donate(random.pick(sources), random.edgy(1n, 10n ** 20n)),
  (_, random) => {
    const fee = random.between(0n, 100n);
    world.setFee(fee);
    for (const { model } of [upper, lower]) model.split.setFee(fee);
  },
];

type Action = (mirror: Mirror, random: Random) => void | Promise<void>;

/** The first sink is dead: nobody acknowledges it. Of the others a source acknowledges a part of all that they got. */
async function acknowledgeSome(mirror: Mirror, random: Random): Promise<void> {
  const { split } = mirror.model;
  const receipts = sinks.slice(1).flatMap((sink) => {
    const received = split.pool.receivedBy(sink.address, world.now);
    return sources.map((source) => [source, sink, (received * random.between(0n, 60n)) / 100n] as const);
  });
  await mirror.acknowledge(receipts.filter(() => !random.oneIn(4n)));
}

async function attestSome(mirror: Mirror, random: Random): Promise<void> {
  const signals = sinks.flatMap((sink) => {
    const earliest = max((mirror.signalledAt.get(sink.address) ?? 0n) + 1n, world.now - REPORT_DELAY);
    if (!mirror.isRegistered(sink) || earliest > world.now || random.oneIn(3n)) return [];
    return [[sink, { ...signal(random), issuedAt: random.between(earliest, world.now) }] as const];
  });
  if (signals.length > 0) await mirror.attest(signals);
}

/** Often all is well; sometimes a sink is swamped, or declares more than its bond backs. */
function signal(random: Random): Signal {
  const capacity = random.oneIn(6n) ? random.edgy(0n, 2n ** 64n - 1n) : random.between(200n, 2000n);
  const backlog = random.oneIn(2n) ? 0n : random.edgy(0n, random.oneIn(4n) ? 2n ** 96n - 1n : 10n ** 6n);
  return { capacity, backlog };
}

/** Mostly seconds, sometimes long enough for signals to expire. */
function pause(random: Random): bigint {
  return random.oneIn(20n) ? random.between(1n, 10n) * epochLength : random.between(1n, 30n);
}

/** One block, some seconds later, and a comparison of everything. */
async function block(mirrors: readonly Mirror[], seconds: bigint, act: () => void | Promise<void>): Promise<void> {
  world.now += seconds;
  await act();
  await world.mine();
  for (const mirror of mirrors) expect(await mirror.differences(sinks, sources), `at ${world.now}`).toEqual([]);
}

/** Task types in which every sink is registered. */
async function open(...names: string[]): Promise<Mirror[]> {
  const opened: Mirror[] = [];
  for (const name of names) {
    const mirror = await Mirror.open(world, name);
    opened.push(mirror);
    await block([mirror], 10n, () => {
      for (const sink of sinks) mirror.join(sink, STAKE);
    });
  }
  return opened;
}

test("turbulence: anybody does anything, in two stages of a pipeline", { timeout: 120_000 }, async () => {
  const random = new Random(2026n);
  [upper, lower] = (await open("upper", "lower")) as [Mirror, Mirror];
  await block([upper, lower], 1n, () => upper.setDownstream(lower, RATIO));
  const end = world.now + EPOCHS * epochLength;
  const blocks = { all: 0, saturated: 0, limited: 0, paysFee: 0 };

  while (world.now < end || blocks.all < 200) {
    await block([upper, lower], pause(random), async () => {
      for (let i = random.between(1n, 4n); i > 0n; i--) {
        const action = random.pick(random.oneIn(15n) ? rareActions : actions);
        await action(random.pick([upper, lower]), random);
      }
    });
    const { escrowUnits, feeUnits, priceCap } = upper.model.split;
    blocks.all++;
    if (escrowUnits > 1n) blocks.saturated++;
    if (priceCap < unitRate) blocks.limited++;
    if (feeUnits > 0n) blocks.paysFee++;
  }

  // It went where it is interesting.
  expect(blocks.saturated).toBeGreaterThan(20);
  expect(blocks.limited).toBeGreaterThan(20);
  expect(blocks.paysFee).toBeGreaterThan(20);
});

test("evidence: a dead sink among those that work is struck, slashed, and leaves", { timeout: 120_000 }, async () => {
  const [mirror] = (await open("evidence")) as [Mirror];
  const [dead, ...alive] = sinks;
  await block([mirror], 1n, () => mirror.setStream(sources[0], 3n * unitRate * 1000n));
  const seen = { strikes: 0n, slashes: 0 };

  for (let epoch = 0n; epoch < 30n; epoch++) {
    await block([mirror], epochLength, async () => {
      const { now } = world;
      if (mirror.isRegistered(dead)) {
        await mirror.attest(sinks.map((sink) => [sink, { capacity: 1000n, backlog: 0n, issuedAt: now }]));
      }
      // Lumps, some of them above what was paid by then.
      if (epoch % 3n !== 1n) {
        const { pool } = mirror.model.split;
        const done = alive.map((sink) => [sources[0], sink, pool.receivedBy(sink.address, now) + epoch] as const);
        await mirror.acknowledge(done);
      }
      if (mirror.assess(dead)) seen.slashes++;
      if (epoch === 20n) mirror.changeStake(dead, 0n);
    });
    const { strikes } = mirror.model.evidence.ledgerOf(dead.address);
    seen.strikes = max(seen.strikes, strikes);
  }

  expect(seen.strikes).toBeGreaterThan(0n);
  expect(seen.slashes).toBeGreaterThan(0);
  expect(mirror.model.evidence.ledgerOf(dead.address).acknowledged).toBe(0n);
});

test("calm: everybody declares the same, and a refresh brings the last units", { timeout: 120_000 }, async () => {
  const [mirror] = (await open("calm")) as [Mirror];
  const total = (): bigint => mirror.model.split.sinkUnits;
  await block([mirror], 1n, () => mirror.setStream(sources[0], 3n * unitRate * 1000n * BigInt(sinks.length)));
  let waiting = 0;

  for (let epoch = 0n; epoch < 90n; epoch++) {
    const before = total();
    await block([mirror], epochLength, () =>
      mirror.attest(sinks.map((sink) => [sink, { capacity: 1000n, backlog: 0n, issuedAt: world.now }])),
    );
    if (total() === before) waiting++;
  }

  expect(waiting).toBeGreaterThan(60);
  expect(total()).toBe(1000n * BigInt(sinks.length));
});

test("a source that has closed its stream has its whole part back one horizon later", {
  timeout: 120_000,
}, async () => {
  const [mirror] = (await open("abandoned")) as [Mirror];
  const attest = (backlog: bigint) => (): Promise<void> =>
    mirror.attest(sinks.map((sink) => [sink, { capacity: 1000n, backlog, issuedAt: world.now }]));
  await block([mirror], epochLength, attest(0n));
  await block([mirror], 1n, () => {
    mirror.setStream(sources[0], unitRate * 2000n);
    mirror.syncSource(sources[0]);
  });
  await block([mirror], 30n, () => mirror.rebalance([]));
  await block([mirror], epochLength, attest(2n ** 60n));
  expect(mirror.model.split.sinkUnits).toBe(0n);
  await block([mirror], epochLength, () => {
    mirror.syncSource(sources[0]);
    mirror.setStream(sources[0], 0n);
    mirror.syncSource(sources[0]);
  });
  expect(mirror.model.releasable(world.now)).toBe(0n);

  await block([mirror], PARAMETERS.horizon - 1n, () => mirror.syncSource(sources[0]));
  expect(mirror.model.returns.returnedTo(sources[0].address)).toBe(0n);
  await block([mirror], 1n, () => mirror.syncSource(sources[0]));
  expect(mirror.model.returns.returnedTo(sources[0].address)).toBeGreaterThan(unitRate * 2000n * 50n);
  expect(mirror.model.overflow(world.now)).toBeLessThan(10n ** 6n);
});
