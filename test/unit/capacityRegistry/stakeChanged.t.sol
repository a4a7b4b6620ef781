// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

/// @dev Called through the stake manager, as always; alpha is 0.3 here, because the moving average is the point.
contract StakeChangedTest is CapacityTest {
    uint256 internal constant SCALE = 1e9;

    function _parameters() internal view override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.smoothing = 0.3e18;
    }

    function testFuzz_RevertWhen_TheCallerIsNotTheStakeManager(TaskTypeId taskTypeId, address caller, address sink)
        external
    {
        vm.assume(caller != address(stakes));

        vm.expectRevert(abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_NotStakeManager.selector, caller));
        vm.prank(caller);
        registry.stakeChanged(taskTypeId, sink, 0);
    }

    function testFuzz_GivenTheSinkIsUnknown(address nobody) external {
        TaskTypeId taskTypeId = id;
        vm.recordLogs();
        vm.prank(address(stakes));
        registry.stakeChanged(taskTypeId, nobody, 0);

        assertEq(vm.getRecordedLogs().length, 0, "no event");
        assertFalse(registry.sinkOf(taskTypeId, nobody).registered, "still a stranger");
    }

    function testFuzz_GivenTheStakerIsNoSink(uint64 capacity, uint64 less) external {
        capacity = _boundCapacity(capacity);
        less = uint64(bound(less, 1, capacity));
        address nobody = makeAddr("nobody");
        ICapacityRegistry.Sink memory expected;
        (expected.stake, expected.cap) = (uint112(_stakeFor(capacity)), uint40(capacity));
        vm.expectCall(address(pool), abi.encodeWithSelector(pool.move.selector), 0);
        _stake(id, nobody, _stakeFor(capacity));
        assertEq(abi.encode(registry.sinkOf(id, nobody)), abi.encode(expected));
        _unstake(id, nobody, less * BOND_PER_UNIT);
        assertEq(registry.sinkOf(id, nobody).cap, capacity - less);
    }

    function testFuzz_GivenTheStakeBacksMoreThanBefore(uint64 capacity, uint64 more) external {
        capacity = _boundCapacity(capacity);
        more = _boundCapacity(more);
        address sink = _addSink(id, "sink", capacity);
        _signal(id, sink, capacity, 0);
        ICapacityRegistry.Sink memory expected = registry.sinkOf(id, sink);
        expected.cap = uint40(capacity + more);
        expected.stake += uint112(more * BOND_PER_UNIT);

        _stake(id, sink, more * BOND_PER_UNIT);

        assertEq(abi.encode(registry.sinkOf(id, sink)), abi.encode(expected));
    }

    function testFuzz_GivenTheStakeBacksTheSame(uint256 amount) external {
        address sink = _addSink(id, "sink", 100);
        _signal(id, sink, 100, 0);
        vm.expectCall(address(pool), abi.encodeWithSelector(pool.move.selector), 0);
        _stake(id, sink, bound(amount, 1, BOND_PER_UNIT - 1));
        assertEq(registry.sinkOf(id, sink).cap, 100);
    }

    function testFuzz_GivenTheStakeBacksLessButStillTheCapacity(uint64 capacity, uint64 spare, uint64 less) external {
        capacity = _boundCapacity(capacity);
        spare = _boundCapacity(spare);
        less = uint64(bound(less, 1, spare));
        address sink = _addSink(id, "sink", capacity + spare);
        _signal(id, sink, capacity, 0);
        ICapacityRegistry.Sink memory expected = registry.sinkOf(id, sink);
        expected.cap = uint40(capacity + spare - less);
        expected.stake -= uint112(less * BOND_PER_UNIT);

        _unstake(id, sink, less * BOND_PER_UNIT);

        assertEq(abi.encode(registry.sinkOf(id, sink)), abi.encode(expected));
    }

    function testFuzz_GivenTheSinkIsStillRamping(uint64 capacity, uint64 less, uint256 epochs) external {
        capacity = _boundCapacity(capacity);
        less = uint64(bound(less, 1, capacity));
        epochs = bound(epochs, 0, 5);
        address sink = _addSink(id, "sink", capacity);
        _signal(id, sink, capacity, 0);

        _unstake(id, sink, less * BOND_PER_UNIT);

        skip(epochs * EPOCH);
        uint256 left = capacity - less;
        assertLt(registry.smoothedCapacity(id, sink), left * SCALE + 1, "never above the new cap");
        assertGe(registry.smoothedCapacity(id, sink), left * SCALE * 3 / 10, "it ramps on");
    }

    function testFuzz_GivenTheStakeBacksMoreThan40BitsOfUnits(uint256 units) external {
        units = bound(units, type(uint40).max, 1e13);
        address sink = _addSink(id, "sink", 1);

        _stake(id, sink, units * BOND_PER_UNIT);

        assertEq(registry.sinkOf(id, sink).cap, type(uint40).max, "what counts");
        _signal(id, sink, type(uint64).max, 0);
        assertEq(registry.sinkOf(id, sink).capacity, type(uint40).max, "and can be declared");
        skip(5 * EPOCH);
        assertLe(registry.smoothedCapacity(id, sink), type(uint40).max * SCALE, "and ramps");
    }

    function testFuzz_GivenTheStakeBacksLessThanTheCapacity(uint64 capacity, uint64 less, uint256 later) external {
        capacity = _boundCapacity(capacity);
        less = uint64(bound(less, 1, capacity));
        later = bound(later, 0, 30 days);
        address sink = _addSink(id, "sink", capacity);
        for (uint256 i; i < 4; ++i) {
            skip(4 * EPOCH);
            _signal(id, sink, capacity, 0);
        }
        uint256 left = capacity - less;

        _unstake(id, sink, less * BOND_PER_UNIT);

        assertEq(registry.sinkOf(id, sink).capacity, left, "capacity");
        assertLe(registry.sinkOf(id, sink).baseScaled, left * SCALE, "base of the moving average");
        assertEq(pool.unitsOf(id, sink), registry.effectiveCapacity(id, sink), "units, without hysteresis");
        skip(later);
        assertLe(registry.smoothedCapacity(id, sink), left * SCALE, "the moving average, for ever");
    }
}
