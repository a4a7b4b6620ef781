// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Capacity: smoothing, backpressure, bond cap, hysteresis
/// @notice Pure arithmetic of spec 4.3, 6.2, 6.6 and 7.2. `ts/model/exact.ts` is the second implementation against
/// which every function here is tested.
/// @dev Capacities whose name ends in `Scaled` count billionths of a unit, so that a moving average of small integers
/// does not stall: with whole units, 10 declared and alpha 0.3, it would stop at 8.
library CapacityMath {
    /// @dev One unit in scaled capacity. The largest capacity, 2^40 - 1 units, still fits 72 bits.
    uint256 internal constant SCALE = 1e9;

    /// @dev One, for `smoothing` and its powers.
    uint256 internal constant WAD = 1e18;

    /// @dev Hysteresis: a change of units smaller than 1/20 (5 %) waits.
    uint256 internal constant HYSTERESIS_DIVISOR = 20;

    /// @notice (1 - alpha)^epochs, by repeated squaring.
    /// @param smoothing Alpha, 1e18 = 1; at most 1e18.
    /// @param epochs Number of steps.
    /// @return remaining The share of the old distance that remains, 1e18 = 1. Every product rounds down, which favours
    /// the newer signal.
    function remainingShareDown(uint256 smoothing, uint256 epochs) internal pure returns (uint256 remaining) {
        // Safe: all factors are at most 1e18, so no product exceeds 256 bits.
        unchecked {
            uint256 base = WAD - smoothing;
            remaining = epochs & 1 == 1 ? base : WAD;
            while ((epochs >>= 1) != 0 && remaining != 0) {
                base = base * base / WAD;
                if (epochs & 1 == 1) remaining = remaining * base / WAD;
            }
        }
    }

    /// @notice The moving average after `epochs` steps towards `targetScaled`: the distance shrinks by
    /// (1 - alpha)^epochs.
    /// @param currentScaled Capacity before, in billionths of a unit; below 2^72.
    /// @param targetScaled Capacity it moves to, in billionths of a unit; below 2^72.
    /// @return Capacity after, between the two. Rising, it rounds up by less than one billionth of a unit; falling, it
    /// rounds down; the error favours the target either way, so that it is reached.
    function smooth(uint256 currentScaled, uint256 targetScaled, uint256 smoothing, uint256 epochs)
        internal
        pure
        returns (uint256)
    {
        if (currentScaled == targetScaled) return targetScaled;
        uint256 remaining = remainingShareDown(smoothing, epochs);
        // Safe: a difference below 2^72 times a share of at most 1e18; the result lies between the two.
        unchecked {
            return currentScaled < targetScaled
                ? targetScaled - (targetScaled - currentScaled) * remaining / WAD
                : targetScaled + (currentScaled - targetScaled) * remaining / WAD;
        }
    }

    /// @notice Backpressure: u = C - min(C, Q / T).
    /// @param capacityScaled Smoothed capacity C in billionths of a unit; below 2^72.
    /// @param backlog Q, unit-seconds; below 2^64.
    /// @param horizon T, seconds; not zero, below 2^32.
    /// @return units Effective capacity in whole units, rounded down, which favours the payer.
    function effectiveUnitsDown(uint256 capacityScaled, uint256 backlog, uint256 horizon)
        internal
        pure
        returns (uint96 units)
    {
        // Safe: 64 + 30 bits and a horizon of 32; the smaller is taken from the larger, which has 72.
        unchecked {
            uint256 pressureScaled = (backlog * SCALE + horizon - 1) / horizon;
            // forge-lint: disable-next-line(unsafe-typecast)
            if (pressureScaled < capacityScaled) units = uint96((capacityScaled - pressureScaled) / SCALE);
        }
    }

    /// @notice The capacity that a stake backs: (S - m) / b. Linear on purpose: with m > 0 splitting a stake never
    /// raises the total (theory 7.1).
    /// @param stake S, wei.
    /// @param minimumStake m, wei.
    /// @param bondPerUnit b, wei per unit; not zero.
    /// @return units Whole units, rounded down, which favours the payer.
    function capacityCapDown(uint256 stake, uint256 minimumStake, uint256 bondPerUnit)
        internal
        pure
        returns (uint256 units)
    {
        units = Math.saturatingSub(stake, minimumStake) / bondPerUnit;
    }

    /// @notice Whether units should move from `current` to `target` now, or wait for a larger difference.
    /// @param current Units in the pool; below 2^96.
    /// @param target Effective capacity, units; below 2^96.
    /// @param overdue True once the units are so old that any difference counts. Without it an honest sink could
    /// stay almost 5 % low for ever.
    /// @return True if the difference is at least 5 % of the smaller of the two, to or from zero, or overdue. With the
    /// smaller as the base, a sink that waits is paid at most 1.05 times its effective capacity.
    function shouldMove(uint256 current, uint256 target, bool overdue) internal pure returns (bool) {
        if (current == target) return false;
        if (overdue || current == 0 || target == 0) return true;
        (uint256 low, uint256 high) = current < target ? (current, target) : (target, current);
        // Safe: the smaller is taken from the larger, and 96 bits times 20 fit.
        unchecked {
            return (high - low) * HYSTERESIS_DIVISOR >= low;
        }
    }
}
