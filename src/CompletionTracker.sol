// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";

import { IBackpressurePool } from "./interfaces/IBackpressurePool.sol";
import { ICompletionTracker } from "./interfaces/ICompletionTracker.sol";
import { IEscrowBuffer } from "./interfaces/IEscrowBuffer.sol";
import { IVerifier } from "./interfaces/IVerifier.sol";
import { LedgerMath } from "./libraries/LedgerMath.sol";
import { SignatureLib } from "./libraries/SignatureLib.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { TaskTypeId } from "./types/TaskType.sol";
import { VerifierTerms } from "./types/VerifierTerms.sol";

/// @title CompletionTracker: acknowledged work against received pay
/// @notice Read `_close` first; everything else here serves it. Holds no money and no privilege: it is asked.
/// @dev Whoever leaves depends on an answer, so nothing here reverts for what pool, sources or time can bring about: sums
/// saturate, and nothing is divided by what can be zero.
contract CompletionTracker is ICompletionTracker, EIP712 {
    using SafeCast for uint256;

    /// @notice Windows in a row that must close beyond the horizon before a sink can be slashed.
    uint256 public constant STRIKES = 3;

    /// @dev The long look at the quorum reaches back four to eight receipt intervals.
    uint256 private constant LOOK_INTERVALS = 4;

    /// @dev Receipt intervals after which a window without a quorum is dropped.
    uint256 private constant DROP_INTERVALS = 2;

    bytes32 private constant RECEIPT_TYPEHASH =
        keccak256("Receipt(bytes32 taskTypeId,address source,address sink,uint128 completed)");

    /// @dev One slot, then one per sink. 2^112 wei is more than any super token's supply.
    /// @param acknowledged Wei that a source has acknowledged to all sinks together.
    /// @param spentMark The most that it had spent at a first receipt of an epoch, wei.
    /// @param markedAt When that was, Unix seconds.
    /// @param completed Wei acknowledged per sink.
    struct Payer {
        uint112 acknowledged;
        uint112 spentMark;
        uint32 markedAt;
        mapping(address sink => uint128) completed;
    }

    /// @dev One line per slot, before the mappings:
    ///
    ///     unitRate 96 | epochLength 32 | horizon 32 | acknowledgementGrace 32 | receiptInterval 32 | laterAt 32
    ///     distributionPool 160 | openedAt 32
    ///     acknowledged 128 | participating 128
    ///     earlierPaid 128 | earlierParticipating 128
    ///     laterPaid 128 | laterParticipating 128
    ///
    /// `earlier` and `later` are checkpoints of the pool: its pay, and how much of that took part.
    struct Evidence {
        uint96 unitRate;
        uint32 epochLength;
        uint32 horizon;
        uint32 acknowledgementGrace;
        uint32 receiptInterval;
        uint32 laterAt;
        ISuperfluidPool distributionPool;
        uint32 openedAt;
        uint128 acknowledged;
        uint128 participating;
        uint128 earlierPaid;
        uint128 earlierParticipating;
        uint128 laterPaid;
        uint128 laterParticipating;
        mapping(address source => Payer) payers;
        mapping(address sink => Ledger) ledgers;
    }

    /// @dev What the receipts of one transaction share.
    /// @param domain EIP-712 domain separator.
    /// @param source Of whom the escrow was asked last: a batch asks once for receipts in a row.
    /// @param spent What it said, wei.
    struct Batch {
        TaskTypeId taskTypeId;
        bytes32 domain;
        address source;
        uint256 spent;
    }

    address private immutable REGISTRY;
    IBackpressurePool private immutable POOL;
    IEscrowBuffer private immutable ESCROW;

    // Written through storage pointers, which Slither does not follow.
    // slither-disable-next-line uninitialized-state
    mapping(TaskTypeId taskTypeId => Evidence) private _evidence;

    modifier onlyRegistry() {
        if (msg.sender != REGISTRY) revert CompletionTracker_NotAllowed(msg.sender, REGISTRY);
        _;
    }

    constructor(ProtocolAddresses memory addresses) EIP712("Backpressure Economics", "1") {
        REGISTRY = address(addresses.capacityRegistry);
        POOL = addresses.backpressurePool;
        ESCROW = addresses.escrowBuffer;
    }

    // --------------------------------------------------------------------------------------------- Anyone

    /// @inheritdoc ICompletionTracker
    // slither-disable-next-line reentrancy-events
    function acknowledge(TaskTypeId taskTypeId, Receipt[] calldata receipts) external returns (uint256 accepted) {
        Evidence storage evidence = _known(taskTypeId);
        Batch memory batch;
        batch.taskTypeId = taskTypeId;
        batch.domain = _domainSeparatorV4();
        for (uint256 i; i < receipts.length; ++i) {
            Receipt calldata receipt = receipts[i];
            Skipped reason = _acknowledge(evidence, batch, receipt);
            if (reason == Skipped.No) ++accepted;
            else emit ReceiptSkipped(taskTypeId, receipt.source, receipt.sink, i, reason);
        }
    }

    // --------------------------------------------------------------------------------------------- Registry

    /// @inheritdoc IVerifier
    function open(TaskTypeId taskTypeId, VerifierTerms calldata terms) external onlyRegistry {
        Evidence storage evidence = _evidence[taskTypeId];
        evidence.unitRate = terms.unitRate;
        evidence.epochLength = terms.epochLength;
        evidence.horizon = terms.horizon;
        evidence.acknowledgementGrace = terms.acknowledgementGrace;
        evidence.receiptInterval = terms.receiptInterval;
        evidence.laterAt = block.timestamp.toUint32();
        evidence.distributionPool = POOL.distributionPoolOf(taskTypeId);
        evidence.openedAt = block.timestamp.toUint32();
    }

    /// @inheritdoc IVerifier
    function settle(TaskTypeId taskTypeId, address sink, uint256 smoothedCapacityScaled)
        external
        onlyRegistry
        returns (uint256)
    {
        Evidence storage evidence = _evidence[taskTypeId];
        Ledger storage ledger = evidence.ledgers[sink];
        if (ledger.openedAt == 0) _openLedger(taskTypeId, evidence, ledger, sink);
        else _close(taskTypeId, evidence, ledger, sink, smoothedCapacityScaled);
        return _backlog(evidence, _owed(ledger), ledger.peakScaled);
    }

    /// @inheritdoc IVerifier
    // Leaving is always ready: units fall when unbonding starts, which takes longer than two receipt intervals, so a window
    // that still cannot be judged then holds no pay, or pay that the stake which remains backs. It stays open.
    function judge(TaskTypeId taskTypeId, address sink, uint256 smoothedCapacityScaled, bool leaving)
        external
        onlyRegistry
        returns (bool, uint256)
    {
        Evidence storage evidence = _evidence[taskTypeId];
        Ledger storage ledger = evidence.ledgers[sink];
        if (ledger.openedAt == 0) return (leaving, 0);
        _close(taskTypeId, evidence, ledger, sink, smoothedCapacityScaled);
        if (leaving) return (true, _chargeLeaver(ledger, smoothedCapacityScaled));
        if (ledger.strikes < STRIKES) return (false, 0);
        uint256 unearned = LedgerMath.unearnedDown(ledger.owed, _receivedSinceClear(ledger), ledger.earned);
        _clear(ledger);
        return (true, LedgerMath.withPenaltyDown(unearned));
    }

    // --------------------------------------------------------------------------------------------- Views

    /// @inheritdoc ICompletionTracker
    function hashReceipt(TaskTypeId taskTypeId, address source, address sink, uint128 completed)
        external
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(keccak256(abi.encode(RECEIPT_TYPEHASH, taskTypeId, source, sink, completed)));
    }

    /// @inheritdoc ICompletionTracker
    function verified(TaskTypeId taskTypeId) external view returns (bool) {
        Evidence storage evidence = _known(taskTypeId);
        return _isQuorumOnLongLook(evidence, POOL.paidOf(taskTypeId), evidence.participating);
    }

    /// @inheritdoc ICompletionTracker
    function participationOf(TaskTypeId taskTypeId) external view returns (uint256) {
        Evidence storage evidence = _known(taskTypeId);
        uint256 paid = Math.saturatingSub(POOL.paidOf(taskTypeId), evidence.earlierPaid);
        return paid == 0 ? 0 : LedgerMath.shareDown(evidence.participating - evidence.earlierParticipating, paid);
    }

    /// @inheritdoc ICompletionTracker
    function exitChargeOf(TaskTypeId taskTypeId, address sink) external view returns (uint256) {
        Ledger storage ledger = _evidence[taskTypeId].ledgers[sink];
        return LedgerMath.exitChargeDown(_owed(ledger), _receivedSinceClear(ledger), ledger.earned);
    }

    /// @inheritdoc ICompletionTracker
    function completedOf(TaskTypeId taskTypeId, address source, address sink) external view returns (uint256) {
        return _evidence[taskTypeId].payers[source].completed[sink];
    }

    /// @inheritdoc ICompletionTracker
    function acknowledgedBy(TaskTypeId taskTypeId, address source) external view returns (uint256) {
        return _evidence[taskTypeId].payers[source].acknowledged;
    }

    /// @inheritdoc ICompletionTracker
    function totalsOf(TaskTypeId taskTypeId) external view returns (uint256, uint256) {
        return (_evidence[taskTypeId].acknowledged, _evidence[taskTypeId].participating);
    }

    /// @inheritdoc ICompletionTracker
    function ledgerOf(TaskTypeId taskTypeId, address sink) external view returns (Ledger memory) {
        return _evidence[taskTypeId].ledgers[sink];
    }

    // --------------------------------------------------------------------------------------------- Private: receipts

    function _known(TaskTypeId taskTypeId) private view returns (Evidence storage evidence) {
        evidence = _evidence[taskTypeId];
        if (evidence.openedAt == 0) revert CompletionTracker_UnknownTaskType(taskTypeId);
    }

    /// @dev Cheap checks first; a source is synchronised only for a receipt that it has signed, or strangers could make
    /// money take part that never acknowledges anything.
    // slither-disable-next-line reentrancy-events
    function _acknowledge(Evidence storage evidence, Batch memory batch, Receipt calldata receipt)
        private
        returns (Skipped)
    {
        // Check
        address sink = receipt.sink;
        uint128 completed = receipt.completed;
        Payer storage payer = evidence.payers[receipt.source];
        uint128 before = payer.completed[sink];
        if (completed <= before) return Skipped.NothingNew;
        {
            Skipped reason = _checkSignatures(batch, receipt);
            if (reason != Skipped.No) return reason;
        }

        // Interaction: with the escrow's book, which calls nobody back.
        bool first = _isFirstOfEpoch(payer.markedAt, evidence.epochLength);
        uint112 acknowledged = payer.acknowledged;
        uint256 spent = _spent(batch, payer, receipt.source, first, uint256(acknowledged) + completed - before);
        if (spent <= acknowledged) return Skipped.NothingSpent;
        // Receipts for somebody whom nobody pays would raise what is expected of all others.
        Ledger storage ledger = evidence.ledgers[sink];
        uint256 room = _since(_received(evidence, sink), ledger.acknowledged);
        if (room == 0) return Skipped.NothingPaid;

        // Effect
        if (first) _participate(evidence, payer, spent);
        // Safe: at most `completed`, and at most what was spent.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint112 amount = uint112(Math.min(Math.min(completed - before, room), spent - acknowledged));
        payer.completed[sink] = before + amount;
        payer.acknowledged = acknowledged + amount;
        evidence.acknowledged += amount;
        ledger.acknowledged += amount;
        emit Acknowledged(batch.taskTypeId, receipt.source, sink, amount, before + amount);
        return Skipped.No;
    }

    function _checkSignatures(Batch memory batch, Receipt calldata receipt) private view returns (Skipped) {
        bytes32 digest = MessageHashUtils.toTypedDataHash(batch.domain, _hashReceipt(batch.taskTypeId, receipt));
        if (!SignatureLib.isValid(receipt.source, digest, receipt.sourceSignature)) return Skipped.BadSourceSignature;
        if (!SignatureLib.isValid(receipt.sink, digest, receipt.sinkSignature)) return Skipped.BadSinkSignature;
        return Skipped.No;
    }

    function _isFirstOfEpoch(uint256 markedAt, uint256 epochLength) private view returns (bool) {
        return markedAt == 0 || markedAt / epochLength != block.timestamp / epochLength;
    }

    /// @dev The most that a source is known to have spent, wei. The escrow books it at the source's first receipt of an
    /// epoch; later it is asked, which is dear, only if the mark does not cover what is `wanted`.
    function _spent(Batch memory batch, Payer storage payer, address source, bool first, uint256 wanted)
        private
        returns (uint256)
    {
        uint256 mark = payer.spentMark;
        if (!first && wanted <= mark) return mark;
        if (source != batch.source) {
            batch.source = source;
            uint256 spent =
                first ? ESCROW.bookSource(batch.taskTypeId, source) : ESCROW.spentOf(batch.taskTypeId, source);
            batch.spent = Math.min(spent, type(uint112).max);
        }
        return Math.max(mark, batch.spent);
    }

    /// @dev Counts what a source has spent since its mark as money that takes part. What it had spent before counts once,
    /// though what it can still claim may grow meanwhile.
    function _participate(Evidence storage evidence, Payer storage payer, uint256 spent) private {
        uint256 since = payer.markedAt == 0 ? evidence.openedAt : payer.markedAt;
        uint256 mark = payer.spentMark;
        payer.markedAt = block.timestamp.toUint32();
        if (spent <= mark) return;
        // Safe: at most 2^112 - 1.
        // forge-lint: disable-next-line(unsafe-typecast)
        payer.spentMark = uint112(spent);
        uint256 part = LedgerMath.participatingDown(spent - mark, block.timestamp - since, evidence.receiptInterval);
        evidence.participating = _sum(evidence.participating, part);
    }

    /// @dev EIP-712 and the ABI encode the first three values of a receipt alike, so they are hashed as they came. Each is
    /// also read through the ABI decoder, which refuses any that is out of its range.
    function _hashReceipt(TaskTypeId taskTypeId, Receipt calldata receipt) private pure returns (bytes32 structHash) {
        bytes32 typeHash = RECEIPT_TYPEHASH;
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, typeHash)
            mstore(add(data, 0x20), taskTypeId)
            calldatacopy(add(data, 0x40), receipt, 0x60)
            structHash := keccak256(data, 0xa0)
        }
    }

    // --------------------------------------------------------------------------------------------- Private: windows

    /// @dev Nothing that the pool did before the sink joined says anything about it.
    function _openLedger(TaskTypeId taskTypeId, Evidence storage evidence, Ledger storage stored, address sink)
        private
    {
        Ledger memory ledger = stored;
        _mark(evidence, ledger, POOL.paidOf(taskTypeId), _received(evidence, sink));
        ledger.clearReceived = ledger.receivedMark;
        _write(stored, ledger);
    }

    /// @dev Closes the window of a sink, if it is old enough and enough money took part; drops it, if too little did for
    /// long; or leaves it open.
    function _close(
        TaskTypeId taskTypeId,
        Evidence storage evidence,
        Ledger storage stored,
        address sink,
        uint256 capacityScaled
    ) private {
        uint256 paid = _paidIfDue(taskTypeId, evidence, stored);
        if (paid == 0) return;
        Ledger memory ledger = stored;
        (bool judged, uint256 participating, uint256 acknowledged) = _sharesOf(evidence, ledger, paid);
        if (!judged && block.timestamp < ledger.openedAt + DROP_INTERVALS * evidence.receiptInterval) return;

        uint256 received = _received(evidence, sink);
        if (judged) {
            _judge(evidence, ledger, received, capacityScaled, participating, acknowledged);
            emit WindowClosed(taskTypeId, sink, participating, acknowledged, ledger.owed, ledger.strikes);
        } else {
            _drop(ledger, received);
            emit WindowDropped(taskTypeId, sink, ledger.owed);
        }
        uint256 carried = judged ? _acknowledgedAbovePay(evidence, ledger, paid) : 0;
        _mark(evidence, ledger, paid, received);
        ledger.poolAcknowledgedMark -= carried.toUint128();
        _write(stored, ledger);
    }

    /// @dev Receipts come in lumps. What was acknowledged above the pay of a window counts in the next one, up to that pay:
    /// forgotten, everybody would have been credited in the windows before as if it had never come.
    function _acknowledgedAbovePay(Evidence storage evidence, Ledger memory ledger, uint256 paid)
        private
        view
        returns (uint256)
    {
        uint256 paidInWindow = paid - ledger.poolPaidMark;
        uint256 acknowledged = evidence.acknowledged - ledger.poolAcknowledgedMark;
        return Math.min(Math.saturatingSub(acknowledged, paidInWindow), paidInWindow);
    }

    /// @dev What the pool has paid, if the window is old enough and it paid anything in it; else 0. Moves the checkpoints on
    /// in passing, so that the earlier one is at least four receipt intervals old.
    function _paidIfDue(TaskTypeId taskTypeId, Evidence storage evidence, Ledger storage ledger)
        private
        returns (uint256 paid)
    {
        uint256 interval = evidence.receiptInterval;
        bool old = block.timestamp >= ledger.openedAt + interval;
        bool lookDue = block.timestamp >= evidence.laterAt + LOOK_INTERVALS * interval;
        if (!old && !lookDue) return 0;
        paid = _clamp(POOL.paidOf(taskTypeId));
        if (lookDue) {
            evidence.earlierPaid = evidence.laterPaid;
            evidence.earlierParticipating = evidence.laterParticipating;
            evidence.laterPaid = paid.toUint128();
            evidence.laterParticipating = evidence.participating;
            evidence.laterAt = block.timestamp.toUint32();
        }
        if (!old || paid <= ledger.poolPaidMark) return 0;
    }

    /// @dev What of the pool's pay in the window took part and was acknowledged, and whether it says anything.
    function _sharesOf(Evidence storage evidence, Ledger memory ledger, uint256 paid)
        private
        view
        returns (bool says, uint256 participating, uint256 acknowledged)
    {
        uint256 total = evidence.participating;
        uint256 inWindow = total - ledger.poolParticipatingMark;
        uint256 poolPaid = paid - ledger.poolPaidMark;
        says = LedgerMath.isQuorum(inWindow, poolPaid) && _isQuorumOnLongLook(evidence, paid, total);
        participating = LedgerMath.shareDown(inWindow, poolPaid);
        acknowledged = LedgerMath.shareDown(evidence.acknowledged - ledger.poolAcknowledgedMark, poolPaid);
    }

    /// @dev The rule. Both roundings favour the sink.
    function _judge(
        Evidence storage evidence,
        Ledger memory ledger,
        uint256 received,
        uint256 capacityScaled,
        uint256 participatingShare,
        uint256 acknowledgedShare
    ) private view {
        (uint256 standard, uint256 expected, bool firm) = LedgerMath.standardDown(acknowledgedShare, participatingShare);
        uint256 debit = LedgerMath.debitDown(_since(received, ledger.receivedMark), expected, standard);
        uint256 credit = LedgerMath.creditUp(ledger.acknowledged - ledger.acknowledgedMark, standard);
        uint256 owed = Math.saturatingSub(ledger.owed + debit, credit);
        if (owed == 0) {
            ledger.earned = 0;
            ledger.clearReceived = _clamp(received);
        } else if (ledger.owed == 0) {
            ledger.earned = _clamp(credit);
            ledger.clearReceived = ledger.receivedMark;
        } else {
            ledger.earned = _sum(ledger.earned, credit);
        }
        ledger.owed = _clamp(owed);
        ledger.peakScaled = LedgerMath.peakAfterDown(ledger.peakScaled, capacityScaled).toUint72();
        bool struck = firm && ledger.earned < ledger.owed && _isBeyondHorizon(evidence, ledger, capacityScaled);
        // Safe: at most three.
        // forge-lint: disable-next-line(unsafe-typecast)
        ledger.strikes = struck ? uint8(Math.min(ledger.strikes + 1, STRIKES)) : 0;
    }

    /// @dev Nothing is owed and nothing earned for a time that says nothing; what was acknowledged in it counts at par.
    function _drop(Ledger memory ledger, uint256 received) private pure {
        uint256 owed = Math.saturatingSub(ledger.owed, ledger.acknowledged - ledger.acknowledgedMark);
        if (owed == 0) {
            ledger.earned = 0;
            ledger.clearReceived = _clamp(received);
        } else {
            ledger.clearReceived = _sum(ledger.clearReceived, _since(received, ledger.receivedMark));
        }
        ledger.owed = owed.toUint128();
    }

    /// @dev What was acknowledged in a window that stays open counts at par, never more: debt cannot be washed by leaving.
    function _chargeLeaver(Ledger storage ledger, uint256 capacityScaled) private returns (uint256 charge) {
        uint256 owed = _owed(ledger);
        uint256 received = _receivedSinceClear(ledger);
        // The doubt is for who has left and cannot wait for the next receipt; who stays could wash its debt with it.
        charge = capacityScaled == 0
            ? LedgerMath.exitChargeDown(owed, received, ledger.earned)
            : LedgerMath.withPenaltyDown(LedgerMath.unearnedDown(owed, received, ledger.earned));
        ledger.acknowledgedMark += (ledger.owed - owed).toUint128();
        ledger.peakScaled = capacityScaled.toUint72();
        _clear(ledger);
    }

    function _clear(Ledger storage ledger) private {
        ledger.owed = 0;
        ledger.earned = 0;
        ledger.clearReceived = ledger.receivedMark;
        ledger.strikes = 0;
    }

    function _mark(Evidence storage evidence, Ledger memory ledger, uint256 paid, uint256 received) private view {
        ledger.acknowledgedMark = ledger.acknowledged;
        ledger.receivedMark = _clamp(received);
        ledger.poolAcknowledgedMark = evidence.acknowledged;
        ledger.poolPaidMark = _clamp(paid);
        ledger.poolParticipatingMark = evidence.participating;
        ledger.openedAt = block.timestamp.toUint32();
    }

    function _write(Ledger storage stored, Ledger memory ledger) private {
        stored.owed = ledger.owed;
        stored.acknowledgedMark = ledger.acknowledgedMark;
        stored.receivedMark = ledger.receivedMark;
        stored.poolAcknowledgedMark = ledger.poolAcknowledgedMark;
        stored.poolPaidMark = ledger.poolPaidMark;
        stored.poolParticipatingMark = ledger.poolParticipatingMark;
        stored.earned = ledger.earned;
        stored.clearReceived = ledger.clearReceived;
        stored.peakScaled = ledger.peakScaled;
        stored.openedAt = ledger.openedAt;
        stored.strikes = ledger.strikes;
    }

    // --------------------------------------------------------------------------------------------- Private: reads

    function _isQuorumOnLongLook(Evidence storage evidence, uint256 paid, uint256 participating)
        private
        view
        returns (bool)
    {
        return LedgerMath.isQuorum(
            participating - evidence.earlierParticipating, Math.saturatingSub(paid, evidence.earlierPaid)
        );
    }

    /// @dev What is owed, less what has been acknowledged since it was counted, at par. Wei.
    function _owed(Ledger storage ledger) private view returns (uint256) {
        return Math.saturatingSub(ledger.owed, ledger.acknowledged - ledger.acknowledgedMark);
    }

    function _receivedSinceClear(Ledger storage ledger) private view returns (uint256) {
        return _since(ledger.receivedMark, ledger.clearReceived);
    }

    function _backlog(Evidence storage evidence, uint256 owed, uint256 peakScaled) private view returns (uint256) {
        return LedgerMath.provenBacklogDown(owed, evidence.unitRate, peakScaled, evidence.acknowledgementGrace);
    }

    function _isBeyondHorizon(Evidence storage evidence, Ledger memory ledger, uint256 capacityScaled)
        private
        view
        returns (bool)
    {
        uint256 backlog = _backlog(evidence, ledger.owed, ledger.peakScaled);
        return LedgerMath.isBeyondHorizon(backlog, capacityScaled, evidence.horizon);
    }

    function _received(Evidence storage evidence, address sink) private view returns (uint256) {
        return evidence.distributionPool.getTotalAmountReceivedByMember(sink);
    }

    function _since(uint256 sum, uint256 mark) private pure returns (uint256) {
        return Math.saturatingSub(sum, mark);
    }

    function _sum(uint256 a, uint256 b) private pure returns (uint128) {
        return _clamp(a + b);
    }

    function _clamp(uint256 amount) private pure returns (uint128) {
        return Math.min(amount, type(uint128).max).toUint128();
    }
}
