// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {
    ISuperfluidToken
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperfluidToken.sol";

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { IStakeManager } from "../../../src/interfaces/IStakeManager.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

contract StakeTest is CapacityTest {
    address internal sink = makeAddr("sink");

    function testFuzz_RevertWhen_TheAmountIsZero(TaskTypeId taskTypeId, address caller) external {
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.StakeManager_ZeroAmount.selector, taskTypeId));
        vm.prank(caller);
        stakes.stake(taskTypeId, 0);
    }

    function testFuzz_RevertGiven_TheTaskTypeDoesNotExist(TaskTypeId unknown, address caller, uint256 amount) external {
        vm.assume(unknown != id);
        amount = bound(amount, 1, type(uint256).max);

        vm.expectRevert(abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_UnknownTaskType.selector, unknown));
        vm.prank(caller);
        stakes.stake(unknown, amount);
    }

    function testFuzz_RevertWhen_TheStakeWouldExceed112Bits(uint256 staked, uint256 amount) external {
        staked = bound(staked, 1, MAX_STAKE);
        amount = bound(amount, uint256(type(uint112).max) - staked + 1, type(uint256).max - staked);
        _stake(id, sink, staked);

        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 112, staked + amount));
        vm.prank(sink);
        stakes.stake(id, amount);
    }

    function testFuzz_RevertGiven_TheAllowanceIsTooSmall(uint256 amount, uint256 allowance) external {
        amount = bound(amount, 1, MAX_STAKE);
        allowance = bound(allowance, 0, amount - 1);
        _giveTokens(sink, amount);

        vm.startPrank(sink);
        superToken.approve(address(stakes), allowance);
        vm.expectRevert("SuperToken: transfer amount exceeds allowance");
        stakes.stake(id, amount);
        vm.stopPrank();
    }

    function testFuzz_RevertGiven_TheBalanceIsTooSmall(uint256 amount) external {
        amount = bound(amount, WEI_PER_UNDERLYING, MAX_STAKE);
        _giveTokens(sink, amount - WEI_PER_UNDERLYING);

        vm.startPrank(sink);
        superToken.approve(address(stakes), type(uint256).max);
        uint256 held = superToken.balanceOf(sink);
        vm.expectRevert(ISuperfluidToken.SF_TOKEN_MOVE_INSUFFICIENT_BALANCE.selector);
        stakes.stake(id, held + 1);
        vm.stopPrank();
    }

    function testFuzz_GivenTheCallerIsNotASink(uint256 first, uint256 second) external {
        first = bound(first, 1, MAX_STAKE);
        second = bound(second, 1, MAX_STAKE);
        _stake(id, sink, first);
        _giveTokens(sink, second);
        uint256 balance = superToken.balanceOf(sink);
        vm.startPrank(sink);
        superToken.approve(address(stakes), second);

        vm.expectEmit(address(stakes));
        emit IStakeManager.Staked(id, sink, second, first + second);
        stakes.stake(id, second);
        vm.stopPrank();

        (uint256 stake, uint256 unbonding, uint256 unbondedAt) = stakes.bondOf(id, sink);
        assertEq(stake, first + second, "stake");
        assertEq(unbonding, 0, "unbonding");
        assertEq(unbondedAt, 0, "unbondedAt");
        assertEq(superToken.balanceOf(sink), balance - second, "the staker pays");
        assertEq(superToken.balanceOf(address(stakes)), first + second, "the contract holds it");
        assertEq(abi.encode(registry.sinkOf(id, sink)), abi.encode(_stranger(first + second)), "still a stranger");
    }

    function testFuzz_GivenTheCallerIsASink(uint64 capacity, uint256 amount) external {
        capacity = _boundCapacity(capacity);
        amount = bound(amount, 1, MAX_STAKE);
        sink = _addPaidSink(id, "sink", capacity);

        _stake(id, sink, amount);

        ICapacityRegistry.Sink memory known = registry.sinkOf(id, sink);
        uint256 cap = _capOf(_stakeFor(capacity) + amount);
        assertEq(known.cap, cap > type(uint40).max ? type(uint40).max : cap, "the cap follows the stake");
        assertEq(known.capacity, capacity, "the signal stands");
        assertEq(pool.unitsOf(id, sink), capacity, "so do the units");
        assertEq(registry.effectiveCapacity(id, sink), capacity, "and a rebalance would change nothing");
    }

    /// @dev The registry knows of a stranger what its stake would back, and nothing else.
    function _stranger(uint256 stake) private pure returns (ICapacityRegistry.Sink memory known) {
        known.stake = uint112(stake);
        uint256 cap = _capOf(stake);
        known.cap = cap > type(uint40).max ? type(uint40).max : uint40(cap);
    }
}
