// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { Target, TargetLib } from "../../../src/types/Target.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract MoveTest is LedgerTest {
    function testFuzz_RevertWhen_TheCallerIsNotTheRegistry(
        address caller,
        TaskTypeId taskTypeId,
        Target[] calldata targets,
        bool exact
    ) external {
        vm.assume(caller != address(registry));
        vm.expectRevert(
            abi.encodeWithSelector(IBackpressurePool.BackpressurePool_NotAllowed.selector, caller, address(registry))
        );
        vm.prank(caller);
        pool.move(taskTypeId, targets, exact);
    }

    function testFuzz_WhenItIsExactAndTheTargetDiffersByLessThanATwentieth(uint64 capacity, uint64 next) external {
        capacity = uint64(bound(capacity, 100, 5e11));
        next = uint64(bound(next, capacity * 20 / 21 + 1, capacity - 1));
        address sink = _newSink(id, "sink", capacity);
        _signal(id, sink, next, 0);
        assertEq(pool.unitsOf(id, sink), capacity);

        vm.expectEmit(address(pool));
        emit IBackpressurePool.UnitsUpdated(id, sink, capacity, next);
        _move(sink, next, true);
        assertEq(pool.unitsOf(id, sink), next);
        assertEq(distributionPool.getUnits(sink), next);
    }

    function testFuzz_WhenTheTargetIsWhatTheUnitsSay(uint64 capacity, bool known) external {
        address sink = _newSink(id, "sink", uint64(bound(capacity, 100, 5e11)));
        vm.record();
        if (known) _move(sink, pool.unitsOf(id, sink), true);
        else _move(stranger, 0, true);
        (, bytes32[] memory writes) = vm.accesses(address(pool));
        assertEq(writes.length, 0);
    }

    function testFuzz_RevertWhen_TheUnitsExceed80Bits(uint96 units) external {
        units = uint96(bound(units, 1 << 80, type(uint96).max));
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 80, units));
        _move(stranger, units, true);

        uint256 max = type(uint80).max;
        _move(stranger, max, true);
        units = uint96(bound(units, 1, max));
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 80, max + units));
        _move(makeAddr("another"), units, true);
    }

    function testFuzz_WhenTheSinkLeft(uint64 capacity, uint256 overload) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        address sink = _newSink(id, "sink", capacity);
        _newSource(id, "source", uint256(capacity) * UNIT_RATE * bound(overload, 2, 100));
        _confirmInflow(id);
        skip(EPOCH);
        uint256 inflow = uint256(uint96(distributionPool.getTotalFlowRate()));

        vm.expectEmit(address(pool));
        emit IBackpressurePool.UnitsUpdated(id, sink, capacity, 0);
        vm.expectEmit(address(pool));
        emit IBackpressurePool.EscrowUnitsUpdated(id, _ceil(inflow, UNIT_RATE), 0, inflow);
        vm.prank(sink);
        registry.deregisterSink(id);
        assertEq(_flowTo(id, sink), 0);
        assertEq(distributionPool.getTotalUnits(), _ceil(inflow, UNIT_RATE));
    }

    function testFuzz_WhenNoSinkIsNamed(uint64 capacity, uint256 overload) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        _newSource(id, "source", uint256(capacity) * UNIT_RATE * bound(overload, 2, 100));
        skip(EPOCH);
        vm.prank(address(registry));
        pool.move(id, new Target[](0), true);
        assertLe(pool.spotPrice(id), UNIT_RATE, "only the escrow is looked at");
    }

    function _move(address sink, uint256 units, bool exact) private {
        Target[] memory targets = new Target[](1);
        targets[0] = TargetLib.target(sink, uint96(units));
        vm.prank(address(registry));
        pool.move(id, targets, exact);
    }
}
