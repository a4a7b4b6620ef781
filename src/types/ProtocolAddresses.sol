// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { ISuperfluid } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperfluid.sol";

import { IBackpressurePool } from "../interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "../interfaces/ICapacityRegistry.sol";
import { ICompletionTracker } from "../interfaces/ICompletionTracker.sol";
import { IEscrowBuffer } from "../interfaces/IEscrowBuffer.sol";
import { IPipeline } from "../interfaces/IPipeline.sol";
import { IStakeManager } from "../interfaces/IStakeManager.sol";

/// @notice The contracts of one deployment. Each contract receives them all in its constructor and keeps, as
/// immutables, those it talks to; the deployment script computes the addresses before it creates the contracts.
struct ProtocolAddresses {
    ISuperfluid host;
    IStakeManager stakeManager;
    ICapacityRegistry capacityRegistry;
    IBackpressurePool backpressurePool;
    IEscrowBuffer escrowBuffer;
    IPipeline pipeline;
    ICompletionTracker completionTracker;
}
