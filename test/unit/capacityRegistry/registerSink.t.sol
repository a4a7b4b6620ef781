// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

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
        vm.prank(verifier);
        registry.setVerifiedBacklog(id, sink, backlog);
        _commit(id, sink, capacity, 0);
        vm.prank(sink);
        registry.deregisterSink(id);
        skip(pause);
        vm.roll(block.number + 1);

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

    function _register() private {
        vm.prank(sink);
        registry.registerSink(id, "");
    }

    function _newSink(uint256 cap) private view returns (ICapacityRegistry.Sink memory newSink) {
        newSink.registered = true;
        newSink.cap = uint40(cap);
        newSink.signalledAt = uint32(block.timestamp);
    }
}
