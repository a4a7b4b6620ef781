// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

contract StakeSlashedTest is CapacityTest {
    function _parameters() internal view override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.smoothing = 0.3e18;
    }

    function testFuzz_RevertWhen_TheCallerIsNotTheStakeManager(TaskTypeId taskTypeId, address caller, address sink)
        external
    {
        vm.assume(caller != address(stakes));
        address[2] memory callers = [caller, address(verifier)];
        for (uint256 i; i < callers.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_NotStakeManager.selector, callers[i])
            );
            vm.prank(callers[i]);
            registry.stakeSlashed(taskTypeId, sink, 0);
        }
    }

    function testFuzz_GivenTheSinkIsUnknown(address nobody) external {
        TaskTypeId taskTypeId = id;
        vm.recordLogs();
        vm.prank(address(stakes));
        registry.stakeSlashed(taskTypeId, nobody, 0);

        assertEq(vm.getRecordedLogs().length, 0, "no event");
        assertFalse(registry.sinkOf(taskTypeId, nobody).registered, "still a stranger");
    }

    function testFuzz_GivenTheSinkIsKnown(uint64 capacity, uint256 backlog, uint256 amount, uint256 epochs) external {
        capacity = _boundCapacity(capacity);
        backlog = bound(backlog, 0, type(uint64).max);
        uint256 staked = _stakeFor(capacity);
        amount = bound(amount, 1, staked);
        epochs = bound(epochs, 0, 5);
        address sink = _addSink(id, "sink", capacity);
        _signal(id, sink, capacity, 0);
        skip(epochs * EPOCH);
        _owe(id, sink, backlog);
        ICapacityRegistry.Sink memory expected = registry.sinkOf(id, sink);
        (expected.baseScaled, expected.capacity, expected.verifiedBacklog) = (0, 0, 0);
        expected.cap = uint40(_capOf(staked - amount));
        expected.stake = uint112(staked - amount);

        _slash(id, sink, amount);

        assertEq(abi.encode(registry.sinkOf(id, sink)), abi.encode(expected), "what is stored");
        assertEq(registry.smoothedCapacity(id, sink), 0, "smoothed capacity");
        assertEq(pool.unitsOf(id, sink), 0, "units");

        skip(EPOCH);
        _signal(id, sink, capacity, 0);
        assertEq(registry.smoothedCapacity(id, sink), expected.cap * uint256(3e8), "one step from zero");
    }
}
