// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";

import { ICompletionTracker } from "../../../src/interfaces/ICompletionTracker.sol";
import { LedgerMath } from "../../../src/libraries/LedgerMath.sol";
import { TrackerTest } from "./TrackerTest.sol";

/// forge-config: default.fuzz.runs = 8

/// forge-config: ci.fuzz.runs = 32
/// forge-config: deep.fuzz.runs = 10000
contract JudgeTest is TrackerTest {
    function testFuzz_GivenTheSinkHasNeverRegistered(address nobody, bool leaving) external {
        vm.assume(nobody != sink);
        vm.prank(address(registry));
        (bool ready, uint256 amount) = tracker.judge(id, nobody, 0, leaving);
        assertEq(ready, leaving);
        assertEq(amount, 0);
        assertEq(tracker.ledgerOf(id, nobody).openedAt, 0, "and no ledger opens");
    }

    function testFuzz_WhenNobodyHasStruckThreeTimes(uint256 intervals) external {
        (, uint256 otherKey) = _addOther();
        intervals = bound(intervals, 0, 3);
        for (uint256 i; i < intervals; ++i) {
            skip(INTERVAL);
            _acknowledgeAllTo(otherKey);
            (bool ready, uint256 amount) = _judgeAsRegistry(CAPACITY, false);
            assertFalse(ready);
            assertEq(amount, 0);
        }
    }

    function test_WhenTheSinkHasThreeStrikes() external {
        _beDeadFor(12);
        ICompletionTracker.Ledger memory ledger = _ledger();
        assertEq(ledger.strikes, 3);

        (bool ready, uint256 amount) = _judgeAsRegistry(CAPACITY, false);

        assertTrue(ready);
        uint256 unearned =
            LedgerMath.unearnedDown(ledger.owed, ledger.receivedMark - ledger.clearReceived, ledger.earned);
        assertEq(amount, unearned + unearned / 10);
        assertGt(amount, 0);
        _assertClear();
        (ready, amount) = _judgeAsRegistry(CAPACITY, false);
        assertFalse(ready, "once");
    }

    function testFuzz_WhenTheSinkLeaves(uint256 intervals) external {
        _beDeadFor(bound(intervals, 1, 6));
        ICompletionTracker.Ledger memory ledger = _ledger();
        uint256 expected = tracker.exitChargeOf(id, sink);
        assertEq(
            expected, LedgerMath.exitChargeDown(ledger.owed, ledger.receivedMark - ledger.clearReceived, ledger.earned)
        );

        (bool ready, uint256 amount) = _judgeAsRegistry(0, true);

        assertTrue(ready);
        assertEq(amount, expected);
        assertGe(amount, _received(sink) * 9 / 10, "what it was paid for nothing");
        assertEq(_ledger().peakScaled, 0);
        _assertClear();
        (ready, amount) = _judgeAsRegistry(0, true);
        assertTrue(ready);
        assertEq(amount, 0, "once");
    }

    /// @dev The doubt is for who has left and cannot wait for the next receipt; who stays could wash its debt with it.
    function testFuzz_WhenTheWindowOfALeaverIsTooYoung(uint256 age, uint256 share, bool stays) external {
        uint256 capacity = stays ? CAPACITY : 0;
        _beDeadFor(2);
        skip(bound(age, EPOCH, INTERVAL - 1));
        ICompletionTracker.Ledger memory before = _ledger();
        uint256 fresh = escrow.spentOf(id, source) - tracker.acknowledgedBy(id, source);
        fresh = bound(share, 1, fresh);
        _acknowledge(uint128(fresh));
        uint256 counted = tracker.completedOf(id, source, sink);
        uint256 used = counted < before.owed ? counted : before.owed;

        (bool ready, uint256 amount) = _judgeAsRegistry(capacity, true);

        assertTrue(ready);
        uint256 received = before.receivedMark - before.clearReceived;
        uint256 owed = before.owed - used;
        assertEq(
            amount,
            stays
                ? LedgerMath.withPenaltyDown(LedgerMath.unearnedDown(owed, received, before.earned))
                : LedgerMath.exitChargeDown(owed, received, before.earned)
        );
        ICompletionTracker.Ledger memory ledger = _ledger();
        assertEq(ledger.openedAt, before.openedAt, "still open");
        assertEq(ledger.receivedMark, before.receivedMark, "its pay is judged later");
        assertEq(ledger.acknowledgedMark, before.acknowledgedMark + used, "what was used counts once");
        assertEq(ledger.peakScaled, capacity * 1e9);
    }

    function testFuzz_WhenNobodyEverAcknowledgedAnything(uint256 time) external {
        skip(bound(time, 0, 365 days));
        (bool ready, uint256 amount) = _judgeAsRegistry(0, true);
        assertTrue(ready);
        assertEq(amount, 0);
    }

    /// @dev A token may have any supply; whoever leaves is answered all the same.
    function testFuzz_WhenSumsAreAsLargeAsTheyCanBe(uint256 received, uint256 paid, bool leaving) external {
        _beDeadFor(2);
        skip(INTERVAL);
        (, uint256 otherKey) = makeAddrAndKey("other");
        _acknowledgeAllTo(otherKey);
        vm.mockCall(address(pool), abi.encodeCall(pool.paidOf, (id)), abi.encode(paid));
        vm.mockCall(
            address(distributionPool),
            abi.encodeCall(ISuperfluidPool.getTotalAmountReceivedByMember, (sink)),
            abi.encode(received)
        );
        for (uint256 i; i < 3; ++i) {
            _judgeAsRegistry(CAPACITY, leaving);
            _settleAsRegistry();
            skip(2 * INTERVAL);
        }
    }

    /// @dev It works for nobody while the other sink is acknowledged everything.
    function _beDeadFor(uint256 intervals) private {
        (, uint256 otherKey) = _addOther();
        _setStream(id, source, 2000 * uint256(UNIT_RATE));
        for (uint256 i; i < intervals; ++i) {
            skip(INTERVAL);
            _acknowledgeAllTo(otherKey);
            _settleAsRegistry();
        }
    }

    function _assertClear() private view {
        ICompletionTracker.Ledger memory ledger = _ledger();
        assertEq(ledger.owed + ledger.earned + ledger.strikes, 0);
        assertEq(ledger.clearReceived, ledger.receivedMark);
    }
}
