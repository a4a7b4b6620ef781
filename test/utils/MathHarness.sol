// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Multicall } from "@openzeppelin/contracts/utils/Multicall.sol";

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { CapacityMath } from "../../src/libraries/CapacityMath.sol";
import { DepositQueue } from "../../src/libraries/DepositQueue.sol";
import { FlowMath } from "../../src/libraries/FlowMath.sol";
import { InflowBook } from "../../src/libraries/InflowBook.sol";
import { LedgerMath } from "../../src/libraries/LedgerMath.sol";
import { ReturnShares } from "../../src/libraries/ReturnShares.sol";
import { StreamedAmount } from "../../src/libraries/StreamedAmount.sol";
import { TaskTypeLib } from "../../src/libraries/TaskTypeLib.sol";
import { TaskTypeParameters } from "../../src/types/TaskType.sol";

/// @notice The libraries' internal functions under their own names, for `ts/model/exact.test.ts`, which compares them with
/// the second implementation. `multicall` takes thousands of inputs at once.
contract MathHarness is Multicall {
    using DepositQueue for DepositQueue.Queue;
    using InflowBook for InflowBook.Book;
    using ReturnShares for ReturnShares.Book;

    TaskTypeParameters private _parameters;
    DepositQueue.Queue private _queue;
    mapping(uint256 scale => uint256) private _ends;
    InflowBook.Book private _inflow;

    // ------------------------------------------------------------------------------------------- Capacity

    function remainingShareDown(uint256 smoothing, uint256 epochs) external pure returns (uint256) {
        return CapacityMath.remainingShareDown(smoothing, epochs);
    }

    function smooth(uint256 currentScaled, uint256 targetScaled, uint256 smoothing, uint256 epochs)
        external
        pure
        returns (uint256)
    {
        return CapacityMath.smooth(currentScaled, targetScaled, smoothing, epochs);
    }

    function effectiveUnitsDown(uint256 capacityScaled, uint256 backlog, uint256 horizon)
        external
        pure
        returns (uint256)
    {
        return CapacityMath.effectiveUnitsDown(capacityScaled, backlog, horizon);
    }

    function capacityCapDown(uint256 stake, uint256 minimumStake, uint256 bond) external pure returns (uint256) {
        return CapacityMath.capacityCapDown(stake, minimumStake, bond);
    }

    function shouldMove(uint256 current, uint256 target, bool overdue) external pure returns (bool) {
        return CapacityMath.shouldMove(current, target, overdue);
    }

    // ------------------------------------------------------------------------------------------- Flow

    function escrowUnitsUp(uint256 inflow, uint256 priceCap, uint256 sinkUnits, uint256 feeUnits)
        external
        pure
        returns (uint256)
    {
        return FlowMath.escrowUnitsUp(inflow, priceCap, sinkUnits, feeUnits);
    }

    function priceCapDown(uint256 unitRate, uint256 limit, uint256 sinkUnits) external pure returns (uint256) {
        return FlowMath.priceCapDown(unitRate, limit, sinkUnits);
    }

    function shouldHeal(uint256 leak, uint256 flow, uint256 units) external pure returns (bool) {
        return FlowMath.shouldHeal(leak, flow, units);
    }

    function minDepositUp(uint256 unitEpoch, uint256 sinkUnits) external pure returns (uint256) {
        return FlowMath.minDepositUp(unitEpoch, sinkUnits);
    }

    function feeUnitsDown(uint256 sinkUnits, uint256 fee) external pure returns (uint256) {
        return FlowMath.feeUnitsDown(sinkUnits, fee);
    }

    function fillBucket(uint256 bucket, uint256 capacity, uint256 paid, uint256 depth) external pure returns (uint256) {
        return FlowMath.fillBucket(bucket, capacity, paid, depth);
    }

    function pipelineLimitDown(uint256 intake, uint256 overflow, uint256 horizon, uint256 ratio)
        external
        pure
        returns (uint256)
    {
        return FlowMath.pipelineLimitDown(intake, overflow, horizon, ratio);
    }

    // ------------------------------------------------------------------------------------------- Bond

    function bondPerUnit(uint96 unitRate, uint32 horizon, uint32 grace, uint32 epochLength, uint32 receiptEpochs)
        external
        returns (uint256)
    {
        _setParameters(unitRate, horizon, grace, epochLength, receiptEpochs);
        return TaskTypeLib.bondPerUnit(_parameters);
    }

    function unbondingPeriod(uint96 unitRate, uint32 horizon, uint32 grace, uint32 epochLength, uint32 receiptEpochs)
        external
        returns (uint256)
    {
        _setParameters(unitRate, horizon, grace, epochLength, receiptEpochs);
        return TaskTypeLib.unbondingPeriod(_parameters);
    }

    function minimumHorizonUp(uint256 epochLength, uint256 reportDelay) external pure returns (uint256) {
        return TaskTypeLib.minimumHorizonUp(epochLength, reportDelay);
    }

    // ------------------------------------------------------------------------------------------- Ledger

    function participatingDown(uint256 spent, uint256 age, uint256 receiptInterval) external pure returns (uint256) {
        return LedgerMath.participatingDown(spent, age, receiptInterval);
    }

    function isQuorum(uint256 participating, uint256 paid) external pure returns (bool) {
        return LedgerMath.isQuorum(participating, paid);
    }

    function shareDown(uint256 part, uint256 whole) external pure returns (uint256) {
        return LedgerMath.shareDown(part, whole);
    }

    function standardDown(uint256 acknowledged, uint256 participating)
        external
        pure
        returns (uint256 standard, uint256 expected, bool firm)
    {
        return LedgerMath.standardDown(acknowledged, participating);
    }

    function debitDown(uint256 received, uint256 expected, uint256 standard) external pure returns (uint256) {
        return LedgerMath.debitDown(received, expected, standard);
    }

    function creditUp(uint256 acknowledged, uint256 standard) external pure returns (uint256) {
        return LedgerMath.creditUp(acknowledged, standard);
    }

    function peakAfterDown(uint256 peakScaled, uint256 capacityScaled) external pure returns (uint256) {
        return LedgerMath.peakAfterDown(peakScaled, capacityScaled);
    }

    function provenBacklogDown(uint256 owed, uint256 unitRate, uint256 peakScaled, uint256 grace)
        external
        pure
        returns (uint256)
    {
        return LedgerMath.provenBacklogDown(owed, unitRate, peakScaled, grace);
    }

    function isBeyondHorizon(uint256 backlog, uint256 capacityScaled, uint256 horizon) external pure returns (bool) {
        return LedgerMath.isBeyondHorizon(backlog, capacityScaled, horizon);
    }

    function unearnedDown(uint256 owed, uint256 received, uint256 earned) external pure returns (uint256) {
        return LedgerMath.unearnedDown(owed, received, earned);
    }

    function withPenaltyDown(uint256 unearned) external pure returns (uint256) {
        return LedgerMath.withPenaltyDown(unearned);
    }

    function exitChargeDown(uint256 owed, uint256 received, uint256 earned) external pure returns (uint256) {
        return LedgerMath.exitChargeDown(owed, received, earned);
    }

    // ------------------------------------------------------------------------------------------- Sources, deposits

    function totalAt(uint256 total, uint256 syncedAt, uint256 rate, uint256 changedAt, uint256 nowAt)
        external
        pure
        returns (uint256)
    {
        return StreamedAmount.totalAt(total, syncedAt, rate, changedAt, nowAt);
    }

    /// @param time Since the book was recorded, seconds.
    function asOfNow(
        InflowBook.Book memory book,
        InflowBook.Units memory units,
        uint256 received,
        uint256 priceCap,
        uint256 depth,
        uint256 time
    ) external returns (InflowBook.Book memory) {
        _inflow = book;
        _inflow.recordedAt = uint32(block.timestamp - time);
        book = _inflow.asOfNow(units, received, priceCap, depth);
        // The time of this call.
        book.recordedAt = 0;
        return book;
    }

    function accrue(ReturnShares.Book memory book, uint256 income, uint256 overflowTime)
        external
        pure
        returns (ReturnShares.Book memory)
    {
        book.accrue(income, overflowTime);
        return book;
    }

    function drain(ReturnShares.Book memory book, uint256 amount, uint256 back)
        external
        pure
        returns (ReturnShares.Book memory)
    {
        book.drain(amount, back);
        return book;
    }

    function release(ReturnShares.Book memory book, uint256 excess)
        external
        pure
        returns (ReturnShares.Book memory, uint256 amount)
    {
        amount = book.release(excess);
        return (book, amount);
    }

    function rescale(ReturnShares.Book memory book) external returns (ReturnShares.Book memory, uint256 end) {
        uint256 scale = book.scale;
        _ends[scale] = 0;
        book.rescale(_ends);
        return (book, _ends[scale]);
    }

    /// @param ends Of the scales from the claim's on.
    function sync(
        ReturnShares.Book memory book,
        ReturnShares.Claim memory claim,
        uint256[] calldata ends,
        bool stayed,
        uint96 rate
    ) external returns (ReturnShares.Book memory, ReturnShares.Claim memory) {
        for (uint256 i; i < ends.length; ++i) {
            _ends[claim.scale + i] = ends[i];
        }
        book.sync(claim, _ends, stayed, rate);
        // The time of this call.
        claim.syncedAt = 0;
        return (book, claim);
    }

    function redeem(ReturnShares.Book memory book, ReturnShares.Claim memory claim, uint256 shares)
        external
        pure
        returns (ReturnShares.Book memory, ReturnShares.Claim memory, uint256 value)
    {
        value = book.redeem(claim, shares);
        return (book, claim, value);
    }

    function worthUp(ReturnShares.Book memory book, uint256 shares) external pure returns (uint256) {
        return book.valueOf(shares, Math.Rounding.Ceil);
    }

    function push(address owner, uint256 amount) external returns (uint64) {
        return _queue.push(owner, amount);
    }

    function remove(uint256 position) external returns (uint128) {
        return _queue.remove(position);
    }

    function spend(uint256 amount) external {
        _queue.spend(amount);
    }

    /// @notice The whole queue: what is unspent, what one drain can take, and the deposits from head to tail.
    function queue() external view returns (uint256 total, uint256 ready, uint256[] memory positions) {
        positions = new uint256[](_queue.count);
        uint256 length;
        for (uint256 position = _queue.head; position != 0; position = _queue.deposits[position].next) {
            positions[length++] = position;
        }
        // Safe: shortens an array of this function, to what was written of it.
        assembly ("memory-safe") {
            mstore(positions, length)
        }
        return (_queue.total, _queue.ready(), positions);
    }

    function deposit(uint256 position) external view returns (DepositQueue.Deposit memory) {
        return _queue.deposits[position];
    }

    function _setParameters(uint96 unitRate, uint32 horizon, uint32 grace, uint32 epochLength, uint32 receiptEpochs)
        private
    {
        _parameters.receiptEpochs = receiptEpochs;
        _parameters.unitRate = unitRate;
        _parameters.horizon = horizon;
        _parameters.acknowledgementGrace = grace;
        _parameters.epochLength = epochLength;
    }
}
