// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract RebalanceTest is LedgerTest {
    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown, address[] calldata sinks) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IBackpressurePool.BackpressurePool_UnknownTaskType.selector, unknown));
        registry.rebalance(unknown, sinks);
    }

    // ------------------------------------------------------------------------------------------- Sinks

    function testFuzz_WhenTheSinksAreStrangers(address[] calldata strangers) external {
        _assertNoWrites(strangers);
    }

    function testFuzz_WhenASinkMovesByLessThanATwentieth(uint64 capacity, uint64 next) external {
        capacity = uint64(bound(capacity, 100, 5e11));
        // The largest steps that wait: less than a twentieth of the smaller of the two.
        next = uint64(bound(next, capacity * 20 / 21 + 1, capacity + (capacity - 1) / 20));
        address sink = _newSink(id, "sink", capacity, 2 * capacity);

        _signal(id, sink, next, 0);
        assertEq(pool.unitsOf(id, sink), capacity);
        _assertNoWrites(_list(sink));
    }

    function testFuzz_WhenASinkMovesByATwentieth(uint64 capacity, uint64 next, bool up) external {
        capacity = uint64(bound(capacity, 100, 5e11));
        next = up
            ? uint64(bound(next, capacity + (capacity + 19) / 20, 2 * capacity))
            : uint64(bound(next, 0, capacity * 20 / 21));
        address sink = _newSink(id, "sink", capacity, 2 * capacity);

        _signal(id, sink, next, 0);
        assertEq(pool.unitsOf(id, sink), next);
        assertEq(distributionPool.getUnits(sink), next);
    }

    function testFuzz_WhenASmallDifferenceIsTenEpochsOld(uint64 capacity, uint64 next) external {
        capacity = uint64(bound(capacity, 100, 5e11));
        next = uint64(bound(next, capacity + 1, capacity + (capacity - 1) / 20));
        address sink = _newSink(id, "sink", capacity, 2 * capacity);
        uint256 movedAtEpoch = block.timestamp / EPOCH;
        _signal(id, sink, next, 0);

        vm.warp((movedAtEpoch + 10) * EPOCH - 1);
        _assertNoWrites(_list(sink));

        skip(1);
        vm.expectEmit(address(pool));
        emit IBackpressurePool.UnitsUpdated(id, sink, capacity, next);
        _rebalance(id, sink);
        assertEq(pool.unitsOf(id, sink), next);
    }

    function testFuzz_WhenTheCapacityRamps(uint64 capacity, uint256 epochs) external {
        TaskTypeParameters memory parameters = _parameters();
        parameters.smoothing = 0.3e18;
        id = _registerTaskType(parameters, "smooth");
        capacity = uint64(bound(capacity, 100, 5e11));
        address sink = _newSink(id, "sink", capacity);
        uint256 first = uint256(capacity) * 3 / 10;
        assertEq(pool.unitsOf(id, sink), first);

        skip(bound(epochs, 1, 20) * EPOCH);
        uint256 capacityNow = registry.effectiveCapacity(id, sink);
        assertGt(capacityNow, first);
        vm.expectEmit(address(pool));
        emit IBackpressurePool.UnitsUpdated(id, sink, first, capacityNow);
        vm.prank(stranger);
        _rebalance(id, sink);
        assertEq(pool.unitsOf(id, sink), capacityNow);
        assertEq(pool.distributionPoolOf(id).getUnits(sink), capacityNow);
    }

    function testFuzz_WhenTheLastCapacityIsGone(uint64 capacity, uint256 silence) external {
        capacity = uint64(bound(capacity, 100, 5e11));
        address sink = _newSink(id, "sink", capacity);

        skip(bound(silence, 1 days + EPOCH, 30 days));
        vm.expectEmit(address(pool));
        emit IBackpressurePool.UnitsUpdated(id, sink, capacity, 0);
        _rebalance(id, sink);
        assertEq(distributionPool.getUnits(sink), 0);
    }

    function testFuzz_WhenASinkIsNamedTwice(uint64 capacity) external {
        capacity = uint64(bound(capacity, 100, 5e11));
        address sink = _newSink(id, "sink", capacity);
        skip(1 days + EPOCH);
        address[] memory sinks = new address[](2);
        (sinks[0], sinks[1]) = (sink, sink);

        vm.recordLogs();
        registry.rebalance(id, sinks);
        assertEq(_logsOf(IBackpressurePool.UnitsUpdated.selector), 1);
        assertEq(pool.unitsOf(id, sink), 0);
        (uint256 sinkUnits,,) = pool.unitsOfPool(id);
        assertEq(sinkUnits, 0);
    }

    /// forge-config: default.fuzz.runs = 16

    /// forge-config: ci.fuzz.runs = 64
    /// forge-config: deep.fuzz.runs = 10000
    function testFuzz_WhenSeveralSinksAreNamed(uint64[3] memory capacities, uint256 skipped) external {
        address[] memory sinks = new address[](3);
        for (uint256 i; i < 3; ++i) {
            capacities[i] = uint64(bound(capacities[i], 100, 5e11));
            sinks[i] = _newSink(id, vm.toString(i), capacities[i]);
        }
        skipped = bound(skipped, 1 days + EPOCH, 2 days);
        skip(skipped);

        for (uint256 i; i < 3; ++i) {
            vm.expectEmit(address(pool));
            emit IBackpressurePool.UnitsUpdated(id, sinks[i], capacities[i], 0);
        }
        registry.rebalance(id, sinks);
        (uint256 sinkUnits, uint256 escrowUnits,) = pool.unitsOfPool(id);
        assertEq(sinkUnits, 0);
        assertEq(escrowUnits, 1);
        assertEq(distributionPool.getTotalUnits(), 1);
    }

    // ------------------------------------------------------------------------------------------- Escrow

    function testFuzz_WhenTheInflowRoseAndNoMoneyConfirmsIt(uint64 capacity, uint256 rate, uint256 time) external {
        _newSink(id, "sink", uint64(bound(capacity, 100, 1e6)));
        skip(EPOCH);
        _newSource(id, "source", bound(rate, 2e6 * uint256(UNIT_RATE), 1e24));
        _rebalance(id);

        skip(bound(time, 0, pool.CONFIRM_DELAY() - 1));
        _rebalance(id);
        (, uint256 escrowUnits,) = pool.unitsOfPool(id);
        assertEq(escrowUnits, 1);
        assertEq(distributionPool.getUnits(address(escrow)), 1);
    }

    function testFuzz_WhenTheInflowRoseAndMoneyConfirmsIt(uint64 capacity, uint256 rate, uint256 time) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        skip(EPOCH);
        rate = bound(rate, uint256(capacity + 2) * UNIT_RATE, 100 * uint256(capacity) * UNIT_RATE);
        _newSource(id, "source", rate);
        _rebalance(id);
        uint256 inflow = uint256(uint96(distributionPool.getTotalFlowRate()));
        uint256 escrowUnits = _ceil(inflow, UNIT_RATE) - capacity;

        skip(bound(time, pool.CONFIRM_DELAY(), 1 days));
        vm.expectEmit(address(pool));
        emit IBackpressurePool.EscrowUnitsUpdated(id, escrowUnits, 0, inflow);
        _rebalance(id);
        assertEq(distributionPool.getUnits(address(escrow)), escrowUnits);
        assertLe(pool.spotPrice(id), UNIT_RATE);
    }

    function testFuzz_WhenNobodyLookedAndTheInflowIsSteadyAgain(
        uint64 capacity,
        uint256 rate,
        uint256 before,
        uint256 time
    ) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        skip(bound(before, 0, 1 days / 2));
        _newSource(id, "source", bound(rate, uint256(capacity + 2) * UNIT_RATE, 100 * uint256(capacity) * UNIT_RATE));
        uint256 inflow = uint256(uint96(distributionPool.getTotalFlowRate()));

        skip(bound(time, pool.CONFIRM_DELAY(), 1 days / 2 - EPOCH));
        _rebalance(id);
        (, uint256 escrowUnits,) = pool.unitsOfPool(id);
        assertEq(escrowUnits, _ceil(inflow, UNIT_RATE) - capacity);
    }

    function testFuzz_WhenNobodyLookedAndTheInflowStillMoves(
        uint64 capacity,
        uint256[2] memory rates,
        uint256 before,
        uint256[2] memory times
    ) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        before = bound(before, 0, 1 days / 2);
        times[0] = bound(times[0], pool.CONFIRM_DELAY(), 1 days / 2 - EPOCH);
        times[1] = bound(times[1], 0, pool.CONFIRM_DELAY() - 1);
        skip(before);
        address source = _newSource(id, "source", bound(rates[0], 0, 100 * uint256(capacity) * UNIT_RATE));
        skip(times[0]);
        _stream(id, source, bound(rates[1], 2 * uint256(capacity) * UNIT_RATE, 100 * uint256(capacity) * UNIT_RATE));
        skip(times[1]);

        _rebalance(id);
        uint256 needed = _ceil(_streamed(id) / (before + times[0] + times[1]), UNIT_RATE);
        (, uint256 escrowUnits,) = pool.unitsOfPool(id);
        assertEq(escrowUnits, needed > capacity ? needed - capacity : 1);
    }

    function testFuzz_WhenTheInflowFell(uint64 capacity, uint256 high, uint256 low) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        high = bound(high, uint256(capacity + 2) * UNIT_RATE, 100 * uint256(capacity) * UNIT_RATE);
        address source = _newSource(id, "source", high);
        _confirmInflow(id);
        (, uint256 before,) = pool.unitsOfPool(id);

        skip(EPOCH);
        // At least one unit's pay less; Superfluid's rounding alone moves less than that.
        _stream(id, source, bound(low, 0, high - 2 * UNIT_RATE));
        uint256 inflow = uint256(uint96(distributionPool.getTotalFlowRate()));
        _rebalance(id);
        (, uint256 escrowUnits,) = pool.unitsOfPool(id);
        assertEq(escrowUnits, before, "a rate is not money");

        skip(pool.CONFIRM_DELAY());
        _rebalance(id);
        (, escrowUnits,) = pool.unitsOfPool(id);
        uint256 needed = _ceil(inflow, UNIT_RATE);
        assertEq(escrowUnits, needed > capacity ? needed - capacity : 1);
    }

    function testFuzz_WhenTheInflowIsSmall(uint64 capacity, uint256 rate, uint256 time) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        address sink = _newSink(id, "sink", capacity);
        skip(bound(time, 0, 1 days - EPOCH));
        _newSource(id, "source", bound(rate, 1, uint256(capacity) * UNIT_RATE));
        _assertNoWrites(_list(sink));
    }

    // ------------------------------------------------------------------------------------------- Fee

    function testFuzz_GivenANewFee(uint64 capacity, uint64 more, uint256 basisPoints, uint256 rate) external {
        basisPoints = bound(basisPoints, 1, 100);
        capacity = uint64(bound(capacity, 1e4, 1e6));
        more = uint64(bound(more, 1e4, 1e6));
        _newSink(id, "first", capacity);
        _newSource(id, "source", bound(rate, 10 * uint256(capacity) * UNIT_RATE, 1e24));
        _confirmInflow(id);
        _setFee(basisPoints);
        (,, uint256 feeUnits) = pool.unitsOfPool(id);
        assertEq(feeUnits, 0, "nothing moves before a move");

        _newSink(id, "second", more);
        (uint256 sinkUnits, uint256 escrowUnits, uint256 newFeeUnits) = pool.unitsOfPool(id);
        assertEq(sinkUnits, uint256(capacity) + more);
        assertEq(newFeeUnits, sinkUnits * basisPoints / (10_000 - basisPoints));
        assertEq(distributionPool.getUnits(address(escrow)), escrowUnits + newFeeUnits);
        assertLe(pool.spotPrice(id), UNIT_RATE);
    }

    function testFuzz_GivenAFeeThatMovesByLessThanATwentieth(uint64 capacity, uint256 time) external {
        capacity = uint64(bound(capacity, 1e5, 1e6));
        _setFee(96);
        _newSink(id, "first", capacity);
        (,, uint256 feeUnits) = pool.unitsOfPool(id);
        assertEq(feeUnits, uint256(capacity) * 96 / 9904);

        _setFee(100);
        skip(bound(time, 0, 1 days - EPOCH));
        _newSink(id, "second", 100);
        (,, uint256 afterwards) = pool.unitsOfPool(id);
        assertEq(afterwards, feeUnits);
    }

    function testFuzz_GivenAFeeThatFallsWithItsSinks(uint64 stays, uint64 leaves) external {
        stays = uint64(bound(stays, 1000, 1e6));
        leaves = uint64(bound(leaves, stays / 10, stays));
        _setFee(100);
        _newSink(id, "stays", stays);
        skip(pool.CONFIRM_DELAY());
        address leaving = _newSink(id, "leaves", leaves);
        (uint256 sinkUnits,, uint256 feeUnits) = pool.unitsOfPool(id);
        assertEq(feeUnits, sinkUnits / 99);

        // Without the leaving sink, units for this inflow exist only while the fee keeps its old units.
        _newSource(id, "source", (stays + feeUnits + 1) * UNIT_RATE);
        skip(pool.CONFIRM_DELAY());
        vm.prank(leaving);
        registry.deregisterSink(id);
        assertLe(pool.spotPrice(id), UNIT_RATE);
    }

    /// @dev Nothing is streamed, so the escrow itself has no reason to move.
    function testFuzz_GivenANewFee_WhenASinkFades(uint64 stays, uint64 fades) external {
        stays = uint64(bound(stays, 1000, 1e6));
        address fading = _newSink(id, "fades", uint64(bound(fades, 1000, 1e6)));
        skip(12 hours);
        _newSink(id, "stays", stays);
        _setFee(100);
        skip(12 hours + EPOCH);
        _rebalance(id, fading);
        (uint256 sinkUnits,, uint256 feeUnits) = pool.unitsOfPool(id);
        assertEq(sinkUnits, stays);
        assertEq(feeUnits, stays / 99);
    }

    // ------------------------------------------------------------------------------------------- Private

    /// @dev But for the record that the first call of an epoch makes.
    function _assertNoWrites(address[] memory sinks) private {
        _rebalance(id);
        assertFalse(registry.needsRebalance(id, sinks), "nothing to do");
        vm.record();
        registry.rebalance(id, sinks);
        (, bytes32[] memory poolWrites) = vm.accesses(address(pool));
        (, bytes32[] memory superfluidWrites) = vm.accesses(address(distributionPool));
        assertEq(poolWrites.length, 0);
        assertEq(superfluidWrites.length, 0);
    }
}
