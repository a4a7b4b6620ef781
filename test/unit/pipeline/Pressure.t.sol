// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { NO_TASK_TYPE, TaskTypeId } from "../../../src/types/TaskType.sol";
import { PipelineTest } from "../../utils/PipelineTest.sol";

/// @notice What a bottleneck does to the pay of the stage above it, in money.
/// @dev Many transactions per run, so fewer runs.
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
/// forge-config: deep.fuzz.runs = 10000
contract PressureTest is PipelineTest {
    uint64 internal constant UPSTREAM_CAPACITY = 1000;
    uint256 internal constant FULL_PAY = UPSTREAM_CAPACITY * uint256(UNIT_RATE);

    /// @dev The escrow's units are whole, so pay may miss the limit by one unit in a thousand.
    uint256 internal constant PRECISION = 0.002e18;

    address internal worker;

    function setUp() public override {
        super.setUp();
        worker = _addPaidSink(upstream, "worker", UPSTREAM_CAPACITY);
    }

    function testFuzz_BottleneckLimitsUpstreamPay_AndClears(uint64 narrow, uint64 wide, uint256 demand) external {
        narrow = uint64(bound(narrow, 10, UPSTREAM_CAPACITY * 9 / 10));
        wide = uint64(bound(wide, UPSTREAM_CAPACITY, 10 * UPSTREAM_CAPACITY));
        _saturate(demand);
        assertApproxEqRel(_payOf(upstream, worker), FULL_PAY, PRECISION, "paid in full before");

        address taker = _addPaidSink(downstream, "taker", narrow);
        _attach(upstream, downstream, WAD);
        _assertPaid(narrow * uint256(UNIT_RATE), "limited in the transaction that attaches");

        _stake(downstream, taker, (wide - narrow) * BOND_PER_UNIT);
        _signal(downstream, taker, wide, 0);
        vm.prank(stranger);
        pipeline.propagate(upstream);
        _assertPaid(FULL_PAY, "paid in full after the bottleneck has cleared");

        _unstake(downstream, taker, (wide - narrow) * BOND_PER_UNIT);
        vm.prank(stranger);
        pipeline.propagate(upstream);
        _assertPaid(narrow * uint256(UNIT_RATE), "limited again");
    }

    function testFuzz_DetachRestoresPay(uint64 narrow, uint256 demand) external {
        _saturate(demand);
        _addPaidSink(downstream, "taker", uint64(bound(narrow, 10, UPSTREAM_CAPACITY / 2)));
        _attach(upstream, downstream, WAD);
        assertLt(_payOf(upstream, worker), FULL_PAY * 6 / 10, "limited");

        _attach(upstream, NO_TASK_TYPE, 0);

        _assertPaid(FULL_PAY, "paid in full");
    }

    function testFuzz_RatioScalesTheLimit(uint256 ratio, uint256 demand) external {
        ratio = bound(ratio, WAD, 50 * WAD);
        _saturate(demand);
        _addPaidSink(downstream, "taker", UPSTREAM_CAPACITY);

        _attach(upstream, downstream, ratio);

        _assertPaid(FULL_PAY * WAD / ratio, "one ratio-th");
    }

    function testFuzz_NobodyDownstream_StopsUpstreamPay(uint256 demand) external {
        _saturate(demand);

        _attach(upstream, downstream, WAD);

        assertLe(_payOf(upstream, worker), FULL_PAY / 10_000, "all but the least a unit can be paid");
    }

    /// @dev The bottleneck's overflow throttles the stage above by what drains it within three horizons, and no longer
    /// once it has drained.
    function testFuzz_OverflowThrottles_UntilItHasDrained(uint256 overflow, uint256 demand) external {
        uint256 intake = FULL_PAY;
        overflow = bound(overflow, intake * HORIZON / 10, intake * HORIZON);
        _addPaidSink(downstream, "taker", UPSTREAM_CAPACITY);
        _saturate(demand);
        _attach(upstream, downstream, WAD);
        _assertPaid(FULL_PAY, "paid in full before");

        _donate(downstream, overflow);
        _wait();
        pipeline.propagate(upstream);
        _assertPaid(intake - overflow / (3 * HORIZON), "throttled");

        // The bucket holds one epoch of pay; the overflow is six at most, and a little of each drain comes back.
        for (uint256 i; i < 8; ++i) {
            skip(EPOCH);
            if (escrow.drainable(downstream) != 0) escrow.drain(downstream);
        }
        assertLt(escrow.overflowOf(downstream), intake, "drained");
        pipeline.propagate(upstream);
        _assertPaid(FULL_PAY, "paid in full again");
    }

    function testFuzz_DepositsDoNotThrottle(uint256 deposit, uint256 demand) external {
        deposit = bound(deposit, 4 * uint256(UNIT_RATE) * EPOCH, 1e30);
        _addPaidSink(downstream, "taker", UPSTREAM_CAPACITY);
        _saturate(demand);
        _attach(upstream, downstream, WAD);

        _deposit(downstream, deposit);
        _wait();
        pipeline.propagate(upstream);

        _assertPaid(FULL_PAY, "paid in full");
    }

    /// @dev Pressure travels one link per call, from the end of a chain to its beginning.
    function testFuzz_PressureTravelsUpAChain(uint64 narrow, uint256 demand) external {
        narrow = uint64(bound(narrow, 10, UPSTREAM_CAPACITY / 2));
        TaskTypeId end = _registerTaskType("last work");
        _addPaidSink(downstream, "middle", UPSTREAM_CAPACITY);
        address last = _addPaidSink(end, "last", UPSTREAM_CAPACITY);
        _saturate(demand);
        _attach(upstream, downstream, WAD);
        _attach(downstream, end, WAD);
        _assertPaid(FULL_PAY, "paid in full before");

        _unstake(end, last, (UPSTREAM_CAPACITY - narrow) * BOND_PER_UNIT);
        pipeline.propagate(upstream);
        _assertPaid(FULL_PAY, "the pool in between has not heard of it");
        pipeline.propagate(downstream);
        pipeline.propagate(upstream);

        _assertPaid(narrow * uint256(UNIT_RATE), "limited by the end of the chain");
    }

    /// @dev A stream of one to ten times what the sinks upstream can take, confirmed.
    function _saturate(uint256 demand) private {
        _openStream(upstream, "payer", bound(demand, FULL_PAY, 10 * FULL_PAY));
        _confirmInflow(upstream);
    }

    function _assertPaid(uint256 expected, string memory what) private view {
        uint256 paid = _payOf(upstream, worker);
        assertLe(paid, expected, what);
        assertApproxEqRel(paid, expected, PRECISION, what);
    }
}
