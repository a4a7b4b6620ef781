// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IPipeline } from "../../../src/interfaces/IPipeline.sol";
import { NO_TASK_TYPE, TaskTypeId } from "../../../src/types/TaskType.sol";
import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice Row U, which stays true: the creator of a task type can throttle its pool at any time, to a ten-thousandth of the
/// price, by attaching it to a stage that takes nothing. Nobody else can; nobody loses money by it; everybody can leave.
/// forge-config: default.fuzz.runs = 8
/// forge-config: deep.fuzz.runs = 100
contract UCreatorTest is MoneyAttackTest {
    uint64 private constant CAPACITY = 1000;
    uint256 private constant FULL = CAPACITY * uint256(UNIT_RATE);

    function testFuzz_U_TheCreatorCanThrottle_AndEverybodyCanLeave(uint256 rate, uint256 time) external {
        rate = bound(rate, FULL / 2, 3 * FULL);
        time = bound(time, DELAY, 1 hours);
        address sink = _newSink(id, "sink", CAPACITY);
        address source = _honest("source", rate);
        _confirmInflow(id);
        uint256 before = _flowTo(id, sink);
        _throttle();
        uint256 throttled = _flowTo(id, sink);
        _print("U: pay before, wei per second", before);
        _print("U: pay from the same block on", throttled);
        assertLe(throttled, FULL / 10_000, "to a ten-thousandth");

        // The source has back what the sink was not paid, the sink has its bond.
        skip(time);
        uint256 waiting = escrow.overflowOf(id);
        _changeRate(source, 0);
        skip(HORIZON);
        escrow.syncSource(id, source);
        _print("U: back to the source, parts in 1e6 of what waited", escrow.returnedOf(id, source) * 1e6 / waiting);
        assertGe(escrow.returnedOf(id, source), waiting * 999 / 1000);
        (uint256 staked,,) = stakes.bondOf(id, sink);
        vm.startPrank(sink);
        stakes.requestUnstake(id, staked);
        skip(registry.unbondingPeriod(id));
        assertEq(stakes.withdraw(id), staked);
        vm.stopPrank();
        _assertConserved();
    }

    function testFuzz_U_NobodyElseCan(address who) external {
        vm.assume(who != creator);
        TaskTypeId nobody = _newTaskType("nobody works here");
        vm.prank(who);
        vm.expectRevert(abi.encodeWithSelector(IPipeline.Pipeline_NotCreator.selector, who, creator));
        pipeline.setDownstream(id, nobody, 1e18);
    }

    /// @dev And it can let go again, in one block.
    function test_U_DetachedAgain_PaysInFullAtOnce() external {
        address sink = _newSink(id, "sink", CAPACITY);
        _honest("source", FULL);
        _confirmInflow(id);
        uint256 before = _flowTo(id, sink);
        _throttle();
        vm.prank(creator);
        pipeline.setDownstream(id, NO_TASK_TYPE, 0);
        _confirmInflow(id);
        assertApproxEqRel(_flowTo(id, sink), before, 1e12, "but for what units leaked");
        _assertConserved();
    }
}
