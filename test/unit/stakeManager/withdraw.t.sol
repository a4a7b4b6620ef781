// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IStakeManager } from "../../../src/interfaces/IStakeManager.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

contract WithdrawTest is CapacityTest {
    address internal sink = makeAddr("sink");

    function testFuzz_RevertGiven_NothingIsUnbonding(TaskTypeId taskTypeId, uint256 staked) external {
        staked = bound(staked, 1, MAX_STAKE);
        _stake(id, sink, staked);

        _expectNothingUnbonding(id);
        _withdraw(id);
        _expectNothingUnbonding(taskTypeId);
        _withdraw(taskTypeId);
    }

    function testFuzz_RevertWhen_ItIsTooEarly(uint256 staked, uint256 wait) external {
        staked = bound(staked, 1, MAX_STAKE);
        uint256 period = registry.unbondingPeriod(id);
        wait = bound(wait, 0, period - 1);
        _stakeAndUnstake(staked, staked);
        (,, uint256 unbondedAt) = stakes.bondOf(id, sink);

        skip(wait);
        _expectStillUnbonding(unbondedAt);
        _withdraw(id);

        vm.warp(unbondedAt - 1);
        _expectStillUnbonding(unbondedAt);
        _withdraw(id);
    }

    function testFuzz_RevertGiven_EverythingWasSlashedMeanwhile(uint256 staked, uint256 unbonding, uint256 wait)
        external
    {
        staked = bound(staked, 1, MAX_STAKE);
        unbonding = bound(unbonding, 1, staked);
        wait = bound(wait, 0, 365 days);
        _stakeAndUnstake(staked, unbonding);
        _slash(id, sink, staked);
        skip(wait);

        _expectNothingUnbonding(id);
        _withdraw(id);
    }

    function testFuzz_GivenAPartWasSlashedMeanwhile(uint256 staked, uint256 unbonding, uint256 slashed) external {
        staked = bound(staked, 2, MAX_STAKE);
        unbonding = bound(unbonding, 2, staked);
        slashed = bound(slashed, staked - unbonding + 1, staked - 1);
        _stakeAndUnstake(staked, unbonding);
        uint256 balance = superToken.balanceOf(sink);
        _slash(id, sink, slashed);
        skip(registry.unbondingPeriod(id));

        assertEq(_withdraw(id), staked - slashed, "the rest");
        assertEq(superToken.balanceOf(sink), balance + staked - slashed, "and it arrives");
        assertEq(superToken.balanceOf(address(stakes)), 0, "nothing stays behind");
    }

    function testFuzz_WhenTheWaitIsOver(uint256 staked, uint256 unbonding, uint256 late) external {
        staked = bound(staked, 1, MAX_STAKE);
        unbonding = bound(unbonding, 1, staked);
        late = bound(late, 0, 365 days);
        _stakeAndUnstake(staked, unbonding);
        uint256 balance = superToken.balanceOf(sink);
        skip(registry.unbondingPeriod(id) + late);

        vm.expectEmit(address(stakes));
        emit IStakeManager.Withdrawn(id, sink, unbonding);
        assertEq(_withdraw(id), unbonding, "returned amount");

        (uint256 stake, uint256 left, uint256 unbondedAt) = stakes.bondOf(id, sink);
        assertEq(stake, staked - unbonding, "stake");
        assertEq(left, 0, "unbonding");
        assertEq(unbondedAt, 0, "unbondedAt");
        assertEq(superToken.balanceOf(sink), balance + unbonding, "paid");
        assertEq(superToken.balanceOf(address(stakes)), staked - unbonding, "the stake stays");
        _expectNothingUnbonding(id);
        _withdraw(id);
    }

    function _stakeAndUnstake(uint256 staked, uint256 unbonding) private {
        _stake(id, sink, staked);
        _unstake(id, sink, unbonding);
    }

    function _withdraw(TaskTypeId taskTypeId) private returns (uint256) {
        vm.prank(sink);
        return stakes.withdraw(taskTypeId);
    }

    function _expectNothingUnbonding(TaskTypeId taskTypeId) private {
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.StakeManager_NothingUnbonding.selector, taskTypeId, sink));
    }

    function _expectStillUnbonding(uint256 unbondedAt) private {
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.StakeManager_StillUnbonding.selector, unbondedAt));
    }
}
