// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { IStakeManager } from "../../../src/interfaces/IStakeManager.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

contract RequestUnstakeTest is CapacityTest {
    address internal sink = makeAddr("sink");

    function testFuzz_RevertWhen_TheAmountIsZero(TaskTypeId taskTypeId, address caller) external {
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.StakeManager_ZeroAmount.selector, taskTypeId));
        vm.prank(caller);
        stakes.requestUnstake(taskTypeId, 0);
    }

    function testFuzz_RevertWhen_TheAmountExceedsTheStake(uint256 staked, uint256 amount) external {
        staked = bound(staked, 0, MAX_STAKE);
        uint256[2] memory amounts = [bound(amount, staked + 1, type(uint256).max), staked + 1];
        if (staked != 0) _stake(id, sink, staked);
        for (uint256 i; i < amounts.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IStakeManager.StakeManager_InsufficientStake.selector, amounts[i], staked)
            );
            vm.prank(sink);
            stakes.requestUnstake(id, amounts[i]);
        }
    }

    /// @dev A wait that began anew at zero would be over at once.
    function testFuzz_RevertWhen_TheWaitWouldEndAfter32BitsOfSeconds(uint256 amount, uint256 end) external {
        amount = bound(amount, 1, MAX_STAKE);
        _stake(id, sink, amount);
        uint256 period = registry.unbondingPeriod(id);
        end = bound(end, 1 << 32, (1 << 32) + period - 1);
        vm.warp(end - period);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 32, end));
        _unstake(id, sink, amount);
    }

    function testFuzz_GivenTheCallerIsNotASink(uint256 staked, uint256 amount) external {
        staked = bound(staked, 1, MAX_STAKE);
        amount = bound(amount, 1, staked);
        _stake(id, sink, staked);
        uint256 balance = superToken.balanceOf(sink);
        uint256 freeAt = block.timestamp + registry.unbondingPeriod(id);

        vm.expectEmit(address(stakes));
        emit IStakeManager.UnstakeRequested(id, sink, amount, freeAt);
        _unstake(id, sink, amount);

        (uint256 stake, uint256 unbonding, uint256 unbondedAt) = stakes.bondOf(id, sink);
        assertEq(stake, staked - amount, "stake");
        assertEq(unbonding, amount, "unbonding");
        assertEq(unbondedAt, freeAt, "unbondedAt");
        assertEq(superToken.balanceOf(sink), balance, "nothing is paid yet");
        assertEq(superToken.balanceOf(address(stakes)), staked, "the contract still holds it");
    }

    function testFuzz_GivenMoneyIsUnbondingAlready(uint256 staked, uint256 first, uint256 second, uint256 wait)
        external
    {
        staked = bound(staked, 2, MAX_STAKE);
        first = bound(first, 1, staked - 1);
        second = bound(second, 1, staked - first);
        uint256 period = registry.unbondingPeriod(id);
        wait = bound(wait, 1, 2 * period);
        _stake(id, sink, staked);
        _unstake(id, sink, first);
        skip(wait);

        _unstake(id, sink, second);

        (uint256 stake, uint256 unbonding, uint256 unbondedAt) = stakes.bondOf(id, sink);
        assertEq(stake, staked - first - second, "stake");
        assertEq(unbonding, first + second, "unbonding");
        assertEq(unbondedAt, block.timestamp + period, "the wait starts again");
    }

    function testFuzz_GivenTheRestStillBacksTheCapacity(uint64 capacity, uint256 surplus, uint256 amount) external {
        capacity = _boundCapacity(capacity);
        surplus = bound(surplus, 1, MAX_STAKE);
        amount = bound(amount, 1, surplus);
        sink = _addPaidSink(id, "sink", capacity);
        _stake(id, sink, surplus);

        _unstake(id, sink, amount);

        assertEq(registry.sinkOf(id, sink).capacity, capacity, "capacity");
        assertEq(pool.unitsOf(id, sink), capacity, "units");
    }

    function testFuzz_GivenTheRestBacksLessThanTheCapacity(uint64 capacity, uint256 amount) external {
        capacity = _boundCapacity(capacity);
        amount = bound(amount, 1, _stakeFor(capacity));
        sink = _addPaidSink(id, "sink", capacity);
        _openPayingStream(id);
        uint256 pricePerUnit = pool.spotPrice(id);
        uint256 left = _capOf(_stakeFor(capacity) - amount);
        assertLt(left, capacity);

        vm.expectEmit(address(pool));
        emit IBackpressurePool.UnitsUpdated(id, sink, capacity, left);
        _unstake(id, sink, amount);

        assertEq(registry.sinkOf(id, sink).capacity, left, "capacity");
        assertEq(registry.sinkOf(id, sink).cap, left, "cap");
        assertEq(pool.unitsOf(id, sink), left, "units by the pool");
        assertEq(distributionPool.getUnits(sink), left, "units by Superfluid");
        if (left == 0) assertEq(_payOf(id, sink), 0, "pay stops");
        else assertGe(_payOf(id, sink), left * pricePerUnit, "what is left is paid");
    }
}
