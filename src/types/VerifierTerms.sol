// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

/// @notice What a verifier is told of a task type, once, when the task type is registered.
/// @param unitRate q, wei per second and unit.
/// @param epochLength h, seconds.
/// @param horizon T, seconds.
/// @param acknowledgementGrace D, seconds.
/// @param receiptInterval V * h: the longest time between receipts, seconds.
struct VerifierTerms {
    uint96 unitRate;
    uint32 epochLength;
    uint32 horizon;
    uint32 acknowledgementGrace;
    uint32 receiptInterval;
}
