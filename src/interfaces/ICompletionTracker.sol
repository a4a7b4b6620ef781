// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { TaskTypeId } from "../types/TaskType.sol";
import { IVerifier } from "./IVerifier.sol";

/// @title CompletionTracker: acknowledged work against received pay
/// @notice The default verifier. Sources acknowledge work with cumulative receipts that both sides sign; a ledger per
/// sink sets them against what the sink was paid, relative to how much of the whole pool's pay is acknowledged.
///
/// A sink is judged by windows of its ledger. A window closes once it is V epochs old, if at least a third of the pool's
/// pay in it, and over the last eight to four times as long, came from sources that take part in acknowledging. If less
/// did, it stays open, and after twice V epochs it is dropped: nothing is owed and nothing earned for that time. What a
/// sink owes beyond the grace is its verified backlog, and so costs units; a window that closes with a backlog beyond the
/// horizon and more owed than earned is a strike, and any other clears them.
interface ICompletionTracker is IVerifier {
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

    /// @notice The ledger of a sink. A mark is what a sum was when the window was opened. One line per slot:
    ///
    ///     acknowledged 128 | owed 128
    ///     acknowledgedMark 128 | receivedMark 128
    ///     poolAcknowledgedMark 128 | poolPaidMark 128
    ///     poolParticipatingMark 128 | earned 128
    ///     clearReceived 128 | peakScaled 72 | openedAt 32 | strikes 8
    ///
    /// @param acknowledged Wei that all sources together have acknowledged.
    /// @param owed Wei of pay that the sink has not earned.
    /// @param acknowledgedMark Mark of `acknowledged`.
    /// @param receivedMark Mark of what the pool paid the sink, wei.
    /// @param poolAcknowledgedMark Mark of what was acknowledged to all sinks, wei.
    /// @param poolPaidMark Mark of what the pool paid all sinks, wei.
    /// @param poolParticipatingMark Mark of the pay that takes part, wei.
    /// @param earned Wei of pay earned since nothing was owed for the last time.
    /// @param clearReceived What the pool had paid the sink then, wei, less what windows that were dropped paid since.
    /// @param peakScaled The capacity that the grace is measured by, billionths of a unit.
    /// @param openedAt When the window was opened, Unix seconds; 0 for a stranger.
    /// @param strikes Windows in a row that closed beyond the horizon, at most three.
    struct Ledger {
        uint128 acknowledged;
        uint128 owed;
        uint128 acknowledgedMark;
        uint128 receivedMark;
        uint128 poolAcknowledgedMark;
        uint128 poolPaidMark;
        uint128 poolParticipatingMark;
        uint128 earned;
        uint128 clearReceived;
        uint72 peakScaled;
        uint32 openedAt;
        uint8 strikes;
    }

    /// @notice Why a receipt was skipped.
    enum Skipped {
        No,
        NothingNew,
        NothingSpent,
        NothingPaid,
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
    /// @notice A window of `sink` closed: of the pool's pay in it the share `participating` took part and the share
    /// `acknowledged` was acknowledged (1e18 = 1). The sink owes `owed` wei of pay and has `strikes` strikes.
    event WindowClosed(
        TaskTypeId indexed taskTypeId,
        address indexed sink,
        uint256 participating,
        uint256 acknowledged,
        uint256 owed,
        uint256 strikes
    );
    /// @notice A window of `sink` was dropped: too little money took part to judge anybody. It owes `owed` wei of pay.
    event WindowDropped(TaskTypeId indexed taskTypeId, address indexed sink, uint256 owed);

    /// @notice No task type of this registry has named this verifier under that name.
    error CompletionTracker_UnknownTaskType(TaskTypeId taskTypeId);
    /// @notice This call belongs to another contract of the protocol.
    error CompletionTracker_NotAllowed(address caller, address expected);

    /// @notice Takes a batch of receipts of one task type, carried by anyone. An entry counts if it acknowledges more
    /// than before and both sides signed it; it counts up to what its source has really spent and not yet acknowledged, and
    /// up to what its sink was paid and nobody has acknowledged yet (the rest counts when it is submitted again). Any other is
    /// skipped.
    /// @dev The first receipt of a source in an epoch synchronises it in the escrow's book, which pays nothing out, and
    /// counts what it has spent since its last one as money that takes part. Emits `Acknowledged` or `ReceiptSkipped` per
    /// entry. An entry that the ABI decoder refuses reverts the batch.
    /// @return accepted Entries that counted.
    function acknowledge(TaskTypeId taskTypeId, Receipt[] calldata receipts) external returns (uint256 accepted);

    /// @notice The EIP-712 digest that both sides sign: `Receipt(bytes32 taskTypeId,address source,address sink,uint128
    /// completed)` in the domain ("Backpressure Economics", "1", chain, this contract).
    function hashReceipt(TaskTypeId taskTypeId, address source, address sink, uint128 completed)
        external
        view
        returns (bytes32);

    /// @notice Whether enough of the pool's recent pay takes part in acknowledging for sinks to be judged. Where it is
    /// false, money is not protected: a source looks here before it streams.
    /// @dev A window needs the quorum for its own time too.
    function verified(TaskTypeId taskTypeId) external view returns (bool);

    /// @notice P: the share of the pool's pay, over the last four to eight times V epochs (longer if nobody settles), that
    /// came from sources that take part in acknowledging. 1e18 = 1, rounded down.
    function participationOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice What would be taken from the bond of `sink` if it took it out with its ledger as it stands: the open window
    /// counts only by what was acknowledged in it. Wei.
    function exitChargeOf(TaskTypeId taskTypeId, address sink) external view returns (uint256);

    /// @notice What `source` has acknowledged of `sink`'s work and what counted of it, wei.
    function completedOf(TaskTypeId taskTypeId, address source, address sink) external view returns (uint256);

    /// @notice What `source` has acknowledged to all sinks together, wei.
    function acknowledgedBy(TaskTypeId taskTypeId, address source) external view returns (uint256);

    /// @notice Sums of a task type since its beginning, wei.
    /// @return acknowledged What was acknowledged to all sinks together.
    /// @return participating Pay that took part.
    function totalsOf(TaskTypeId taskTypeId) external view returns (uint256 acknowledged, uint256 participating);

    /// @notice The ledger of a sink; all zero but what was acknowledged for one that never registered.
    function ledgerOf(TaskTypeId taskTypeId, address sink) external view returns (Ledger memory);
}
