// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICompletionTracker } from "../../../src/interfaces/ICompletionTracker.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { HostileWallet, OwnedWallet } from "../../utils/Wallets.sol";
import { TrackerTest } from "./TrackerTest.sol";

/// forge-config: default.fuzz.runs = 16

/// forge-config: ci.fuzz.runs = 64
/// forge-config: deep.fuzz.runs = 10000
contract AcknowledgeTest is TrackerTest {
    function testFuzz_RevertGiven_TheTaskTypeIsUnknown(TaskTypeId unknown) external {
        vm.assume(TaskTypeId.unwrap(unknown) != TaskTypeId.unwrap(id));
        bytes memory refusal =
            abi.encodeWithSelector(ICompletionTracker.CompletionTracker_UnknownTaskType.selector, unknown);
        vm.expectRevert(refusal);
        tracker.acknowledge(unknown, new ICompletionTracker.Receipt[](0));
        vm.expectRevert(refusal);
        tracker.verified(unknown);
        vm.expectRevert(refusal);
        tracker.participationOf(unknown);
    }

    function test_GivenThePoolHasPaidNothing() external {
        id = _registerTaskType(_parameters(), "unpaid");
        assertEq(tracker.participationOf(id), 0);
        assertFalse(tracker.verified(id));
    }

    function test_WhenTheBatchIsEmpty() external {
        assertEq(tracker.acknowledge(id, new ICompletionTracker.Receipt[](0)), 0);
    }

    function testFuzz_WhenTheReceiptAcknowledgesNoMoreThanBefore(uint256 first, uint256 second) external {
        first = bound(first, 1, _rate() * EPOCH * 99 / 100);
        second = bound(second, 0, first);
        assertEq(_acknowledge(uint128(first)), 1);
        _assertSkipped(id, _receipt(id, sourceKey, sinkKey, uint128(second)), ICompletionTracker.Skipped.NothingNew);
    }

    function testFuzz_WhenTheSourceStreamsNothing(uint128 completed) external {
        completed = uint128(bound(completed, 1, type(uint128).max));
        (, uint256 key) = makeAddrAndKey("talker");
        _assertSkipped(id, _receipt(id, key, sinkKey, completed), ICompletionTracker.Skipped.NothingSpent);
    }

    function testFuzz_WhenTheSourceStreamsOnlyWithinThisTransaction(uint128 completed) external {
        completed = uint128(bound(completed, 1, type(uint128).max));
        (address flash, uint256 key) = makeAddrAndKey("flash");
        _openStream(id, "flash", 1000 * uint256(UNIT_RATE));
        escrow.syncSource(id, flash);
        _assertSkipped(id, _receipt(id, key, sinkKey, completed), ICompletionTracker.Skipped.NothingSpent);
        _setStream(id, flash, 0);
        escrow.syncSource(id, flash);
        _assertSkipped(id, _receipt(id, key, sinkKey, completed), ICompletionTracker.Skipped.NothingSpent);
    }

    function testFuzz_WhenOverflowHasReturnedToTheSource(uint256 time) external {
        escrow.syncSource(id, source);
        _setStream(id, source, 10 * uint256(UNIT_RATE) * CAPACITY);
        escrow.syncSource(id, source);
        _confirmInflow(id);
        skip(bound(time, 1 hours, 10 hours));
        escrow.release(id);
        uint256 before = superToken.balanceOf(source);
        escrow.syncSource(id, source);
        uint256 returned = superToken.balanceOf(source) - before;
        assertGt(returned, 0, "overflow above the limit came back");

        assertEq(_acknowledge(type(uint128).max), 1);
        uint256 acknowledged = tracker.acknowledgedBy(id, source);
        assertEq(acknowledged, _received(sink), "what the sink was paid of it");
        assertLe(acknowledged, escrow.spentOf(id, source), "what it spent");
        assertLe(acknowledged, escrow.streamedOf(id, source) - returned, "without what came back");
    }

    /// @dev The money of another source makes room: the sink was paid more than this one spent.
    function testFuzz_WhenTheReceiptExceedsWhatWasSpent(uint256 time, uint256 later) external {
        later = bound(later, 1, 1 days);
        _openStream(id, "another source", STREAM / 2);
        skip(bound(time, EPOCH, 1 days));
        uint256 spent = escrow.spentOf(id, source);
        assertLe(spent, escrow.streamedOf(id, source), "less what it can still claim");
        assertEq(_acknowledge(type(uint128).max), 1);
        assertEq(tracker.completedOf(id, source, sink), spent, "what was spent");
        _assertSkipped(id, _receipt(id, sourceKey, sinkKey, type(uint128).max), ICompletionTracker.Skipped.NothingSpent);

        skip(later);
        spent = escrow.spentOf(id, source);
        assertEq(_acknowledge(type(uint128).max), 1);
        assertEq(tracker.acknowledgedBy(id, source), spent, "and the rest later");
        assertEq(tracker.ledgerOf(id, sink).acknowledged, spent);
    }

    /// @dev One unit of the escrow's is paid, too, so the source has spent more than its sink was paid.
    function testFuzz_WhenTheReceiptExceedsWhatTheSinkWasPaid(uint256 time, uint256 later) external {
        later = bound(later, 1, 1 days);
        (, uint256 otherKey) = _addOther();
        skip(bound(time, 0, 1 days));
        uint256 paid = _received(sink);
        assertLt(paid, escrow.spentOf(id, source), "room is what binds");
        assertEq(_acknowledge(type(uint128).max), 1);
        assertEq(tracker.completedOf(id, source, sink), paid, "what it was paid");
        _assertSkipped(id, _receipt(id, sourceKey, sinkKey, type(uint128).max), ICompletionTracker.Skipped.NothingPaid);
        assertEq(tracker.completedOf(id, source, vm.addr(otherKey)), 0);

        skip(later);
        assertEq(_acknowledge(type(uint128).max), 1);
        assertEq(tracker.completedOf(id, source, sink), _received(sink), "and the rest later");
    }

    /// @dev Receipts for somebody whom nobody pays would raise what is expected of all others.
    function testFuzz_WhenThePoolNeverPaidTheSink(uint128 completed) external {
        completed = uint128(bound(completed, 1, type(uint128).max));
        (, uint256 key) = makeAddrAndKey("never a sink");
        _assertSkipped(id, _receipt(id, sourceKey, key, completed), ICompletionTracker.Skipped.NothingPaid);
        (uint256 acknowledged, uint256 participating) = tracker.totalsOf(id);
        assertEq(acknowledged + participating, 0, "nor does its source take part");
    }

    // ------------------------------------------------------------------------------------------- Participation

    /// @dev The first receipt of an epoch counts all that was spent since the last one, the others nothing.
    function testFuzz_WhenItIsTheFirstReceiptOfAnEpoch(uint256 epochs) external {
        epochs = bound(epochs, 1, 4);
        assertEq(_acknowledge(1), 1);
        (, uint256 before) = tracker.totalsOf(id);
        assertEq(before, escrow.spentOf(id, source), "since the task type was opened");
        vm.warp((block.timestamp / EPOCH + epochs) * EPOCH);

        assertEq(_acknowledge(2), 1);
        (, uint256 participating) = tracker.totalsOf(id);
        assertEq(participating, escrow.spentOf(id, source));

        skip(EPOCH - 1);
        assertEq(_acknowledge(3), 1);
        (, uint256 later) = tracker.totalsOf(id);
        assertEq(later, participating, "a second one of the same epoch");
    }

    /// @dev Its stream has ended, and what it spent has counted: whatever it says of it later, no money takes part twice.
    function testFuzz_WhenTheSourceHasSpentNothingSinceItsMark(uint256 epochs, uint256 part) external {
        vm.warp((block.timestamp / EPOCH + 1) * EPOCH);
        escrow.syncSource(id, source);
        _setStream(id, source, 0);
        escrow.syncSource(id, source);
        uint256 spent = escrow.spentOf(id, source);
        // A unit of the escrow is paid too: the sink has not got all of it.
        part = bound(part, 1, spent * 99 / 100);
        assertEq(_acknowledge(uint128(part)), 1);
        (, uint256 before) = tracker.totalsOf(id);
        assertEq(before, spent, "all of it takes part");

        skip(bound(epochs, 1, 4) * EPOCH);
        assertEq(escrow.spentOf(id, source), spent);
        assertEq(_acknowledge(uint128(part + 1)), 1);

        (uint256 acknowledged, uint256 participating) = tracker.totalsOf(id);
        assertEq(acknowledged, part + 1);
        assertEq(participating, before, "and once");
    }

    function testFuzz_WhenTheSourceWasSilentForLongerThanTheInterval(uint256 time) external {
        time = bound(time, INTERVAL + 1, 30 days);
        assertEq(_acknowledge(1), 1);
        (, uint256 before) = tracker.totalsOf(id);
        uint256 spent = escrow.spentOf(id, source);
        skip(time);

        assertEq(_acknowledge(2), 1);

        (, uint256 participating) = tracker.totalsOf(id);
        assertEq(participating - before, (escrow.spentOf(id, source) - spent) * INTERVAL / time, "one interval of it");
    }

    /// @dev Asking the escrow is dear. What the source had spent at its first receipt of the epoch it has spent for ever.
    function testFuzz_WhenItsMarkCoversTheReceipt(uint256 wait, uint256 above) external {
        // So that the room of a receipt above the mark is not what binds.
        _openStream(id, "another source", STREAM);
        vm.warp((block.timestamp / EPOCH + 1) * EPOCH);
        assertEq(_acknowledge(1), 1);
        uint256 mark = escrow.spentOf(id, source);
        skip(bound(wait, 1, EPOCH - 1));
        above = bound(above, 1, escrow.spentOf(id, source) - mark);

        // Once for both, and that must be for the second.
        vm.expectCall(address(escrow), abi.encodeCall(escrow.spentOf, (id, source)), 1);
        assertEq(_acknowledge(uint128(mark)), 1);
        assertEq(tracker.acknowledgedBy(id, source), mark, "all of the mark");
        (, uint256 participating) = tracker.totalsOf(id);
        assertEq(_acknowledge(uint128(mark + above)), 1);
        (, uint256 later) = tracker.totalsOf(id);
        assertEq(later, participating, "what is above takes part with the first receipt of an epoch");
        assertEq(tracker.acknowledgedBy(id, source), mark + above, "and more, which is asked for");
    }

    /// @dev Or strangers could make money take part that never acknowledges anything.
    function test_WhenAReceiptIsSkipped() external {
        ICompletionTracker.Receipt memory receipt = _receipt(id, sourceKey, sinkKey, 1e12);
        receipt.sourceSignature = "";
        _assertSkipped(id, receipt, ICompletionTracker.Skipped.BadSourceSignature);
        (, uint256 participating) = tracker.totalsOf(id);
        assertEq(participating, 0);
    }

    function test_WhenChainContractTaskTypeSourceSinkOrAmountDiffer() external {
        (address other, uint256 otherKey) = makeAddrAndKey("other");
        _addSink(id, "other", CAPACITY);
        _openStream(id, "other", 1e15);
        TaskTypeId otherWork = _registerTaskType("other work");
        _setStream(otherWork, source, STREAM);
        skip(EPOCH);
        ICompletionTracker.Receipt memory receipt = _receipt(id, sourceKey, sinkKey, 1e12);

        bytes32 digest = tracker.hashReceipt(id, source, sink, 1e12);
        vm.chainId(8453);
        assertNotEq(tracker.hashReceipt(id, source, sink, 1e12), digest);
        _assertSkipped(id, receipt, ICompletionTracker.Skipped.BadSourceSignature);
        vm.chainId(31_337);
        _assertSkipped(otherWork, receipt, ICompletionTracker.Skipped.BadSourceSignature);
        receipt.sink = other;
        _assertSkipped(id, receipt, ICompletionTracker.Skipped.BadSourceSignature);
        receipt.sink = sink;
        receipt.completed = 1e12 + 1;
        _assertSkipped(id, receipt, ICompletionTracker.Skipped.BadSourceSignature);
        receipt.completed = 1e12;
        receipt.source = other;
        _assertSkipped(id, receipt, ICompletionTracker.Skipped.BadSourceSignature);
        receipt.source = source;
        receipt.sinkSignature =
            _sign(otherKey, tracker.hashReceipt(id, receipt.source, receipt.sink, receipt.completed));
        _assertSkipped(id, receipt, ICompletionTracker.Skipped.BadSinkSignature);

        receipt = _receipt(id, sourceKey, sinkKey, 1e12);
        _deployProtocol();
        assertTrue(_registerTaskType("work") == id, "a task type of the same name");
        _setStream(id, source, STREAM);
        skip(EPOCH);
        _assertSkipped(id, receipt, ICompletionTracker.Skipped.BadSourceSignature);
    }

    function testFuzz_WhenASignatureIsMalformed(bytes calldata garbage, uint256 length) external {
        ICompletionTracker.Receipt memory receipt = _receipt(id, sourceKey, sinkKey, 1e12);
        (bytes memory bySource, bytes memory bySink) = (receipt.sourceSignature, receipt.sinkSignature);
        bytes[4] memory malformed = [
            garbage,
            _cut(bySource, bound(length, 0, 64)),
            abi.encodePacked(bySource, "0"),
            _highS(sourceKey, tracker.hashReceipt(id, source, sink, 1e12))
        ];
        for (uint256 i; i < malformed.length; ++i) {
            receipt.sourceSignature = malformed[i];
            _assertSkipped(id, receipt, ICompletionTracker.Skipped.BadSourceSignature);
        }
        receipt.sourceSignature = bySource;
        malformed[1] = _cut(bySink, bound(length, 0, 64));
        malformed[2] = abi.encodePacked(bySink, "0");
        malformed[3] = _highS(sinkKey, tracker.hashReceipt(id, source, sink, 1e12));
        for (uint256 i; i < malformed.length; ++i) {
            receipt.sinkSignature = malformed[i];
            _assertSkipped(id, receipt, ICompletionTracker.Skipped.BadSinkSignature);
        }
        receipt.sinkSignature = bySink;
        assertEq(_submit(id, receipt), 1, "as signed, it counts");
    }

    function test_WhenTheSignaturesAreExchanged() external {
        ICompletionTracker.Receipt memory receipt = _receipt(id, sourceKey, sinkKey, 1e12);
        (receipt.sourceSignature, receipt.sinkSignature) = (receipt.sinkSignature, receipt.sourceSignature);
        _assertSkipped(id, receipt, ICompletionTracker.Skipped.BadSourceSignature);
    }

    function testFuzz_WhenAWalletIsHostile(bytes calldata signature, uint8 habit) external {
        HostileWallet wallet = new HostileWallet();
        wallet.become(HostileWallet.Habit(habit % (uint8(type(HostileWallet.Habit).max) + 1)));
        ICompletionTracker.Receipt[] memory batch = new ICompletionTracker.Receipt[](2);
        bytes32 digest = tracker.hashReceipt(id, source, address(wallet), 1e12);
        batch[0] = ICompletionTracker.Receipt(source, address(wallet), 1e12, _sign(sourceKey, digest), signature);
        batch[1] = _receipt(id, sourceKey, sinkKey, 1e12);

        vm.expectEmit(address(tracker));
        emit ICompletionTracker.ReceiptSkipped(
            id, source, address(wallet), 0, ICompletionTracker.Skipped.BadSinkSignature
        );
        uint256 gas = gasleft();
        assertEq(tracker.acknowledge(id, batch), 1, "the other one counts");
        assertLt(gas - gasleft(), 900_000, "and pays little for it");
        assertEq(tracker.acknowledgedBy(id, source), 1e12);
    }

    function testFuzz_WhenAWalletHasSigned(uint256 completed) external {
        completed = bound(completed, 1, _rate() * EPOCH * 99 / 100);
        address wallet = address(new OwnedWallet(vm.addr(sinkKey)));
        _payAsSink(wallet);
        bytes32 digest = tracker.hashReceipt(id, source, wallet, uint128(completed));
        ICompletionTracker.Receipt memory receipt = ICompletionTracker.Receipt(
            source, wallet, uint128(completed), _sign(sourceKey, digest), _sign(sinkKey, digest)
        );
        assertEq(_submit(id, receipt), 1);
        assertEq(tracker.completedOf(id, source, wallet), completed);
    }

    function testFuzz_WhenAReceiptStandsInTheBatchSeveralTimes(uint256 completed) external {
        completed = bound(completed, 1, _rate() * EPOCH * 99 / 100);
        ICompletionTracker.Receipt[] memory batch = new ICompletionTracker.Receipt[](3);
        for (uint256 i; i < batch.length; ++i) {
            batch[i] = _receipt(id, sourceKey, sinkKey, uint128(completed));
        }
        assertEq(tracker.acknowledge(id, batch), 1);
        assertEq(tracker.acknowledgedBy(id, source), completed);
    }

    function testFuzz_WhenTheEntriesAreGood(uint256 toFirst, uint256 toSecond) external {
        toFirst = bound(toFirst, 1, _rate() * EPOCH * 49 / 100);
        toSecond = bound(toSecond, 1, _rate() * EPOCH * 49 / 100);
        (address other, uint256 otherKey) = _addOther();
        skip(EPOCH);
        ICompletionTracker.Receipt[] memory batch = new ICompletionTracker.Receipt[](2);
        batch[0] = _receipt(id, sourceKey, sinkKey, uint128(toFirst));
        batch[1] = _receipt(id, sourceKey, otherKey, uint128(toSecond));

        vm.expectEmit(address(tracker));
        emit ICompletionTracker.Acknowledged(id, source, sink, toFirst, toFirst);
        vm.expectEmit(address(tracker));
        emit ICompletionTracker.Acknowledged(id, source, other, toSecond, toSecond);
        assertEq(tracker.acknowledge(id, batch), 2);

        assertEq(tracker.acknowledgedBy(id, source), toFirst + toSecond);
        assertEq(tracker.completedOf(id, source, sink), toFirst);
        assertEq(tracker.completedOf(id, source, other), toSecond);
        assertEq(tracker.ledgerOf(id, sink).acknowledged, toFirst);
        assertEq(tracker.ledgerOf(id, other).acknowledged, toSecond);
    }

    /// @dev A wallet stakes, registers and signals like anybody; here only its pay matters.
    function _payAsSink(address wallet) private {
        vm.prank(address(pool));
        distributionPool.updateMemberUnits(wallet, CAPACITY);
        skip(3 * EPOCH);
    }

    function _cut(bytes memory signature, uint256 length) private pure returns (bytes memory cut) {
        cut = new bytes(length);
        for (uint256 i; i < length; ++i) {
            cut[i] = signature[i];
        }
    }

    /// @dev The other signature that recovers to the same signer.
    function _highS(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        return abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27));
    }
}
