// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { IStakeManager } from "../../../src/interfaces/IStakeManager.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

contract SlashTest is CapacityTest {
    address internal sink = makeAddr("sink");

    function testFuzz_RevertWhen_TheAmountIsZero(TaskTypeId taskTypeId, address caller) external {
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.StakeManager_ZeroAmount.selector, taskTypeId));
        vm.prank(caller);
        stakes.slash(taskTypeId, sink, 0);
    }

    function testFuzz_RevertGiven_TheTaskTypeDoesNotExist(TaskTypeId unknown, address caller, uint256 amount) external {
        vm.assume(unknown != id && caller != address(0));
        amount = bound(amount, 1, type(uint256).max);

        _expectNotVerifier(caller, address(0));
        vm.prank(caller);
        stakes.slash(unknown, sink, amount);
    }

    function testFuzz_RevertGiven_TheTaskTypeHasNoVerifier(address caller, uint256 amount) external {
        vm.assume(caller != address(0));
        amount = bound(amount, 1, MAX_STAKE);
        TaskTypeParameters memory parameters = _parameters();
        parameters.verifier = address(0);
        TaskTypeId unverified = _registerTaskType(parameters, "unverified");
        _stake(unverified, sink, amount);

        _expectNotVerifier(caller, address(0));
        vm.prank(caller);
        stakes.slash(unverified, sink, amount);
    }

    function testFuzz_RevertWhen_TheCallerIsNotTheVerifier(address caller, uint256 amount) external {
        vm.assume(caller != verifier);
        amount = bound(amount, 1, MAX_STAKE);
        _stake(id, sink, amount);

        address[4] memory callers = [caller, creator, owner, sink];
        for (uint256 i; i < callers.length; ++i) {
            _expectNotVerifier(callers[i], verifier);
            vm.prank(callers[i]);
            stakes.slash(id, sink, amount);
        }
    }

    function testFuzz_GivenNothingIsBonded(address nobody, uint256 amount) external {
        amount = bound(amount, 1, type(uint256).max);

        vm.recordLogs();
        vm.prank(verifier);
        assertEq(stakes.slash(id, nobody, amount), 0);

        assertEq(vm.getRecordedLogs().length, 0, "no event");
        assertEq(escrow.level(id), 0, "no money");
    }

    function testFuzz_WhenTheStakeCoversTheAmount(uint256 staked, uint256 unbonding, uint256 amount) external {
        staked = bound(staked, 1, MAX_STAKE);
        unbonding = bound(unbonding, 1, MAX_STAKE);
        amount = bound(amount, 1, staked);
        _bond(staked, unbonding);

        _assertSlashes(amount, amount, staked - amount, unbonding);
    }

    function testFuzz_WhenTheAmountExceedsTheStake(uint256 staked, uint256 unbonding, uint256 amount) external {
        staked = bound(staked, 0, MAX_STAKE);
        unbonding = bound(unbonding, 1, MAX_STAKE);
        amount = bound(amount, staked + 1, staked + unbonding);
        _bond(staked, unbonding);

        _assertSlashes(amount, amount, 0, staked + unbonding - amount);
    }

    function testFuzz_WhenTheAmountExceedsEverything(uint256 staked, uint256 unbonding, uint256 amount) external {
        staked = bound(staked, 0, MAX_STAKE);
        unbonding = bound(unbonding, 1, MAX_STAKE);
        amount = bound(amount, staked + unbonding + 1, type(uint256).max);
        _bond(staked, unbonding);

        _assertSlashes(amount, staked + unbonding, 0, 0);
    }

    function testFuzz_GivenTheSlashedIsNotASink(uint256 staked, uint256 amount, uint256 elsewhere) external {
        staked = bound(staked, 1, MAX_STAKE);
        amount = bound(amount, 1, staked);
        elsewhere = bound(elsewhere, 1, MAX_STAKE);
        TaskTypeId other = _registerTaskType("other work");
        _stake(id, sink, staked);
        _stake(other, sink, elsewhere);

        vm.expectEmit(address(stakes));
        emit IStakeManager.Slashed(id, sink, amount);
        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.Donated(id, address(stakes), amount);
        _slash(id, sink, amount);

        assertEq(escrow.overflowOf(id), amount, "the escrow buffer of this task type has it");
        assertEq(escrow.level(other), 0, "no other has");
        assertEq(superToken.balanceOf(address(escrow)), amount, "and the tokens are there");
        assertEq(superToken.balanceOf(address(stakes)), staked - amount + elsewhere, "the rest stays");
        assertEq(superToken.allowance(address(stakes), address(escrow)), 0, "no allowance is left");
        (uint256 stakeElsewhere,,) = stakes.bondOf(other, sink);
        assertEq(stakeElsewhere, elsewhere, "the other bond is untouched");
    }

    function testFuzz_GivenTheSlashedIsASink(uint64 capacity, uint256 amount) external {
        capacity = _boundCapacity(capacity);
        uint256 staked = _stakeFor(capacity);
        amount = bound(amount, 1, staked);
        sink = _addPaidSink(id, "sink", capacity);
        _openPayingStream(id);
        assertGt(_payOf(id, sink), 0, "paid before");

        vm.expectEmit(address(pool));
        emit IBackpressurePool.UnitsUpdated(id, sink, capacity, 0);
        _slash(id, sink, amount);

        assertEq(_payOf(id, sink), 0, "pay");
        assertEq(pool.unitsOf(id, sink), 0, "units");
        assertEq(registry.smoothedCapacity(id, sink), 0, "smoothed capacity");
        assertEq(registry.sinkOf(id, sink).cap, _capOf(staked - amount), "cap");

        skip(EPOCH);
        assertEq(registry.effectiveCapacity(id, sink), 0, "waiting alone brings nothing back");
        _signal(id, sink, capacity, 0);
        assertEq(pool.unitsOf(id, sink), _capOf(staked - amount), "a signal does, up to the rest of the stake");
    }

    function _bond(uint256 staked, uint256 unbonding) private {
        _stake(id, sink, staked + unbonding);
        _unstake(id, sink, unbonding);
    }

    function _assertSlashes(uint256 amount, uint256 expected, uint256 stakeLeft, uint256 unbondingLeft) private {
        (,, uint256 unbondedAtBefore) = stakes.bondOf(id, sink);

        vm.expectEmit(address(stakes));
        emit IStakeManager.Slashed(id, sink, expected);
        vm.prank(verifier);
        assertEq(stakes.slash(id, sink, amount), expected, "slashed");

        (uint256 stake, uint256 unbonding, uint256 unbondedAt) = stakes.bondOf(id, sink);
        assertEq(stake, stakeLeft, "stake");
        assertEq(unbonding, unbondingLeft, "unbonding");
        assertEq(unbondedAt, unbondedAtBefore, "nobody changes another's timer");
        assertEq(escrow.overflowOf(id), expected, "overflow");
    }

    function _expectNotVerifier(address caller, address expected) private {
        vm.expectRevert(abi.encodeWithSelector(IStakeManager.StakeManager_NotVerifier.selector, caller, expected));
    }
}
