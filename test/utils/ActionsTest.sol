// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId } from "../../src/types/TaskType.sol";
import { LedgerTest } from "./LedgerTest.sol";

/// @notice Random histories: each step does one thing that an actor of the protocol may do.
abstract contract ActionsTest is LedgerTest {
    uint256 internal constant ACTORS = 3;
    uint64 internal constant BONDED = 1e6;

    /// @notice Gives a task type three sinks without capacity and three sources without a stream.
    function _populate(TaskTypeId taskTypeId, string memory prefix) internal {
        for (uint256 i; i < ACTORS; ++i) {
            string memory name = string.concat(prefix, vm.toString(i));
            books[taskTypeId].sinks.push(_addSink(taskTypeId, string.concat(name, " sink"), BONDED));
            _newSource(taskTypeId, string.concat(name, " source"), 0);
        }
    }

    /// @dev Never reverts: a step that has nothing to do does nothing.
    function _act(TaskTypeId taskTypeId, uint256 seed) internal {
        uint256 action = seed % 17;
        uint256 value = seed >> 16;
        address sink = books[taskTypeId].sinks[(seed >> 8) % ACTORS];
        address source = books[taskTypeId].sources[(seed >> 8) % ACTORS];
        if (action < 2) _declare(taskTypeId, sink, value);
        else if (action == 2) _leave(taskTypeId, sink);
        else if (action == 3) _unstake(taskTypeId, sink, value);
        else if (action < 6) _stream(taskTypeId, source, bound(value, 0, 4 * uint256(BONDED)) * UNIT_RATE);
        else if (action == 6) escrow.syncSource(taskTypeId, source);
        else if (action == 7) _deposit(taskTypeId, source, bound(value, escrow.minDepositOf(taskTypeId), 1e23));
        else if (action == 8) _donate(taskTypeId, source, bound(value, 1, 1e22));
        else if (action == 9) _gift(taskTypeId, stranger, bound(value, 1, 1e22));
        else if (action == 10) _drain(taskTypeId);
        else if (action == 11) _release(taskTypeId);
        else if (action == 12) _changeFee(taskTypeId, value);
        else if (action == 16) _requestReturn(taskTypeId, source);
        else if (action < 15) skip(bound(value, 1, 2 hours));
        else registry.rebalance(taskTypeId, books[taskTypeId].sinks);
    }

    function _declare(TaskTypeId taskTypeId, address sink, uint256 value) private {
        if (!registry.sinkOf(taskTypeId, sink).registered) {
            vm.prank(sink);
            registry.registerSink(taskTypeId, "");
        }
        _signal(taskTypeId, sink, uint64(bound(value, 0, BONDED)), 0);
    }

    function _leave(TaskTypeId taskTypeId, address sink) private {
        if (!registry.sinkOf(taskTypeId, sink).registered) return;
        vm.prank(sink);
        registry.deregisterSink(taskTypeId);
        assertEq(pool.unitsOf(taskTypeId, sink), 0);
    }

    /// @dev At most a tenth, so that the minimum stake remains and the sink can come back.
    function _unstake(TaskTypeId taskTypeId, address sink, uint256 value) private {
        (uint256 staked,,) = stakes.bondOf(taskTypeId, sink);
        vm.prank(sink);
        stakes.requestUnstake(taskTypeId, bound(value, 1, (staked - MINIMUM_STAKE) / 10));
    }

    function _drain(TaskTypeId taskTypeId) private {
        uint256 expected = escrow.drainable(taskTypeId);
        if (expected != 0) assertEq(escrow.drain(taskTypeId), expected, "drainable");
    }

    function _release(TaskTypeId taskTypeId) private {
        uint256 expected = escrow.releasable(taskTypeId);
        if (expected != 0) assertEq(escrow.release(taskTypeId), expected, "releasable");
    }

    function _requestReturn(TaskTypeId taskTypeId, address source) private {
        (uint256 held,) = escrow.claimOf(taskTypeId, source);
        if (held == 0) return;
        vm.prank(source);
        escrow.requestReturn(taskTypeId);
    }

    function _changeFee(TaskTypeId taskTypeId, uint256 value) private {
        _setFee(bound(value, 0, 100));
        (, uint256 accrued) = pool.incomeOf(taskTypeId);
        if (accrued > books[taskTypeId].feeCollected) _collectFee(taskTypeId);
    }
}
