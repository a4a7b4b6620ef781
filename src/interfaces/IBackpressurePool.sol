// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { Target } from "../types/Target.sol";
import { TaskTypeId } from "../types/TaskType.sol";

/// @title BackpressurePool: who gets which share of the stream
/// @notice Keeps one Superfluid distribution pool per task type. Its members are the sinks, with their effective
/// capacity as units, and the escrow buffer, with as many units as it takes that no unit is paid above the cap.
/// Sources stream with `distributeFlow` straight into the distribution pool; they never call this contract.
interface IBackpressurePool {
    /// @notice The distribution pool of a task type was created.
    event PoolOpened(TaskTypeId indexed taskTypeId, ISuperfluidPool distributionPool);
    /// @notice A sink's units changed.
    event UnitsUpdated(TaskTypeId indexed taskTypeId, address indexed sink, uint256 oldUnits, uint256 newUnits);
    /// @notice The escrow's units or the fee's units changed; `confirmedInflow` (wei per second) is what they rest on.
    event EscrowUnitsUpdated(
        TaskTypeId indexed taskTypeId, uint256 escrowUnits, uint256 feeUnits, uint256 confirmedInflow
    );
    /// @notice A pipeline limits what the sinks together may be paid, wei per second; the maximum means no limit.
    event LimitUpdated(TaskTypeId indexed taskTypeId, uint256 limit);
    /// @notice The owner changed the fee, in basis points, or who gets it.
    // Too rare to be searched for by recipient.
    // slither-disable-next-line unindexed-event-address
    event FeeChanged(uint256 fee, address recipient);

    /// @notice No such task type.
    error BackpressurePool_UnknownTaskType(TaskTypeId taskTypeId);
    /// @notice The fee is above its maximum; both in basis points.
    error BackpressurePool_FeeTooHigh(uint256 fee, uint256 max);
    /// @notice A fee needs somebody to receive it.
    error BackpressurePool_NoFeeRecipient(uint256 fee);
    /// @notice This move also lets Superfluid split a leak again, which takes more gas than was given.
    error BackpressurePool_TooLittleGas(uint256 gasLeft, uint256 min);
    /// @notice Only another contract of the protocol may call this.
    error BackpressurePool_NotAllowed(address caller, address expected);

    /// @notice Sets the fee, in basis points of what sinks and fee earn together, and who receives it.
    /// @dev Only the owner. Emits `FeeChanged`. Each pool follows at its next move that changes units.
    function setFee(uint256 basisPoints, address recipient) external;

    /// @notice Creates the distribution pool of a new task type, with one unit for the escrow.
    /// @dev Only the registry. Emits `PoolOpened`.
    function open(TaskTypeId taskTypeId, ISuperToken superToken, uint96 unitRate, uint32 epochLength) external;

    /// @notice Sets the units of sinks, then those of escrow and fee to what the confirmed inflow asks for. Where no sink
    /// moves, the escrow is looked at only if the present rate would move it, or once per epoch.
    /// @dev Only the registry. Emits `UnitsUpdated` per sink that moved and `EscrowUnitsUpdated` if the escrow moved.
    /// @param targets Sinks and their effective capacity; may be empty, and may name a sink twice.
    /// @param exact Whether a change below 5 % moves too.
    function move(TaskTypeId taskTypeId, Target[] calldata targets, bool exact) external;

    /// @notice Limits what the sinks of a pool together may be paid.
    /// @dev Only the pipeline. Emits `LimitUpdated` and, where it moves, `EscrowUnitsUpdated`.
    /// @param limit Wei per second; `type(uint96).max` for none.
    function setLimit(TaskTypeId taskTypeId, uint96 limit) external;

    /// @notice Writes down what has flowed in until now.
    /// @dev Only the escrow buffer, whenever its own book changes.
    /// @return income See `incomeOf`, wei.
    /// @return overflowTime See `overflowTimeOf`, wei times 1e18.
    function record(TaskTypeId taskTypeId) external returns (uint256 income, uint256 overflowTime);

    /// @notice Takes spare capacity out of the token bucket for a drain.
    /// @dev Only the escrow buffer, which distributes the returned amount in the same call.
    /// @param available Wei that the escrow could drain.
    /// @return amount Wei: the smaller of bucket and `available`, rounded down to a multiple of total units, as
    /// Superfluid will.
    /// @return back Wei of it that come back to the escrow's own units.
    function takeSpare(TaskTypeId taskTypeId, uint256 available) external returns (uint256 amount, uint256 back);

    /// @notice Whether `move` with these arguments would do something: move units, or record an inflow that has yet to be
    /// confirmed.
    function needsMove(TaskTypeId taskTypeId, Target[] calldata targets) external view returns (bool);

    /// @notice The Superfluid pool that sources stream to with `distributeFlow`. Never send a CFA stream or a transfer
    /// there: Superfluid accepts it and it is stuck.
    function distributionPoolOf(TaskTypeId taskTypeId) external view returns (ISuperfluidPool);

    /// @notice A sink's units in the pool.
    function unitsOf(TaskTypeId taskTypeId, address sink) external view returns (uint256);

    /// @notice U, the escrow's units, and the fee's units; their sum is the total of the distribution pool.
    function unitsOfPool(TaskTypeId taskTypeId)
        external
        view
        returns (uint256 sinkUnits, uint256 escrowUnits, uint256 feeUnits);

    /// @notice What one unit is paid now, wei per second. p = L / total units: Kelly's clearing price while there is
    /// capacity to spare, and the price cap when there is not.
    function spotPrice(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice The most that one unit may be paid: q, or less where a pipeline limits the pool. Wei per second.
    function priceCap(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice Units of all members. It is also the smallest stream that moves money, in wei per second: below one wei per
    /// second and unit Superfluid floors it to zero without an error.
    function totalUnits(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice What the sinks of the pool together can be paid: min(q * U, limit). Wei per second.
    function intakeOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice Everything that streams have paid through the pool so far, drains excluded. Wei.
    function streamedOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice Everything that the sinks together have been paid so far, drains included. Wei.
    function paidOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice The token bucket: what a drain may pay to the sinks now. Wei.
    function spareOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice What the escrow buffer has received as a member of the pool, split into its own and the fee. Wei.
    function incomeOf(TaskTypeId taskTypeId) external view returns (uint256 escrowIncome, uint256 feeIncome);

    /// @notice What a constant stream of one wei per second has paid to the escrow's own units so far, at least: all such
    /// streams together are never counted for more than the escrow received. Wei times 1e18, rounded down.
    function overflowTimeOf(TaskTypeId taskTypeId) external view returns (uint256);

    /// @notice The fee in basis points and who receives it.
    function fee() external view returns (uint256 basisPoints, address recipient);
}
