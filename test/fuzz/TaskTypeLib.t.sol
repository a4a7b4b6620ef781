// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";

import { TaskTypeLib } from "../../src/libraries/TaskTypeLib.sol";
import { TaskTypeParameters } from "../../src/types/TaskType.sol";

contract TaskTypeLibHarness {
    TaskTypeParameters internal stored;

    function store(TaskTypeParameters calldata parameters) external {
        stored = parameters;
    }

    function validate(TaskTypeParameters calldata parameters) external pure {
        TaskTypeLib.validate(parameters);
    }

    function bondPerUnit() external view returns (uint256) {
        return TaskTypeLib.bondPerUnit(stored);
    }

    function unbondingPeriod() external view returns (uint256) {
        return TaskTypeLib.unbondingPeriod(stored);
    }
}

/// @dev The bounds stand here as plain numbers, so that a change in the library shows.
contract TaskTypeLibFuzzTest is Test {
    TaskTypeLibHarness internal harness = new TaskTypeLibHarness();

    /// @dev Every parameter is at or next to an edge, or anywhere within; most are in range, so that later checks are
    /// reached too.
    function testFuzz_Validate_NamesTheFirstParameterOutOfRange(
        TaskTypeParameters memory parameters,
        uint256[9] memory seeds
    ) external view {
        parameters.unitRate = uint96(_nearRange(seeds[0], 1e11, 1e24));
        parameters.epochLength = uint32(_nearRange(seeds[1], 12, 1 days));
        parameters.reportDelay = uint32(_nearRange(seeds[2], 0, 1 days));
        uint256 sum = uint256(parameters.epochLength) + parameters.reportDelay;
        parameters.horizon = uint32(_nearRange(seeds[3], _ceilTimesE(sum), 30 days));
        parameters.acknowledgementGrace = uint32(_nearRange(seeds[4], 30, 30 days));
        parameters.receiptEpochs = uint32(_nearRange(seeds[8], 2, 60));
        parameters.signalTimeToLive = uint32(_nearRange(seeds[5], _minTimeToLive(parameters), 30 days));
        parameters.smoothing = uint64(_nearRange(seeds[6], 0.01e18, 1e18));
        parameters.minimumStake = uint128(_nearRange(seeds[7], 1, type(uint128).max));

        bytes memory expected = _firstError(parameters);
        try harness.validate(parameters) {
            assertEq(expected, "", "should have been refused");
        } catch (bytes memory reason) {
            assertEq(reason, expected, "refused for another reason");
        }
    }

    /// @dev Bracketed by two convergents of e, one below and one above, and against e to 30 digits.
    function testFuzz_MinimumHorizon_IsETimesTheDelay(uint256 epoch, uint256 delay) external pure {
        epoch = bound(epoch, 12, 1 days);
        delay = bound(delay, 0, 1 days);

        uint256 horizon = TaskTypeLib.minimumHorizonUp(epoch, delay);

        assertGe(horizon * 398_959, 1_084_483 * (epoch + delay), "at least e times");
        assertLt((horizon - 1) * 18_089, 49_171 * (epoch + delay), "rounded up by less than a second");
        assertEq(horizon, _ceilTimesE(epoch + delay), "to the last digit");
    }

    function testFuzz_MinimumHorizon_IsMonotone(uint256 epoch, uint256 delay, uint256 more) external pure {
        epoch = bound(epoch, 12, 1 days);
        delay = bound(delay, 0, 1 days);
        more = bound(more, 1, 1 days);

        uint256 horizon = TaskTypeLib.minimumHorizonUp(epoch, delay);

        assertGt(TaskTypeLib.minimumHorizonUp(epoch + more, delay), horizon);
        assertGt(TaskTypeLib.minimumHorizonUp(epoch, delay + more), horizon);
    }

    function testFuzz_BondPerUnit_IsTwiceTheExposure_AndAnOpenWindow(TaskTypeParameters memory parameters) external {
        _boundTimes(parameters);
        parameters.unitRate = uint96(bound(parameters.unitRate, 1e11, 1e24));
        harness.store(parameters);

        uint256 rate = parameters.unitRate;
        uint256 exposure =
            rate * parameters.horizon + rate * parameters.acknowledgementGrace + rate * parameters.epochLength;
        uint256 window = rate * parameters.receiptEpochs * parameters.epochLength;
        assertEq(harness.bondPerUnit(), exposure + exposure + window);
    }

    function testFuzz_UnbondingPeriod_OutlastsDetection(TaskTypeParameters memory parameters) external {
        _boundTimes(parameters);
        harness.store(parameters);

        uint256 detection =
            uint256(parameters.horizon) + parameters.acknowledgementGrace + uint256(parameters.epochLength);
        uint256 window = uint256(parameters.receiptEpochs) * parameters.epochLength;
        assertEq(harness.unbondingPeriod(), 2 * detection + 3 * window, "until found out, and three windows");
        assertGt(harness.unbondingPeriod(), 2 * window, "what was open is closed or dropped");
    }

    // ------------------------------------------------------------------------------------------- Private

    function _firstError(TaskTypeParameters memory p) private pure returns (bytes memory) {
        uint256 sum = uint256(p.epochLength) + p.reportDelay;
        if (_outside(p.unitRate, 1e11, 1e24)) {
            return _error(TaskTypeLib.TaskType_UnitRateOutOfRange.selector, p.unitRate, 1e11, 1e24);
        }
        if (_outside(p.epochLength, 12, 1 days)) {
            return _error(TaskTypeLib.TaskType_EpochLengthOutOfRange.selector, p.epochLength, 12, 1 days);
        }
        if (p.reportDelay > 1 days) {
            return abi.encodeWithSelector(TaskTypeLib.TaskType_ReportDelayTooLong.selector, p.reportDelay, 1 days);
        }
        if (_outside(p.horizon, _ceilTimesE(sum), 30 days)) {
            return _error(TaskTypeLib.TaskType_HorizonOutOfRange.selector, p.horizon, _ceilTimesE(sum), 30 days);
        }
        if (_outside(p.acknowledgementGrace, 30, 30 days)) {
            return
                _error(
                    TaskTypeLib.TaskType_AcknowledgementGraceOutOfRange.selector, p.acknowledgementGrace, 30, 30 days
                );
        }
        if (_outside(p.receiptEpochs, 2, 60)) {
            return _error(TaskTypeLib.TaskType_ReceiptEpochsOutOfRange.selector, p.receiptEpochs, 2, 60);
        }
        uint256 least = _minTimeToLive(p);
        if (_outside(p.signalTimeToLive, least, 30 days)) {
            return _error(TaskTypeLib.TaskType_SignalTimeToLiveOutOfRange.selector, p.signalTimeToLive, least, 30 days);
        }
        if (_outside(p.smoothing, 0.01e18, 1e18)) {
            return _error(TaskTypeLib.TaskType_SmoothingOutOfRange.selector, p.smoothing, 0.01e18, 1e18);
        }
        if (p.minimumStake == 0) return abi.encodeWithSelector(TaskTypeLib.TaskType_MinimumStakeTooLow.selector, 0, 1);
        return "";
    }

    function _error(bytes4 selector, uint256 value, uint256 min, uint256 max) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, value, min, max);
    }

    function _outside(uint256 value, uint256 min, uint256 max) private pure returns (bool) {
        return value < min || value > max;
    }

    /// @dev One in 16 is one below the range, one in 16 one above, one in 16 each at an edge, the rest within. Where long
    /// epochs leave no range, whatever it is must be refused.
    function _nearRange(uint256 seed, uint256 min, uint256 max) private pure returns (uint256) {
        if (min > max) return max;
        uint256 kind = seed % 16;
        if (kind == 0 && min != 0) return min - 1;
        if (kind == 1 && max != type(uint128).max) return max + 1;
        if (kind == 2) return min;
        if (kind == 3) return max;
        return bound(seed >> 4, min, max);
    }

    function _boundTimes(TaskTypeParameters memory parameters) private pure {
        parameters.epochLength = uint32(bound(parameters.epochLength, 12, 1 days));
        parameters.horizon = uint32(bound(parameters.horizon, 33, 30 days));
        parameters.acknowledgementGrace = uint32(bound(parameters.acknowledgementGrace, 30, 30 days));
        parameters.receiptEpochs = uint32(bound(parameters.receiptEpochs, 2, 60));
    }

    function _minTimeToLive(TaskTypeParameters memory p) private pure returns (uint256) {
        uint256 sum = uint256(p.epochLength) + p.reportDelay;
        uint256 interval = uint256(p.receiptEpochs) * p.epochLength;
        return sum < interval ? interval : sum;
    }

    /// @dev e to 30 digits.
    function _ceilTimesE(uint256 factor) private pure returns (uint256) {
        return factor * 2_718_281_828_459_045_235_360_287_471_353 / 1e30 + (factor == 0 ? 0 : 1);
    }
}
