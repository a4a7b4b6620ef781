// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { TaskTypeId } from "../types/TaskType.sol";

/// @title StakeManager: the bonds of sinks
/// @notice Knows who has bonded how much for which task type, what is unbonding, and what was slashed. One wei of stake
/// backs one task type and one sink only.
interface IStakeManager {
    /// @notice `sink` bonded `amount` wei for `taskTypeId` and now has `stake` wei.
    event Staked(TaskTypeId indexed taskTypeId, address indexed sink, uint256 amount, uint256 stake);
    /// @notice `amount` wei started to unbond; all unbonding money of the sink is free at `unbondedAt` (Unix seconds).
    event UnstakeRequested(TaskTypeId indexed taskTypeId, address indexed sink, uint256 amount, uint256 unbondedAt);
    /// @notice `amount` wei left the contract for the sink.
    event Withdrawn(TaskTypeId indexed taskTypeId, address indexed sink, uint256 amount);
    /// @notice An assessment took `amount` wei of unbonding stake and stake for the escrow buffer of the task type.
    event Slashed(TaskTypeId indexed taskTypeId, address indexed sink, uint256 amount);
    /// @notice A withdrawal was charged `amount` wei of unbonding stake and stake, for pay that `sink` has not earned.
    event Charged(TaskTypeId indexed taskTypeId, address indexed sink, uint256 amount);

    /// @notice An amount of zero does nothing; pass what is meant.
    error StakeManager_ZeroAmount(TaskTypeId taskTypeId);
    /// @notice More was asked for than is staked; both in wei.
    error StakeManager_InsufficientStake(uint256 amount, uint256 stake);
    /// @notice Nothing is unbonding for this sink; call `requestUnstake` first.
    error StakeManager_NothingUnbonding(TaskTypeId taskTypeId, address sink);
    /// @notice The stake is still unbonding; come back at `unbondedAt` (Unix seconds).
    error StakeManager_StillUnbonding(uint256 unbondedAt);
    /// @notice The verifier failed or cannot judge `sink` yet; come back. From `paidOutAt` on (Unix seconds) the money is
    /// paid out all the same.
    error StakeManager_NotJudged(TaskTypeId taskTypeId, address sink, uint256 paidOutAt);

    /// @notice Bonds `amount` wei of the task type's super token for the caller. The cap rises at the next signal.
    /// @dev Requires an allowance for this contract. Emits `Staked`.
    /// @param amount Wei, more than zero.
    function stake(TaskTypeId taskTypeId, uint256 amount) external;

    /// @notice Starts to unbond `amount` wei. The sink's units fall in the same transaction; the money stays slashable
    /// until it is withdrawn. Unbonding again restarts the wait for all of it.
    /// @dev Emits `UnstakeRequested`.
    /// @param amount Wei, more than zero and at most the stake.
    function requestUnstake(TaskTypeId taskTypeId, uint256 amount) external;

    /// @notice Settles the caller a last time, charges what it has not earned, and pays it everything else that has finished
    /// unbonding. Whoever stays registered keeps its signal.
    /// @dev Emits `Withdrawn`, and `Charged` if something is charged. A verifier that fails or is not ready delays it, by one
    /// unbonding period at most; then everything is paid out.
    /// @return amount Wei.
    function withdraw(TaskTypeId taskTypeId) external returns (uint256 amount);

    /// @notice Has the verifier judge a sink, and takes what it says from the sink's bond: unbonding stake first, then
    /// stake. The money goes to the escrow buffer of the same pool, where it is nobody's. The sink's pay stops in the same
    /// transaction; it starts again from zero at its next signal, with what its remaining stake backs.
    /// @dev Anyone. Emits `Slashed` if the sink is slashed; otherwise settles and rebalances it. Nobody is rewarded: who
    /// leaves is charged without an assessor, so there is nothing to race for.
    /// @return slashed Wei really taken, at most stake and unbonding stake.
    function assess(TaskTypeId taskTypeId, address sink) external returns (uint256 slashed);

    /// @notice The bond of a sink.
    /// @return staked Wei that back capacity.
    /// @return unbonding Wei that no longer back capacity and can still be slashed.
    /// @return unbondedAt When `unbonding` can be withdrawn, Unix seconds.
    function bondOf(TaskTypeId taskTypeId, address sink)
        external
        view
        returns (uint256 staked, uint256 unbonding, uint256 unbondedAt);
}
