import { createConfig, factory } from "ponder";
import { getAbiItem } from "viem";
import { foundry } from "viem/chains";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  completionTrackerAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidPoolAbi,
  pipelineAbi,
  stakeManagerAbi,
} from "../ts/abi/generated.ts";
import { embeddedIn, readIndexed } from "../ts/operate/indexer/indexed.ts";

const { chainId, rpcUrls, startBlock, deployment, gda, blockRange, pollingInterval, directory } = readIndexed();

/** A local chain is thrown away and begun anew under the same number: what it once answered says nothing. */
const isLocal = chainId === foundry.id;

/** Ponder begins with 20 requests a second per endpoint, for the sake of public ones; ours may be asked all the time. */
const LOCAL_ENDPOINTS = 25;

const common = { chain: "chain", startBlock } as const;

export default createConfig({
  ...(process.env.DATABASE_URL ? {} : { database: { kind: "pglite", directory: embeddedIn(directory) } as const }),
  chains: {
    chain: {
      id: chainId,
      rpc: isLocal ? Array.from({ length: LOCAL_ENDPOINTS }, () => rpcUrls).flat() : rpcUrls,
      pollingInterval,
      disableCache: isLocal,
      ...(blockRange === undefined ? {} : { ethGetLogsBlockRange: blockRange }),
    },
  },
  contracts: {
    CapacityRegistry: { ...common, abi: capacityRegistryAbi, address: deployment.capacityRegistry },
    BackpressurePool: { ...common, abi: backpressurePoolAbi, address: deployment.backpressurePool },
    EscrowBuffer: { ...common, abi: escrowBufferAbi, address: deployment.escrowBuffer },
    StakeManager: { ...common, abi: stakeManagerAbi, address: deployment.stakeManager },
    CompletionTracker: { ...common, abi: completionTrackerAbi, address: deployment.completionTracker },
    Pipeline: { ...common, abi: pipelineAbi, address: deployment.pipeline },
    DistributionPool: {
      ...common,
      abi: iSuperfluidPoolAbi,
      address: factory({
        address: deployment.backpressurePool,
        event: getAbiItem({ abi: backpressurePoolAbi, name: "PoolOpened" }),
        parameter: "distributionPool",
      }),
    },
    // Streams into pools of others are seen too and passed over: which pools are ours is not known before.
    GeneralDistributionAgreement: { ...common, abi: iGeneralDistributionAgreementV1Abi, address: gda },
  },
});
