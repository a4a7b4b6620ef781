// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { FlowMath } from "../../src/libraries/FlowMath.sol";

/// @notice For `npm run audit`. What each check means, and with what result, is in docs/assurance.md.
contract FlowMathSymbolic {
    uint256 private constant WAD = 1e18;
    uint256 private constant MAX_FEE = 100;

    function check_EscrowUnits_KeepTheCap(uint96 inflow, uint96 cap, uint80 sinks, uint80 fee) external pure {
        if (cap == 0) return;
        uint256 escrow = FlowMath.escrowUnitsUp(inflow, cap, sinks, fee);
        assert(escrow >= 1 && escrow <= type(uint80).max);
        if (escrow >= type(uint80).max) return;
        assert(inflow <= (uint256(sinks) + fee + escrow) * cap);
    }

    function check_EscrowUnits_AreTheLeast(uint96 inflow, uint96 cap, uint80 sinks, uint80 fee) external pure {
        if (cap == 0) return;
        uint256 escrow = FlowMath.escrowUnitsUp(inflow, cap, sinks, fee);
        if (escrow > 1) assert((uint256(sinks) + fee + escrow - 1) * cap < inflow);
    }

    function check_EscrowUnits_RiseWithInflow(uint96 inflow, uint96 more, uint96 cap, uint80 sinks, uint80 fee)
        external
        pure
    {
        if (cap == 0 || more < inflow) return;
        assert(FlowMath.escrowUnitsUp(inflow, cap, sinks, fee) <= FlowMath.escrowUnitsUp(more, cap, sinks, fee));
    }

    function check_PriceCap_FitsTheLimit(uint96 rate, uint96 limit, uint80 sinks) external pure {
        uint256 cap = FlowMath.priceCapDown(rate, limit, sinks);
        assert(cap <= rate);
        uint256 floor = rate / FlowMath.MIN_CAP_DIVISOR;
        assert(cap >= floor);
        if (cap > floor) assert(sinks == 0 || cap * sinks <= limit);
    }

    function check_PriceCap_RisesWithLimit(uint96 rate, uint96 limit, uint96 more, uint80 sinks) external pure {
        if (more < limit) return;
        assert(FlowMath.priceCapDown(rate, limit, sinks) <= FlowMath.priceCapDown(rate, more, sinks));
    }

    function check_FeeUnits_AtMostTheFee(uint80 sinks, uint16 fee) external pure {
        if (fee > MAX_FEE) return;
        uint256 units = FlowMath.feeUnitsDown(sinks, fee);
        assert(units * FlowMath.BASIS_POINTS <= (units + sinks) * fee);
        assert(units * 99 <= sinks);
    }

    function check_FeeUnits_RiseWithUnits(uint80 sinks, uint80 more, uint16 fee) external pure {
        if (fee > MAX_FEE || more < sinks) return;
        assert(FlowMath.feeUnitsDown(sinks, fee) <= FlowMath.feeUnitsDown(more, fee));
    }

    function check_Bucket_HoldsAtMostItsDepth(uint128 bucket, uint208 capacity, uint208 paid, uint128 depth)
        external
        pure
    {
        uint256 level = FlowMath.fillBucket(bucket, capacity, paid, depth);
        assert(level <= depth);
        assert(level <= uint256(bucket) + capacity);
        if (uint256(bucket) + capacity >= paid) assert(level + paid <= uint256(bucket) + capacity);
        else assert(level == 0);
    }

    function check_Bucket_LosesNothingBelowItsDepth(uint128 bucket, uint208 capacity, uint208 paid, uint128 depth)
        external
        pure
    {
        uint256 level = FlowMath.fillBucket(bucket, capacity, paid, depth);
        if (level < depth) assert(level + paid >= uint256(bucket) + capacity);
    }

    function check_PipelineLimit_FitsDownstream(uint128 intake, uint128 overflow, uint32 horizon, uint96 ratio)
        external
        pure
    {
        if (horizon == 0 || ratio == 0) return;
        assert(FlowMath.pipelineLimitDown(intake, overflow, horizon, ratio) * ratio <= uint256(intake) * WAD);
    }

    function check_PipelineLimit_FallsWithOverflow(
        uint128 intake,
        uint128 overflow,
        uint128 more,
        uint32 horizon,
        uint96 ratio
    ) external pure {
        if (horizon == 0 || ratio == 0 || more < overflow) return;
        assert(
            FlowMath.pipelineLimitDown(intake, more, horizon, ratio)
                <= FlowMath.pipelineLimitDown(intake, overflow, horizon, ratio)
        );
    }

    function check_PipelineLimit_DrainsTheEscrow(uint128 intake, uint128 overflow, uint32 horizon, uint96 ratio)
        external
        pure
    {
        if (horizon == 0 || ratio == 0) return;
        uint256 limit = FlowMath.pipelineLimitDown(intake, overflow, horizon, ratio);
        // What is left of the intake clears the overflow within three horizons.
        if (limit != 0) assert(overflow <= (uint256(intake) - limit * ratio / WAD) * 3 * horizon);
    }
}
