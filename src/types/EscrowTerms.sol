// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

/// @notice What the escrow buffer needs to know of a task type; the registry hands it down once.
///
/// @param superToken Super token that sources stream and deposit.
/// @param unitRate q, wei per second and unit.
/// @param epochLength h, seconds.
/// @param horizon T: how long overflow waits for the sinks before its source may take it back, seconds.
/// @param bufferMax Overflow above which money returns to the sources without waiting, wei.
struct EscrowTerms {
    ISuperToken superToken;
    uint96 unitRate;
    uint32 epochLength;
    uint32 horizon;
    uint128 bufferMax;
}
