// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { IStakeManager } from "../../../src/interfaces/IStakeManager.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";
import { ScriptedVerifier } from "../../utils/ScriptedVerifier.sol";

contract AssessTest is CapacityTest {
    address internal sink = makeAddr("sink");

    function testFuzz_RevertGiven_TheTaskTypeDoesNotExist(TaskTypeId unknown, address caller) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_UnknownTaskType.selector, unknown));
        vm.prank(caller);
        stakes.assess(unknown, sink);
    }

    function testFuzz_GivenTheTaskTypeHasNoVerifier(uint256 amount) external {
        amount = bound(amount, 1, MAX_STAKE);
        TaskTypeParameters memory parameters = _parameters();
        parameters.verifier = address(0);
        TaskTypeId unverified = _registerTaskType(parameters, "unverified");
        _stake(unverified, sink, amount);
        vm.recordLogs();
        assertEq(stakes.assess(unverified, sink), 0);
        assertEq(vm.getRecordedLogs().length, 0, "nobody is asked, so nobody fails");
    }

    function testFuzz_GivenTheVerifierFailsOrHasNothingToTake(uint64 capacity, uint256 seed) external {
        capacity = _boundCapacity(capacity);
        sink = _addPaidSink(id, "sink", capacity);
        uint256 manner = bound(seed, 0, uint256(type(ScriptedVerifier.Manner).max) - 2);
        verifier.behave(ScriptedVerifier.Manner(manner));
        skip(2 * EPOCH);

        assertEq(stakes.assess(id, sink), 0, "nothing is taken");

        (uint256 staked,,) = stakes.bondOf(id, sink);
        assertEq(staked, _stakeFor(capacity), "the bond is whole");
        assertEq(registry.sinkOf(id, sink).settledEpoch, block.timestamp / EPOCH, "it counts as settled");
        assertEq(pool.unitsOf(id, sink), registry.effectiveCapacity(id, sink), "and is rebalanced");
    }

    function testFuzz_GivenNothingIsBonded(address nobody, uint256 amount) external {
        amount = bound(amount, 1, type(uint256).max);
        assertEq(_slash(id, nobody, amount), 0);
        assertEq(escrow.level(id), 0, "no money");
    }

    function testFuzz_GivenTheVerifierSaysAnAmount(uint256 staked, uint256 unbonding, uint256 amount) external {
        staked = bound(staked, 1, MAX_STAKE);
        unbonding = bound(unbonding, 1, MAX_STAKE);
        amount = bound(amount, 1, 2 * MAX_STAKE);
        TaskTypeId other = _registerTaskType("other work");
        _stake(other, sink, staked);
        _stake(id, sink, staked + unbonding);
        _unstake(id, sink, unbonding);
        (,, uint256 unbondedAtBefore) = stakes.bondOf(id, sink);
        uint256 taken = amount < staked + unbonding ? amount : staked + unbonding;
        uint256 fromUnbonding = taken < unbonding ? taken : unbonding;

        verifier.take(id, sink, amount);
        vm.expectEmit(address(stakes));
        emit IStakeManager.Slashed(id, sink, taken);
        assertEq(stakes.assess(id, sink), taken, "slashed");

        (uint256 stake, uint256 left, uint256 unbondedAt) = stakes.bondOf(id, sink);
        assertEq(left, unbonding - fromUnbonding, "what was about to leave goes first");
        assertEq(stake, staked + fromUnbonding - taken, "then stake");
        assertEq(unbondedAt, unbondedAtBefore, "nobody changes another's timer");
        assertEq(escrow.overflowOf(id), taken, "the escrow buffer of this task type has it");
        assertEq(escrow.level(other), 0, "no other has");
        assertEq(superToken.balanceOf(address(escrow)), taken, "and the tokens are there");
        (uint256 stakeElsewhere,,) = stakes.bondOf(other, sink);
        assertEq(stakeElsewhere, staked, "the other bond is untouched");
        assertEq(stakes.assess(id, sink), 0, "and once only");
    }

    function testFuzz_GivenTheSlashedIsASink(uint64 capacity, uint256 amount) external {
        capacity = _boundCapacity(capacity);
        uint256 staked = _stakeFor(capacity);
        amount = bound(amount, 1, staked);
        sink = _addPaidSink(id, "sink", capacity);
        _openPayingStream(id);
        assertGt(_payOf(id, sink), 0, "paid before");
        verifier.take(id, sink, amount);

        vm.expectEmit(address(pool));
        emit IBackpressurePool.UnitsUpdated(id, sink, capacity, 0);
        stakes.assess(id, sink);

        assertEq(_payOf(id, sink), 0, "pay");
        assertEq(pool.unitsOf(id, sink), 0, "units");
        assertEq(registry.smoothedCapacity(id, sink), 0, "smoothed capacity");
        assertEq(registry.sinkOf(id, sink).cap, _capOf(staked - amount), "cap");

        skip(EPOCH);
        assertEq(registry.effectiveCapacity(id, sink), 0, "waiting alone brings nothing back");
        _signal(id, sink, capacity, 0);
        assertEq(pool.unitsOf(id, sink), _capOf(staked - amount), "a signal does, up to the rest of the stake");
    }
}
