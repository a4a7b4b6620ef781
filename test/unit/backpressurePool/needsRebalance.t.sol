// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { ActionsTest } from "../../utils/ActionsTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract NeedsRebalanceTest is ActionsTest {
    address[] private _nobody;

    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown, address[] calldata sinks) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IBackpressurePool.BackpressurePool_UnknownTaskType.selector, unknown));
        registry.needsRebalance(unknown, sinks);
    }

    function testFuzz_WhenANamedSinkShouldMove(uint64 capacity, uint256 silence) external {
        address sink = _newSink(id, "sink", uint64(bound(capacity, 100, 5e11)));
        assertFalse(registry.needsRebalance(id, _list(sink)));

        skip(bound(silence, 1 days + EPOCH, 30 days));
        assertTrue(registry.needsRebalance(id, _list(sink)));
    }

    function testFuzz_WhenTheSinkThatShouldMoveIsNotNamed(uint64 capacity, uint256 silence) external {
        _newSink(id, "sink", uint64(bound(capacity, 100, 5e11)));
        skip(bound(silence, 1 days + EPOCH, 30 days));
        assertFalse(registry.needsRebalance(id, _nobody));
        assertFalse(registry.needsRebalance(id, _list(stranger)));
    }

    function testFuzz_WhenTheInflowMovedAndTheLastLookIsYounger(uint64 capacity, uint256 rate, uint256 time) external {
        _openAboveCapacity(capacity, rate);
        assertTrue(registry.needsRebalance(id, _nobody), "the look that sets the anchor");
        _rebalance(id);

        skip(bound(time, 0, pool.CONFIRM_DELAY() - 1));
        assertFalse(registry.needsRebalance(id, _nobody));
    }

    function testFuzz_WhenTheInflowMovedAndTheLastLookIsOlder(uint64 capacity, uint256 rate, uint256 time) external {
        _openAboveCapacity(capacity, rate);
        _rebalance(id);

        skip(bound(time, pool.CONFIRM_DELAY(), 1 days));
        assertTrue(registry.needsRebalance(id, _nobody));
        // Superfluid rounds the flow down at every move, which may lower the need by a unit a few times.
        for (uint256 i; i < 3; ++i) {
            _rebalance(id);
            assertFalse(registry.needsRebalance(id, _nobody));
            skip(pool.CONFIRM_DELAY());
        }
        assertFalse(registry.needsRebalance(id, _nobody), "the escrow has followed");
    }

    /// @dev The rate of the moment hides it; the money that came says it.
    function testFuzz_WhenTheInflowMovedAndIsBack(uint64 capacity, uint256 time) external {
        uint256 fullPay = bound(capacity, 1000, 1e6) * UNIT_RATE;
        _newSink(id, "sink", uint64(fullPay / UNIT_RATE));
        address source = _newSource(id, "source", fullPay / 2);
        skip(EPOCH);
        _rebalance(id);
        _stream(id, source, 10 * fullPay);
        skip(EPOCH - 1);
        _stream(id, source, fullPay / 2);
        assertFalse(registry.needsRebalance(id, _nobody), "the last look is younger than an epoch");
        skip(1);
        assertTrue(registry.needsRebalance(id, _nobody), "an epoch");
        // Later the rate of the moment would be as good as confirmed.
        skip(bound(time, 0, pool.CONFIRM_DELAY() - 2));
        assertTrue(registry.needsRebalance(id, _nobody), "and older");
        _rebalance(id);
        (, uint256 escrowUnits,) = pool.unitsOfPool(id);
        assertGt(escrowUnits, 1, "the look follows it");
    }

    function testFuzz_WhenOnlyANewFeeWaits(uint64 capacity, uint256 rate, uint256 basisPoints) external {
        _openAboveCapacity(capacity, rate);
        _rebalance(id);
        _setFee(bound(basisPoints, 1, 100));
        assertFalse(registry.needsRebalance(id, _nobody));

        _rebalance(id);
        (,, uint256 feeUnits) = pool.unitsOfPool(id);
        assertEq(feeUnits, 0);
    }

    /// forge-config: default.fuzz.runs = 16

    /// forge-config: ci.fuzz.runs = 64
    /// forge-config: deep.fuzz.runs = 10000
    function testFuzz_AfterAnyHistory(uint256[16] calldata steps, bool named) external {
        _populate(id, "");
        address[] memory sinks = named ? books[id].sinks : _nobody;
        for (uint256 i; i < steps.length; ++i) {
            _act(id, steps[i]);
            bool needed = registry.needsRebalance(id, sinks);
            bytes32 before = _units();
            vm.recordLogs();
            registry.rebalance(id, sinks);
            if (!needed) {
                assertEq(_units(), before, "not needed, yet something moved");
                assertEq(vm.getRecordedLogs().length, 0, "not needed, yet something was announced");
            }
            assertFalse(registry.needsRebalance(id, sinks), "nothing is left to do");
        }
        _assertConserved();
    }

    function _openAboveCapacity(uint64 capacity, uint256 rate) private {
        capacity = uint64(bound(capacity, 1000, 1e6));
        _newSink(id, "sink", capacity);
        skip(EPOCH);
        _newSource(id, "source", bound(rate, 2 * uint256(capacity) * UNIT_RATE, 100 * uint256(capacity) * UNIT_RATE));
    }

    /// @dev Every number of units, as the contract and as Superfluid have it.
    function _units() private view returns (bytes32) {
        address[] storage sinks = books[id].sinks;
        (uint256 sinkUnits, uint256 escrowUnits, uint256 feeUnits) = pool.unitsOfPool(id);
        bytes memory all = abi.encode(sinkUnits, escrowUnits, feeUnits, distributionPool.getUnits(address(escrow)));
        for (uint256 i; i < sinks.length; ++i) {
            all = abi.encode(all, pool.unitsOf(id, sinks[i]), distributionPool.getUnits(sinks[i]));
        }
        return keccak256(all);
    }
}
