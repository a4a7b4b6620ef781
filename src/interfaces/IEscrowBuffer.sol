// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { ReturnShares } from "../libraries/ReturnShares.sol";
import { EscrowTerms } from "../types/EscrowTerms.sol";
import { TaskTypeId } from "../types/TaskType.sol";

/// @title EscrowBuffer: what no sink could absorb
/// @notice Holds, per task type, the overflow of the stream, donations, and one-off deposits. It pays them to the sinks
/// when they have spare capacity; overflow returns to the sources that streamed it when there is too much of it, or one
/// horizon after a source closed its stream or asked for it. Donations never return.
interface IEscrowBuffer {
    /// @notice The sinks were paid `fromOverflow` and `fromDeposits` wei; donations and what else is nobody's count as
    /// overflow and go first.
    event Drained(TaskTypeId indexed taskTypeId, uint256 fromOverflow, uint256 fromDeposits);
    /// @notice `amount` wei of overflow were set aside for the sources; `syncSource` pays each its part.
    event Released(TaskTypeId indexed taskTypeId, uint256 amount);
    /// @notice `source` has streamed at least `streamed` wei so far, has `shares` of the overflow (in 1e18ths, see
    /// `claimOf`) and is paid `returned` wei that were set aside for it.
    event SourceSynced(
        TaskTypeId indexed taskTypeId, address indexed source, uint256 streamed, uint256 shares, uint256 returned
    );
    /// @notice `source` did not take `amount` wei; they stay set aside for it.
    event PaymentRefused(TaskTypeId indexed taskTypeId, address indexed source, uint256 amount);
    /// @notice `source` asked for its present `shares` of the overflow; what they are worth at `returnsAt` (Unix seconds) or
    /// later is its own.
    event ReturnRequested(TaskTypeId indexed taskTypeId, address indexed source, uint256 shares, uint256 returnsAt);
    /// @notice `from` gave `amount` wei that are nobody's: slashed stake, or a gift.
    event Donated(TaskTypeId indexed taskTypeId, address indexed from, uint256 amount);
    /// @notice `owner` prepaid `amount` wei; the deposit waits in the queue as `depositId`.
    event Deposited(TaskTypeId indexed taskTypeId, address indexed owner, uint256 indexed depositId, uint256 amount);
    /// @notice `owner` took back the unspent `amount` wei of a deposit.
    event DepositWithdrawn(
        TaskTypeId indexed taskTypeId, address indexed owner, uint256 indexed depositId, uint256 amount
    );
    /// @notice The fee's share of the pool, `amount` wei, went to its recipient.
    event FeeCollected(TaskTypeId indexed taskTypeId, address indexed recipient, uint256 amount);

    /// @notice No such task type.
    error EscrowBuffer_UnknownTaskType(TaskTypeId taskTypeId);
    /// @notice Either nothing is held or the sinks have no spare capacity; both in wei.
    error EscrowBuffer_NothingToDrain(uint256 held, uint256 spare);
    /// @notice Nothing is above the limit (`excess`, wei), or no source has claimed shares of it (in 1e18ths).
    error EscrowBuffer_NothingToRelease(uint256 excess, uint256 claimedShares);
    /// @notice The caller has no share of the overflow.
    error EscrowBuffer_NothingToReturn(TaskTypeId taskTypeId, address source);
    /// @notice The deposit is too small to be worth a place in the queue; both in wei (see `minDepositOf`).
    error EscrowBuffer_DepositTooSmall(uint256 amount, uint256 min);
    /// @notice Only who made the deposit can withdraw it, and only while something is left.
    error EscrowBuffer_NotDepositor(uint256 depositId, address caller, address owner);
    /// @notice No fee has accrued, or nobody receives it.
    error EscrowBuffer_NoFee(uint256 accrued, address recipient);
    /// @notice A source is to be paid, and this may not be enough gas for it.
    error EscrowBuffer_TooLittleGas(uint256 gasLeft, uint256 min);
    /// @notice Only another contract of the protocol may call this.
    error EscrowBuffer_NotAllowed(address caller, address expected);

    /// @notice Pays the sinks, through the pool, as much as the token bucket allows: first what is nobody's, then what the
    /// sources own, for all alike, then deposits.
    /// @dev Anyone. Emits `Drained`. The escrow's own unit gets its share back, as every member does.
    /// @return amount Wei.
    function drain(TaskTypeId taskTypeId) external returns (uint256 amount);

    /// @notice Sets aside for the sources what exceeds `bufferMax`. Each gets by its shares (see `syncSource`), never more
    /// than they are worth; what streams paid that nobody synchronised stays, for the sinks.
    /// @dev Anyone, at any time: who synchronised when makes no difference. Emits `Released`.
    /// @return amount Wei.
    function release(TaskTypeId taskTypeId) external returns (uint256 amount);

    /// @notice Brings `source` up to date: counts what it has streamed and the shares of the overflow that it has earned,
    /// and pays it what is its own: its part of what was released, and, one horizon after it closed its stream, the value of
    /// all its shares (after it asked, see `requestReturn`, of those that it had then).
    ///
    /// From then on it earns shares at its present rate, every second, without another call: what it pays into the
    /// escrow buys shares at the price of that second. Drains make all shares cheaper. If its stream changes, it earns
    /// nothing until the next call and nothing for the time since the last one, so a source synchronises just before and
    /// just after it changes its stream, and the first time right after it opened it. A source whose stream Superfluid
    /// ends, because it has run out of money, loses what it earned since it was last synchronised: to the sinks.
    /// @dev Anyone, for any source. Emits `SourceSynced`, `Released` where shares return, and `PaymentRefused` if the
    /// source's account does not take the money; the rest still happens. Reverts where less gas is left than a payment
    /// may take.
    function syncSource(TaskTypeId taskTypeId, address source) external;

    /// @notice Brings `source` up to date as `syncSource` does, but returns no shares and pays nothing: cheaper, for whoever
    /// wants to know what it has spent.
    /// @dev Anyone, for any source. Emits `SourceSynced`.
    /// @return spent See `spentOf`, wei.
    function bookSource(TaskTypeId taskTypeId, address source) external returns (uint256 spent);

    /// @notice Asks for the caller's present shares of the overflow, whose stream may go on. One horizon later the next
    /// `syncSource` pays what they are worth then; drains reduce it until then. Whoever stays waits exactly as long as whoever
    /// leaves.
    /// @dev A source. A second request replaces the first and waits anew. Emits `ReturnRequested` and `SourceSynced`.
    function requestReturn(TaskTypeId taskTypeId) external;

    /// @notice Prepays work: `amount` wei wait behind earlier deposits until the sinks have spare capacity.
    /// @dev Requires an allowance for this contract. Emits `Deposited`.
    /// @param amount Wei, at least `minDepositOf`.
    /// @return depositId Position in the queue.
    function deposit(TaskTypeId taskTypeId, uint256 amount) external returns (uint256 depositId);

    /// @notice Takes back what is unspent of a deposit.
    /// @dev Only who made it. Emits `DepositWithdrawn`.
    /// @return amount Wei.
    function withdrawDeposit(TaskTypeId taskTypeId, uint256 depositId) external returns (uint256 amount);

    /// @notice Gives `amount` wei of the caller's to the sinks. They are nobody's and never return.
    /// @dev Requires an allowance for this contract. Emits `Donated`.
    function donate(TaskTypeId taskTypeId, uint256 amount) external;

    /// @notice Pays out the fee that the pool has accrued.
    /// @dev Anyone. Emits `FeeCollected`.
    /// @return amount Wei.
    function collectFee(TaskTypeId taskTypeId) external returns (uint256 amount);

    /// @notice Opens the book of a new task type.
    /// @dev Only the registry.
    function open(TaskTypeId taskTypeId, EscrowTerms calldata terms) external;

    /// @notice Counts slashed stake, `amount` wei that the caller has transferred to this contract before, as a donation.
    /// @dev Only the stake manager. Emits `Donated`. Never reverts for any amount.
    function takeSlash(TaskTypeId taskTypeId, uint256 amount) external;

    /// @notice Everything held for the sinks: overflow and deposits. Wei.
    function level(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice B: what came from streams, slashing and gifts and is still here. Wei.
    function overflowOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice Unspent deposits. Wei.
    function depositsOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice One deposit: who made it and what is unspent of it, wei; zero when it is spent or withdrawn.
    function depositOf(TaskTypeId taskTypeId, uint256 depositId) external view returns (address owner, uint256 amount);

    /// @notice The smallest deposit now: what one unit, or one in 256 of the sinks' units, is paid in one epoch. Wei.
    function minDepositOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice What `drain` would pay now, wei.
    function drainable(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice What `release` would set aside now, wei.
    function releasable(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice What was released and not yet paid to the sources, wei. Not part of the overflow.
    function setAsideOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice What `source` has in the escrow, both in wei and rounded down.
    /// @return held What its shares are worth: its part of the overflow, which drains reduce and `release` sets aside.
    /// @return payableNow What `syncSource` would pay it now.
    function claimOf(TaskTypeId taskTypeId, address source) external view returns (uint256 held, uint256 payableNow);

    /// @notice Whose the overflow is, as of now.
    function bookOf(TaskTypeId taskTypeId) external view returns (ReturnShares.Book memory);

    /// @notice A lower bound of what `source` has streamed into the pool up to now, exact if it synchronised at every
    /// change. Wei.
    function streamedOf(TaskTypeId taskTypeId, address source) external view returns (uint256);

    /// @notice What `source` was paid back so far. Wei.
    function returnedOf(TaskTypeId taskTypeId, address source) external view returns (uint256);

    /// @notice What `source` has spent, so far, on work: streamed (see `streamedOf`), less what returned, less what it can
    /// still claim (see `claimOf`), and its deposits that were drained. Wei, rounded down, 0 if negative.
    function spentOf(TaskTypeId taskTypeId, address source) external view returns (uint256);
}
