// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { IStakeManager } from "../../../src/interfaces/IStakeManager.sol";
import { BoundedCall } from "../../../src/libraries/BoundedCall.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";
import { ScriptedVerifier } from "../../utils/ScriptedVerifier.sol";

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
        slashed = bound(slashed, 1, unbonding - 1);
        _stakeAndUnstake(staked, unbonding);
        uint256 balance = superToken.balanceOf(sink);
        _slash(id, sink, slashed);
        skip(registry.unbondingPeriod(id));

        assertEq(_withdraw(id), unbonding - slashed, "the rest");
        assertEq(superToken.balanceOf(sink), balance + unbonding - slashed, "and it arrives");
        assertEq(superToken.balanceOf(address(stakes)), staked - unbonding, "the stake stays behind");
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

    function testFuzz_GivenTheVerifierFailsOrIsNotReady(uint256 staked, uint256 seed, uint256 late) external {
        staked = bound(staked, 1, MAX_STAKE);
        // All that is not an answer.
        uint256 manner = bound(seed, 1, uint256(ScriptedVerifier.Manner.AnswersNothing));
        _stakeAndUnstake(staked, staked);
        verifier.take(id, sink, staked);
        verifier.behave(ScriptedVerifier.Manner(manner));
        uint256 period = registry.unbondingPeriod(id);
        (,, uint256 unbondedAt) = stakes.bondOf(id, sink);

        uint256[2] memory times = [unbondedAt, unbondedAt + period - 1];
        for (uint256 i; i < times.length; ++i) {
            vm.warp(times[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IStakeManager.StakeManager_NotJudged.selector, id, sink, unbondedAt + period)
            );
            _withdraw(id);
        }

        vm.warp(unbondedAt + period + bound(late, 0, 365 days));
        if (manner != uint256(ScriptedVerifier.Manner.NotReady)) {
            vm.expectEmit(address(registry));
            emit ICapacityRegistry.VerifierFailed(id, sink, address(verifier));
        }
        assertEq(_withdraw(id), staked, "everything");
    }

    /// @dev A caller passes on 63/64 of its gas, so with too little an honest verifier could be made to fail.
    function testFuzz_WhenTheCallerGivesTheVerifierTooLittleGas(uint256 gas) external {
        _stakeAndUnstake(100, 100);
        verifier.take(id, sink, 100);
        skip(2 * registry.unbondingPeriod(id));
        gas = bound(gas, 60_000, 400_000);
        vm.prank(sink);
        try stakes.withdraw{ gas: gas }(id) {
            assertTrue(false, "paid");
        } catch (bytes memory reason) {
            bytes4 selector = BoundedCall.BoundedCall_TooLittleGas.selector;
            if (reason.length != 0) assertEq(bytes4(reason), selector, "refused, and nothing has happened");
        }
        assertEq(_withdraw(id), 0, "with enough it is charged");
    }

    function testFuzz_GivenTheVerifierCharges(uint256 staked, uint256 unbonding, uint256 charge) external {
        staked = bound(staked, 0, MAX_STAKE);
        unbonding = bound(unbonding, 1, MAX_STAKE);
        charge = bound(charge, 1, 2 * MAX_STAKE);
        _stakeAndUnstake(staked + unbonding, unbonding);
        verifier.take(id, sink, charge);
        skip(registry.unbondingPeriod(id));
        uint256 taken = charge < staked + unbonding ? charge : staked + unbonding;
        uint256 fromUnbonding = taken < unbonding ? taken : unbonding;

        vm.expectEmit(address(stakes));
        emit IStakeManager.Charged(id, sink, taken);
        vm.expectEmit(address(stakes));
        emit IStakeManager.Withdrawn(id, sink, unbonding - fromUnbonding);
        assertEq(_withdraw(id), unbonding - fromUnbonding, "what is left of it");

        (uint256 stake, uint256 left,) = stakes.bondOf(id, sink);
        assertEq(stake, staked + fromUnbonding - taken, "then stake");
        assertEq(left, 0);
        assertEq(escrow.overflowOf(id), taken, "the escrow buffer has it");
        assertTrue(verifier.leaving(), "the verifier knew");
    }

    function testFuzz_GivenTheChargedSinkStays(uint64 capacity, uint256 charge) external {
        capacity = _boundCapacity(capacity);
        sink = _addPaidSink(id, "sink", capacity);
        _stake(id, sink, 1e18);
        _unstake(id, sink, 1e18);
        charge = bound(charge, 1, 1e18 + _stakeFor(capacity));
        verifier.take(id, sink, charge);
        for (uint256 waited; waited < registry.unbondingPeriod(id); waited += EPOCH) {
            skip(EPOCH - 2);
            _signal(id, sink, capacity, 0);
        }

        _withdraw(id);

        uint256 staked = _stakeFor(capacity) - (charge > 1e18 ? charge - 1e18 : 0);
        assertEq(registry.sinkOf(id, sink).capacity, _capOf(staked), "its signal stays, within what its stake backs");
        assertEq(pool.unitsOf(id, sink), _capOf(staked), "and so does its pay");
    }

    /// @dev What it owed is charged, so it is not held against its units any longer. They follow at the next look.
    function testFuzz_GivenASinkThatOwesIsCharged(uint64 capacity, uint256 backlog) external {
        capacity = _boundCapacity(capacity);
        backlog = bound(backlog, 1, type(uint64).max);
        sink = _addPaidSink(id, "sink", capacity);
        _stake(id, sink, 1e18);
        _owe(id, sink, backlog);
        _unstake(id, sink, 1e18);
        verifier.take(id, sink, 1);
        skip(registry.unbondingPeriod(id));
        assertEq(registry.sinkOf(id, sink).verifiedBacklog, backlog, "before");

        _withdraw(id);

        assertEq(registry.sinkOf(id, sink).verifiedBacklog, 0, "charged");
    }

    function testFuzz_GivenTheTaskTypeHasNoVerifier(uint256 staked) external {
        staked = bound(staked, 1, MAX_STAKE);
        TaskTypeParameters memory parameters = _parameters();
        parameters.verifier = address(0);
        id = _registerTaskType(parameters, "unverified");
        _stakeAndUnstake(staked, staked);
        skip(registry.unbondingPeriod(id));
        assertEq(_withdraw(id), staked, "nobody asks for anything");
    }

    function test_GivenTheVerifierCallsBack() external {
        _stakeAndUnstake(100, 100);
        skip(registry.unbondingPeriod(id));
        verifier.callBack(address(stakes), abi.encodeCall(stakes.withdraw, (id)));
        assertEq(_withdraw(id), 100);
        assertEq(superToken.balanceOf(address(stakes)), 0);
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
