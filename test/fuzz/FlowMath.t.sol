// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";

import { FlowMath } from "../../src/libraries/FlowMath.sol";

contract FlowMathFuzzTest is Test {
    uint256 internal constant MAX_FLOW = type(uint96).max;
    uint256 internal constant MAX_UNITS = type(uint80).max;
    uint256 internal constant WAD = 1e18;

    // ------------------------------------------------------------------------------------------- Escrow units

    /// @dev The reason for the formula: L <= cap * total units, so no unit is paid above the cap, and with one escrow unit
    /// less some would be.
    function testFuzz_EscrowUnits_AreTheFewestThatKeepThePrice(uint256 inflow, uint256 cap, uint256 sinks, uint256 fee)
        external
        pure
    {
        cap = bound(cap, 1e4, 1e24);
        inflow = bound(inflow, 0, _min(MAX_FLOW, cap * MAX_UNITS));
        sinks = bound(sinks, 0, MAX_UNITS);
        fee = bound(fee, 0, sinks / 99);

        uint256 escrow = FlowMath.escrowUnitsUp(inflow, cap, sinks, fee);

        assertGe(escrow, 1, "never none");
        assertLe(inflow, cap * (sinks + fee + escrow), "enough");
        if (escrow > 1) assertGt(inflow, cap * (sinks + fee + escrow - 1), "and no more");
    }

    function testFuzz_EscrowUnits_AreBounded(uint256 inflow, uint256 cap, uint256 sinks, uint256 fee) external pure {
        inflow = bound(inflow, 0, MAX_FLOW);
        cap = bound(cap, 1, 1e24);
        sinks = bound(sinks, 0, MAX_UNITS);
        fee = bound(fee, 0, MAX_UNITS);

        uint256 escrow = FlowMath.escrowUnitsUp(inflow, cap, sinks, fee);

        assertGe(escrow, 1);
        assertLe(escrow, MAX_UNITS, "total units stay far below int96");
    }

    function testFuzz_EscrowUnits_SaturateAtWhatAPoolCanHold(uint256 inflow, uint256 cap) external pure {
        cap = bound(cap, 1, 1e4);
        inflow = bound(inflow, cap * MAX_UNITS, MAX_FLOW);

        assertEq(FlowMath.escrowUnitsUp(inflow, cap, 0, 0), MAX_UNITS);
    }

    function testFuzz_EscrowUnits_AreMonotone(uint256 inflow, uint256 cap, uint256 sinks, uint256 fee, uint256 more)
        external
        pure
    {
        inflow = bound(inflow, 0, MAX_FLOW);
        cap = bound(cap, 1e4, 1e24);
        sinks = bound(sinks, 0, MAX_UNITS);
        fee = bound(fee, 0, MAX_UNITS);
        more = bound(more, 0, MAX_FLOW);

        uint256 escrow = FlowMath.escrowUnitsUp(inflow, cap, sinks, fee);

        assertGe(FlowMath.escrowUnitsUp(inflow + more, cap, sinks, fee), escrow, "in the inflow");
        assertLe(FlowMath.escrowUnitsUp(inflow, cap + more, sinks, fee), escrow, "against the cap");
        assertLe(FlowMath.escrowUnitsUp(inflow, cap, sinks + more, fee), escrow, "against the sinks");
        assertLe(FlowMath.escrowUnitsUp(inflow, cap, sinks, fee + more), escrow, "against the fee");
    }

    // ------------------------------------------------------------------------------------------- Price cap

    function testFuzz_PriceCap_KeepsTheLimit(uint256 rate, uint256 limit, uint256 sinks) external pure {
        rate = bound(rate, 1e11, 1e24);
        limit = bound(limit, 0, MAX_FLOW);
        sinks = bound(sinks, 1, MAX_UNITS);

        uint256 cap = FlowMath.priceCapDown(rate, limit, sinks);

        assertLe(cap, rate, "never above q");
        assertGe(cap, rate / 10_000, "never so low that rounding matters");
        if (cap > rate / 10_000) assertLe(cap * sinks, limit, "what the sinks get stays below the limit");
        if (cap < rate) assertGt((cap + 1) * sinks, limit, "and close to it");
    }

    function testFuzz_PriceCap_IsTheUnitRateWithoutSinksOrLimit(uint256 rate, uint256 limit, uint256 sinks)
        external
        pure
    {
        rate = bound(rate, 1e11, 1e24);
        sinks = bound(sinks, 1, MAX_UNITS);
        assertEq(FlowMath.priceCapDown(rate, bound(limit, 0, MAX_FLOW), 0), rate, "no sinks");
        assertEq(FlowMath.priceCapDown(rate, bound(limit, rate * sinks, type(uint256).max), sinks), rate, "no limit");
    }

    // ------------------------------------------------------------------------------------------- Leaks

    /// @dev Afterwards at most one wei per second and unit stays away, which is less than a millionth of the flow: a heal is
    /// not needed twice. In the last wei above the least price that heals (1e6) it may be; no price cap is below 1e7.
    function testFuzz_ShouldHeal_WhereItHelps(uint256 leak, uint256 flow, uint256 units) external pure {
        leak = bound(leak, 0, type(uint96).max);
        flow = bound(flow, 0, type(uint96).max);
        units = bound(units, 1, MAX_UNITS);
        bool heals = FlowMath.shouldHeal(leak, flow, units);
        assertEq(heals, leak * 1e6 > flow && (flow + leak) / units >= 1e6);
        bool boundary = (flow + leak) / units == 1e6;
        if (heals && !boundary) {
            assertFalse(FlowMath.shouldHeal(units - 1, flow + leak - (units - 1), units), "once is enough");
        }
    }

    // ------------------------------------------------------------------------------------------- Deposits

    /// @dev Sixteen of the smallest fill at least a sixteenth of the bucket.
    function testFuzz_MinDeposit_GrowsWithThePool(uint256 unitEpoch, uint256 sinks) external pure {
        unitEpoch = bound(unitEpoch, 1e11 * 12, 1e24 * 1 days);
        sinks = bound(sinks, 0, MAX_UNITS);
        uint256 min = FlowMath.minDepositUp(unitEpoch, sinks);
        assertGe(min, unitEpoch);
        assertGe(16 * 16 * min, unitEpoch * sinks);
        if (sinks <= 256) assertEq(min, unitEpoch);
    }

    // ------------------------------------------------------------------------------------------- Fee

    /// @dev fee / 10,000 is the share of what sinks and fee earn together; every unit earns the same.
    function testFuzz_FeeUnits_AreTheShare(uint256 sinks, uint256 fee) external pure {
        sinks = bound(sinks, 0, MAX_UNITS);
        fee = bound(fee, 0, 100);

        uint256 units = FlowMath.feeUnitsDown(sinks, fee);

        assertLe(units * 10_000, (sinks + units) * fee, "never more than the fee");
        assertGt((units + 1) * 10_000, (sinks + units + 1) * fee, "rounded by less than a unit");
    }

    function testFuzz_FeeUnits_NoneForNoFee(uint256 sinks) external pure {
        assertEq(FlowMath.feeUnitsDown(bound(sinks, 0, MAX_UNITS), 0), 0);
    }

    // ------------------------------------------------------------------------------------------- Token bucket

    function testFuzz_Bucket_StaysWithinItsDepth(uint256 bucket, uint256 capacity, uint256 paid, uint256 depth)
        external
        pure
    {
        (bucket, capacity, paid, depth) = _boundBucket(bucket, capacity, paid, depth);

        uint256 filled = FlowMath.fillBucket(bucket, capacity, paid, depth);

        assertLe(filled, depth, "never above its depth");
        assertLe(filled, bucket + capacity, "never more than it got");
        if (paid <= bucket + capacity) assertEq(filled, _min(bucket + capacity - paid, depth), "the rest");
        else assertEq(filled, 0, "never below zero");
    }

    /// @dev How often somebody looks does not matter, as long as sinks are paid no more than their capacity.
    function testFuzz_Bucket_FilledInStepsHoldsTheSame(
        uint256 bucket,
        uint256[4] memory capacities,
        uint256[4] memory paid,
        uint256 depth
    ) external pure {
        depth = bound(depth, 0, type(uint128).max);
        bucket = bound(bucket, 0, depth);
        uint256 stepped = bucket;
        uint256 capacity;
        uint256 total;
        for (uint256 i; i < paid.length; ++i) {
            capacities[i] = bound(capacities[i], 0, type(uint128).max);
            paid[i] = bound(paid[i], 0, capacities[i]);
            stepped = FlowMath.fillBucket(stepped, capacities[i], paid[i], depth);
            capacity += capacities[i];
            total += paid[i];
        }

        assertEq(stepped, FlowMath.fillBucket(bucket, capacity, total, depth), "the same in one step");
    }

    function testFuzz_Bucket_IsMonotone(uint256 bucket, uint256 capacity, uint256 paid, uint256 depth, uint256 more)
        external
        pure
    {
        (bucket, capacity, paid, depth) = _boundBucket(bucket, capacity, paid, depth);
        more = bound(more, 0, type(uint128).max);

        uint256 filled = FlowMath.fillBucket(bucket, capacity, paid, depth);

        assertGe(FlowMath.fillBucket(bucket + more, capacity, paid, depth), filled, "in what it held");
        assertGe(FlowMath.fillBucket(bucket, capacity + more, paid, depth), filled, "in capacity");
        assertLe(FlowMath.fillBucket(bucket, capacity, paid + more, depth), filled, "against pay");
        assertGe(FlowMath.fillBucket(bucket, capacity, paid, depth + more), filled, "in its depth");
    }

    // ------------------------------------------------------------------------------------------- Pipeline

    /// @dev Without division: limit * ratio + B / (3 * T) <= intake, and not with one wei per second more.
    function testFuzz_PipelineLimit_IsTheMostTheNextStageCanTake(
        uint256 intake,
        uint256 overflow,
        uint256 horizon,
        uint256 ratio
    ) external pure {
        (intake, overflow, horizon, ratio) = _boundLink(intake, overflow, horizon, ratio);

        uint256 limit = FlowMath.pipelineLimitDown(intake, overflow, horizon, ratio);

        uint256 reserved = (overflow + 3 * horizon - 1) / (3 * horizon);
        if (limit != 0) assertLe(limit * ratio, (intake - reserved) * WAD, "it fits");
        assertGt((limit + 1) * ratio + reserved * WAD, intake * WAD, "and no more would");
    }

    /// @dev Three horizons at the limit drain the overflow.
    function testFuzz_PipelineLimit_LeavesRoomToDrain(uint256 intake, uint256 overflow, uint256 horizon, uint256 ratio)
        external
        pure
    {
        (intake, overflow, horizon, ratio) = _boundLink(intake, overflow, horizon, ratio);

        uint256 inflow = FlowMath.pipelineLimitDown(intake, overflow, horizon, ratio) * ratio / WAD;

        if (inflow != 0) assertGe((intake - inflow) * 3 * horizon, overflow);
    }

    function testFuzz_PipelineLimit_IsMonotone(
        uint256 intake,
        uint256 overflow,
        uint256 horizon,
        uint256 ratio,
        uint256 more
    ) external pure {
        (intake, overflow, horizon, ratio) = _boundLink(intake, overflow, horizon, ratio);
        more = bound(more, 0, MAX_FLOW);

        uint256 limit = FlowMath.pipelineLimitDown(intake, overflow, horizon, ratio);

        assertGe(FlowMath.pipelineLimitDown(intake + more, overflow, horizon, ratio), limit, "in the intake");
        assertLe(FlowMath.pipelineLimitDown(intake, overflow + more, horizon, ratio), limit, "against the overflow");
        assertGe(FlowMath.pipelineLimitDown(intake, overflow, horizon + more, ratio), limit, "in the horizon");
        assertLe(FlowMath.pipelineLimitDown(intake, overflow, horizon, ratio + more), limit, "against the ratio");
    }

    // ------------------------------------------------------------------------------------------- Private

    function _boundBucket(uint256 bucket, uint256 capacity, uint256 paid, uint256 depth)
        private
        pure
        returns (uint256, uint256, uint256, uint256)
    {
        depth = bound(depth, 0, type(uint128).max);
        return
            (bound(bucket, 0, depth), bound(capacity, 0, type(uint128).max), bound(paid, 0, type(uint128).max), depth);
    }

    function _boundLink(uint256 intake, uint256 overflow, uint256 horizon, uint256 ratio)
        private
        pure
        returns (uint256, uint256, uint256, uint256)
    {
        intake = bound(intake, 0, MAX_FLOW);
        horizon = bound(horizon, 33, 30 days);
        return (intake, bound(overflow, 0, 4 * intake * horizon), horizon, bound(ratio, 1, type(uint96).max));
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
