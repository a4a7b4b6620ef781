// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";

import { CapacityMath } from "../../src/libraries/CapacityMath.sol";
import { FlowMath } from "../../src/libraries/FlowMath.sol";
import { LedgerMath } from "../../src/libraries/LedgerMath.sol";

/// @notice The integer lemmas of the paper, over whole histories instead of single steps.
contract LemmasFuzzTest is Test {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant SCALE = 1e9;
    uint256 internal constant MAX_CAPACITY = (uint256(1) << 40) - 1;

    /// @dev Superfluid pays each unit floor(L / total units). A member holds at most 2^80 - 1 units; at the lowest cap that
    /// is an inflow of ten billion tokens per second.
    function testFuzz_Lemma_FlowPerUnitIsAtMostTheCap(uint256 inflow, uint256 cap, uint256 sinks, uint256 fee)
        external
        pure
    {
        cap = bound(cap, 1e4, 1e24);
        uint256 most = cap * type(uint80).max;
        inflow = bound(inflow, 0, most < type(uint96).max ? most : type(uint96).max);
        sinks = bound(sinks, 0, type(uint64).max);
        fee = bound(fee, 0, sinks / 99);

        uint256 units = sinks + fee + FlowMath.escrowUnitsUp(inflow, cap, sinks, fee);

        assertGe(units, 1, "a pool is never empty");
        assertLe(inflow / units, cap, "flow per unit");
    }

    /// @dev Whatever is declared, and however irregularly: never above the highest declaration, and each epoch goes at
    /// most the share alpha of the distance, rounded up.
    function testFuzz_Lemma_AverageStaysWithinDeclarations(
        uint256[12] memory declared,
        uint256[12] memory gaps,
        uint256 smoothing
    ) external pure {
        smoothing = bound(smoothing, 0.01e18, WAD);
        uint256 average;
        uint256 highest;
        for (uint256 i; i < declared.length; ++i) {
            uint256 target = bound(declared[i], 0, MAX_CAPACITY) * SCALE;
            uint256 epochs = bound(gaps[i], 0, 40);
            if (target > highest) highest = target;

            uint256 before = average;
            average = CapacityMath.smooth(average, target, smoothing, 1);
            assertLe(_distance(before, average), _distance(before, target) * smoothing / WAD + 1, "one step");
            average = CapacityMath.smooth(average, target, smoothing, epochs);

            assertLe(average, highest, "within what was declared");
            assertLe(_distance(average, target), _distance(before, target), "closer to the last declaration");
        }
    }

    /// @dev Over every interval: drains <= capacity + depth, and with what streams paid within capacity, both together.
    function testFuzz_Lemma_DrainsFitTheBucket(
        uint256[10] memory capacities,
        uint256[10] memory paid,
        uint256[10] memory drains,
        uint256 depth
    ) external pure {
        depth = bound(depth, 0, type(uint96).max);
        uint256 bucket;
        for (uint256 i; i < drains.length; ++i) {
            capacities[i] = bound(capacities[i], 0, type(uint96).max);
            paid[i] = bound(paid[i], 0, capacities[i]);
            bucket = FlowMath.fillBucket(bucket, capacities[i], paid[i], depth);
            drains[i] = bound(drains[i], 0, bucket);
            bucket -= drains[i];
        }
        for (uint256 from; from < drains.length; ++from) {
            uint256 delivered;
            uint256 capacity;
            for (uint256 to = from; to < drains.length; ++to) {
                delivered += paid[to] + drains[to];
                capacity += capacities[to];
                assertLe(delivered, capacity + depth);
            }
        }
    }

    /// @dev Never negative, never reverting, never more than was paid since nothing was owed, whatever standard each window
    /// has.
    function testFuzz_Lemma_LedgerIsNeverNegative(
        uint256[10] memory received,
        uint256[10] memory acknowledged,
        uint256[10] memory shares,
        uint256[10] memory participating
    ) external pure {
        uint256 owed;
        uint256 total;
        for (uint256 i; i < received.length; ++i) {
            uint256 pay = bound(received[i], 0, type(uint96).max);
            uint256 done = bound(acknowledged[i], 0, type(uint96).max);
            (uint256 standard, uint256 expected,) = LedgerMath.standardDown(
                bound(shares[i], 0, 1e18), bound(participating[i], 0.333333333333333333e18, 1e18)
            );
            uint256 due = owed + LedgerMath.debitDown(pay, expected, standard);
            uint256 credit = LedgerMath.creditUp(done, standard);

            owed = due > credit ? due - credit : 0;

            total = owed == 0 ? 0 : total + pay;
            assertLe(owed, total, "no more than was paid");
            assertLe(LedgerMath.exitChargeDown(owed, total, 0), total + total / 10, "nor is more charged, but a tenth");
            if (done >= due) assertEq(owed, 0, "all of it acknowledged");
        }
    }

    function _distance(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? b - a : a - b;
    }
}
