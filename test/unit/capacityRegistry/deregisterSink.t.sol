// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

contract DeregisterSinkTest is CapacityTest {
    function testFuzz_RevertGiven_TheCallerIsNotASink(TaskTypeId taskTypeId, address caller) external {
        TaskTypeId[2] memory ids = [taskTypeId, id];
        for (uint256 i; i < ids.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_UnknownSink.selector, ids[i], caller)
            );
            vm.prank(caller);
            registry.deregisterSink(ids[i]);
        }
    }

    function testFuzz_GivenTheSinkHasNoUnits(uint64 capacity) external {
        capacity = _boundCapacity(capacity);
        address sink = _addSink(id, "sink", capacity);

        vm.expectEmit(address(registry));
        emit ICapacityRegistry.SinkDeregistered(id, sink);
        vm.prank(sink);
        registry.deregisterSink(id);

        _assertForgotten(sink, capacity);
    }

    function testFuzz_GivenTheSinkHasUnits(uint64 capacity, uint64 otherCapacity, uint256 wait) external {
        capacity = _boundCapacity(capacity);
        otherCapacity = _boundCapacity(otherCapacity);
        wait = bound(wait, 0, 4 * EPOCH);
        address sink = _addPaidSink(id, "sink", capacity);
        address other = _addPaidSink(id, "other", otherCapacity);
        _openPayingStream(id);
        skip(wait);
        assertGt(_payOf(id, sink), 0, "paid before");

        vm.expectEmit(address(registry));
        emit ICapacityRegistry.SinkDeregistered(id, sink);
        vm.expectEmit(address(pool));
        emit IBackpressurePool.UnitsUpdated(id, sink, capacity, 0);
        vm.prank(sink);
        registry.deregisterSink(id);

        _assertForgotten(sink, capacity);
        assertEq(_payOf(id, sink), 0, "pay");
        assertEq(pool.unitsOf(id, other), otherCapacity, "the other's units");
        assertGt(_payOf(id, other), 0, "the other's pay");
        (uint256 stake,,) = stakes.bondOf(id, sink);
        assertEq(stake, _stakeFor(capacity), "the bond stays");

        _rebalance(id, sink);
        assertEq(pool.unitsOf(id, sink), 0, "no rebalance brings it back");
    }

    /// @dev The inflow is below what both can take, so no escrow unit stands for it; once one leaves, some must.
    function testFuzz_GivenTheOthersCannotTakeItsShare(uint64 capacity, uint64 otherCapacity, uint256 inflow) external {
        capacity = uint64(bound(capacity, 100, 1e5));
        otherCapacity = uint64(bound(otherCapacity, 100, 1e5));
        inflow = bound(inflow, uint256(otherCapacity) * UNIT_RATE, uint256(capacity + otherCapacity) * UNIT_RATE);
        address sink = _addPaidSink(id, "sink", capacity);
        address other = _addPaidSink(id, "other", otherCapacity);
        skip(3 * EPOCH);
        _openStream(id, "payer", inflow);
        _confirmInflow(id);

        vm.prank(sink);
        registry.deregisterSink(id);

        assertLe(_payOf(id, other), uint256(otherCapacity) * UNIT_RATE, "never above the price cap");
        assertGe(_payOf(id, other), uint256(otherCapacity) * UNIT_RATE * 98 / 100, "and not much below");
    }

    /// @dev The bond outlasts a registration, and with it what it would back.
    function _assertForgotten(address sink, uint64 capacity) private view {
        ICapacityRegistry.Sink memory bonded;
        bonded.stake = uint112(_stakeFor(capacity));
        bonded.cap = uint40(capacity);
        assertEq(abi.encode(registry.sinkOf(id, sink)), abi.encode(bonded), "what is stored");
        assertEq(registry.effectiveCapacity(id, sink), 0, "effective capacity");
        assertEq(registry.smoothedCapacity(id, sink), 0, "smoothed capacity");
        assertEq(pool.unitsOf(id, sink), 0, "units by the pool");
        assertEq(distributionPool.getUnits(sink), 0, "units by Superfluid");
    }
}
