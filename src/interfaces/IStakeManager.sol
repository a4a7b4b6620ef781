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
    /// @notice `amount` wei of stake and unbonding stake went to the escrow buffer of the task type.
    event Slashed(TaskTypeId indexed taskTypeId, address indexed sink, uint256 amount);

    /// @notice An amount of zero does nothing; pass what is meant.
    error StakeManager_ZeroAmount(TaskTypeId taskTypeId);
    /// @notice More was asked for than is staked; both in wei.
    error StakeManager_InsufficientStake(uint256 amount, uint256 stake);
    /// @notice Nothing is unbonding for this sink; call `requestUnstake` first.
    error StakeManager_NothingUnbonding(TaskTypeId taskTypeId, address sink);
    /// @notice The stake is still unbonding; come back at `unbondedAt` (Unix seconds).
    error StakeManager_StillUnbonding(uint256 unbondedAt);
    /// @notice Only the verifier of the task type may slash.
    error StakeManager_NotVerifier(address caller, address verifier);

    /// @notice Bonds `amount` wei of the task type's super token for the caller. The cap rises at the next signal.
    /// @dev Requires an allowance for this contract. Emits `Staked`.
    /// @param amount Wei, more than zero.
    function stake(TaskTypeId taskTypeId, uint256 amount) external;

    /// @notice Starts to unbond `amount` wei. The sink's units fall in the same transaction; the money stays slashable
    /// until it is withdrawn. Unbonding again restarts the wait for all of it.
    /// @dev Emits `UnstakeRequested`.
    /// @param amount Wei, more than zero and at most the stake.
    function requestUnstake(TaskTypeId taskTypeId, uint256 amount) external;

    /// @notice Pays the caller everything that has finished unbonding.
    /// @dev Emits `Withdrawn`.
    /// @return amount Wei.
    function withdraw(TaskTypeId taskTypeId) external returns (uint256 amount);

    /// @notice Takes up to `amount` wei from the sink, stake first, then unbonding stake, and gives it to the escrow
    /// buffer of the same pool. The sink's pay stops in the same transaction; it starts again from zero at its next
    /// signal, with what its remaining stake backs.
    /// @dev Only the verifier of the task type. Emits `Slashed`.
    /// @param amount Wei, more than zero.
    /// @return slashed Wei really taken: min(amount, stake + unbonding stake).
    function slash(TaskTypeId taskTypeId, address sink, uint256 amount) external returns (uint256 slashed);

    /// @notice The bond of a sink.
    /// @return staked Wei that back capacity.
    /// @return unbonding Wei that no longer back capacity and can still be slashed.
    /// @return unbondedAt When `unbonding` can be withdrawn, Unix seconds.
    function bondOf(TaskTypeId taskTypeId, address sink)
        external
        view
        returns (uint256 staked, uint256 unbonding, uint256 unbondedAt);

    /// @notice The capacity that the sink's stake backs: (S - m) / b, b = 2 * q * (T + D + h).
    /// @return Units, rounded down, which favours the payer. 0 for an unknown sink.
    function capacityCap(TaskTypeId taskTypeId, address sink) external view returns (uint256);
}
