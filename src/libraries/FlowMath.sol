// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Flow: escrow units, price cap, fee units, token bucket, pipeline limit
/// @notice Pure arithmetic of spec 7.3, 7.4, 7.7, 8.2 and 10.2. `ts/model/exact.ts` is the second implementation against
/// which every function here is tested.
library FlowMath {
    /// @dev The lowest price cap is this part of q, so that a throttled pool has at most so many times the units that it
    /// would have otherwise: what rounding takes from a stream grows with the units.
    uint256 internal constant MIN_CAP_DIVISOR = 10_000;

    /// @dev Superfluid takes what it cannot split after a unit update away from the members. A millionth of the stream may
    /// stay away.
    uint256 internal constant LEAK_DIVISOR = 1e6;

    /// @dev The smallest deposit pays this part of the sinks' units for one epoch. One drain spends sixteen deposits, so
    /// sixteen drains an epoch keep up with the smallest ones.
    uint256 internal constant MIN_DEPOSIT_DIVISOR = 256;

    /// @dev One, for the ratio of a pipeline.
    uint256 internal constant WAD = 1e18;

    /// @dev One, for the fee.
    uint256 internal constant BASIS_POINTS = 10_000;

    /// @dev Units that one pool member may hold; total units stay far below the int96 that Superfluid requires.
    uint256 internal constant MAX_UNITS = type(uint80).max;

    /// @notice The escrow's share of the pool: max(1, ceil(L / cap) - U - feeUnits).
    /// @param inflow L, wei per second.
    /// @param priceCap The most one unit may be paid, wei per second; not zero.
    /// @param sinkUnits U, units of all sinks.
    /// @param feeUnits Units of the fee.
    /// @return Units, at least 1 so that the pool never has zero units. Rounded up: flow per unit never exceeds the cap.
    function escrowUnitsUp(uint256 inflow, uint256 priceCap, uint256 sinkUnits, uint256 feeUnits)
        internal
        pure
        returns (uint256)
    {
        uint256 needed = Math.ceilDiv(inflow, priceCap);
        return Math.min(Math.max(Math.saturatingSub(needed, sinkUnits + feeUnits), 1), MAX_UNITS);
    }

    /// @notice The most one unit may be paid: q, or less where a pipeline limits the pool.
    /// @param unitRate q, wei per second and unit.
    /// @param limit What the sinks together may be paid, wei per second.
    /// @param sinkUnits U.
    /// @return Wei per second and unit, rounded down, which favours the pools downstream.
    function priceCapDown(uint256 unitRate, uint256 limit, uint256 sinkUnits) internal pure returns (uint256) {
        if (sinkUnits == 0) return unitRate;
        return Math.min(unitRate, Math.max(limit / sinkUnits, unitRate / MIN_CAP_DIVISOR));
    }

    /// @notice Whether it is worth the gas to let Superfluid split again what it took away: that is more than a millionth
    /// of the stream, and afterwards one wei per second and unit, the most that stays away, is less.
    /// @param leak What it took away since the last time, at most; wei per second.
    /// @param flow What the members get, wei per second.
    /// @param units Units of all members.
    function shouldHeal(uint256 leak, uint256 flow, uint256 units) internal pure returns (bool) {
        return leak * LEAK_DIVISOR > flow && units * LEAK_DIVISOR <= flow + leak;
    }

    /// @notice The smallest deposit: what one unit, or one in 256 of all, is paid in one epoch. The larger the pool, the
    /// dearer it is to fill its queue with dust.
    /// @param unitEpoch q * h, wei.
    /// @param sinkUnits U.
    /// @return Wei, rounded up, which favours who waits in the queue.
    function minDepositUp(uint256 unitEpoch, uint256 sinkUnits) internal pure returns (uint256) {
        return unitEpoch * Math.max(1, Math.ceilDiv(sinkUnits, MIN_DEPOSIT_DIVISOR));
    }

    /// @notice Units that pay the fee: `fee` of what sinks and fee earn together.
    /// @param fee Basis points, below 10,000.
    /// @return Units, rounded down, which favours the sinks.
    function feeUnitsDown(uint256 sinkUnits, uint256 fee) internal pure returns (uint256) {
        return sinkUnits * fee / (BASIS_POINTS - fee);
    }

    /// @notice The token bucket after some time: it fills with the capacity that was not paid for and never holds more
    /// than one epoch of full pay.
    /// @param bucket Level before, wei.
    /// @param capacity What the sinks could have been paid meanwhile, wei.
    /// @param paid What streams paid them meanwhile, wei. If it exceeds `capacity` (until an inflow is confirmed), the
    /// bucket pays for it.
    /// @param depth q * U * h, wei.
    /// @return Level after, wei.
    function fillBucket(uint256 bucket, uint256 capacity, uint256 paid, uint256 depth) internal pure returns (uint256) {
        return Math.min(Math.saturatingSub(bucket + capacity, paid), depth);
    }

    /// @notice What a stage may be paid so that the next one can take it and its escrow drains:
    /// (limit(i+1) - B(i+1) / (3T))+ / ratio.
    /// @param downstreamIntake What the sinks downstream can be paid, wei per second.
    /// @param downstreamOverflow B: what the escrow downstream holds of streams, wei.
    /// @param downstreamHorizon T, seconds; not zero.
    /// @param ratio Inflow downstream per wei of pay here, 1e18 = 1; not zero.
    /// @return Wei per second, rounded down, which favours the pool downstream.
    function pipelineLimitDown(
        uint256 downstreamIntake,
        uint256 downstreamOverflow,
        uint256 downstreamHorizon,
        uint256 ratio
    ) internal pure returns (uint256) {
        uint256 reserved = Math.ceilDiv(downstreamOverflow, 3 * downstreamHorizon);
        return Math.saturatingSub(downstreamIntake, reserved) * WAD / ratio;
    }
}
