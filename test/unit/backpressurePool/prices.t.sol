// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract PricesTest is LedgerTest {
    // ------------------------------------------------------------------------------------------- spotPrice

    function testFuzz_SpotPrice_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        _expectUnknown(unknown);
        pool.spotPrice(unknown);
    }

    function testFuzz_SpotPrice_WhenDemandIsBelowCapacity(uint64 capacity, uint256 rate) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        address sink = _newSink(id, "sink", capacity);
        rate = bound(rate, 0, uint256(capacity) * UNIT_RATE);
        _newSource(id, "source", rate);
        assertEq(pool.spotPrice(id), rate / (capacity + 1));
        assertEq(_flowTo(id, sink), pool.spotPrice(id) * capacity);
    }

    function testFuzz_SpotPrice_WhenDemandIsAboveCapacity(uint64 capacity, uint256 rate) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        _newSource(id, "source", bound(rate, uint256(capacity + 2) * UNIT_RATE, uint256(capacity) * UNIT_RATE * 1000));
        _confirmInflow(id);
        // One part in N for rounding up to whole units, and one wei for rounding down to whole wei.
        assertLe(pool.spotPrice(id), UNIT_RATE);
        assertGe(pool.spotPrice(id), UNIT_RATE - UNIT_RATE / distributionPool.getTotalUnits() - 1);
    }

    // ------------------------------------------------------------------------------------------- priceCap

    function testFuzz_PriceCap_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        _expectUnknown(unknown);
        pool.priceCap(unknown);
    }

    function testFuzz_PriceCap_WhenNothingLimitsThePool(uint64 capacity) external {
        _newSink(id, "sink", uint64(bound(capacity, 100, 5e11)));
        assertEq(pool.priceCap(id), UNIT_RATE);
    }

    function testFuzz_PriceCap_WhenALimitHoldsAndThereIsNoSink(uint96 limit) external {
        vm.prank(address(pipeline));
        pool.setLimit(id, limit);
        assertEq(pool.priceCap(id), UNIT_RATE);
    }

    // ------------------------------------------------------------------------------------------- totalUnits

    function testFuzz_TotalUnits_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        _expectUnknown(unknown);
        pool.totalUnits(unknown);
    }

    function testFuzz_TotalUnits_WhenAStreamIsBelowIt(uint64 capacity, uint256 rate, uint256 basisPoints) external {
        _setFee(bound(basisPoints, 0, 100));
        _newSink(id, "sink", uint64(bound(capacity, 100, 5e11)));
        uint256 minimum = pool.totalUnits(id);
        assertEq(minimum, distributionPool.getTotalUnits());

        address source = _newSource(id, "source", bound(rate, 0, minimum - 1));
        assertEq(distributionPool.getTotalFlowRate(), 0);
        _stream(id, source, minimum);
        assertEq(uint256(uint96(distributionPool.getTotalFlowRate())), minimum);
    }

    // ------------------------------------------------------------------------------------------- intakeOf

    function testFuzz_IntakeOf_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        _expectUnknown(unknown);
        pool.intakeOf(unknown);
    }

    function testFuzz_IntakeOf_WhenThereAreSinks(uint64 first, uint64 second, uint96 limit) external {
        first = uint64(bound(first, 100, 5e11));
        second = uint64(bound(second, 100, 5e11));
        _newSink(id, "first", first);
        _newSink(id, "second", second);
        uint256 full = (uint256(first) + second) * UNIT_RATE;
        assertEq(pool.intakeOf(id), full);

        vm.prank(address(pipeline));
        pool.setLimit(id, limit);
        assertEq(pool.intakeOf(id), _min(full, limit));
    }

    function _expectUnknown(TaskTypeId unknown) private {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IBackpressurePool.BackpressurePool_UnknownTaskType.selector, unknown));
    }
}
