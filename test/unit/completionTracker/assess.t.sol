// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICompletionTracker } from "../../../src/interfaces/ICompletionTracker.sol";
import { LedgerMath } from "../../../src/libraries/LedgerMath.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { TrackerTest } from "./TrackerTest.sol";

/// @notice Another sink is acknowledged all of its pay, so all of it is expected; `sink` is acknowledged nothing.
/// forge-config: default.fuzz.runs = 32
/// forge-config: deep.fuzz.runs = 10000
contract AssessTest is TrackerTest {
    address private other;
    uint256 private otherKey;

    function setUp() public override {
        super.setUp();
        (other, otherKey) = makeAddrAndKey("other");
        _addSink(id, "other", CAPACITY);
        _signal(id, other, CAPACITY, 0);
        _nextEpoch();
        tracker.settle(id, sink);
        tracker.settle(id, other);
    }

    function test_RevertWhen_TheSinkWasAssessedInThisEpoch() external {
        tracker.assess(id, sink);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICompletionTracker.CompletionTracker_AlreadyAssessed.selector, id, sink, block.timestamp / EPOCH
            )
        );
        tracker.assess(id, sink);
        _nextEpoch();
        tracker.assess(id, sink);
    }

    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(bytes32 unknown) external {
        vm.assume(unknown != TaskTypeId.unwrap(id));
        vm.expectRevert(abi.encodeWithSelector(ICompletionTracker.CompletionTracker_UnknownTaskType.selector, unknown));
        tracker.assess(TaskTypeId.wrap(unknown), sink);
    }

    function test_WhenTheSinkIsWithinTheHorizon() external {
        _pass();
        assertEq(tracker.assess(id, sink), 0);
        assertEq(tracker.ledgerOf(id, sink).strikes, 0);
    }

    function test_WhenTheSinkIsBeyondTheHorizonOnceOrTwice() external {
        _fallBehind();
        for (uint256 i = 1; i < 3; ++i) {
            _pass();
            vm.expectEmit(address(tracker));
            emit ICompletionTracker.Struck(id, sink, i, 0);
            assertEq(tracker.assess(id, sink), 0);
            assertEq(tracker.ledgerOf(id, sink).strikes, i);
        }
    }

    function test_WhenAcknowledgementsComeBeforeTheThirdAssessment() external {
        _fallBehind();
        for (uint256 i; i < 2; ++i) {
            _pass();
            tracker.assess(id, sink);
        }
        _pass();
        _acknowledge(uint128(_received(sink)));
        assertEq(tracker.assess(id, sink), 0);
        assertEq(tracker.ledgerOf(id, sink).strikes, 0);
    }

    function test_WhenTheSinkIsBeyondTheHorizonThreeTimesInARow() external {
        _reachTheThirdAssessment();
        ICompletionTracker.Ledger memory ledger = tracker.ledgerOf(id, sink);
        uint256 unearned = LedgerMath.unearnedDown(
            ledger.owed, ledger.settledReceived - ledger.clearReceived, ledger.settledAcknowledged
        );
        uint256 due = unearned + unearned / 10;
        uint256 bond = _stakeFor(CAPACITY);
        uint256 donatedBefore = escrow.bookOf(id).unowned;

        uint256 slashed = tracker.assess(id, sink);

        assertEq(slashed, due < bond ? due : bond);
        assertGe(slashed, ledger.owed, "all that it owes");
        (uint256 stake,,) = stakes.bondOf(id, sink);
        assertEq(stake, bond - slashed);
        assertEq(pool.unitsOf(id, sink), 0, "units fall in the same transaction");
        uint256 donated = escrow.bookOf(id).unowned;
        assertEq(donated - donatedBefore, slashed);
        ledger = tracker.ledgerOf(id, sink);
        assertEq(ledger.owed + ledger.open + ledger.peakScaled + ledger.strikes, 0, "anew");
    }

    function test_GivenTheSinkWasAcknowledgedBefore() external {
        _pass();
        _acknowledge(uint128(_received(sink)));
        tracker.settle(id, sink);
        uint256 earned = _received(sink);
        assertEq(tracker.ledgerOf(id, sink).settledAcknowledged, earned);

        _reachTheThirdAssessment();
        uint256 unearned = _received(sink) - earned;
        uint256 due = unearned + unearned / 10;
        assertLt(due, _stakeFor(CAPACITY), "the bond covers it");
        assertEq(tracker.assess(id, sink), due, "what was earned before does not count");
    }

    function _reachTheThirdAssessment() private {
        _fallBehind();
        for (uint256 i; i < 2; ++i) {
            _pass();
            tracker.assess(id, sink);
        }
        _pass();
        tracker.settle(id, sink);
    }

    /// @dev One epoch, in which the other sink is acknowledged all that it got.
    function _pass() private {
        _nextEpoch();
        _submit(id, _receipt(id, sourceKey, otherKey, uint128(_received(other))));
        tracker.settle(id, other);
    }

    /// @dev Until one epoch more puts the sink beyond its horizon. Backpressure has it approach that only slowly.
    function _fallBehind() private {
        for (uint256 i; i < 200; ++i) {
            _pass();
            tracker.settle(id, sink);
            uint256 backlog = registry.sinkOf(id, sink).verifiedBacklog;
            if (LedgerMath.isBeyondHorizon(backlog, registry.smoothedCapacity(id, sink), 360)) return;
        }
        revert("never beyond the horizon");
    }

    function _nextEpoch() private {
        vm.warp((block.timestamp / EPOCH + 1) * EPOCH);
    }
}
