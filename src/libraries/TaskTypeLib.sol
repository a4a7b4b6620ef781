// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { TaskTypeParameters } from "../types/TaskType.sol";

/// @title Task type parameters: ranges and what follows from them
library TaskTypeLib {
    /// @dev A pipeline may lower the price to a ten-thousandth of it; below 1e6 wei per second and unit leaks do not heal.
    uint256 internal constant MIN_UNIT_RATE = 1e11;
    uint256 internal constant MAX_UNIT_RATE = 1e24;
    uint256 internal constant MIN_EPOCH_LENGTH = 12 seconds;
    uint256 internal constant MAX_EPOCH_LENGTH = 1 days;
    uint256 internal constant MAX_DURATION = 30 days;
    uint256 internal constant MIN_ACKNOWLEDGEMENT_GRACE = 30 seconds;
    uint256 internal constant MIN_RECEIPT_EPOCHS = 2;
    uint256 internal constant MAX_RECEIPT_EPOCHS = 60;
    uint256 internal constant MIN_SMOOTHING = 0.01e18;
    uint256 internal constant MAX_SMOOTHING = 1e18;

    /// @dev Euler's number, rounded up, 1e18 = 1: theory 3.5 needs T >= e * (h + d).
    uint256 internal constant E_UP = 2_718_281_828_459_045_236;

    /// @notice `unitRate` is outside its range; values in wei per second and unit.
    error TaskType_UnitRateOutOfRange(uint256 unitRate, uint256 min, uint256 max);
    /// @notice `epochLength` is outside its range; values in seconds.
    error TaskType_EpochLengthOutOfRange(uint256 epochLength, uint256 min, uint256 max);
    /// @notice `horizon` is outside its range; values in seconds. The minimum is e * (epochLength + reportDelay):
    /// with less, backlog overshoots.
    error TaskType_HorizonOutOfRange(uint256 horizon, uint256 min, uint256 max);
    /// @notice `acknowledgementGrace` is outside its range; values in seconds. With less, chance looks like lies.
    error TaskType_AcknowledgementGraceOutOfRange(uint256 acknowledgementGrace, uint256 min, uint256 max);
    /// @notice `reportDelay` is above its maximum; values in seconds.
    error TaskType_ReportDelayTooLong(uint256 reportDelay, uint256 max);
    /// @notice `receiptEpochs` is outside its range; values in epochs.
    error TaskType_ReceiptEpochsOutOfRange(uint256 receiptEpochs, uint256 min, uint256 max);
    /// @notice `signalTimeToLive` is outside its range; values in seconds. The minimum is the larger of epochLength +
    /// reportDelay, with less than which an honest sink that signals once per epoch would fade, and receiptEpochs *
    /// epochLength.
    error TaskType_SignalTimeToLiveOutOfRange(uint256 signalTimeToLive, uint256 min, uint256 max);
    /// @notice `smoothing` is outside its range; 1e18 = 1.
    error TaskType_SmoothingOutOfRange(uint256 smoothing, uint256 min, uint256 max);
    /// @notice `minimumStake` is below its minimum; values in wei. At zero, splitting a stake would cost nothing.
    error TaskType_MinimumStakeTooLow(uint256 minimumStake, uint256 min);

    /// @notice Reverts with the first parameter that is out of range. The super token is checked by the caller, who
    /// knows the host.
    function validate(TaskTypeParameters calldata p) internal pure {
        if (p.unitRate < MIN_UNIT_RATE || p.unitRate > MAX_UNIT_RATE) {
            revert TaskType_UnitRateOutOfRange(p.unitRate, MIN_UNIT_RATE, MAX_UNIT_RATE);
        }
        if (p.epochLength < MIN_EPOCH_LENGTH || p.epochLength > MAX_EPOCH_LENGTH) {
            revert TaskType_EpochLengthOutOfRange(p.epochLength, MIN_EPOCH_LENGTH, MAX_EPOCH_LENGTH);
        }
        if (p.reportDelay > MAX_EPOCH_LENGTH) revert TaskType_ReportDelayTooLong(p.reportDelay, MAX_EPOCH_LENGTH);
        uint256 minHorizon = minimumHorizonUp(p.epochLength, p.reportDelay);
        if (p.horizon < minHorizon || p.horizon > MAX_DURATION) {
            revert TaskType_HorizonOutOfRange(p.horizon, minHorizon, MAX_DURATION);
        }
        if (p.acknowledgementGrace < MIN_ACKNOWLEDGEMENT_GRACE || p.acknowledgementGrace > MAX_DURATION) {
            revert TaskType_AcknowledgementGraceOutOfRange(
                p.acknowledgementGrace, MIN_ACKNOWLEDGEMENT_GRACE, MAX_DURATION
            );
        }
        if (p.receiptEpochs < MIN_RECEIPT_EPOCHS || p.receiptEpochs > MAX_RECEIPT_EPOCHS) {
            revert TaskType_ReceiptEpochsOutOfRange(p.receiptEpochs, MIN_RECEIPT_EPOCHS, MAX_RECEIPT_EPOCHS);
        }
        uint256 minTimeToLive =
            Math.max(uint256(p.epochLength) + p.reportDelay, uint256(p.receiptEpochs) * p.epochLength);
        if (p.signalTimeToLive < minTimeToLive || p.signalTimeToLive > MAX_DURATION) {
            revert TaskType_SignalTimeToLiveOutOfRange(p.signalTimeToLive, minTimeToLive, MAX_DURATION);
        }
        if (p.smoothing < MIN_SMOOTHING || p.smoothing > MAX_SMOOTHING) {
            revert TaskType_SmoothingOutOfRange(p.smoothing, MIN_SMOOTHING, MAX_SMOOTHING);
        }
        if (p.minimumStake == 0) revert TaskType_MinimumStakeTooLow(p.minimumStake, 1);
    }

    /// @notice The smallest horizon at which backlog never overshoots: e * (h + d) (theory 3.5).
    /// @return Seconds, rounded up, which favours stability.
    function minimumHorizonUp(uint256 epochLength, uint256 reportDelay) internal pure returns (uint256) {
        return (E_UP * (epochLength + reportDelay) + 1e18 - 1) / 1e18;
    }

    /// @notice The bond per unit: b = 2 * q * (T + D + h) + q * V * h: twice what a sink can be over-paid before its backlog
    /// stops its pay, and what it is paid in a window that is still open.
    /// @return Wei per unit, exact.
    function bondPerUnit(TaskTypeParameters storage p) internal view returns (uint256) {
        return uint256(p.unitRate) * (2 * overpaidTime(p) + receiptInterval(p));
    }

    /// @notice How long unstaked money stays slashable: 2 * (T + D + h) until the backlog of a sink that half of the
    /// money acknowledges is beyond the horizon, and three windows for three strikes. It is longer than two receipt
    /// intervals, in which the window that was open when unbonding started is closed or dropped.
    /// @return Seconds.
    function unbondingPeriod(TaskTypeParameters storage p) internal view returns (uint256) {
        return 2 * overpaidTime(p) + 3 * receiptInterval(p);
    }

    /// @dev T + D + h, seconds.
    function overpaidTime(TaskTypeParameters storage p) private view returns (uint256) {
        return uint256(p.horizon) + p.acknowledgementGrace + p.epochLength;
    }

    /// @dev V * h, seconds.
    function receiptInterval(TaskTypeParameters storage p) private view returns (uint256) {
        return uint256(p.receiptEpochs) * p.epochLength;
    }
}
