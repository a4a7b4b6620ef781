// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { TaskTypeId } from "../types/TaskType.sol";

/// @title EscrowBuffer: what no sink could absorb
/// @notice Holds, per task type, the overflow of the stream and one-off deposits; pays them to the sinks when they have
/// spare capacity, and returns overflow to the sources when there is too much of it or nobody to pay.
interface IEscrowBuffer {
    /// @notice The sinks were paid `fromOverflow` and `fromDeposits` wei.
    event Drained(TaskTypeId indexed taskTypeId, uint256 fromOverflow, uint256 fromDeposits);
    /// @notice `amount` wei of overflow were set aside for the sources; `syncSource` pays each its part.
    event Released(TaskTypeId indexed taskTypeId, uint256 amount);
    /// @notice `source` has streamed at least `streamed` wei so far, has `shares` of the overflow (in 1e18ths, see
    /// `claimOf`) and got `returned` wei that were set aside for it.
    event SourceSynced(
        TaskTypeId indexed taskTypeId, address indexed source, uint256 streamed, uint256 shares, uint256 returned
    );
    /// @notice `source` did not take `amount` wei; they stay set aside for it.
    event PaymentRefused(TaskTypeId indexed taskTypeId, address indexed source, uint256 amount);
    /// @notice `from` gave `amount` wei to the overflow: slashed stake, swept dust, or a gift.
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
    /// @notice Either nothing is there to drain (`available`) or the sinks have no spare capacity; both in wei.
    error EscrowBuffer_NothingToDrain(uint256 available, uint256 spare);
    /// @notice Nothing is above `bufferMax` (`excess`, wei), or no source has claimed shares of it (in 1e18ths).
    error EscrowBuffer_NothingToRelease(uint256 excess, uint256 claimedShares);
    /// @notice The deposit is too small to be worth a place in the queue; both in wei.
    error EscrowBuffer_DepositTooSmall(uint256 amount, uint256 min);
    /// @notice Only who made the deposit can withdraw it, and only while something is left.
    error EscrowBuffer_NotDepositor(uint256 depositId, address caller, address owner);
    /// @notice No fee has accrued, or nobody receives it.
    error EscrowBuffer_NoFee(uint256 accrued, address recipient);
    /// @notice This call belongs to another contract of the protocol.
    error EscrowBuffer_NotAllowed(address caller, address expected);

    /// @notice Pays the sinks, through the pool, as much of overflow and then deposits as the token bucket allows.
    /// @dev Anyone. Emits `Drained`. The escrow's own unit gets its share back, as every member does. Shares of the overflow
    /// that have become a billion times cheaper end; what they still own is released (`Released`).
    /// @return amount Wei.
    function drain(TaskTypeId taskTypeId) external returns (uint256 amount);

    /// @notice Sets aside for the sources what exceeds `bufferMax`, or everything once the pool has had no capacity for one
    /// time-to-live, at most half an hour. Each gets by its shares (see `syncSource`); nobody gets more than its shares
    /// are worth, so what streams paid that nobody synchronised stays, for the sinks.
    /// @dev Anyone, at any time: who synchronised when makes no difference. Emits `Released`.
    /// @return amount Wei.
    function release(TaskTypeId taskTypeId) external returns (uint256 amount);

    /// @notice Brings `source` up to date: counts what it has streamed and the shares of the overflow that it has earned,
    /// and pays it what was set aside for those.
    ///
    /// From then on it earns shares at its present rate, every second, without another call: what it pays into the
    /// escrow buys shares at the price of that second. Drains make all shares cheaper, donations dearer. If its stream
    /// changes, it earns nothing until the next call and nothing for the time since the last one, so a source
    /// synchronises just before and just after it changes its stream, and the first time right after it opened it.
    /// @dev Anyone, for any source. Emits `SourceSynced`, and `PaymentRefused` if the source's account does not take the
    /// money; the rest still happens.
    function syncSource(TaskTypeId taskTypeId, address source) external;

    /// @notice Prepays work: `amount` wei wait behind earlier deposits until the sinks have spare capacity.
    /// @dev Requires an allowance for this contract. Emits `Deposited`.
    /// @param amount Wei, at least the price of one unit for one epoch.
    /// @return depositId Position in the queue.
    function deposit(TaskTypeId taskTypeId, uint256 amount) external returns (uint256 depositId);

    /// @notice Takes back what is unspent of a deposit.
    /// @dev Only who made it. Emits `DepositWithdrawn`.
    /// @return amount Wei.
    function withdrawDeposit(TaskTypeId taskTypeId, uint256 depositId) external returns (uint256 amount);

    /// @notice Adds `amount` wei of the caller's to the overflow; it belongs to all shares alike, to the next ones if there
    /// are none. Slashed stake and swept dust come in this way.
    /// @dev Requires an allowance for this contract. Emits `Donated`.
    function donate(TaskTypeId taskTypeId, uint256 amount) external;

    /// @notice Pays out the fee that the pool has accrued.
    /// @dev Anyone. Emits `FeeCollected`.
    /// @return amount Wei.
    function collectFee(TaskTypeId taskTypeId) external returns (uint256 amount);

    /// @notice Opens the escrow of a new task type.
    /// @dev Only the registry.
    function open(TaskTypeId taskTypeId, ISuperToken superToken) external;

    /// @notice Everything held for the sinks: overflow and deposits. Wei.
    function level(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice B: what came from streams, slashing, dust and gifts and is still here. Wei.
    function overflowOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice Unspent deposits. Wei.
    function depositsOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice One deposit: who made it and what is unspent of it, wei; zero when it is spent or withdrawn.
    function depositOf(TaskTypeId taskTypeId, uint256 depositId) external view returns (address owner, uint256 amount);

    /// @notice What `drain` would pay now, wei.
    function drainable(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice What `release` would set aside now, wei.
    function releasable(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice What was released and has not yet returned to the sources, wei. Not part of the overflow.
    function setAsideOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice What `source` has in the escrow, both in wei and rounded down.
    /// @return owned What its shares are worth: its part of the overflow, which drains reduce and `release` sets aside.
    /// @return payableNow What `syncSource` would pay it now.
    function claimOf(TaskTypeId taskTypeId, address source) external view returns (uint256 owned, uint256 payableNow);

    /// @notice What has gone in and out so far, all in wei: donated (slashing, dust, gifts), drained from the overflow,
    /// released to the sources, less what nobody claimed in the end.
    function totalsOf(TaskTypeId taskTypeId) external view returns (uint256 donated, uint256 drained, uint256 released);

    /// @notice A lower bound of what `source` has streamed into the pool up to now, exact if it synchronised at every
    /// change. Wei.
    function streamedOf(TaskTypeId taskTypeId, address source) external view returns (uint256);

    /// @notice What `source` had got back when it was last synchronised. Wei.
    function returnedOf(TaskTypeId taskTypeId, address source) external view returns (uint256);

    /// @notice What `source` has streamed (see `streamedOf`) and had not got back when it was last synchronised. Overflow
    /// that returned has paid for nothing, so nothing can be acknowledged for it. Wei.
    function spentOf(TaskTypeId taskTypeId, address source) external view returns (uint256);
}
