// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICompletionTracker } from "../../../src/interfaces/ICompletionTracker.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { ProtocolTest } from "../../utils/ProtocolTest.sol";

/// @notice One paid sink, one source that pays half of its capacity, and the tracker as verifier. A signal counts in
/// full at once and lives for long, so that nothing but receipts moves units.
abstract contract TrackerTest is ProtocolTest {
    uint64 internal constant CAPACITY = 1000;
    uint256 internal constant STREAM = 500 * uint256(UNIT_RATE);

    address internal sink;
    uint256 internal sinkKey;
    address internal source;
    uint256 internal sourceKey;

    function _parameters() internal view virtual override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.verifier = address(tracker);
        parameters.smoothing = 1e18;
        parameters.signalTimeToLive = 30 days;
    }

    function setUp() public virtual override {
        super.setUp();
        (sink, sinkKey) = makeAddrAndKey("sink");
        (source, sourceKey) = makeAddrAndKey("source");
        _addSink(id, "sink", CAPACITY);
        _signal(id, sink, CAPACITY, 0);
        _openStream(id, "source", STREAM);
        skip(EPOCH);
    }

    uint256 internal constant INTERVAL = 5 * EPOCH;

    function _ledger() internal view returns (ICompletionTracker.Ledger memory) {
        return tracker.ledgerOf(id, sink);
    }

    /// @notice What the source has spent and nobody has acknowledged, to whom it is acknowledged.
    function _acknowledgeAllTo(uint256 key) internal {
        uint256 spent = escrow.spentOf(id, source) - tracker.acknowledgedBy(id, source);
        uint256 before = tracker.completedOf(id, source, vm.addr(key));
        _submit(id, _receipt(id, sourceKey, key, uint128(before + spent)));
    }

    /// @notice As the registry would ask: the smoothed capacity is the declared one.
    function _settleAsRegistry() internal returns (uint256) {
        vm.prank(address(registry));
        return tracker.settle(id, sink, uint256(CAPACITY) * 1e9);
    }

    function _judgeAsRegistry(uint256 capacity, bool leaving) internal returns (bool, uint256) {
        vm.prank(address(registry));
        return tracker.judge(id, sink, capacity * 1e9, leaving);
    }

    /// @notice Another sink of the same capacity that is acknowledged everything which the source pays.
    function _addOther() internal returns (address other, uint256 otherKey) {
        (other, otherKey) = makeAddrAndKey("other");
        _addSink(id, "other", CAPACITY);
        _signal(id, other, CAPACITY, 0);
    }

    /// @notice What the source's stream is really paid at, wei per second.
    function _rate() internal view returns (uint256) {
        (, int96 rate,) = sf.gda.getFlow(superToken, source, distributionPool);
        return uint256(uint96(rate));
    }

    function _received(address member) internal view returns (uint256) {
        return distributionPool.getTotalAmountReceivedByMember(member);
    }

    function _submit(TaskTypeId taskTypeId, ICompletionTracker.Receipt memory receipt) internal returns (uint256) {
        ICompletionTracker.Receipt[] memory batch = new ICompletionTracker.Receipt[](1);
        batch[0] = receipt;
        return tracker.acknowledge(taskTypeId, batch);
    }

    /// @notice The source acknowledges `completed` wei in all to the sink.
    function _acknowledge(uint128 completed) internal returns (uint256) {
        return _submit(id, _receipt(id, sourceKey, sinkKey, completed));
    }

    function _assertSkipped(
        TaskTypeId taskTypeId,
        ICompletionTracker.Receipt memory receipt,
        ICompletionTracker.Skipped reason
    ) internal {
        uint256 before = tracker.acknowledgedBy(taskTypeId, receipt.source);
        vm.expectEmit(address(tracker));
        emit ICompletionTracker.ReceiptSkipped(taskTypeId, receipt.source, receipt.sink, 0, reason);
        assertEq(_submit(taskTypeId, receipt), 0);
        assertEq(tracker.acknowledgedBy(taskTypeId, receipt.source), before, "nothing of it counts");
    }
}
