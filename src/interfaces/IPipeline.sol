// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { TaskTypeId } from "../types/TaskType.sol";

/// @title Pipeline: which pool feeds which
/// @notice Carries pressure upstream: a stage is not paid for more than the next one can take.
///
/// Several stages may feed the same one. Each is limited as if it were alone; the overflow that they cause together presses on
/// all of them until they share the intake. With n of them, downstream work waits 3T * (n - 1) / n longer for that, so
/// such a stage needs a `bufferMax` of that many seconds of its intake. A stage feeds one other.
///
/// What the creator of a task type can do to sinks that have bonded there: attach it to a pool of its choice, and so lower
/// what a unit is paid to q / 10,000, at any time. It cannot touch a bond or what was paid; the sinks can leave, and what they
/// are not paid goes back to the sources.
interface IPipeline {
    /// @notice `downstream` now limits `upstream`; `ratio` is inflow downstream per wei of pay upstream, 1e18 = 1.
    event DownstreamSet(TaskTypeId indexed upstream, TaskTypeId indexed downstream, uint256 ratio);

    /// @notice Only who registered the upstream task type decides what limits it.
    error Pipeline_NotCreator(address caller, address creator);
    /// @notice No such task type.
    error Pipeline_UnknownTaskType(TaskTypeId taskTypeId);
    /// @notice The stages would feed themselves.
    error Pipeline_Cycle(TaskTypeId upstream, TaskTypeId downstream);
    /// @notice The chain below would have more stages than this.
    error Pipeline_TooLong(uint256 max);
    /// @notice The ratio must be more than zero and fit 96 bits; 1e18 = 1.
    error Pipeline_RatioOutOfRange(uint256 ratio, uint256 min, uint256 max);
    /// @notice Nothing is downstream of this task type, so nothing limits it.
    error Pipeline_NoDownstream(TaskTypeId taskTypeId);

    /// @notice Puts `downstream` behind `upstream`, or detaches with `NO_TASK_TYPE`. The limit applies at once.
    /// @dev Only the creator of `upstream`, at any time. Emits `DownstreamSet` and the pool's `LimitUpdated`.
    /// @param ratio Inflow downstream per wei of pay upstream, 1e18 = 1; ignored when detaching.
    function setDownstream(TaskTypeId upstream, TaskTypeId downstream, uint256 ratio) external;

    /// @notice Recomputes the limit of `upstream` from the state of the pool behind it, and applies it. Anyone may call
    /// it; for a chain, from its end to its beginning. Overflow presses once it was there at two looks, `CONFIRM_DELAY`
    /// apart: call again 12 s after it grew.
    /// @dev Emits the pool's `LimitUpdated` and, where it moves, `EscrowUnitsUpdated`.
    function propagate(TaskTypeId upstream) external;

    /// @notice What limits the sinks of `upstream` together now, wei per second; `type(uint96).max` without downstream.
    function limitOf(TaskTypeId upstream) external view returns (uint256);

    /// @notice The task type behind `upstream` (`NO_TASK_TYPE` for none) and the ratio, 1e18 = 1.
    function downstreamOf(TaskTypeId upstream) external view returns (TaskTypeId downstream, uint256 ratio);
}
