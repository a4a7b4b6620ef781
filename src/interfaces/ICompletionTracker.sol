// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { TaskTypeId } from "../types/TaskType.sol";

/// @title CompletionTracker: acknowledged work against received pay
/// @notice The default verifier. Sources acknowledge work with cumulative receipts that both sides sign; a ledger per
/// sink sets them against what the sink was paid, relative to how much of the whole pool's pay is acknowledged at all.
/// What is owed becomes verified backlog, and so costs units; who stays beyond the horizon is slashed.
interface ICompletionTracker {
    /// @notice All work of `sink` that `source` has ever acknowledged, signed by both. One receipt replaces all before.
    /// @param source Who paid.
    /// @param sink Who worked.
    /// @param completed Value of the work since the beginning, wei.
    /// @param sourceSignature Over `hashReceipt`: 65 bytes, or whatever an ERC-1271 wallet accepts.
    /// @param sinkSignature Likewise.
    struct Receipt {
        address source;
        address sink;
        uint128 completed;
        bytes sourceSignature;
        bytes sinkSignature;
    }

    /// @notice The ledger of a sink. One line per slot:
    ///
    ///     acknowledged 128 | owed 128
    ///     settledAcknowledged 128 | settledReceived 128
    ///     settledPoolAcknowledged 128 | settledPoolPaid 128
    ///     clearAcknowledged 128 | clearReceived 128
    ///     peakScaled 72 | settledEpoch 32 | assessedEpoch 32 | strikes 8 | open 112
    ///
    /// @param acknowledged Wei that all sources together have acknowledged.
    /// @param owed Wei paid for and not acknowledged, as of `settledEpoch`.
    /// @param settledAcknowledged `acknowledged` at the latest settlement.
    /// @param settledReceived What the pool had paid the sink by then, wei.
    /// @param settledPoolAcknowledged What had been acknowledged to all sinks by then, wei.
    /// @param settledPoolPaid What the pool had paid all sinks by then, wei.
    /// @param clearAcknowledged `settledAcknowledged` when nothing was owed for the last time, if something is owed.
    /// @param clearReceived `settledReceived` then.
    /// @param peakScaled The highest smoothed capacity since nothing was owed, billionths of a unit.
    /// @param settledEpoch Epoch of the latest settlement.
    /// @param assessedEpoch Epoch of the latest assessment.
    /// @param strikes Assessments in a row that found the sink beyond the horizon.
    /// @param open Wei that the sink was paid and that may still be acknowledged, as far as it fits horizon and grace.
    struct Ledger {
        uint128 acknowledged;
        uint128 owed;
        uint128 settledAcknowledged;
        uint128 settledReceived;
        uint128 settledPoolAcknowledged;
        uint128 settledPoolPaid;
        uint128 clearAcknowledged;
        uint128 clearReceived;
        uint72 peakScaled;
        uint32 settledEpoch;
        uint32 assessedEpoch;
        uint8 strikes;
        uint112 open;
    }

    /// @notice Why a receipt was skipped.
    enum Skipped {
        No,
        NothingNew,
        NothingStreamed,
        BadSourceSignature,
        BadSinkSignature
    }

    /// @notice `source` acknowledged `amount` more wei of `sink`'s work, `completed` in all.
    event Acknowledged(
        TaskTypeId indexed taskTypeId, address indexed source, address indexed sink, uint256 amount, uint256 completed
    );
    /// @notice Entry `index` of a batch was skipped; nothing of it counts.
    event ReceiptSkipped(
        TaskTypeId indexed taskTypeId, address indexed source, address indexed sink, uint256 index, Skipped reason
    );
    /// @notice The ledger of `sink` was brought up to date: it owes `owed` wei, a backlog of `backlog` unit-seconds.
    event Settled(TaskTypeId indexed taskTypeId, address indexed sink, uint256 owed, uint256 backlog);
    /// @notice `sink` was found beyond the horizon, `strikes` times in a row; at three, `slashed` wei were taken.
    event Struck(TaskTypeId indexed taskTypeId, address indexed sink, uint256 strikes, uint256 slashed);

    /// @notice No such task type.
    error CompletionTracker_UnknownTaskType(TaskTypeId taskTypeId);
    /// @notice Another verifier is responsible for this task type.
    error CompletionTracker_NotVerifier(TaskTypeId taskTypeId, address verifier);
    /// @notice A sink is assessed once per epoch; come back in the next one.
    error CompletionTracker_AlreadyAssessed(TaskTypeId taskTypeId, address sink, uint256 epoch);

    /// @notice Takes a batch of receipts of one task type, carried by anyone. An entry counts if it acknowledges more
    /// than before and both sides signed it; it counts up to what its source has really streamed and not yet
    /// acknowledged (the rest counts when submitted again, after the source has streamed more). Any other is skipped.
    /// @dev Emits `Acknowledged` or `ReceiptSkipped` per entry.
    /// @return accepted Entries that counted.
    function acknowledge(TaskTypeId taskTypeId, Receipt[] calldata receipts) external returns (uint256 accepted);

    /// @notice Brings a sink's ledger up to date, once per epoch, and its verified backlog into the registry; the
    /// sink's units move in this transaction.
    /// @dev Anyone. Emits `Settled`. Does nothing if the ledger was settled in this epoch.
    function settle(TaskTypeId taskTypeId, address sink) external;

    /// @notice Settles a sink and judges it, once per epoch. The third assessment in a row that finds it beyond nine
    /// tenths of the horizon slashes what it has not earned (see `LedgerMath.unearnedDown`) plus 10 %, and its ledger
    /// starts anew.
    /// @dev Anyone. Emits `Struck` if the sink is beyond the horizon.
    /// @return slashed Wei.
    function assess(TaskTypeId taskTypeId, address sink) external returns (uint256 slashed);

    /// @notice The EIP-712 digest that both sides sign: `Receipt(bytes32 taskTypeId,address source,address sink,uint128
    /// completed)` in the domain ("Backpressure Economics", "1", chain, this contract).
    function hashReceipt(TaskTypeId taskTypeId, address source, address sink, uint128 completed)
        external
        view
        returns (bytes32);

    /// @notice What `source` has acknowledged of `sink`'s work and what counted of it, wei.
    function completedOf(TaskTypeId taskTypeId, address source, address sink) external view returns (uint256);

    /// @notice What `source` has acknowledged to all sinks together, wei.
    function acknowledgedBy(TaskTypeId taskTypeId, address source) external view returns (uint256);

    /// @notice What all sinks together have been acknowledged, wei.
    function acknowledgedOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice The ledger of a sink as of its latest settlement; all zero for a stranger.
    function ledgerOf(TaskTypeId taskTypeId, address sink) external view returns (Ledger memory);
}
