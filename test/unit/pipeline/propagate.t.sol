// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { IPipeline } from "../../../src/interfaces/IPipeline.sol";
import { NO_TASK_TYPE, TaskTypeId } from "../../../src/types/TaskType.sol";
import { PipelineTest } from "../../utils/PipelineTest.sol";

contract PropagateTest is PipelineTest {
    function testFuzz_RevertGiven_NothingIsDownstream(TaskTypeId unlinked, uint256 ratio) external {
        _attach(upstream, downstream, _boundRatio(ratio));
        _attach(upstream, NO_TASK_TYPE, 0);
        TaskTypeId[3] memory ids = [unlinked, upstream, downstream];
        for (uint256 i; i < ids.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPipeline.Pipeline_NoDownstream.selector, ids[i]));
            pipeline.propagate(ids[i]);
        }
    }

    function testFuzz_GivenNothingHasChangedDownstream(uint256 ratio, uint64 capacity, address caller) external {
        _addPaidSink(downstream, "sink", _boundCapacity(capacity));
        _attach(upstream, downstream, _boundRatio(ratio));

        vm.recordLogs();
        vm.prank(caller);
        pipeline.propagate(upstream);

        assertEq(vm.getRecordedLogs().length, 0);
    }

    function testFuzz_GivenSomethingHasChangedDownstream(
        uint256 ratio,
        uint64 capacity,
        uint256 overflow,
        address caller
    ) external {
        ratio = _boundRatio(ratio);
        capacity = _boundCapacity(capacity);
        uint256 intake = uint256(UNIT_RATE) * capacity;
        overflow = bound(overflow, 1, intake * 6 * HORIZON);
        _attach(upstream, downstream, ratio);
        _addPaidSink(downstream, "sink", capacity);
        _addPaidSink(upstream, "upstream sink", capacity);
        _donate(downstream, overflow);
        _wait();
        uint256 reserved = (overflow + 3 * HORIZON - 1) / (3 * HORIZON);
        uint256 limit = reserved > intake ? 0 : (intake - reserved) * WAD / ratio;

        // Rounded to wei per second, a small overflow may change nothing.
        if (limit != intake * WAD / ratio) {
            vm.expectEmit(address(pool));
            emit IBackpressurePool.LimitUpdated(upstream, limit);
        }
        vm.prank(caller);
        pipeline.propagate(upstream);

        uint256 cap = limit / capacity;
        assertEq(pool.priceCap(upstream), cap > UNIT_RATE ? UNIT_RATE : cap < UNIT_RATE / 1e4 ? UNIT_RATE / 1e4 : cap);
    }
}
