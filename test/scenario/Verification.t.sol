// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICompletionTracker } from "../../src/interfaces/ICompletionTracker.sol";
import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { EconomyTest } from "../utils/EconomyTest.sol";

/// @notice A payer's money reaches only agents that deliver, and an honest agent is safe from withheld acknowledgements.
contract VerificationTest is EconomyTest {
    uint256 private constant Q = UNIT_RATE;

    function _unearned(uint256 worker) private view returns (uint256) {
        return workers[worker].received - workers[worker].delivered;
    }

    function _neverSlashed(uint256 worker) private view {
        (uint256 stake,,) = stakes.bondOf(id, workers[worker].sink);
        assertEq(stake, _stakeFor(workers[worker].declared), "slashed");
    }

    function _flowOf(uint256 worker) private view returns (uint256) {
        return uint256(uint96(distributionPool.getMemberFlowRate(workers[worker].sink)));
    }

    /// forge-config: default.fuzz.runs = 4
    function testFuzz_ALyingSinkSettlesAtItsTrueRate_AndItsBondCoversWhatItDidNotEarn(uint256 rate) external {
        rate = bound(rate, 200, 2000);
        _addSource("source", 10 * rate * Q, 100);
        _addWorker("honest", uint64(4 * rate), 4 * rate);
        _addWorker("liar", uint64(2 * rate), rate);
        for (uint256 i; i < 120; ++i) {
            _epoch();
            (uint256 stake,,) = stakes.bondOf(id, workers[1].sink);
            assertLe(_unearned(1), stake, "the bond covers it");
        }
        assertApproxEqRel(_flowOf(1), rate * Q, 0.05e18, "paid what it delivers");
        _neverSlashed(0);
    }

    /// forge-config: default.fuzz.runs = 8
    function testFuzz_ADeadSinkWithoutAnyReceiptIsDefundedAndSlashed(uint256 acknowledged) external {
        acknowledged = bound(acknowledged, 50, 100);
        _addSource("source", 500 * Q, acknowledged);
        _addWorker("honest", 400, 400);
        _addWorker("dead", 100, 0);
        uint256 bond = _stakeFor(100);
        uint256 stake = bond;
        for (uint256 i; i < 90 && stake == bond; ++i) {
            _epoch();
            assertLe(_unearned(1), bond, "the bond covers it");
            (stake,,) = stakes.bondOf(id, workers[1].sink);
        }
        assertLt(stake, bond, "slashed");
        assertEq(pool.unitsOf(id, workers[1].sink), 0, "and paid no more, in the same transaction");
        (uint256 donated,,) = escrow.totalsOf(id);
        assertEq(donated, bond - stake, "to those who paid");
        _neverSlashed(0);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_HonestSinksAreNeverSlashed_AtAnyDemand(uint256 demand, uint256 acknowledged) external {
        demand = bound(demand, 10, 200);
        acknowledged = bound(acknowledged, 5, 100);
        _addSource("source", 600 * Q * demand / 100, acknowledged);
        _addWorker("first", 100, 100);
        _addWorker("second", 200, 200);
        _addWorker("third", 300, 300);
        _epochs(40);
        for (uint256 i; i < workers.length; ++i) {
            _neverSlashed(i);
            assertEq(tracker.ledgerOf(id, workers[i].sink).strikes, 0);
            assertEq(registry.sinkOf(id, workers[i].sink).verifiedBacklog, 0, "keeps its pay");
        }
    }

    function test_HonestSinksKeepTheirPay_WhenMostMoneyIsNeverAcknowledged() external {
        _addSource("talks", 50 * Q, 100);
        _addSource("keeps silent", 950 * Q, 0);
        _addWorker("first", 400, 400);
        _addWorker("second", 600, 600);
        _epochs(80);
        for (uint256 i; i < workers.length; ++i) {
            _neverSlashed(i);
            assertApproxEqRel(_flowOf(i), workers[i].rate * Q, 0.05e18);
        }
    }

    function testFuzz_ReceiptsOfASourceThatStreamsNothingCountForNothing(uint128 completed) external {
        completed = uint128(bound(completed, 1, type(uint128).max));
        _addWorker("sink", 100, 0);
        (address source, uint256 key) = makeAddrAndKey("talker");
        ICompletionTracker.Receipt[] memory receipts = new ICompletionTracker.Receipt[](1);
        receipts[0] = _receipt(key, workers[0].key, completed);
        vm.expectEmit(address(tracker));
        emit ICompletionTracker.ReceiptSkipped(
            id, source, workers[0].sink, 0, ICompletionTracker.Skipped.NothingStreamed
        );
        assertEq(tracker.acknowledge(id, receipts), 0);
        assertEq(tracker.acknowledgedOf(id), 0);
    }

    function test_AFlashStreamCannotRaiseWhatASourceMayAcknowledge() external {
        _addWorker("sink", 100, 0);
        (address source, uint256 key) = makeAddrAndKey("flash");
        _openStream(id, "flash", 1000 * Q);
        ICompletionTracker.Receipt[] memory receipts = new ICompletionTracker.Receipt[](1);
        receipts[0] = _receipt(key, workers[0].key, 1e24);
        assertEq(tracker.acknowledge(id, receipts), 0);
        _setStream(id, source, 0);
    }

    function testFuzz_AReceiptCountsUpToWhatWasStreamed_AndTheRestLater(uint256 time, uint256 later) external {
        time = bound(time, 1, 1 days);
        later = bound(later, 1, 1 days);
        _addWorker("sink", 100, 0);
        (address source, uint256 key) = makeAddrAndKey("source");
        _openStream(id, "source", 50 * Q);
        (, int96 rate,) = sf.gda.getFlow(superToken, source, distributionPool);
        uint256 perSecond = uint256(uint96(rate));
        ICompletionTracker.Receipt[] memory receipts = new ICompletionTracker.Receipt[](1);
        receipts[0] = _receipt(key, workers[0].key, type(uint128).max);

        skip(time);
        assertEq(tracker.acknowledge(id, receipts), 1);
        assertEq(tracker.completedOf(id, source, workers[0].sink), perSecond * time);
        skip(later);
        assertEq(tracker.acknowledge(id, receipts), 1);
        assertEq(tracker.acknowledgedBy(id, source), perSecond * (time + later));
        assertEq(tracker.ledgerOf(id, workers[0].sink).acknowledged, perSecond * (time + later));
    }

    function test_AReceiptIsBoundToChainTaskTypeSourceSinkAndAmount() external {
        _addWorker("sink", 100, 0);
        _addWorker("other", 100, 0);
        _openStream(id, "source", 50 * Q);
        (address source, uint256 key) = makeAddrAndKey("source");
        skip(1 hours);
        ICompletionTracker.Receipt memory receipt = _receipt(key, workers[0].key, 1e18);

        vm.chainId(8453);
        _refused(id, receipt);
        vm.chainId(31_337);
        _refused(_registerTaskType(_parameters(), "another"), receipt);
        receipt.sink = workers[1].sink;
        _refused(id, receipt);
        receipt.sink = workers[0].sink;
        receipt.completed = 1e18 + 1;
        _refused(id, receipt);
        receipt.completed = 1e18;
        receipt.source = stranger;
        _refused(id, receipt);
        receipt.source = source;
        (receipt.sourceSignature, receipt.sinkSignature) = (receipt.sinkSignature, receipt.sourceSignature);
        _refused(id, receipt);
        (receipt.sourceSignature, receipt.sinkSignature) = (receipt.sinkSignature, receipt.sourceSignature);

        ICompletionTracker.Receipt[] memory receipts = new ICompletionTracker.Receipt[](2);
        (receipts[0], receipts[1]) = (receipt, receipt);
        assertEq(tracker.acknowledge(id, receipts), 1, "and counts once");
    }

    function _refused(TaskTypeId taskTypeId, ICompletionTracker.Receipt memory receipt) private {
        ICompletionTracker.Receipt[] memory receipts = new ICompletionTracker.Receipt[](1);
        receipts[0] = receipt;
        assertEq(tracker.acknowledge(taskTypeId, receipts), 0);
    }

    function test_UnbondingDoesNotEscapeASlash() external {
        _addSource("source", 500 * Q, 100);
        _addWorker("honest", 400, 400);
        _addWorker("dead", 100, 0);
        _epochs(10);
        uint256 bond = _stakeFor(100);
        vm.prank(workers[1].sink);
        stakes.requestUnstake(id, bond);
        assertEq(pool.unitsOf(id, workers[1].sink), 0);
        workers[1].declared = 0;
        _epochs(4);
        (, uint256 unbonding,) = stakes.bondOf(id, workers[1].sink);
        assertLt(unbonding, bond);
    }

    function test_ASinkThatLeavesWhileAcknowledgementsLagIsNotSlashed() external {
        _addSource("source", 500 * Q, 100);
        _addWorker("stays", 400, 400);
        _addWorker("leaves", 100, 100);
        _epochs(30);
        vm.startPrank(workers[1].sink);
        registry.deregisterSink(id);
        stakes.requestUnstake(id, _stakeFor(100));
        vm.stopPrank();
        // Nobody acknowledges what it did in its last minute.
        for (uint256 i; i < 5; ++i) {
            skip(EPOCH);
            tracker.assess(id, workers[1].sink);
        }
        (, uint256 unbonding,) = stakes.bondOf(id, workers[1].sink);
        assertEq(unbonding, _stakeFor(100));
    }

    function test_RevertWhen_ASinkIsAssessedTwiceInAnEpoch() external {
        _addWorker("sink", 100, 0);
        tracker.assess(id, workers[0].sink);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICompletionTracker.CompletionTracker_AlreadyAssessed.selector,
                id,
                workers[0].sink,
                block.timestamp / EPOCH
            )
        );
        tracker.assess(id, workers[0].sink);
    }

    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(bytes32 unknown) external {
        vm.assume(unknown != TaskTypeId.unwrap(id));
        vm.expectRevert(abi.encodeWithSelector(ICompletionTracker.CompletionTracker_UnknownTaskType.selector, unknown));
        tracker.settle(TaskTypeId.wrap(unknown), stranger);
    }

    function _parametersOfStranger() private view returns (TaskTypeParameters memory parameters) {
        parameters = _parameters();
        parameters.verifier = stranger;
    }

    function test_RevertWhen_AnotherVerifierIsResponsible() external {
        TaskTypeId other = _registerTaskType(_parametersOfStranger(), "verified elsewhere");
        vm.expectRevert(
            abi.encodeWithSelector(ICompletionTracker.CompletionTracker_NotVerifier.selector, other, stranger)
        );
        tracker.settle(other, stranger);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_SettlingTwiceInAnEpochChangesNothing(uint256 rate) external {
        _addSource("source", bound(rate, 50, 500) * Q, 100);
        _addWorker("sink", 100, 50);
        _epochs(10);
        ICompletionTracker.Ledger memory before = tracker.ledgerOf(id, workers[0].sink);
        skip(5);
        if (block.timestamp / EPOCH != before.settledEpoch) tracker.settle(id, workers[0].sink);
        before = tracker.ledgerOf(id, workers[0].sink);
        tracker.settle(id, workers[0].sink);
        assertEq(abi.encode(tracker.ledgerOf(id, workers[0].sink)), abi.encode(before));
    }
}
