// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { TaskTypeId } from "../types/TaskType.sol";

/// @title Admission: who may register as a sink
/// @notice A task type may name such a contract; it is asked once, when a sink registers, with 200,000 gas, and can change
/// nothing. Where it fails nobody is admitted; who has been stays.
interface IAdmission {
    /// @notice Whether `sink` may register for `taskTypeId`.
    function admits(TaskTypeId taskTypeId, address sink) external view returns (bool);
}
