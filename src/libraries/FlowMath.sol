// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Flow: escrow units, price cap, fee units, token bucket, pipeline limit
/// @notice Pure arithmetic of spec 7.3, 7.4, 7.7, 8.2 and 10.2. `ts/model/exact.ts` is the second implementation against
/// which every function here is tested.
library FlowMath {
    /// @dev The lowest price cap, wei per second and unit. Superfluid pays whole wei per second and unit; below this,
    /// rounding would exceed one basis point, and at zero the whole stream would leave the pool.
    uint256 internal constant MIN_FLOW_PER_UNIT = 1e4;

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

    /// @notice The most one unit may be paid: q, or min(q, max(10^4, limit / U)) where a pipeline limits the pool.
    /// @param unitRate q, wei per second and unit.
    /// @param limit What the sinks together may be paid, wei per second.
    /// @param sinkUnits U.
    /// @return Wei per second and unit, rounded down, which favours the pools downstream.
    function priceCapDown(uint256 unitRate, uint256 limit, uint256 sinkUnits) internal pure returns (uint256) {
        if (sinkUnits == 0) return unitRate;
        return Math.min(unitRate, Math.max(limit / sinkUnits, MIN_FLOW_PER_UNIT));
    }

    /// @notice Units that pay the fee: U * f / (1 - f), which is the part f of the units of sinks and fee together.
    /// @param fee Basis points, below 10,000.
    /// @return Units, rounded down, which favours the sinks.
    function feeUnitsDown(uint256 sinkUnits, uint256 fee) internal pure returns (uint256) {
        return sinkUnits * fee / (BASIS_POINTS - fee);
    }

    /// @notice The token bucket after some time: min(depth, (bucket + capacity - paid)+). It fills with the capacity that
    /// was not paid for and never holds more than one epoch of full pay.
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
