// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { PipelineTest } from "../../utils/PipelineTest.sol";

contract LimitOfTest is PipelineTest {
    function testFuzz_GivenNothingIsDownstream(TaskTypeId unlinked) external view {
        assertEq(pipeline.limitOf(unlinked), NO_LIMIT, "any task type");
        assertEq(pipeline.limitOf(upstream), NO_LIMIT, "a known task type");
    }

    /// @dev limit = (q * U - B / (3 * T)) / ratio, checked without dividing.
    function testFuzz_GivenOverflowWaitsDownstream(uint64 capacity, uint256 overflow, uint256 ratio) external {
        capacity = _boundCapacity(capacity);
        ratio = _boundRatio(ratio);
        uint256 intake = uint256(UNIT_RATE) * capacity;
        overflow = bound(overflow, 0, intake * 6 * HORIZON);
        _addPaidSink(downstream, "sink", capacity);
        _attach(upstream, downstream, ratio);
        if (overflow != 0) _donate(downstream, overflow);
        _wait();

        uint256 limit = pipeline.limitOf(upstream);

        uint256 window = 3 * HORIZON * WAD;
        uint256 free = intake * window > overflow * WAD ? intake * window - overflow * WAD : 0;
        assertLe(limit * ratio * 3 * HORIZON, free, "never more than the stage below can take");
        assertGt((limit + 1) * ratio * 3 * HORIZON + window, free, "and no less, but for rounding");
    }

    /// @dev Borrowed money, or money that drains at once, is gone before it presses.
    function testFuzz_GivenTheOverflowIsYoung(uint64 capacity, uint256 overflow, uint256 ratio, uint256 time) external {
        _addPaidSink(downstream, "sink", _boundCapacity(capacity));
        _attach(upstream, downstream, _boundRatio(ratio));
        skip(12);
        uint256 limit = pipeline.limitOf(upstream);
        _donate(downstream, bound(overflow, 1, 1e30));
        assertEq(pipeline.limitOf(upstream), limit);
        pipeline.propagate(upstream);
        skip(bound(time, 0, 11));
        assertEq(pipeline.limitOf(upstream), limit);
        pipeline.propagate(upstream);
        assertEq(pipeline.limitOf(upstream), limit);
    }

    /// @dev What is drained after it began to press presses no longer, also before the next look.
    function testFuzz_GivenTheOverflowFallsBetweenTwoLooks(uint64 capacity, uint256 overflow, uint256 time) external {
        capacity = _boundCapacity(capacity);
        uint256 intake = uint256(UNIT_RATE) * capacity;
        overflow = bound(overflow, intake, intake * HORIZON);
        _addPaidSink(downstream, "sink", capacity);
        _attach(upstream, downstream, WAD);
        _donate(downstream, overflow);
        _wait();
        pipeline.propagate(upstream);
        uint256 limit = pipeline.limitOf(upstream);

        skip(bound(time, 0, 11));
        escrow.drain(downstream);

        uint256 left = escrow.overflowOf(downstream);
        assertLt(left, overflow);
        assertEq(pipeline.limitOf(upstream), intake - (left + 3 * HORIZON - 1) / (3 * HORIZON));
        assertGe(pipeline.limitOf(upstream), limit, "never less than before");
    }

    function testFuzz_GivenTheOverflowExceedsTheBuffer(uint64 capacity, uint256 overflow, uint128 bufferMax) external {
        TaskTypeParameters memory parameters = _parameters();
        parameters.bufferMax = bufferMax;
        TaskTypeId small = _registerTaskType(parameters, "small buffer");
        capacity = _boundCapacity(capacity);
        _addPaidSink(small, "sink", capacity);
        _attach(upstream, small, WAD);
        _donate(small, bound(overflow, bufferMax, type(uint128).max));
        _wait();
        uint256 intake = uint256(UNIT_RATE) * capacity;
        uint256 reserved = (uint256(bufferMax) + 3 * HORIZON - 1) / (3 * HORIZON);
        assertEq(pipeline.limitOf(upstream), intake > reserved ? intake - reserved : 0);
    }

    /// @dev Who deposits can take the money back, and so could throttle a stage for nothing.
    function testFuzz_GivenDepositsWaitDownstream(uint64 capacity, uint256 amount, uint256 ratio) external {
        _addPaidSink(downstream, "sink", _boundCapacity(capacity));
        _attach(upstream, downstream, _boundRatio(ratio));
        uint256 limit = pipeline.limitOf(upstream);

        _deposit(downstream, bound(amount, escrow.minDepositOf(downstream), 1e30));

        assertEq(pipeline.limitOf(upstream), limit);
    }

    function testFuzz_GivenTheDownstreamIsLimitedItself(uint64 middle, uint64 last, uint256 ratio, uint256 lastRatio)
        external
    {
        middle = _boundCapacity(middle);
        last = _boundCapacity(last);
        ratio = _boundRatio(ratio);
        lastRatio = _boundRatio(lastRatio);
        TaskTypeId end = _registerTaskType("last work");
        _addPaidSink(downstream, "middle sink", middle);
        _addPaidSink(end, "last sink", last);
        _attach(upstream, downstream, ratio);
        _attach(downstream, end, lastRatio);

        uint256 own = uint256(UNIT_RATE) * middle;
        uint256 passedOn = uint256(UNIT_RATE) * last * WAD / lastRatio;
        assertEq(pipeline.limitOf(downstream), passedOn, "the middle is limited by the end");
        assertEq(pipeline.limitOf(upstream), (own < passedOn ? own : passedOn) * WAD / ratio, "the smaller limits");
    }

    function testFuzz_GivenTheLimitExceeds96Bits(uint64 capacity, uint256 ratio) external {
        capacity = uint64(bound(capacity, 1000, MAX_CAPACITY));
        ratio = bound(ratio, 1, 1e6);
        _addPaidSink(downstream, "sink", capacity);

        _attach(upstream, downstream, ratio);

        assertEq(pipeline.limitOf(upstream), NO_LIMIT - 1);
    }
}
