// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { ICompletionTracker } from "../../../src/interfaces/ICompletionTracker.sol";
import { LedgerMath } from "../../../src/libraries/LedgerMath.sol";
import { VerifierTerms } from "../../../src/types/VerifierTerms.sol";
import { TrackerTest } from "./TrackerTest.sol";

/// forge-config: default.fuzz.runs = 8

/// forge-config: ci.fuzz.runs = 32
/// forge-config: deep.fuzz.runs = 10000
contract SettleTest is TrackerTest {
    function testFuzz_RevertWhen_TheCallerIsNotTheRegistry(address caller) external {
        vm.assume(caller != address(registry));
        bytes memory refused = abi.encodeWithSelector(
            ICompletionTracker.CompletionTracker_NotAllowed.selector, caller, address(registry)
        );
        VerifierTerms memory terms;
        vm.startPrank(caller);
        vm.expectRevert(refused);
        tracker.open(id, terms);
        vm.expectRevert(refused);
        tracker.settle(id, sink, 0);
        vm.expectRevert(refused);
        tracker.judge(id, sink, 0, true);
        vm.stopPrank();
    }

    function testFuzz_WhenTheSinkRegisters(uint256 time) external {
        skip(bound(time, 0, 1 days));
        _acknowledgeAllTo(sinkKey);
        _addSink(id, "newcomer", CAPACITY);
        ICompletionTracker.Ledger memory ledger = tracker.ledgerOf(id, makeAddr("newcomer"));
        (uint256 acknowledged, uint256 participating) = tracker.totalsOf(id);
        assertEq(ledger.openedAt, block.timestamp, "now");
        assertEq(ledger.poolPaidMark, pool.paidOf(id), "what the pool did before says nothing about it");
        assertEq(ledger.poolAcknowledgedMark, acknowledged);
        assertEq(ledger.poolParticipatingMark, participating);
        assertEq(ledger.owed + ledger.earned + ledger.receivedMark + ledger.strikes, 0);
    }

    function testFuzz_WhenTheWindowIsYoungerThanTheInterval(uint256 age) external {
        ICompletionTracker.Ledger memory before = _ledger();
        skip(bound(age, 0, before.openedAt + INTERVAL - 1 - block.timestamp));
        _acknowledgeAllTo(sinkKey);
        before.acknowledged = _ledger().acknowledged;
        vm.recordLogs();
        assertEq(_settleAsRegistry(), 0);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(abi.encode(_ledger()), abi.encode(before), "nothing but the sum of receipts");
    }

    function test_WhenThePoolHasPaidNothingInTheWindow() external {
        _acknowledgeAllTo(sinkKey);
        _setStream(id, source, 0);
        skip(INTERVAL);
        _settleAsRegistry();
        uint256 openedAt = _ledger().openedAt;
        skip(10 * INTERVAL);
        _settleAsRegistry();
        assertEq(_ledger().openedAt, openedAt);
    }

    function testFuzz_RevertWhen_SecondsExceed32Bits(uint256 time) external {
        _acknowledgeAllTo(sinkKey);
        _setStream(id, source, 0);
        skip(INTERVAL);
        _settleAsRegistry();
        time = bound(time, 1 << 32, 1 << 33);
        vm.warp(time);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 32, time));
        _settleAsRegistry();
    }

    function testFuzz_WhenTooLittleMoneyTakesPart(uint256 age) external {
        uint256 openedAt = _ledger().openedAt;
        vm.warp(openedAt + bound(age, INTERVAL, 2 * INTERVAL - 1));
        assertEq(_settleAsRegistry(), 0);
        assertEq(_ledger().openedAt, openedAt, "it stays open");

        vm.warp(openedAt + 2 * INTERVAL);
        vm.expectEmit(address(tracker));
        emit ICompletionTracker.WindowDropped(id, sink, 0);
        _settleAsRegistry();
        assertEq(_ledger().openedAt, block.timestamp, "dropped");
        assertEq(_ledger().owed, 0);
        assertEq(_ledger().clearReceived, _received(sink), "nothing counts as paid for that time");
    }

    /// @dev Little money took part for long; that much of it does in the present window does not make it the pool.
    function test_WhenTooLittleMoneyTookPartOverTheLongLook() external {
        for (uint256 i; i < 7; ++i) {
            skip(2 * INTERVAL);
            _settleAsRegistry();
        }
        _acknowledgeAllTo(sinkKey);
        uint256 openedAt = _ledger().openedAt;
        skip(INTERVAL);
        _acknowledgeAllTo(sinkKey);
        _settleAsRegistry();
        assertEq(_ledger().openedAt, openedAt, "open");
        assertFalse(tracker.verified(id));
        assertLt(tracker.participationOf(id), 0.334e18);
    }

    function test_WhenEverythingIsAcknowledged() external {
        skip(INTERVAL);
        _acknowledgeAllTo(sinkKey);
        (uint256 acknowledged, uint256 participating) = tracker.totalsOf(id);
        vm.expectEmit(address(tracker));
        uint256 paid = pool.paidOf(id);
        emit ICompletionTracker.WindowClosed(
            id, sink, LedgerMath.shareDown(participating, paid), LedgerMath.shareDown(acknowledged, paid), 0, 0
        );
        assertEq(_settleAsRegistry(), 0);
        assertEq(_ledger().owed, 0);
        assertEq(_ledger().openedAt, block.timestamp);
        assertEq(_ledger().peakScaled, uint256(CAPACITY) * 1e9);
        assertTrue(tracker.verified(id));
    }

    /// @dev The source acknowledges to the other sink all that it spends.
    function testFuzz_WhenOnlyAnotherSinkIsAcknowledged(uint256 time) external {
        (, uint256 otherKey) = _addOther();
        skip(INTERVAL);
        _acknowledgeAllTo(otherKey);
        _settleAsRegistry();
        ICompletionTracker.Ledger memory before = _ledger();
        uint256 paidBefore = before.poolPaidMark;
        skip(bound(time, INTERVAL, 2 * INTERVAL));
        _acknowledgeAllTo(otherKey);
        uint256 received = _received(sink) - before.receivedMark;
        uint256 paid = pool.paidOf(id) - paidBefore;
        (uint256 acknowledged, uint256 participating) = tracker.totalsOf(id);
        (uint256 standard, uint256 expected,) = LedgerMath.standardDown(
            LedgerMath.shareDown(acknowledged - before.poolAcknowledgedMark, paid),
            LedgerMath.shareDown(participating - before.poolParticipatingMark, paid)
        );

        _settleAsRegistry();
        // The window is closed: this only tells the registry.
        _settle(id, sink);

        uint256 owed = before.owed + received * expected / standard;
        assertEq(_ledger().owed, owed, "phi over sigma of its pay");
        uint256 backlog = LedgerMath.provenBacklogDown(owed, UNIT_RATE, uint256(CAPACITY) * 1e9, 120);
        assertEq(registry.sinkOf(id, sink).verifiedBacklog, backlog);
        assertEq(registry.effectiveCapacity(id, sink), CAPACITY - (backlog + 359) / 360);
        assertGe(_received(sink), owed, "never more than it was paid");

        // What is acknowledged in the open window counts at once, at par.
        skip(EPOCH);
        _acknowledge(uint128(owed / 3));
        assertEq(tracker.completedOf(id, source, sink), owed / 3);
        uint256 left = LedgerMath.provenBacklogDown(owed - owed / 3, UNIT_RATE, uint256(CAPACITY) * 1e9, 120);
        _settle(id, sink);
        assertEq(registry.sinkOf(id, sink).verifiedBacklog, left);
    }

    function test_GivenTheSinkDeclaresLessWhileItOwes() external {
        (, uint256 otherKey) = _addOther();
        skip(INTERVAL);
        _acknowledgeAllTo(otherKey);
        _settleAsRegistry();
        skip(INTERVAL);
        _acknowledgeAllTo(otherKey);
        vm.prank(address(registry));
        tracker.settle(id, sink, uint256(CAPACITY) / 4 * 1e9);
        assertEq(_ledger().peakScaled, uint256(CAPACITY) * 1e9 * 5 / 8, "half way");
    }

    function test_WhenTheBacklogStaysBeyondTheHorizon() external {
        (, uint256 otherKey) = _addOther();
        _setStream(id, source, 2000 * uint256(UNIT_RATE));
        for (uint256 i; i < 12; ++i) {
            skip(INTERVAL);
            _acknowledgeAllTo(otherKey);
            _settleAsRegistry();
            assertLe(_ledger().strikes, 3, "three at most");
        }
        assertEq(_ledger().strikes, 3, "struck");

        skip(INTERVAL);
        _acknowledgeAllTo(sinkKey);
        _acknowledgeAllTo(otherKey);
        _settleAsRegistry();
        assertEq(_ledger().strikes, 0, "cleared");
    }

    /// @dev Receipts for two windows come in the second. Each paid R; the first closes with one wei acknowledged, the second
    /// with 2 R - 1: R - 1 more than it paid, which is left for the third.
    function test_WhenMoreIsAcknowledgedThanTheWindowPaid() external {
        skip(INTERVAL);
        _acknowledge(1);
        _settleAsRegistry();
        uint256 mark = _ledger().poolPaidMark;
        skip(INTERVAL);
        _acknowledge(type(uint128).max);
        uint256 paid = pool.paidOf(id) - mark;
        _settleAsRegistry();

        (uint256 acknowledged,) = tracker.totalsOf(id);
        assertEq(acknowledged, pool.paidOf(id), "both windows");
        uint256 above = acknowledged - 1 - paid;
        assertEq(_ledger().poolAcknowledgedMark, acknowledged - (above < paid ? above : paid), "counts once more");
    }

    /// @dev A window that nobody says anything about is dropped: what was owed before it stays, less what is acknowledged at
    /// par, and its pay is no pay.
    function test_GivenTheSinkOwes_WhenAWindowIsDropped() external {
        (, uint256 otherKey) = _addOther();
        skip(INTERVAL);
        _acknowledgeAllTo(otherKey);
        _settleAsRegistry();
        ICompletionTracker.Ledger memory before = _ledger();
        assertGt(before.owed, 0);
        skip(20 * INTERVAL);
        uint256 part = before.owed / 3;
        _acknowledge(uint128(part));

        vm.expectEmit(address(tracker));
        emit ICompletionTracker.WindowDropped(id, sink, before.owed - part);
        _settleAsRegistry();

        assertEq(_ledger().owed, before.owed - part);
        uint256 received = _received(sink) - before.receivedMark;
        assertEq(_ledger().clearReceived, before.clearReceived + received, "its pay does not count");
    }
}
