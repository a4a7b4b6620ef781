import { type Hex, parseEther } from "viem";
import {
  connectPool,
  getTaskType,
  registerSink,
  signAttestation,
  stake,
  stakeForCapacity,
  submitAttestations,
  type WriteClient,
} from "../sdk/index.ts";
import { EPOCH, type LocalEconomy } from "./localEconomy.ts";

/** A registered and connected sink whose stake backs `capacity` units; it has not signalled. */
export async function addSink(
  chain: LocalEconomy,
  taskTypeId: Hex,
  name: string,
  capacity: bigint,
): Promise<WriteClient> {
  const { deployment } = chain;
  const client = await chain.actor(name);
  const taskType = await getTaskType(client, { deployment, taskTypeId });
  const amount = stakeForCapacity({ taskType, capacity });
  await chain.giveTokens(client.account.address, amount);
  await stake(client, { deployment, taskTypeId, amount });
  await registerSink(client, { deployment, taskTypeId });
  await connectPool(client, { deployment, taskTypeId });
  return client;
}

/** Lets the sink signal in each of some epochs. */
export async function signalFor(
  chain: LocalEconomy,
  taskTypeId: Hex,
  sink: WriteClient,
  capacity: bigint,
  epochs: number,
): Promise<void> {
  const { deployment } = chain;
  for (let epoch = 0; epoch < epochs; epoch++) {
    await chain.pass(EPOCH);
    const attestation = await signAttestation(sink, { deployment, taskTypeId, capacity, backlog: 0n });
    await submitAttestations(sink, { deployment, taskTypeId, attestations: [attestation] });
  }
}

/** An account with tokens to stream. */
export async function addSource(chain: LocalEconomy, name: string, amount = parseEther("10000")): Promise<WriteClient> {
  const client = await chain.actor(name);
  await chain.giveTokens(client.account.address, amount);
  return client;
}
