// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";
import { GDAv1Forwarder } from "@superfluid-finance/ethereum-contracts/contracts/utils/GDAv1Forwarder.sol";
import { Test } from "forge-std/Test.sol";

import { BackpressurePool } from "../../../src/BackpressurePool.sol";
import { CapacityRegistry } from "../../../src/CapacityRegistry.sol";
import { EscrowBuffer } from "../../../src/EscrowBuffer.sol";
import { Pipeline } from "../../../src/Pipeline.sol";
import { StakeManager } from "../../../src/StakeManager.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { Ledger } from "../Ledger.sol";
import { World } from "../World.sol";

/// @notice Actions for the fuzzer. None may revert: an action whose turn it is not does nothing, and says so in the
/// tally, so that a test can see how often each one really happened.
abstract contract Handler is Test {
    World internal immutable world;
    StakeManager internal immutable stakes;
    CapacityRegistry internal immutable registry;
    BackpressurePool internal immutable pool;
    EscrowBuffer internal immutable escrow;
    Pipeline internal immutable pipeline;
    GDAv1Forwarder internal immutable superfluid;

    bool private _happened;

    modifier action(bytes32 name) {
        _happened = false;
        _;
        world.finish(name, _happened);
    }

    constructor(World world_) {
        world = world_;
        World.Contracts memory contracts = world.contracts();
        stakes = contracts.stakes;
        registry = contracts.registry;
        pool = contracts.pool;
        escrow = contracts.escrow;
        pipeline = contracts.pipeline;
        superfluid = contracts.sf.gdaV1Forwarder;
    }

    /// @notice What the fuzzer may call; every one takes at most four words.
    function selectors() external pure virtual returns (bytes4[] memory);

    function _happens() internal {
        _happened = true;
    }

    // ------------------------------------------------------------------------------------------- Choices

    function _id(uint256 seed) internal view returns (TaskTypeId) {
        return world.ids(seed % 3);
    }

    function _sink(uint256 seed) internal view returns (address) {
        return world.sinks(seed % 4);
    }

    function _source(uint256 seed) internal view returns (address) {
        return world.sources(seed % 3);
    }

    /// @dev An independent number from the same seed.
    function _mix(uint256 seed, uint256 salt) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }

    function _isRegistered(TaskTypeId id, address sink) internal view returns (bool) {
        return registry.sinkOf(id, sink).registered;
    }

    function _epoch(TaskTypeId id) internal view returns (uint256) {
        return block.timestamp / world.parametersOf(id).epochLength;
    }

    /// @dev The bond per unit by the specification, wei.
    function _bondPerUnit(TaskTypeId id) internal view returns (uint256) {
        TaskTypeParameters memory p = world.parametersOf(id);
        uint256 overpaid = uint256(p.horizon) + p.acknowledgementGrace + p.epochLength;
        return uint256(p.unitRate) * (2 * overpaid + uint256(p.receiptEpochs) * p.epochLength);
    }

    /// @dev The cap that the ledger's stake backs by the specification, units.
    function _cap(TaskTypeId id, address sink) internal view returns (uint256) {
        uint256 staked = world.bondOf(id, sink).staked;
        uint256 minimum = world.parametersOf(id).minimumStake;
        return staked <= minimum ? 0 : (staked - minimum) / _bondPerUnit(id);
    }

    /// @dev By the specification: 2 * (T + D + h) and three receipt intervals.
    function _unbondingPeriod(TaskTypeId id) internal view returns (uint256) {
        uint256 epoch = world.parametersOf(id).epochLength;
        uint256 detection =
            uint256(world.parametersOf(id).horizon) + world.parametersOf(id).acknowledgementGrace + epoch;
        return 2 * detection + 3 * uint256(world.parametersOf(id).receiptEpochs) * epoch;
    }

    /// @dev Smoothed capacity at the end of the previous epoch, before this epoch's first signal.
    function _smoothedBefore(TaskTypeId id, address sink) internal returns (uint256 smoothed) {
        Ledger.Signal memory last = world.signalOf(id, sink);
        if (last.epoch == 0 || last.epoch == _epoch(id)) return last.base;
        uint256 nowAt = block.timestamp;
        vm.warp(_epoch(id) * world.parametersOf(id).epochLength - 1);
        smoothed = registry.smoothedCapacity(id, sink);
        vm.warp(nowAt);
    }

    // ------------------------------------------------------------------------------------------- Money

    function _giveAndApprove(TaskTypeId id, address from, address spender, uint256 amount) internal {
        ISuperToken token = world.tokenOf(id);
        _fund(token, from, amount);
        vm.prank(from);
        IERC20(address(token)).approve(spender, amount);
    }

    /// @dev On top of whatever debt its streams have made.
    function _fund(ISuperToken token, address account, uint256 amount) internal {
        (int256 available,,,) = token.realtimeBalanceOfNow(account);
        world.give(token, account, (available < 0 ? uint256(-available) : 0) + amount);
    }

    /// @dev Sets a stream and makes sure that its owner can pay it.
    function _stream(TaskTypeId id, address source, uint256 rate) internal {
        ISuperToken token = world.tokenOf(id);
        ISuperfluidPool distributionPool = world.poolOf(id);
        // The deposit is four hours of the stream.
        if (rate != 0) _fund(token, source, rate * 100 days);
        vm.prank(source);
        superfluid.distributeFlow(token, source, distributionPool, int96(int256(rate)), "");
        world.inflowTouched(id);
    }

    // ------------------------------------------------------------------------------------------- Pools

    function _rebalance(TaskTypeId id, address[] memory sinks) internal {
        bytes32 before = _units(id);
        registry.rebalance(id, sinks);
        world.rebalanced(id, _units(id) != before);
    }

    function _units(TaskTypeId id) private view returns (bytes32) {
        (uint256 sinkUnits, uint256 escrowUnits, uint256 feeUnits) = pool.unitsOfPool(id);
        return keccak256(abi.encode(sinkUnits, escrowUnits, feeUnits));
    }
}
