// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IAdmission } from "../../../src/interfaces/IAdmission.sol";
import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";
import { ScriptedAdmission } from "../../utils/ScriptedAdmission.sol";
import { ScriptedVerifier } from "../../utils/ScriptedVerifier.sol";

contract RegisterSinkTest is CapacityTest {
    address internal sink = makeAddr("sink");

    function testFuzz_RevertGiven_TheTaskTypeDoesNotExist(TaskTypeId unknown, address caller) external {
        vm.assume(unknown != id);

        vm.expectRevert(abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_UnknownTaskType.selector, unknown));
        vm.prank(caller);
        registry.registerSink(unknown, "");
    }

    function testFuzz_RevertGiven_TheCallerIsASinkAlready(uint64 capacity) external {
        sink = _addSink(id, "sink", _boundCapacity(capacity));

        vm.expectRevert(abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_SinkExists.selector, id, sink));
        vm.prank(sink);
        registry.registerSink(id, "");
    }

    function testFuzz_RevertGiven_TheStakeIsBelowTheMinimum(uint256 staked, uint256 unbonding) external {
        uint256[2] memory stakesLeft = [MINIMUM_STAKE - 1, bound(staked, 0, MINIMUM_STAKE - 1)];
        _stake(id, sink, MINIMUM_STAKE - 1 + bound(unbonding, 1, MAX_STAKE));
        for (uint256 i; i < stakesLeft.length; ++i) {
            (uint256 stake,,) = stakes.bondOf(id, sink);
            if (stake > stakesLeft[i]) _unstake(id, sink, stake - stakesLeft[i]);

            vm.expectRevert(
                abi.encodeWithSelector(
                    ICapacityRegistry.CapacityRegistry_StakeBelowMinimum.selector, stakesLeft[i], MINIMUM_STAKE
                )
            );
            vm.prank(sink);
            registry.registerSink(id, "");
        }
    }

    function testFuzz_GivenTheStakeIsTheMinimum(uint256 rest) external {
        rest = bound(rest, 0, BOND_PER_UNIT - 1);
        _stake(id, sink, MINIMUM_STAKE + rest);

        _register();

        assertTrue(registry.sinkOf(id, sink).registered);
        assertEq(registry.sinkOf(id, sink).cap, 0);
    }

    function testFuzz_GivenTheCallerHasLeftBefore(uint64 capacity, uint96 backlog, uint256 pause) external {
        capacity = _boundCapacity(capacity);
        pause = bound(pause, 0, 30 days);
        sink = _addPaidSink(id, "sink", capacity);
        _owe(id, sink, backlog);
        _commit(id, sink, capacity, 0);
        vm.prank(sink);
        registry.deregisterSink(id);
        skip(pause);
        vm.roll(block.number + 1);
        verifier.owe(id, sink, 0);

        _register();

        assertEq(abi.encode(registry.sinkOf(id, sink)), abi.encode(_newSink(capacity)), "as if it were new");
        vm.expectRevert(abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_NothingCommitted.selector, id, sink));
        _reveal(id, sink, capacity, 0);
    }

    /// @dev A pool cannot be a member of a pool: as a sink it would make every rebalance of it revert.
    function testFuzz_GivenTheCallerStandsForAPoolAddress(uint64 capacity) external {
        capacity = _boundCapacity(capacity);
        address poolAddress = address(distributionPool);
        sink = _addPaidSink(id, "sink", capacity);

        assertFalse(registry.sinkOf(id, poolAddress).registered, "nobody but the pool could, and it does not");
        address[] memory sinks = new address[](2);
        (sinks[0], sinks[1]) = (poolAddress, sink);
        skip(EPOCH);
        _commit(id, sink, 0, 0);
        _nextBlock();
        vm.prank(sink);
        registry.revealCapacity(id, 0, 0, SALT);
        registry.rebalance(id, sinks);
        assertEq(pool.unitsOf(id, poolAddress), 0, "it has no units");
    }

    function testFuzz_GivenTheStakeIsAboveTheMinimum(uint64 capacity) external {
        capacity = _boundCapacity(capacity);
        _stake(id, sink, _stakeFor(capacity));

        vm.expectEmit(address(registry));
        emit ICapacityRegistry.SinkRegistered(id, sink);
        _register();

        assertEq(abi.encode(registry.sinkOf(id, sink)), abi.encode(_newSink(capacity)), "what is stored");
        assertEq(registry.smoothedCapacity(id, sink), 0, "smoothed capacity");
        assertEq(registry.effectiveCapacity(id, sink), 0, "effective capacity");
    }

    // ------------------------------------------------------------------------------------------- Verifier, admission

    function testFuzz_GivenTheVerifierFindsWhatItLeftBehind(uint64 capacity, uint64 backlog) external {
        capacity = _boundCapacity(capacity);
        backlog = uint64(bound(backlog, 1, type(uint64).max));
        _stake(id, sink, _stakeFor(capacity));
        verifier.owe(id, sink, backlog);
        _register();
        assertEq(registry.sinkOf(id, sink).verifiedBacklog, backlog, "nobody loses its debt by coming back");
    }

    function testFuzz_GivenTheVerifierFails(uint64 capacity) external {
        capacity = _boundCapacity(capacity);
        _stake(id, sink, _stakeFor(capacity));
        verifier.behave(ScriptedVerifier.Manner.BurnsGas);
        _register();
        assertTrue(registry.sinkOf(id, sink).registered);
    }

    function testFuzz_GivenTheTaskTypeNamesAnAdmissionContract(uint256 seed) external {
        ScriptedAdmission admission = new ScriptedAdmission();
        TaskTypeParameters memory parameters = _parameters();
        parameters.admission = address(admission);
        id = _registerTaskType(parameters, "by invitation");
        _stake(id, sink, MINIMUM_STAKE);
        ScriptedAdmission.Answer answer =
            ScriptedAdmission.Answer(bound(seed, 0, uint256(type(ScriptedAdmission.Answer).max)));
        admission.give(answer);
        if (answer != ScriptedAdmission.Answer.Yes) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    ICapacityRegistry.CapacityRegistry_NotAdmitted.selector, id, sink, address(admission)
                )
            );
        }
        vm.expectCall(address(admission), 0, 200_000, abi.encodeCall(IAdmission.admits, (id, sink)));
        uint256 gas = gasleft();
        _register();
        if (answer != ScriptedAdmission.Answer.Yes) {
            assertLt(gas - gasleft(), 300_000, "and cannot burn more than it is given");
            return;
        }

        // Asked once: whatever it says later, who was admitted signals, is paid and leaves.
        admission.give(ScriptedAdmission.Answer.Burn);
        _signal(id, sink, 0, 0);
        vm.startPrank(sink);
        registry.deregisterSink(id);
        stakes.requestUnstake(id, MINIMUM_STAKE);
        skip(registry.unbondingPeriod(id));
        assertEq(stakes.withdraw(id), MINIMUM_STAKE);
        vm.stopPrank();
    }

    // ------------------------------------------------------------------------------------------- Profile

    function testFuzz_GivenAProfile(string calldata uri, string calldata later) external {
        _stake(id, sink, MINIMUM_STAKE);
        vm.expectEmit(address(registry));
        emit ICapacityRegistry.ProfileSet(id, sink, uri);
        vm.prank(sink);
        registry.registerSink(id, uri);

        vm.expectEmit(address(registry));
        emit ICapacityRegistry.ProfileSet(id, sink, later);
        vm.prank(sink);
        registry.setProfile(id, later);

        vm.expectRevert(abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_UnknownSink.selector, id, stranger));
        vm.prank(stranger);
        registry.setProfile(id, uri);
    }

    function _register() private {
        vm.prank(sink);
        registry.registerSink(id, "");
    }

    function _newSink(uint256 cap) private view returns (ICapacityRegistry.Sink memory newSink) {
        newSink.registered = true;
        newSink.cap = uint40(cap);
        (uint256 staked,,) = stakes.bondOf(id, sink);
        newSink.stake = uint112(staked);
        newSink.signalledAt = uint32(block.timestamp);
        newSink.settledEpoch = uint32(block.timestamp / EPOCH);
        newSink.baseEpoch = newSink.settledEpoch - 1;
    }
}
