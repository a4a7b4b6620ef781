// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICompletionTracker } from "../../../src/interfaces/ICompletionTracker.sol";
import { LedgerMath } from "../../../src/libraries/LedgerMath.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { TrackerTest } from "./TrackerTest.sol";

/// forge-config: default.fuzz.runs = 64
/// forge-config: deep.fuzz.runs = 10000
contract SettleTest is TrackerTest {
    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(bytes32 unknown) external {
        vm.assume(unknown != TaskTypeId.unwrap(id));
        vm.expectRevert(abi.encodeWithSelector(ICompletionTracker.CompletionTracker_UnknownTaskType.selector, unknown));
        tracker.settle(TaskTypeId.wrap(unknown), sink);
    }

    function testFuzz_RevertWhen_AnotherVerifierIsResponsible(address verifier) external {
        vm.assume(verifier != address(tracker));
        TaskTypeParameters memory parameters = _parameters();
        parameters.verifier = verifier;
        TaskTypeId other = _registerTaskType(parameters, "verified elsewhere");
        vm.expectRevert(
            abi.encodeWithSelector(ICompletionTracker.CompletionTracker_NotVerifier.selector, other, verifier)
        );
        tracker.settle(other, sink);
    }

    function testFuzz_WhenTheLedgerWasSettledInThisEpoch(uint256 completed, uint256 time) external {
        vm.warp((block.timestamp / EPOCH + 1) * EPOCH);
        tracker.settle(id, sink);
        bytes memory before = abi.encode(tracker.ledgerOf(id, sink));
        skip(bound(time, 0, EPOCH - 1));
        vm.recordLogs();
        tracker.settle(id, sink);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(abi.encode(tracker.ledgerOf(id, sink)), before);

        // Receipts of the meantime wait for the next epoch.
        assertEq(_acknowledge(uint128(bound(completed, 1, _rate() * EPOCH))), 1);
        tracker.settle(id, sink);
        assertEq(tracker.acknowledgedOf(id), 0);
    }

    function testFuzz_WhenItIsTheFirstSettlement(uint256 time) external {
        (, uint256 otherKey) = makeAddrAndKey("other");
        _addSink(id, "other", CAPACITY);
        _signal(id, vm.addr(otherKey), CAPACITY, 0);
        skip(bound(time, EPOCH, 1 days));
        _submit(id, _receipt(id, sourceKey, otherKey, uint128(_received(vm.addr(otherKey)))));
        tracker.settle(id, vm.addr(otherKey));
        assertGt(tracker.acknowledgedOf(id), 0);

        vm.expectEmit(address(tracker));
        emit ICompletionTracker.Settled(id, sink, 0, 0);
        tracker.settle(id, sink);
        ICompletionTracker.Ledger memory ledger = tracker.ledgerOf(id, sink);
        assertEq(ledger.owed, 0);
        assertEq(ledger.settledReceived, _received(sink));
        assertEq(ledger.settledPoolPaid, pool.paidOf(id));
        assertEq(ledger.settledPoolAcknowledged, tracker.acknowledgedOf(id));
        assertEq(ledger.settledEpoch, block.timestamp / EPOCH);
    }

    function testFuzz_WhenEverythingIsAcknowledged(uint256 time) external {
        tracker.settle(id, sink);
        skip(bound(time, EPOCH, 1 days));
        _acknowledge(uint128(_received(sink)));
        tracker.settle(id, sink);
        assertEq(tracker.ledgerOf(id, sink).owed, 0);
        assertEq(tracker.acknowledgedOf(id), _received(sink));
    }

    function testFuzz_WhenNothingIsAcknowledgedToAnybody(uint256 time) external {
        tracker.settle(id, sink);
        skip(bound(time, EPOCH, 30 days));
        tracker.settle(id, sink);
        assertEq(tracker.ledgerOf(id, sink).owed, 0);
        assertEq(registry.sinkOf(id, sink).verifiedBacklog, 0);
    }

    function testFuzz_WhenOnlyAnotherSinkIsAcknowledged(uint256 time) external {
        (address other, uint256 otherKey) = _openLedgers();
        ICompletionTracker.Ledger memory ledger = tracker.ledgerOf(id, sink);
        uint256 unitsBefore = pool.unitsOf(id, sink);
        skip(bound(time, 10 * EPOCH, 20 * EPOCH));
        _submit(id, _receipt(id, sourceKey, otherKey, uint128(_received(other))));
        tracker.settle(id, other);

        uint256 acknowledged = tracker.acknowledgedOf(id) - ledger.settledPoolAcknowledged;
        uint256 paid = pool.paidOf(id) - ledger.settledPoolPaid;
        uint256 owed = LedgerMath.expectedDown(_received(sink) - ledger.settledReceived, paid, acknowledged);
        uint256 backlog = LedgerMath.verifiedBacklogDown(owed, UNIT_RATE, CAPACITY * 1e9, 60);
        assertGt(backlog, 0);
        vm.expectEmit(address(tracker));
        emit ICompletionTracker.Settled(id, sink, owed, backlog);
        tracker.settle(id, sink);
        assertEq(tracker.ledgerOf(id, sink).owed, owed);
        assertEq(registry.sinkOf(id, sink).verifiedBacklog, backlog);
        assertLt(pool.unitsOf(id, sink), unitsBefore, "units move");
    }

    /// @dev The largest capacity since something was owed counts: declaring less must not make the backlog look larger.
    function testFuzz_GivenTheSinkDeclaresLessWhileItOwes(uint64 declared) external {
        declared = uint64(bound(declared, 0, CAPACITY - 1));
        (address other, uint256 otherKey) = _openLedgers();
        skip(10 * EPOCH);
        _submit(id, _receipt(id, sourceKey, otherKey, uint128(_received(other))));
        tracker.settle(id, other);
        tracker.settle(id, sink);
        assertGt(tracker.ledgerOf(id, sink).owed, 0);

        _signal(id, sink, declared, 0);
        skip(2 * EPOCH);
        tracker.settle(id, sink);
        assertEq(registry.smoothedCapacity(id, sink), declared * 1e9);
        assertEq(tracker.ledgerOf(id, sink).peakScaled, CAPACITY * 1e9);
    }

    function testFuzz_WhenMoreIsUnacknowledgedThanHorizonAndGraceHold(uint256 time) external {
        tracker.settle(id, sink);
        skip(bound(time, 1 days, 20 days));
        tracker.settle(id, sink);
        assertEq(tracker.ledgerOf(id, sink).open, CAPACITY * uint256(UNIT_RATE) * (360 + 60));
    }

    function testFuzz_WhenReceiptsExceedWhatTheSinkWasPaid(uint256 time) external {
        (address other,) = makeAddrAndKey("other");
        _addSink(id, "other", CAPACITY);
        _signal(id, other, CAPACITY, 0);
        tracker.settle(id, sink);
        skip(bound(time, EPOCH, 1 days));
        _acknowledge(uint128(2 * _received(sink)));
        assertGt(tracker.ledgerOf(id, sink).acknowledged, _received(sink));

        tracker.settle(id, sink);
        assertEq(tracker.acknowledgedOf(id), _received(sink));
        assertEq(tracker.ledgerOf(id, sink).open, 0);
    }

    /// @dev Another sink that is paid as much; both are settled for the first time.
    function _openLedgers() private returns (address other, uint256 otherKey) {
        (other, otherKey) = makeAddrAndKey("other");
        _addSink(id, "other", CAPACITY);
        _signal(id, other, CAPACITY, 0);
        skip(EPOCH);
        tracker.settle(id, sink);
        tracker.settle(id, other);
    }
}
