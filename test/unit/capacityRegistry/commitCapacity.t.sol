// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

contract CommitCapacityTest is CapacityTest {
    function testFuzz_RevertGiven_TheCallerIsNotASink(TaskTypeId taskTypeId, address caller, bytes32 commitment)
        external
    {
        TaskTypeId[2] memory ids = [taskTypeId, id];
        for (uint256 i; i < ids.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_UnknownSink.selector, ids[i], caller)
            );
            vm.prank(caller);
            registry.commitCapacity(ids[i], commitment);
        }
    }

    function testFuzz_GivenAnotherCommitmentWaits(uint64 capacity, uint64 second, uint256 blocks) external {
        capacity = _boundCapacity(capacity);
        second = uint64(bound(second, 0, capacity - 1));
        blocks = bound(blocks, 1, 100);
        address sink = _addSink(id, "sink", capacity);
        _commit(id, sink, capacity, 0);
        vm.roll(block.number + blocks);
        _commit(id, sink, second, 0);
        vm.roll(block.number + 20);

        vm.expectRevert(
            abi.encodeWithSelector(
                ICapacityRegistry.CapacityRegistry_CommitmentMismatch.selector,
                bytes32(bytes27(registry.hashSignal(id, sink, second, 0, SALT))),
                bytes32(bytes27(registry.hashSignal(id, sink, capacity, 0, SALT)))
            )
        );
        _reveal(id, sink, capacity, 0);

        _reveal(id, sink, second, 0);
        assertEq(pool.unitsOf(id, sink), second);
    }

    function testFuzz_GivenNoCommitmentWaits(uint64 capacity, bytes32 commitment) external {
        capacity = _boundCapacity(capacity);
        address sink = _addPaidSink(id, "sink", capacity);
        ICapacityRegistry.Sink memory expected = registry.sinkOf(id, sink);
        expected.committedAtBlock = uint40(block.number);

        vm.expectEmit(address(registry));
        emit ICapacityRegistry.CapacityCommitted(id, sink, commitment);
        vm.prank(sink);
        registry.commitCapacity(id, commitment);

        assertEq(abi.encode(registry.sinkOf(id, sink)), abi.encode(expected), "what is stored");
        assertEq(pool.unitsOf(id, sink), capacity, "units");
    }
}
