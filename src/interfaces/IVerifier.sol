// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { TaskTypeId } from "../types/TaskType.sol";
import { VerifierTerms } from "../types/VerifierTerms.sol";

/// @title Verifier: says what a sink owes
/// @notice Each task type names its own. A verifier is asked and never orders: it holds no money and calls nobody above
/// it. It gets a fixed amount of gas; where it fails, signals, exits and everything else go on without it.
interface IVerifier {
    /// @notice Takes the terms of a task type that names this verifier.
    /// @dev Only the registry, once per task type.
    function open(TaskTypeId taskTypeId, VerifierTerms calldata terms) external;

    /// @notice Brings the ledger of a sink up to date. The first time, when the sink registers, it opens it.
    /// @dev Only the registry, for registered sinks.
    /// @param smoothedCapacityScaled The sink's smoothed capacity, billionths of a unit.
    /// @return backlog Work that the sink was paid for and has not proved, unit-seconds.
    function settle(TaskTypeId taskTypeId, address sink, uint256 smoothedCapacityScaled)
        external
        returns (uint256 backlog);

    /// @notice Settles a sink and says what is to be taken from its bond. The ledger counts what it says as taken.
    /// @dev Only the registry, for the stake manager. Says that it is too early with `ready`, and never by reverting.
    /// @param smoothedCapacityScaled The sink's smoothed capacity, billionths of a unit; 0 if it has left.
    /// @param leaving Whether a part of the bond is about to be paid out, rather than an assessment asked for.
    /// @return ready False if there is nothing to take yet, or, when leaving, if it cannot be known yet.
    /// @return amount Wei; 0 if not ready.
    function judge(TaskTypeId taskTypeId, address sink, uint256 smoothedCapacityScaled, bool leaving)
        external
        returns (bool ready, uint256 amount);
}
