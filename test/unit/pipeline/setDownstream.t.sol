// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { IPipeline } from "../../../src/interfaces/IPipeline.sol";
import { NO_TASK_TYPE, TaskTypeId } from "../../../src/types/TaskType.sol";
import { PipelineTest } from "../../utils/PipelineTest.sol";

contract SetDownstreamTest is PipelineTest {
    function testFuzz_RevertWhen_TheCallerIsNotTheCreator(address caller, uint256 ratio) external {
        vm.assume(caller != creator);
        address[3] memory callers = [caller, owner, address(verifier)];
        TaskTypeId[2] memory targets = [downstream, NO_TASK_TYPE];
        for (uint256 i; i < callers.length; ++i) {
            for (uint256 j; j < targets.length; ++j) {
                vm.expectRevert(abi.encodeWithSelector(IPipeline.Pipeline_NotCreator.selector, callers[i], creator));
                vm.prank(callers[i]);
                pipeline.setDownstream(upstream, targets[j], ratio);
            }
        }
    }

    /// @dev Only the upstream side decides: otherwise a stranger could throttle a pool.
    function testFuzz_RevertGiven_TheUpstreamTaskTypeDoesNotExist(TaskTypeId unknown, address caller, uint256 ratio)
        external
    {
        vm.assume(unknown != upstream && unknown != downstream && caller != address(0));

        vm.expectRevert(abi.encodeWithSelector(IPipeline.Pipeline_NotCreator.selector, caller, address(0)));
        vm.prank(caller);
        pipeline.setDownstream(unknown, downstream, ratio);
    }

    function testFuzz_WhenDetaching(uint256 ratio, uint256 ignored) external {
        _attach(upstream, downstream, _boundRatio(ratio));
        assertEq(pipeline.limitOf(upstream), 0, "nobody downstream, so nothing may be paid");

        vm.expectEmit(address(pipeline));
        emit IPipeline.DownstreamSet(upstream, NO_TASK_TYPE, 0);
        vm.expectEmit(address(pool));
        emit IBackpressurePool.LimitUpdated(upstream, NO_LIMIT);
        _attach(upstream, NO_TASK_TYPE, ignored);

        _assertLink(upstream, NO_TASK_TYPE, 0);
        assertEq(pipeline.limitOf(upstream), NO_LIMIT, "no limit");
        assertEq(pool.priceCap(upstream), UNIT_RATE, "the pool knows");
    }

    function testFuzz_RevertGiven_TheDownstreamTaskTypeDoesNotExist(TaskTypeId unknown, uint256 ratio) external {
        vm.assume(unknown != upstream && unknown != downstream && unknown != NO_TASK_TYPE);

        vm.expectRevert(abi.encodeWithSelector(IPipeline.Pipeline_UnknownTaskType.selector, unknown));
        _attach(upstream, unknown, ratio);
    }

    function test_RevertWhen_TheRatioIsZero() external {
        vm.expectRevert(
            abi.encodeWithSelector(IPipeline.Pipeline_RatioOutOfRange.selector, 0, 1, uint256(type(uint96).max))
        );
        _attach(upstream, downstream, 0);
    }

    function testFuzz_RevertWhen_TheRatioExceeds96Bits(uint256 ratio) external {
        uint256 max = type(uint96).max;
        uint256[2] memory ratios = [bound(ratio, max + 1, type(uint256).max), max + 1];
        for (uint256 i; i < ratios.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPipeline.Pipeline_RatioOutOfRange.selector, ratios[i], 1, max));
            _attach(upstream, downstream, ratios[i]);
        }
        _attach(upstream, downstream, max);
        _assertLink(upstream, downstream, max);
    }

    function testFuzz_RevertWhen_TheCycleWouldHaveOneStage(uint256 ratio) external {
        _assertRefusesCycle(upstream, upstream, _boundRatio(ratio));
    }

    function testFuzz_RevertWhen_TheCycleWouldHaveTwoStages(uint256 ratio) external {
        ratio = _boundRatio(ratio);
        _attach(upstream, downstream, ratio);

        _assertRefusesCycle(downstream, upstream, ratio);
    }

    function testFuzz_RevertWhen_TheCycleWouldHaveThreeStages(uint256 ratio, uint256 first) external {
        ratio = _boundRatio(ratio);
        TaskTypeId[3] memory stages = [upstream, downstream, _registerTaskType("third work")];
        first = bound(first, 0, 2);
        _attach(stages[first], stages[(first + 1) % 3], ratio);
        _attach(stages[(first + 1) % 3], stages[(first + 2) % 3], ratio);

        _assertRefusesCycle(stages[(first + 2) % 3], stages[first], ratio);
    }

    /// forge-config: default.fuzz.runs = 4
    function testFuzz_RevertWhen_MoreThanSixteenStagesWouldLieBelow(uint256 ratio) external {
        ratio = _boundRatio(ratio);
        TaskTypeId top = _attachChain(17, ratio);

        vm.expectRevert(abi.encodeWithSelector(IPipeline.Pipeline_TooLong.selector, pipeline.MAX_STAGES()));
        _attach(upstream, top, ratio);
    }

    /// forge-config: default.fuzz.runs = 4
    function testFuzz_WhenSixteenStagesLieBelow(uint256 ratio) external {
        ratio = _boundRatio(ratio);
        TaskTypeId top = _attachChain(16, ratio);

        _attach(upstream, top, ratio);

        _assertLink(upstream, top, ratio);
    }

    function testFuzz_GivenTheDownstreamTaskTypeBelongsToSomebodyElse(address other, uint256 ratio) external {
        vm.assume(other != creator && other != address(0));
        ratio = _boundRatio(ratio);
        vm.prank(other);
        TaskTypeId foreign = registry.registerTaskType(_parameters(), SALT, "their work");

        _attach(upstream, foreign, ratio);

        _assertLink(upstream, foreign, ratio);
        assertEq(pipeline.limitOf(foreign), NO_LIMIT, "nothing changes for them");
    }

    function testFuzz_GivenAnotherDownstreamIsSet(uint256 ratio, uint256 otherRatio, uint64 capacity) external {
        ratio = _boundRatio(ratio);
        otherRatio = _boundRatio(otherRatio);
        capacity = _boundCapacity(capacity);
        TaskTypeId other = _registerTaskType("other work");
        _addPaidSink(other, "other sink", capacity);
        _attach(upstream, downstream, ratio);

        _attach(upstream, other, otherRatio);

        _assertLink(upstream, other, otherRatio);
        assertEq(pipeline.limitOf(upstream), uint256(UNIT_RATE) * capacity * WAD / otherRatio, "the new one limits");
    }

    function testFuzz_GivenNoDownstreamIsSet(uint256 ratio, uint64 capacity, uint64 own) external {
        ratio = _boundRatio(ratio);
        capacity = _boundCapacity(capacity);
        own = _boundCapacity(own);
        _addPaidSink(downstream, "sink", capacity);
        _addPaidSink(upstream, "upstream sink", own);
        uint256 limit = uint256(UNIT_RATE) * capacity * WAD / ratio;

        vm.expectEmit(address(pipeline));
        emit IPipeline.DownstreamSet(upstream, downstream, ratio);
        vm.expectEmit(address(pool));
        emit IBackpressurePool.LimitUpdated(upstream, limit);
        _attach(upstream, downstream, ratio);

        _assertLink(upstream, downstream, ratio);
        assertEq(pipeline.limitOf(upstream), limit, "limit");
        uint256 cap = limit / own;
        assertEq(
            pool.priceCap(upstream),
            cap > UNIT_RATE ? UNIT_RATE : cap < UNIT_RATE / 1e4 ? UNIT_RATE / 1e4 : cap,
            "the pool knows"
        );
    }

    function _assertRefusesCycle(TaskTypeId from, TaskTypeId to, uint256 ratio) private {
        vm.expectRevert(abi.encodeWithSelector(IPipeline.Pipeline_Cycle.selector, from, to));
        _attach(from, to, ratio);
    }

    /// @dev The first of `length` new stages, each behind the one before.
    function _attachChain(uint256 length, uint256 ratio) private returns (TaskTypeId stage) {
        for (uint256 i; i < length; ++i) {
            TaskTypeId next = stage;
            stage = _registerTaskType(string.concat("stage ", vm.toString(i)));
            if (i != 0) _attach(stage, next, ratio);
        }
    }

    function _assertLink(TaskTypeId from, TaskTypeId to, uint256 ratio) private view {
        (TaskTypeId linked, uint256 linkedRatio) = pipeline.downstreamOf(from);
        assertTrue(linked == to, "downstream");
        assertEq(linkedRatio, ratio, "ratio");
    }
}
