// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { CapacityMath } from "../../src/libraries/CapacityMath.sol";

/// @notice For `npm run audit`. What each check means, and with what result, is in docs/assurance.md.
contract CapacityMathSymbolic {
    uint256 private constant WAD = 1e18;
    uint256 private constant SCALE = 1e9;

    // ------------------------------------------------------------------------------------------- Powers

    function check_RemainingShare_OneEpochIsExact(uint64 smoothing) external pure {
        if (smoothing > WAD) return;
        assert(CapacityMath.remainingShareDown(smoothing, 0) == WAD);
        assert(CapacityMath.remainingShareDown(smoothing, 1) == WAD - smoothing);
    }

    function check_RemainingShare_SquaresWithinOne(uint64 smoothing) external pure {
        if (smoothing > WAD) return;
        uint256 share = WAD - smoothing;
        assert(CapacityMath.remainingShareDown(smoothing, 2) == share * share / WAD);
        assert(CapacityMath.remainingShareDown(smoothing, 2) <= share);
    }

    function check_RemainingShare_CubesWithinOne(uint64 smoothing) external pure {
        if (smoothing > WAD) return;
        assert(CapacityMath.remainingShareDown(smoothing, 3) <= CapacityMath.remainingShareDown(smoothing, 2));
    }

    // ------------------------------------------------------------------------------------------- Smoothing

    function check_Smooth_LiesBetween(uint72 current, uint72 target, uint64 smoothing) external pure {
        if (smoothing > WAD) return;
        uint256 next = CapacityMath.smooth(current, target, smoothing, 1);
        assert(current <= target ? current <= next && next <= target : target <= next && next <= current);
    }

    function check_Smooth_IsExactUpToRounding(uint72 current, uint72 target, uint64 smoothing) external pure {
        if (smoothing > WAD || current > target) return;
        uint256 next = CapacityMath.smooth(current, target, smoothing, 1);
        uint256 distance = uint256(target - current) * (WAD - smoothing);
        assert((target - next) * WAD <= distance);
        assert(distance < (target - next + 1) * WAD);
    }

    function check_Smooth_RisesWithCurrent(uint72 current, uint72 more, uint72 target, uint64 smoothing) external pure {
        if (smoothing > WAD || more < current) return;
        assert(CapacityMath.smooth(current, target, smoothing, 1) <= CapacityMath.smooth(more, target, smoothing, 1));
    }

    function check_Smooth_RisesWithTarget(uint72 current, uint72 target, uint72 more, uint64 smoothing) external pure {
        if (smoothing > WAD || more < target) return;
        assert(CapacityMath.smooth(current, target, smoothing, 1) <= CapacityMath.smooth(current, more, smoothing, 1));
    }

    // ------------------------------------------------------------------------------------------- Backpressure

    function check_EffectiveUnits_FavourThePayer(uint72 capacity, uint64 backlog, uint32 horizon) external pure {
        if (horizon == 0) return;
        uint256 units = CapacityMath.effectiveUnitsDown(capacity, backlog, horizon);
        assert(units * SCALE <= capacity);
        assert(units == 0 || units * SCALE * horizon + backlog * SCALE <= uint256(capacity) * horizon);
    }

    function check_EffectiveUnits_FallWithBacklog(uint72 capacity, uint64 backlog, uint64 more, uint32 horizon)
        external
        pure
    {
        if (horizon == 0 || more < backlog) return;
        assert(
            CapacityMath.effectiveUnitsDown(capacity, more, horizon)
                <= CapacityMath.effectiveUnitsDown(capacity, backlog, horizon)
        );
    }

    function check_CapacityCap_SplittingNeverPays(uint112 one, uint112 other, uint128 minimum, uint160 bond)
        external
        pure
    {
        if (bond == 0) return;
        assert(
            CapacityMath.capacityCapDown(one, minimum, bond) + CapacityMath.capacityCapDown(other, minimum, bond)
                <= CapacityMath.capacityCapDown(uint256(one) + other, minimum, bond)
        );
    }

    function check_ShouldMove_WaitsWithinFivePercent(uint80 current, uint80 target) external pure {
        if (current == target || CapacityMath.shouldMove(current, target, false)) return;
        assert(uint256(current) * 20 < uint256(target) * 21);
        assert(uint256(target) * 20 < uint256(current) * 21);
    }
}
