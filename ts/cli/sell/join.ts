import { UsageError } from "../../core/errors.ts";
import { getSink } from "../../sdk/read/getSink.ts";
import { connectPool } from "../../sdk/sink/connectPool.ts";
import { registerSink } from "../../sdk/sink/registerSink.ts";
import { setProfile } from "../../sdk/sink/setProfile.ts";
import { stake } from "../../sdk/sink/stake.ts";
import type { TaskTypeParameter, WriteClient } from "../../sdk/types.ts";
import { formatAmount } from "../../sdk/utils/format.ts";
import { getSinks } from "../../sdk/work/discovery.ts";
import type { Profile } from "../../sdk/work/profile.ts";

export type JoinParameters = TaskTypeParameter & {
  fromBlock: bigint;
  profile: Profile;
  /** What is to be staked in all, wei; what is staked already if not said. */
  stake?: bigint | undefined;
  /** Told of each step. */
  onStep: (what: string) => void;
};

/** Makes the account a sink of the pool that can be found at its profile; does nothing that is done already. */
export async function joinPool(client: WriteClient, parameters: JoinParameters): Promise<void> {
  const { fromBlock, profile, stake: wanted, onStep, ...task } = parameters;
  const { address } = client.account;
  const sink = await getSink(client, { ...task, sink: address });
  if (wanted === undefined && sink.stake === 0n)
    throw new UsageError(`${address} has no stake in this pool: say with --stake how many tokens it puts up`);
  if (wanted !== undefined && sink.stake < wanted) {
    await stake(client, { ...task, amount: wanted - sink.stake });
    onStep(`${formatAmount(wanted)} tokens are staked`);
  }
  const profileUri = `data:application/json,${encodeURIComponent(JSON.stringify(profile))}`;
  if (!sink.registered) {
    await registerSink(client, { ...task, profileUri });
    onStep("registered");
  } else if (profileUri !== (await announced())) {
    await setProfile(client, { ...task, profileUri });
    onStep("the profile is on the chain");
  }
  if ((await connectPool(client, task)) !== undefined) onStep("connected to the pool");

  async function announced(): Promise<string | undefined> {
    const sinks = await getSinks(client, { ...task, fromBlock });
    return sinks.find((found) => found.sink === address)?.profileUri;
  }
}
