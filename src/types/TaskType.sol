// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

/// @notice Names one task type: `keccak256(abi.encode(creator, salt, metadata))`. Because the creator is part of it,
/// nobody can take a name before its owner does.
type TaskTypeId is bytes32;

using { equals as ==, differs as != } for TaskTypeId global;

function equals(TaskTypeId a, TaskTypeId b) pure returns (bool) {
    return TaskTypeId.unwrap(a) == TaskTypeId.unwrap(b);
}

// For whoever imports the type; the contracts need only the other one.
// slither-disable-next-line dead-code
function differs(TaskTypeId a, TaskTypeId b) pure returns (bool) {
    return TaskTypeId.unwrap(a) != TaskTypeId.unwrap(b);
}

/// @dev What a pipeline names when a task type has no downstream.
TaskTypeId constant NO_TASK_TYPE = TaskTypeId.wrap(bytes32(0));

/// @notice Everything that defines a task type. Immutable after registration: who wants other terms registers another
/// task type.
///
/// Storage layout (one line per slot):
///
///     superToken 160 | unitRate 96
///     epochLength 32 | horizon 32 | acknowledgementGrace 32 | reportDelay 32 | signalTimeToLive 32 | receiptEpochs 32
///         | smoothing 64
///     verifier 160
///     admission 160
///     minimumStake 128 | bufferMax 128
///
/// @param superToken Super token that sources stream, sinks earn and sinks bond.
/// @param unitRate q: the most that one unit may be paid, wei per second.
/// @param epochLength h: how often a sink is expected to signal, seconds.
/// @param horizon T: the backlog, in seconds of own capacity, at which a sink gets nothing.
/// @param acknowledgementGrace D: how long an acknowledgement may take without counting as backlog, seconds; at least
/// the longest task.
/// @param reportDelay d: how old a report may be when it arrives, seconds.
/// @param signalTimeToLive Age after which a signal counts as capacity 0, seconds.
/// @param receiptEpochs V: the longest time between receipts, and how long a sink is paid without being settled, epochs.
/// @param smoothing Alpha of the capacity's moving average, 1e18 = 1.
/// @param verifier Who is asked what sinks owe (`IVerifier`); 0 for nobody.
/// @param admission Who is asked, once, whether a sink may register (`IAdmission`); 0 for nobody.
/// @param minimumStake m: the part of a sink's stake that backs no capacity, wei.
/// @param bufferMax Escrow level above which money returns to the sources, wei.
struct TaskTypeParameters {
    ISuperToken superToken;
    uint96 unitRate;
    uint32 epochLength;
    uint32 horizon;
    uint32 acknowledgementGrace;
    uint32 reportDelay;
    uint32 signalTimeToLive;
    uint32 receiptEpochs;
    uint64 smoothing;
    address verifier;
    address admission;
    uint128 minimumStake;
    uint128 bufferMax;
}
