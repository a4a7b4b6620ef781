// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeLib } from "../../src/libraries/TaskTypeLib.sol";
import { TaskTypeParameters } from "../../src/types/TaskType.sol";

/// @notice For `npm run audit`. What each check means, and with what result, is in docs/assurance.md.
contract TaskTypeLibSymbolic {
    TaskTypeParameters private _parameters;

    function check_MinimumHorizon_CoversEpochAndDelay(uint32 epochLength, uint32 reportDelay) external pure {
        uint256 sum = uint256(epochLength) + reportDelay;
        uint256 horizon = TaskTypeLib.minimumHorizonUp(epochLength, reportDelay);
        assert(horizon * 1e18 >= TaskTypeLib.E_UP * sum);
        assert(horizon * 1e18 < TaskTypeLib.E_UP * sum + 1e18);
    }

    function check_Bond_IsTwiceTheDetectionTime(
        uint96 rate,
        uint32 epochLength,
        uint32 horizon,
        uint32 grace,
        uint32 receiptEpochs
    ) external {
        _set(rate, epochLength, horizon, grace, receiptEpochs);
        uint256 time = 2 * (uint256(horizon) + grace + epochLength) + uint256(receiptEpochs) * epochLength;
        assert(TaskTypeLib.bondPerUnit(_parameters) == uint256(rate) * time);
    }

    function check_Unbonding_OutlastsDetection(
        uint96 rate,
        uint32 epochLength,
        uint32 horizon,
        uint32 grace,
        uint32 receiptEpochs
    ) external {
        _set(rate, epochLength, horizon, grace, receiptEpochs);
        uint256 detection = uint256(horizon) + grace + epochLength;
        uint256 window = uint256(receiptEpochs) * epochLength;
        assert(TaskTypeLib.unbondingPeriod(_parameters) == 2 * detection + 3 * window);
    }

    function check_Validate_AcceptsOnlyTheRanges(TaskTypeParameters calldata p) external pure {
        TaskTypeLib.validate(p);
        assert(p.unitRate >= 1e11 && p.unitRate <= 1e24);
        assert(p.epochLength >= 12 && p.epochLength <= 1 days);
        assert(p.reportDelay <= 1 days);
        assert(p.horizon > p.epochLength && p.horizon <= 30 days);
        assert(p.acknowledgementGrace <= 30 days);
        assert(p.acknowledgementGrace >= 30);
        assert(p.receiptEpochs >= 2 && p.receiptEpochs <= 60);
        assert(p.signalTimeToLive >= uint256(p.epochLength) + p.reportDelay && p.signalTimeToLive <= 30 days);
        assert(p.signalTimeToLive >= uint256(p.receiptEpochs) * p.epochLength);
        assert(p.smoothing >= 0.01e18 && p.smoothing <= 1e18);
        assert(p.minimumStake != 0);
    }

    function _set(uint96 rate, uint32 epochLength, uint32 horizon, uint32 grace, uint32 receiptEpochs) private {
        _parameters.unitRate = rate;
        _parameters.epochLength = epochLength;
        _parameters.horizon = horizon;
        _parameters.acknowledgementGrace = grace;
        _parameters.receiptEpochs = receiptEpochs;
    }
}
