// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";

import { CapacityMath } from "../../src/libraries/CapacityMath.sol";

contract CapacityMathFuzzTest is Test {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant SCALE = 1e9;
    uint256 internal constant MAX_SCALED = (uint256(1) << 72) - 1;
    uint256 internal constant MAX_BACKLOG = type(uint64).max;
    uint256 internal constant MAX_HORIZON = 30 days;

    // ------------------------------------------------------------------------------------------- Powers

    /// @dev Both round every product down, so both lie below the true power. A product of numbers up to one adds the
    /// errors of its factors and one for its own rounding: the loop is off by at most n; the k-th square by at most
    /// 2^k - 1, and the product of the squares that make n by at most n again.
    function testFuzz_RemainingShare_MatchesALoop(uint256 smoothing, uint256 epochs) external pure {
        smoothing = bound(smoothing, 0, WAD);
        epochs = bound(epochs, 0, 1000);

        uint256 looped = WAD;
        for (uint256 i; i < epochs; ++i) {
            looped = looped * (WAD - smoothing) / WAD;
        }

        assertApproxEqAbs(CapacityMath.remainingShareDown(smoothing, epochs), looped, epochs);
    }

    function testFuzz_RemainingShare_Edges(uint256 smoothing, uint256 epochs) external pure {
        smoothing = bound(smoothing, 1, WAD);
        assertEq(CapacityMath.remainingShareDown(smoothing, 0), WAD, "no epoch leaves all");
        assertEq(CapacityMath.remainingShareDown(smoothing, 1), WAD - smoothing, "one epoch is exact");
        assertEq(CapacityMath.remainingShareDown(0, epochs), WAD, "alpha 0 leaves all");
        assertEq(CapacityMath.remainingShareDown(WAD, bound(epochs, 1, type(uint256).max)), 0, "alpha 1 leaves nothing");
    }

    function testFuzz_RemainingShare_FallsWithEpochs(uint256 smoothing, uint256 epochs, uint256 more) external pure {
        smoothing = bound(smoothing, 0, WAD);
        epochs = bound(epochs, 0, type(uint32).max);
        more = bound(more, 1, type(uint32).max);

        uint256 share = CapacityMath.remainingShareDown(smoothing, epochs);
        uint256 later = CapacityMath.remainingShareDown(smoothing, epochs + more);

        // Each is at most as many parts of 1e18 below the true power as there are epochs.
        assertLe(later, share + epochs);
    }

    // ------------------------------------------------------------------------------------------- Smoothing

    /// @dev A step rounds the distance down, so the loop's distance is at most n below the true one; the formula's is at
    /// most n * 1e-18 of it (see above) and one for its own rounding.
    function testFuzz_Smooth_MatchesALoopOfSingleSteps(
        uint256 current,
        uint256 target,
        uint256 smoothing,
        uint256 epochs
    ) external pure {
        current = bound(current, 0, MAX_SCALED);
        target = bound(target, 0, MAX_SCALED);
        smoothing = bound(smoothing, 0.01e18, WAD);
        epochs = bound(epochs, 0, 500);

        uint256 looped = current;
        for (uint256 i; i < epochs; ++i) {
            looped = _step(looped, target, smoothing);
        }

        uint256 tolerance = epochs + _distance(current, target) * epochs / WAD + 1;
        assertApproxEqAbs(CapacityMath.smooth(current, target, smoothing, epochs), looped, tolerance);
    }

    /// @dev One step by its definition, alpha * c + (1 - alpha) * C, without dividing: less than one billionth of a unit
    /// off, towards the target.
    function testFuzz_Smooth_OneStepIsTheMovingAverage(uint256 current, uint256 target, uint256 smoothing)
        external
        pure
    {
        current = bound(current, 0, MAX_SCALED);
        target = bound(target, 0, MAX_SCALED);
        smoothing = bound(smoothing, 0, WAD);

        uint256 next = CapacityMath.smooth(current, target, smoothing, 1);

        uint256 exact = smoothing * target + (WAD - smoothing) * current;
        if (current < target) {
            assertGe(next * WAD, exact, "rising, it rounds up");
            assertLt(next * WAD, exact + WAD, "by less than one");
        } else {
            assertLe(next * WAD, exact, "falling, it rounds down");
            assertGt(next * WAD + WAD, exact, "by less than one");
        }
    }

    function testFuzz_Smooth_StaysBetweenCurrentAndTarget(
        uint256 current,
        uint256 target,
        uint256 smoothing,
        uint256 epochs
    ) external pure {
        current = bound(current, 0, MAX_SCALED);
        target = bound(target, 0, MAX_SCALED);
        smoothing = bound(smoothing, 0, WAD);

        uint256 next = CapacityMath.smooth(current, target, smoothing, epochs);

        assertGe(next, current < target ? current : target);
        assertLe(next, current < target ? target : current);
    }

    function testFuzz_Smooth_IsMonotoneInBothCapacities(
        uint256 current,
        uint256 target,
        uint256 more,
        uint256 smoothing,
        uint256 epochs
    ) external pure {
        current = bound(current, 0, MAX_SCALED - 1);
        target = bound(target, 0, MAX_SCALED - 1);
        more = bound(more, 1, MAX_SCALED - (current > target ? current : target));
        smoothing = bound(smoothing, 0, WAD);
        epochs = bound(epochs, 0, type(uint32).max);

        uint256 next = CapacityMath.smooth(current, target, smoothing, epochs);

        assertGe(CapacityMath.smooth(current + more, target, smoothing, epochs), next, "from higher");
        assertGe(CapacityMath.smooth(current, target + more, smoothing, epochs), next, "to higher");
    }

    /// @dev 0.99^n * 2^72 < 1 from n = 4,966 on; rounding towards the target does the rest.
    function testFuzz_Smooth_ArrivesExactly(uint256 current, uint256 target, uint256 smoothing, uint256 epochs)
        external
        pure
    {
        current = bound(current, 0, MAX_SCALED);
        target = bound(target, 0, MAX_SCALED);
        smoothing = bound(smoothing, 0.01e18, WAD);
        epochs = bound(epochs, 5000, type(uint256).max);

        assertEq(CapacityMath.smooth(current, target, smoothing, epochs), target);
    }

    // ------------------------------------------------------------------------------------------- Backpressure

    /// @dev Without division: u is the largest whole number of units with (C - u) * T >= Q.
    function testFuzz_EffectiveUnits_IsTheLargestThatLeavesRoomForTheBacklog(
        uint256 capacity,
        uint256 backlog,
        uint256 horizon
    ) external pure {
        (capacity, backlog, horizon) = _boundPressure(capacity, backlog, horizon);

        uint256 units = CapacityMath.effectiveUnitsDown(capacity, backlog, horizon);

        if (units != 0) assertTrue(_leavesRoom(units, capacity, backlog, horizon), "not too many");
        assertFalse(_leavesRoom(units + 1, capacity, backlog, horizon), "not too few");
    }

    /// @dev Right where a unit is lost: the pressure fits exactly, or misses by a fraction of a billionth.
    function testFuzz_EffectiveUnits_RoundsThePressureUp(uint256 units, uint256 backlog, uint256 horizon)
        external
        pure
    {
        units = bound(units, 1, type(uint32).max);
        backlog = bound(backlog, 0, MAX_BACKLOG);
        horizon = bound(horizon, 1, MAX_HORIZON);
        uint256 capacity = units * SCALE + backlog * SCALE / horizon;
        bool exact = backlog * SCALE % horizon == 0;

        assertEq(CapacityMath.effectiveUnitsDown(capacity, backlog, horizon), exact ? units : units - 1);
        assertEq(CapacityMath.effectiveUnitsDown(capacity + 1, backlog, horizon), units, "one billionth more");
    }

    function testFuzz_EffectiveUnits_Edges(uint256 capacity, uint256 backlog, uint256 horizon) external pure {
        (capacity, backlog, horizon) = _boundPressure(capacity, backlog, horizon);

        assertEq(CapacityMath.effectiveUnitsDown(capacity, 0, horizon), capacity / SCALE, "no backlog, no pressure");
        uint256 full = capacity * horizon / SCALE;
        assertEq(CapacityMath.effectiveUnitsDown(capacity, full + 1, horizon), 0, "at the horizon nothing is left");
        assertEq(CapacityMath.effectiveUnitsDown(capacity, full + backlog + 1, horizon), 0, "nor beyond");
    }

    function testFuzz_EffectiveUnits_IsMonotone(uint256 capacity, uint256 backlog, uint256 horizon, uint256 more)
        external
        pure
    {
        (capacity, backlog, horizon) = _boundPressure(capacity, backlog, horizon);
        more = bound(more, 0, MAX_BACKLOG);

        uint256 units = CapacityMath.effectiveUnitsDown(capacity, backlog, horizon);

        assertGe(CapacityMath.effectiveUnitsDown(capacity + more, backlog, horizon), units, "in capacity");
        assertLe(CapacityMath.effectiveUnitsDown(capacity, backlog + more, horizon), units, "against backlog");
        assertGe(CapacityMath.effectiveUnitsDown(capacity, backlog, horizon + more), units, "in the horizon");
    }

    // ------------------------------------------------------------------------------------------- Bond

    function testFuzz_CapacityCap_CountsWholeBondsAboveTheMinimum(uint256 stake, uint256 minimum, uint256 perUnit)
        external
        pure
    {
        stake = bound(stake, 0, type(uint112).max);
        minimum = bound(minimum, 0, type(uint128).max);
        perUnit = bound(perUnit, 1, type(uint128).max);

        uint256 cap = CapacityMath.capacityCapDown(stake, minimum, perUnit);

        if (cap != 0) assertLe(minimum + cap * perUnit, stake, "backed");
        assertGt(minimum + (cap + 1) * perUnit, stake, "in full");
    }

    function testFuzz_CapacityCap_IsLinear(uint256 units, uint256 times, uint256 minimum, uint256 perUnit)
        external
        pure
    {
        units = bound(units, 0, type(uint32).max);
        times = bound(times, 0, type(uint32).max);
        minimum = bound(minimum, 0, type(uint128).max);
        perUnit = bound(perUnit, 1, type(uint96).max);

        assertEq(CapacityMath.capacityCapDown(minimum + units * times * perUnit, minimum, perUnit), units * times);
    }

    function testFuzz_CapacityCap_SplittingNeverRaisesTheTotal(
        uint256[16] memory cuts,
        uint256 stake,
        uint256 minimum,
        uint256 perUnit
    ) external pure {
        minimum = bound(minimum, 1, 1e30);
        perUnit = bound(perUnit, 1, 1e30);
        stake = bound(stake, 0, type(uint112).max);

        uint256 left = stake;
        uint256 split;
        uint256 parts;
        for (uint256 i; i < cuts.length && left != 0; ++i) {
            uint256 part = i == cuts.length - 1 ? left : bound(cuts[i], 0, left);
            split += CapacityMath.capacityCapDown(part, minimum, perUnit);
            left -= part;
            if (part > minimum) ++parts;
        }
        split += CapacityMath.capacityCapDown(left, minimum, perUnit);

        uint256 whole = CapacityMath.capacityCapDown(stake, minimum, perUnit);
        assertLe(split, whole, "never more");
        // Each identity beyond the first pays the minimum once more: strictly Sybil-proof once that buys a unit.
        if (parts > 1 && minimum >= 2 * perUnit) assertLt(split, whole, "but less");
    }

    // ------------------------------------------------------------------------------------------- Hysteresis

    function testFuzz_ShouldMove_WaitsBelowFivePercent(uint256 current, uint256 target) external pure {
        current = bound(current, 1, type(uint96).max);
        target = bound(target, current, current + current / 10 + 1);
        bool small = 100 * target < 105 * current;

        assertEq(CapacityMath.shouldMove(current, target, false), !small, "upwards");
        assertEq(CapacityMath.shouldMove(target, current, false), !small, "downwards");
    }

    function testFuzz_ShouldMove_FromExactlyFivePercentOn(uint256 twentieth) external pure {
        twentieth = bound(twentieth, 1, type(uint88).max);
        (uint256 low, uint256 high) = (20 * twentieth, 21 * twentieth);

        assertTrue(CapacityMath.shouldMove(low, high, false), "up by 5 %");
        assertTrue(CapacityMath.shouldMove(high, low, false), "down by as much");
        assertFalse(CapacityMath.shouldMove(low, high - 1, false), "up by less");
        assertFalse(CapacityMath.shouldMove(high - 1, low, false), "down by less");
    }

    /// @dev What I2 needs: a sink that waits has at most 1.05 times its effective capacity.
    function testFuzz_ShouldMove_WhoWaitsHasAtMostFivePercentMore(uint256 current, uint256 target) external pure {
        current = bound(current, 0, type(uint96).max);
        target = bound(target, 0, type(uint96).max);

        if (CapacityMath.shouldMove(current, target, false)) return;
        assertLe(100 * current, 105 * target, "no more than 5 % above");
        assertLe(100 * target, 105 * current, "no more than 5 % below");
    }

    function testFuzz_ShouldMove_ToAndFromZeroAndWhenOverdue(uint256 current, uint256 target) external pure {
        current = bound(current, 1, type(uint96).max);
        target = bound(target, 1, type(uint96).max);

        assertTrue(CapacityMath.shouldMove(current, 0, false), "to zero");
        assertTrue(CapacityMath.shouldMove(0, target, false), "from zero");
        assertEq(CapacityMath.shouldMove(current, target, true), current != target, "overdue, any difference");
        assertFalse(CapacityMath.shouldMove(current, current, false), "no difference");
        assertFalse(CapacityMath.shouldMove(0, 0, true), "nothing to nothing");
    }

    // ------------------------------------------------------------------------------------------- Private

    function _step(uint256 current, uint256 target, uint256 smoothing) private pure returns (uint256) {
        uint256 left = _distance(current, target) * (WAD - smoothing) / WAD;
        return current < target ? target - left : target + left;
    }

    function _distance(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? b - a : a - b;
    }

    function _leavesRoom(uint256 units, uint256 capacity, uint256 backlog, uint256 horizon)
        private
        pure
        returns (bool)
    {
        return units * SCALE <= capacity && (capacity - units * SCALE) * horizon >= backlog * SCALE;
    }

    function _boundPressure(uint256 capacity, uint256 backlog, uint256 horizon)
        private
        pure
        returns (uint256, uint256, uint256)
    {
        capacity = bound(capacity, 0, MAX_SCALED);
        horizon = bound(horizon, 1, MAX_HORIZON);
        // Around the capacity's whole horizon, where something happens; a backlog of 64 bits otherwise hides it.
        uint256 full = capacity * horizon / SCALE;
        return (capacity, bound(backlog, 0, full + full / 4 + 1), horizon);
    }
}
