/**
 * An integrator reads pools with viem and the generated ABIs, and nothing else. Outside of this repository the ABIs come
 * from "@backpressure-economics/sdk/abi", the addresses from "@backpressure-economics/sdk/deployments/8453.json".
 * Run it with `npm run example:read-pools-with-abis`.
 */
import { type Address, createPublicClient, formatEther, http } from "viem";
import { foundry } from "viem/chains";
import { backpressurePoolAbi, capacityRegistryAbi, escrowBufferAbi, iSuperfluidPoolAbi } from "../ts/abi/index.ts";
import { startExamplePools } from "./pools.ts";

const { url, deployment, stop } = await startExamplePools();
const client = createPublicClient({ chain: foundry, transport: http(url) });

// Every pool announces itself once.
const registered = await client.getContractEvents({
  address: deployment.capacityRegistry,
  abi: capacityRegistryAbi,
  eventName: "TaskTypeRegistered",
  fromBlock: 0n,
  strict: true,
});

for (const { args } of registered) {
  const { taskTypeId, parameters, metadata } = args;
  const pool = { address: deployment.backpressurePool, abi: backpressurePoolAbi, args: [taskTypeId] } as const;
  const escrow = { address: deployment.escrowBuffer, abi: escrowBufferAbi, args: [taskTypeId] } as const;
  const [price, [sinkUnits, escrowUnits], distributionPool, waiting] = await Promise.all([
    client.readContract({ ...pool, functionName: "spotPrice" }),
    client.readContract({ ...pool, functionName: "unitsOfPool" }),
    client.readContract({ ...pool, functionName: "distributionPoolOf" }),
    client.readContract({ ...escrow, functionName: "overflowOf" }),
  ]);
  // The Superfluid pool itself says who gets what.
  const inflow = await client.readContract({
    address: distributionPool,
    abi: iSuperfluidPoolAbi,
    functionName: "getTotalFlowRate",
  });

  console.log(`${metadata}: stream to ${distributionPool}`);
  console.log(
    `  ${perHour(inflow)} tokens/h flow in, the sinks could take ${perHour(sinkUnits * parameters.unitRate)}`,
  );
  console.log(
    `  a unit earns ${Math.round((100 * Number(price)) / Number(parameters.unitRate))} % of the most it may earn`,
  );
  console.log(`  ${escrowUnits} units of escrow take the rest; ${formatEther(waiting)} tokens wait there`);
  for (const sink of await sinksOf(taskTypeId)) {
    const args = [sink] as const;
    const member = { address: distributionPool, abi: iSuperfluidPoolAbi, args } as const;
    const flowRate = await client.readContract({ ...member, functionName: "getMemberFlowRate" });
    console.log(`  sink ${sink} earns ${perHour(flowRate)} tokens/h`);
  }
}
await stop();

/** Sinks that have registered; those that left have no units. */
async function sinksOf(taskTypeId: `0x${string}`): Promise<Address[]> {
  const events = await client.getContractEvents({
    address: deployment.capacityRegistry,
    abi: capacityRegistryAbi,
    eventName: "SinkRegistered",
    args: { taskTypeId },
    fromBlock: 0n,
    strict: true,
  });
  return events.map(({ args }) => args.sink);
}

function perHour(weiPerSecond: bigint): string {
  return Number(formatEther(weiPerSecond * 3600n)).toFixed(2);
}
