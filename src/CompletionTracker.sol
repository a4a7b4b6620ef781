// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
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

    struct Account {
        uint128 acknowledged;
        mapping(address source => uint128) bySource;
        mapping(address source => mapping(address sink => uint128)) completed;
        mapping(address sink => Ledger) ledgers;
    }

    ICapacityRegistry private immutable REGISTRY;
    IBackpressurePool private immutable POOL;
    IEscrowBuffer private immutable ESCROW;
    IStakeManager private immutable STAKE_MANAGER;

    mapping(TaskTypeId taskTypeId => Account) private _accounts;

    constructor(ProtocolAddresses memory addresses) EIP712("Backpressure Economics", "1") {
        REGISTRY = addresses.capacityRegistry;
        POOL = addresses.backpressurePool;
        ESCROW = addresses.escrowBuffer;
        STAKE_MANAGER = addresses.stakeManager;
    }

    // --------------------------------------------------------------------------------------------- Anyone

    /// @inheritdoc ICompletionTracker
    function acknowledge(TaskTypeId taskTypeId, Receipt[] calldata receipts) external returns (uint256 accepted) {
        Account storage account = _accounts[taskTypeId];
        for (uint256 i; i < receipts.length; ++i) {
            Receipt calldata receipt = receipts[i];
            (uint256 amount, Skipped reason) = _creditable(taskTypeId, account, receipt);
            if (reason == Skipped.No) {
                _credit(taskTypeId, account, receipt, amount);
                ++accepted;
            } else {
                emit ReceiptSkipped(taskTypeId, receipt.source, receipt.sink, i, reason);
            }
        }
    }

    /// @inheritdoc ICompletionTracker
    function settle(TaskTypeId taskTypeId, address sink) external {
        TaskTypeParameters memory parameters = _parameters(taskTypeId);
        _settle(taskTypeId, sink, parameters, REGISTRY.smoothedCapacity(taskTypeId, sink));
    }

    /// @inheritdoc ICompletionTracker
    function assess(TaskTypeId taskTypeId, address sink) external returns (uint256 slashed) {
        // Check
        TaskTypeParameters memory parameters = _parameters(taskTypeId);
        Ledger storage ledger = _accounts[taskTypeId].ledgers[sink];
        uint256 epoch = block.timestamp / parameters.epochLength;
        if (ledger.assessedEpoch == epoch) revert CompletionTracker_AlreadyAssessed(taskTypeId, sink, epoch);

        // Effect
        ledger.assessedEpoch = epoch.toUint32();
        uint256 capacityScaled = REGISTRY.smoothedCapacity(taskTypeId, sink);
        uint256 backlog = _settle(taskTypeId, sink, parameters, capacityScaled);
        if (!LedgerMath.isBeyondHorizon(backlog, capacityScaled, parameters.horizon)) {
            ledger.strikes = 0;
            return 0;
        }
        uint8 strikes = ++ledger.strikes;

        // Interaction
        if (strikes == STRIKES) slashed = _slash(taskTypeId, sink, ledger);
        emit Struck(taskTypeId, sink, strikes, slashed);
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
        return _accounts[taskTypeId].completed[source][sink];
    }

    /// @inheritdoc ICompletionTracker
    function acknowledgedBy(TaskTypeId taskTypeId, address source) external view returns (uint256) {
        return _accounts[taskTypeId].bySource[source];
    }

    /// @inheritdoc ICompletionTracker
    function acknowledgedOf(TaskTypeId taskTypeId) external view returns (uint256) {
        return _accounts[taskTypeId].acknowledged;
    }

    /// @inheritdoc ICompletionTracker
    function ledgerOf(TaskTypeId taskTypeId, address sink) external view returns (Ledger memory) {
        return _accounts[taskTypeId].ledgers[sink];
    }

    // --------------------------------------------------------------------------------------------- Private

    /// @dev Cheap checks first; wallets are only asked if everything else is right.
    function _creditable(TaskTypeId taskTypeId, Account storage account, Receipt calldata receipt)
        private
        view
        returns (uint256 amount, Skipped reason)
    {
        uint256 before = account.completed[receipt.source][receipt.sink];
        if (receipt.completed <= before) return (0, Skipped.NothingNew);
        uint256 streamed = ESCROW.streamedOf(taskTypeId, receipt.source);
        amount = Math.min(receipt.completed - before, Math.saturatingSub(streamed, account.bySource[receipt.source]));
        if (amount == 0) return (0, Skipped.NothingStreamed);
        bytes32 digest = hashReceipt(taskTypeId, receipt.source, receipt.sink, receipt.completed);
        if (!SignatureLib.isValid(receipt.source, digest, receipt.sourceSignature)) {
            return (0, Skipped.BadSourceSignature);
        }
        if (!SignatureLib.isValid(receipt.sink, digest, receipt.sinkSignature)) return (0, Skipped.BadSinkSignature);
    }

    function _credit(TaskTypeId taskTypeId, Account storage account, Receipt calldata receipt, uint256 amount) private {
        uint128 credited = amount.toUint128();
        uint128 completed = account.completed[receipt.source][receipt.sink] + credited;
        account.completed[receipt.source][receipt.sink] = completed;
        account.bySource[receipt.source] += credited;
        account.acknowledged += credited;
        account.ledgers[receipt.sink].acknowledged += credited;
        emit Acknowledged(taskTypeId, receipt.source, receipt.sink, amount, completed);
    }

    /// @dev Returns the verified backlog, unit-seconds.
    function _settle(TaskTypeId taskTypeId, address sink, TaskTypeParameters memory parameters, uint256 capacityScaled)
        private
        returns (uint256 backlog)
    {
        Ledger storage ledger = _accounts[taskTypeId].ledgers[sink];
        uint256 epoch = block.timestamp / parameters.epochLength;
        bool due = ledger.settledEpoch != epoch;
        if (due) {
            ledger.settledEpoch = epoch.toUint32();
            ledger.owed = _oweNow(taskTypeId, sink, ledger).toUint128();
            uint256 peakScaled = ledger.owed == 0 ? capacityScaled : Math.max(ledger.peakScaled, capacityScaled);
            ledger.peakScaled = peakScaled.toUint72();
        }
        backlog = LedgerMath.verifiedBacklogDown(
            ledger.owed, parameters.unitRate, ledger.peakScaled, parameters.acknowledgementGrace
        );
        if (due) {
            emit Settled(taskTypeId, sink, ledger.owed, backlog);
            REGISTRY.setVerifiedBacklog(taskTypeId, sink, backlog);
        }
    }

    /// @dev Moves the ledger's marks to now and returns what is owed, wei.
    function _oweNow(TaskTypeId taskTypeId, address sink, Ledger storage ledger) private returns (uint256 owed) {
        uint256 received = POOL.distributionPoolOf(taskTypeId).getTotalAmountReceivedByMember(sink);
        uint256 poolPaid = POOL.paidOf(taskTypeId);
        uint128 poolAcknowledged = _accounts[taskTypeId].acknowledged;
        owed = LedgerMath.oweDown(
            ledger.owed,
            received - ledger.settledReceived,
            ledger.acknowledged - ledger.settledAcknowledged,
            poolPaid - ledger.settledPoolPaid,
            poolAcknowledged - ledger.settledPoolAcknowledged
        );
        ledger.settledReceived = received.toUint128();
        ledger.settledAcknowledged = ledger.acknowledged;
        ledger.settledPoolPaid = poolPaid.toUint128();
        ledger.settledPoolAcknowledged = poolAcknowledged;
    }

    function _slash(TaskTypeId taskTypeId, address sink, Ledger storage ledger) private returns (uint256) {
        uint256 amount = LedgerMath.slashAmountDown(ledger.owed);
        ledger.owed = 0;
        ledger.strikes = 0;
        return STAKE_MANAGER.slash(taskTypeId, sink, amount);
    }

    function _parameters(TaskTypeId taskTypeId) private view returns (TaskTypeParameters memory parameters) {
        parameters = REGISTRY.parametersOf(taskTypeId);
        if (parameters.epochLength == 0) revert CompletionTracker_UnknownTaskType(taskTypeId);
        if (parameters.verifier != address(this)) {
            revert CompletionTracker_NotVerifier(taskTypeId, parameters.verifier);
        }
    }
}
