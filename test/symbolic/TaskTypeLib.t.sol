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

    function check_Bond_IsTwiceTheDetectionTime(uint96 rate, uint32 epochLength, uint32 horizon, uint32 grace)
        external
    {
        _set(rate, epochLength, horizon, grace);
        assert(TaskTypeLib.bondPerUnit(_parameters) == 2 * uint256(rate) * (uint256(horizon) + grace + epochLength));
    }

    function check_Unbonding_OutlastsDetection(uint96 rate, uint32 epochLength, uint32 horizon, uint32 grace) external {
        _set(rate, epochLength, horizon, grace);
        uint256 detection = uint256(horizon) + grace + epochLength;
        assert(TaskTypeLib.unbondingPeriod(_parameters) == 2 * detection + 4 * uint256(epochLength));
    }

    function check_Validate_AcceptsOnlyTheRanges(TaskTypeParameters calldata p) external pure {
        TaskTypeLib.validate(p);
        assert(p.unitRate >= 1e11 && p.unitRate <= 1e24);
        assert(p.epochLength >= 12 && p.epochLength <= 1 days);
        assert(p.reportDelay <= 1 days);
        assert(p.horizon > p.epochLength && p.horizon <= 30 days);
        assert(p.acknowledgementGrace <= 30 days);
        assert(p.signalTimeToLive >= uint256(p.epochLength) + p.reportDelay && p.signalTimeToLive <= 30 days);
        assert(p.smoothing >= 0.01e18 && p.smoothing <= 1e18);
        assert(p.minimumStake != 0);
    }

    function _set(uint96 rate, uint32 epochLength, uint32 horizon, uint32 grace) private {
        _parameters.unitRate = rate;
        _parameters.epochLength = epochLength;
        _parameters.horizon = horizon;
        _parameters.acknowledgementGrace = grace;
    }
}
