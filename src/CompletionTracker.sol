// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { IBackpressurePool } from "./interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "./interfaces/ICapacityRegistry.sol";
import { ICompletionTracker } from "./interfaces/ICompletionTracker.sol";
import { IEscrowBuffer } from "./interfaces/IEscrowBuffer.sol";
import { IStakeManager } from "./interfaces/IStakeManager.sol";
import { LedgerMath } from "./libraries/LedgerMath.sol";
import { SignatureLib } from "./libraries/SignatureLib.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { TaskTypeId, TaskTypeParameters } from "./types/TaskType.sol";

/// @title CompletionTracker: acknowledged work against received pay
/// @notice Holds no money and no privilege but that of the verifier which task types give it.
contract CompletionTracker is ICompletionTracker, EIP712 {
    using SafeCast for uint256;

    /// @notice Assessments in a row beyond the horizon after which a sink is slashed.
    uint256 public constant STRIKES = 3;

    bytes32 private constant RECEIPT_TYPEHASH =
        keccak256("Receipt(bytes32 taskTypeId,address source,address sink,uint128 completed)");

    /// @param acknowledged Wei that a source has acknowledged to all sinks together.
    /// @param completed Wei of it per sink.
    struct Payer {
        uint128 acknowledged;
        mapping(address sink => uint128) completed;
    }

    /// @param acknowledged Wei that settlements have found acknowledged to sinks that had been paid it.
    struct Evidence {
        uint128 acknowledged;
        mapping(address source => Payer) payers;
        mapping(address sink => Ledger) ledgers;
    }

    /// @dev What happened since a sink was last settled, wei. `open` is what the sink was paid and may still be
    /// acknowledged.
    struct Window {
        uint256 received;
        uint256 acknowledged;
        uint256 open;
        uint256 poolPaid;
        uint256 poolAcknowledged;
    }

    /// @dev What the source of the latest receipt has spent, wei: a batch asks once for receipts in a row.
    struct Budget {
        address source;
        uint256 spent;
    }

    ICapacityRegistry private immutable REGISTRY;
    IBackpressurePool private immutable POOL;
    IEscrowBuffer private immutable ESCROW;
    IStakeManager private immutable STAKE_MANAGER;

    mapping(TaskTypeId taskTypeId => Evidence) private _evidence;

    constructor(ProtocolAddresses memory addresses) EIP712("Backpressure Economics", "1") {
        REGISTRY = addresses.capacityRegistry;
        POOL = addresses.backpressurePool;
        ESCROW = addresses.escrowBuffer;
        STAKE_MANAGER = addresses.stakeManager;
    }

    // --------------------------------------------------------------------------------------------- Anyone

    /// @inheritdoc ICompletionTracker
    function acknowledge(TaskTypeId taskTypeId, Receipt[] calldata receipts) external returns (uint256 accepted) {
        Evidence storage evidence = _evidence[taskTypeId];
        Budget memory budget;
        bytes32 domain = _domainSeparatorV4();
        for (uint256 i; i < receipts.length; ++i) {
            Receipt calldata receipt = receipts[i];
            Skipped reason = _acknowledge(taskTypeId, evidence, budget, domain, receipt);
            if (reason == Skipped.No) ++accepted;
            else emit ReceiptSkipped(taskTypeId, receipt.source, receipt.sink, i, reason);
        }
    }

    /// @inheritdoc ICompletionTracker
    function settle(TaskTypeId taskTypeId, address sink) external {
        TaskTypeParameters memory parameters = _parameters(taskTypeId);
        (uint256 backlog, bool due) = _settle(taskTypeId, sink, parameters, REGISTRY.smoothedCapacity(taskTypeId, sink));
        if (due) REGISTRY.setVerifiedBacklog(taskTypeId, sink, backlog);
    }

    /// @inheritdoc ICompletionTracker
    // Called again from within, it refuses: this epoch is marked before anything outside is called. What is called are
    // the protocol's own contracts; only a slash goes on to a token, after the ledger has been cleared.
    // slither-disable-next-line reentrancy-no-eth,reentrancy-events
    function assess(TaskTypeId taskTypeId, address sink) external returns (uint256 slashed) {
        // Check
        TaskTypeParameters memory parameters = _parameters(taskTypeId);
        Ledger storage ledger = _evidence[taskTypeId].ledgers[sink];
        uint256 epoch = block.timestamp / parameters.epochLength;
        if (ledger.assessedEpoch == epoch) revert CompletionTracker_AlreadyAssessed(taskTypeId, sink, epoch);

        // Effect
        ledger.assessedEpoch = epoch.toUint32();
        uint256 capacityScaled = REGISTRY.smoothedCapacity(taskTypeId, sink);
        (uint256 backlog, bool due) = _settle(taskTypeId, sink, parameters, capacityScaled);
        bool beyond = LedgerMath.isBeyondHorizon(backlog, capacityScaled, parameters.horizon);
        uint8 strikes = beyond ? ledger.strikes + 1 : 0;
        ledger.strikes = strikes;

        // Interaction
        // A slash moves the sink by itself.
        if (strikes == STRIKES) slashed = _slash(taskTypeId, sink, ledger);
        if (due && slashed == 0) REGISTRY.setVerifiedBacklog(taskTypeId, sink, backlog);
        if (beyond) emit Struck(taskTypeId, sink, strikes, slashed);
    }

    // --------------------------------------------------------------------------------------------- Views

    /// @inheritdoc ICompletionTracker
    function hashReceipt(TaskTypeId taskTypeId, address source, address sink, uint128 completed)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(keccak256(abi.encode(RECEIPT_TYPEHASH, taskTypeId, source, sink, completed)));
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
    function acknowledgedOf(TaskTypeId taskTypeId) external view returns (uint256) {
        return _evidence[taskTypeId].acknowledged;
    }

    /// @inheritdoc ICompletionTracker
    function ledgerOf(TaskTypeId taskTypeId, address sink) external view returns (Ledger memory) {
        return _evidence[taskTypeId].ledgers[sink];
    }

    // --------------------------------------------------------------------------------------------- Private

    /// @dev Cheap checks first; wallets are only asked if everything else is right.
    function _acknowledge(
        TaskTypeId taskTypeId,
        Evidence storage evidence,
        Budget memory budget,
        bytes32 domain,
        Receipt calldata receipt
    ) private returns (Skipped) {
        // Check
        address source = receipt.source;
        address sink = receipt.sink;
        uint128 completed = receipt.completed;
        Payer storage payer = evidence.payers[source];
        uint128 before = payer.completed[sink];
        if (completed <= before) return Skipped.NothingNew;
        if (source != budget.source) {
            budget.source = source;
            budget.spent = ESCROW.spentOf(taskTypeId, source);
        }
        uint128 acknowledged = payer.acknowledged;
        if (budget.spent <= acknowledged) return Skipped.NothingStreamed;
        bytes32 digest = MessageHashUtils.toTypedDataHash(domain, _hashReceipt(taskTypeId, receipt));
        if (!SignatureLib.isValid(source, digest, receipt.sourceSignature)) return Skipped.BadSourceSignature;
        if (!SignatureLib.isValid(sink, digest, receipt.sinkSignature)) return Skipped.BadSinkSignature;

        // Effect
        // Safe: at most `completed`.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint128 amount = uint128(Math.min(completed - before, budget.spent - acknowledged));
        payer.completed[sink] = before + amount;
        payer.acknowledged = acknowledged + amount;
        evidence.ledgers[sink].acknowledged += amount;
        emit Acknowledged(taskTypeId, source, sink, amount, before + amount);
        return Skipped.No;
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

    /// @dev Returns the verified backlog, unit-seconds.
    function _settle(TaskTypeId taskTypeId, address sink, TaskTypeParameters memory parameters, uint256 capacityScaled)
        private
        returns (uint256 backlog, bool due)
    {
        Ledger storage ledger = _evidence[taskTypeId].ledgers[sink];
        uint256 epoch = block.timestamp / parameters.epochLength;
        due = ledger.settledEpoch != epoch;
        if (due) _moveMarks(taskTypeId, sink, ledger, parameters, capacityScaled);
        backlog = LedgerMath.verifiedBacklogDown(
            ledger.owed, parameters.unitRate, ledger.peakScaled, parameters.acknowledgementGrace
        );
        if (due) {
            ledger.settledEpoch = epoch.toUint32();
            emit Settled(taskTypeId, sink, ledger.owed, backlog);
        }
    }

    /// @dev Moves the ledger's marks to now.
    function _moveMarks(
        TaskTypeId taskTypeId,
        address sink,
        Ledger storage ledger,
        TaskTypeParameters memory parameters,
        uint256 capacityScaled
    ) private {
        Window memory window = _countSinceSettled(taskTypeId, sink, ledger);
        uint256 owedBefore = ledger.owed;
        // The first settlement only opens the ledger: what the pool did before the sink joined says nothing about it.
        uint256 owed = ledger.settledEpoch == 0
            ? 0
            : LedgerMath.oweDown(
                owedBefore, window.received, window.acknowledged, window.poolPaid, window.poolAcknowledged
            );
        uint256 peakScaled = owed == 0 ? capacityScaled : Math.max(ledger.peakScaled, capacityScaled);
        if (owedBefore == 0 && owed != 0) {
            ledger.clearReceived = ledger.settledReceived;
            ledger.clearAcknowledged = ledger.settledAcknowledged;
        }
        ledger.owed = owed.toUint128();
        ledger.peakScaled = peakScaled.toUint72();
        ledger.open = LedgerMath.keptOpenDown(
                window.open,
                parameters.unitRate,
                peakScaled,
                uint256(parameters.horizon) + parameters.acknowledgementGrace
            ).toUint112();
        ledger.settledReceived += window.received.toUint128();
        ledger.settledAcknowledged += window.acknowledged.toUint128();
        ledger.settledPoolPaid += window.poolPaid.toUint128();
        ledger.settledPoolAcknowledged += window.poolAcknowledged.toUint128();
    }

    /// @dev What happened since the latest settlement. What was acknowledged to the sink counts for the pool now, up to
    /// what the sink was paid: receipts for one that nobody pays must not raise what is expected of the others.
    function _countSinceSettled(TaskTypeId taskTypeId, address sink, Ledger storage ledger)
        private
        returns (Window memory window)
    {
        Evidence storage evidence = _evidence[taskTypeId];
        uint256 received = POOL.distributionPoolOf(taskTypeId).getTotalAmountReceivedByMember(sink);
        window.received = received - ledger.settledReceived;
        window.acknowledged = ledger.acknowledged - ledger.settledAcknowledged;
        window.open = ledger.open + window.received;
        uint256 counted = Math.min(window.acknowledged, window.open);
        window.open -= counted;
        evidence.acknowledged += counted.toUint128();
        window.poolPaid = POOL.paidOf(taskTypeId) - ledger.settledPoolPaid;
        window.poolAcknowledged = evidence.acknowledged - ledger.settledPoolAcknowledged;
    }

    /// @dev The ledger starts anew: what was owed is paid.
    function _slash(TaskTypeId taskTypeId, address sink, Ledger storage ledger) private returns (uint256) {
        uint256 unearned = LedgerMath.unearnedDown(
            ledger.owed,
            ledger.settledReceived - ledger.clearReceived,
            ledger.settledAcknowledged - ledger.clearAcknowledged
        );
        ledger.owed = 0;
        ledger.open = 0;
        ledger.peakScaled = 0;
        ledger.strikes = 0;
        return STAKE_MANAGER.slash(taskTypeId, sink, LedgerMath.slashAmountDown(unearned));
    }

    function _parameters(TaskTypeId taskTypeId) private view returns (TaskTypeParameters memory parameters) {
        parameters = REGISTRY.parametersOf(taskTypeId);
        if (parameters.epochLength == 0) revert CompletionTracker_UnknownTaskType(taskTypeId);
        if (parameters.verifier != address(this)) {
            revert CompletionTracker_NotVerifier(taskTypeId, parameters.verifier);
        }
    }
}
