/** For tests: many pools, and one with many sinks, with names that strangers might give. */
import { type Address, type Hex, numberToHex, pad, toHex, zeroAddress } from "viem";
import type { Economy } from "../indexer/economy.ts";
import { accountOf } from "../ts/demo/market.ts";
import { TERMS, UNIT_RATE, WAD } from "../ts/demo/scenario.ts";
import type { LocalCall } from "../ts/localchain/localChain.ts";
import { callFrom } from "../ts/localchain/localChain.ts";
import { testTokenAt } from "../ts/localchain/localSuperfluid.ts";
import { contractsOf, superTokenAt } from "../ts/sdk/calls/contracts.ts";
import { taskTypeIdOf } from "../ts/sdk/internal/taskTypeId.ts";

/** What somebody might write to do harm. */
export const HOSTILE = [
  `<img src="https://attacker.example/pixel.png" onerror="document.title='owned'">`,
  "<script>document.title='owned'</script>",
  `javascript:document.title='owned'`,
  "right to left \u202e txet neddih \u202c\u0000\u0007",
  `long ${"and longer ".repeat(400)}`,
  "https://attacker.example/name",
] as const;

export const HOSTILE_PROFILES = [
  "https://attacker.example/profile.json",
  "javascript:document.title='owned'",
  `"><img src=x onerror="document.title='owned'">`,
] as const;

/** Transactions in one block, and in one request. */
const BATCH = 500;

/** Next nonce of each account of the crowd; nobody else sends for them. */
const nonces = new Map<Address, number>();

/** The chain takes the requests of a batch in any order; the nonces say which comes first. */
function nextNonce(account: Address): Hex {
  const nonce = nonces.get(account) ?? 0;
  nonces.set(account, nonce + 1);
  return numberToHex(nonce);
}

/** Sends transactions of the crowd many at a time, and mines each batch. Time stands almost still. */
async function mineMany({ chain }: Economy, calls: readonly LocalCall[]): Promise<void> {
  for (let from = 0; from < calls.length; from += BATCH) {
    const batch = calls.slice(from, from + BATCH);
    const requests = batch.map(({ from: sender, to, data }, id) => ({
      jsonrpc: "2.0",
      id,
      method: "eth_sendTransaction",
      params: [{ from: sender, to, data, gas: numberToHex(16_777_216), gasPrice: "0x0", nonce: nextNonce(sender) }],
    }));
    const answers = (await (
      await fetch(chain.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(requests),
      })
    ).json()) as { error?: { message: string } }[];
    const refused = answers.find(({ error }) => error !== undefined);
    if (refused) throw new Error(refused.error?.message);
    const { timestamp } = await chain.client.getBlock();
    await chain.client.request({ method: "evm_setNextBlockTimestamp", params: [numberToHex(timestamp + 1n)] } as never);
    await chain.client.request({ method: "evm_mine", params: [] } as never);
    const receipts = (await chain.client.request({ method: "eth_getBlockReceipts", params: ["latest"] } as never)) as {
      status: Hex;
      transactionHash: Hex;
    }[];
    const failed = receipts.find(({ status }) => status !== "0x1");
    if (receipts.length !== batch.length || failed) {
      throw new Error(
        `a batch failed: ${failed ? (await chain.reason(failed.transactionHash)).text : `${receipts.length} mined`}`,
      );
    }
  }
}

const CREATOR = accountOf("crowd");
const nameOf = (index: number): string => HOSTILE[index] ?? `pool ${index}`;
const saltOf = (index: number): Hex => pad(toHex(index), { size: 32 });

/** Registers task types. @returns Their identifiers; the first ones have hostile names. */
export async function addPools(economy: Economy, pools: number): Promise<Hex[]> {
  const { protocol, superfluid } = economy;
  const parameters = {
    ...TERMS,
    superToken: superfluid.superToken,
    unitRate: UNIT_RATE,
    verifier: protocol.completionTracker,
    admission: zeroAddress,
    bufferMax: WAD,
  } as const;
  const { capacityRegistry } = contractsOf(protocol);
  const all = Array.from({ length: pools }, (_, index) => ({
    parameters,
    salt: saltOf(index),
    metadata: nameOf(index),
  }));
  await mineMany(
    economy,
    all.map(({ salt, metadata }) => callFrom(CREATOR, capacityRegistry.registerTaskType(parameters, salt, metadata))),
  );
  return all.map((registration) => taskTypeIdOf(CREATOR.address, registration));
}

/** Lets accounts bond, and some of them register. */
export async function addSinks(economy: Economy, taskTypeId: Hex, sinks: number): Promise<Address[]> {
  const { protocol, superfluid } = economy;
  const token = superTokenAt(superfluid.superToken);
  const underlying = testTokenAt(superfluid.underlying);
  const dollars = BigInt(sinks) * 2n;
  const stake = 2n * WAD;
  const { stakeManager, capacityRegistry } = contractsOf(protocol);
  const accounts = Array.from(
    { length: sinks },
    (_, index): Address => pad(toHex(0xc0de00000000 + index), { size: 20 }),
  );
  const as = (address: Address) => ({ name: "sink", address });
  await mineMany(economy, [
    callFrom(CREATOR, underlying.mint(CREATOR.address, dollars * 10n ** 6n)),
    callFrom(CREATOR, underlying.approve(superfluid.superToken, dollars * 10n ** 6n)),
    callFrom(CREATOR, token.upgrade(dollars * WAD)),
  ]);
  await mineMany(
    economy,
    accounts.map((account) => callFrom(CREATOR, token.transfer(account, stake))),
  );
  await mineMany(
    economy,
    accounts.map((account) => callFrom(as(account), token.approve(protocol.stakeManager, stake))),
  );
  await mineMany(
    economy,
    accounts.map((account) => callFrom(as(account), stakeManager.stake(taskTypeId, stake))),
  );
  const registered = accounts.slice(0, HOSTILE_PROFILES.length);
  await mineMany(
    economy,
    registered.map((account, index) =>
      callFrom(as(account), capacityRegistry.registerSink(taskTypeId, HOSTILE_PROFILES[index] ?? "")),
    ),
  );
  return accounts;
}
