// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract SetLimitTest is LedgerTest {
    function testFuzz_RevertWhen_TheCallerIsNotThePipeline(address caller, TaskTypeId taskTypeId, uint96 limit)
        external
    {
        vm.assume(caller != address(pipeline));
        vm.expectRevert(
            abi.encodeWithSelector(IBackpressurePool.BackpressurePool_NotAllowed.selector, caller, address(pipeline))
        );
        vm.prank(caller);
        pool.setLimit(taskTypeId, limit);
    }

    function testFuzz_WhenTheLimitIsNew(uint64 capacity, uint96 limit) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        limit = uint96(bound(limit, uint256(capacity) * UNIT_RATE / 1e4, uint256(capacity) * UNIT_RATE * 2));

        vm.expectEmit(address(pool));
        emit IBackpressurePool.LimitUpdated(id, limit);
        _setLimit(limit);

        uint256 full = uint256(capacity) * UNIT_RATE;
        assertEq(pool.priceCap(id), limit < full ? limit / capacity : UNIT_RATE);
        assertEq(pool.intakeOf(id), limit < full ? limit : full);
    }

    function testFuzz_WhenTheLimitIsNewAndTheInflowIsAboveIt(uint64 capacity, uint96 limit, uint256 rate) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        address sink = _newSink(id, "sink", capacity);
        limit = uint96(bound(limit, uint256(capacity) * 1e12, uint256(capacity) * UNIT_RATE / 2));
        _newSource(id, "source", bound(rate, uint256(capacity) * UNIT_RATE, uint256(capacity) * UNIT_RATE * 10));
        _confirmInflow(id);
        skip(EPOCH);
        uint256 inflow = uint256(uint96(distributionPool.getTotalFlowRate()));
        uint256 escrowUnits = _ceil(inflow, limit / capacity) - capacity;
        // At one capacity's worth of inflow the pool never needed to look; the average then includes time before.
        vm.assume(_lookedAt(inflow));

        vm.expectEmit(address(pool));
        emit IBackpressurePool.LimitUpdated(id, limit);
        vm.expectEmit(address(pool));
        emit IBackpressurePool.EscrowUnitsUpdated(id, escrowUnits, 0, inflow);
        _setLimit(limit);
        assertEq(distributionPool.getUnits(address(escrow)), escrowUnits);
        assertLe(_flowTo(id, sink), limit);
    }

    function testFuzz_WhenTheLimitIsSoLowThatRoundingWouldMatter(uint64 capacity, uint96 limit) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        _setLimit(uint96(bound(limit, 0, uint256(capacity) * UNIT_RATE / 1e4)));
        assertEq(pool.priceCap(id), UNIT_RATE / 1e4);
    }

    function testFuzz_WhenTheLimitIsTheOneThatHolds(uint64 capacity, uint96 limit) external {
        _newSink(id, "sink", uint64(bound(capacity, 100, 1e6)));
        _setLimit(limit);
        vm.recordLogs();
        _setLimit(limit);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function testFuzz_WhenTheLimitIsLifted(uint64 capacity, uint256 overload, uint96 limit) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        address sink = _newSink(id, "sink", capacity);
        _newSource(id, "source", uint256(capacity) * UNIT_RATE * bound(overload, 2, 10));
        _confirmInflow(id);
        uint256 full = _flowTo(id, sink);
        _setLimit(uint96(bound(limit, uint256(capacity) * 1e12, uint256(capacity) * UNIT_RATE / 2)));
        _confirmInflow(id);
        assertLe(_flowTo(id, sink), full / 2 + capacity);

        _setLimit(type(uint96).max);
        _poke(id);
        assertEq(pool.priceCap(id), UNIT_RATE);
        // One wei per second and unit, and the share of one unit, is what rounding may take.
        uint256 rounding = capacity + full / distributionPool.getTotalUnits();
        assertApproxEqAbs(_flowTo(id, sink), full, rounding);
    }

    function testFuzz_WhenTheBucketFills(uint64 capacity, uint96 limit, uint256 before, uint256 later) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        before = bound(before, 0, 2 * EPOCH);
        later = bound(later, 0, 2 * EPOCH);
        _newSink(id, "sink", capacity);
        limit = uint96(bound(limit, uint256(capacity) * UNIT_RATE / 1e4, uint256(capacity) * UNIT_RATE));
        uint256 depth = uint256(capacity) * UNIT_RATE * EPOCH;

        skip(before);
        uint256 expected = _min(uint256(capacity) * UNIT_RATE * before, depth);
        _setLimit(limit);
        assertEq(pool.spareOf(id), expected);

        skip(later);
        assertEq(pool.spareOf(id), _min(expected + limit / capacity * capacity * later, depth));
    }

    function _setLimit(uint96 limit) private {
        vm.prank(address(pipeline));
        pool.setLimit(id, limit);
    }

    function _lookedAt(uint256 inflow) private view returns (bool) {
        (uint256 sinkUnits, uint256 escrowUnits,) = pool.unitsOfPool(id);
        return escrowUnits > 1 && sinkUnits + escrowUnits == _ceil(inflow, UNIT_RATE);
    }
}
