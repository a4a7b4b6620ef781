// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract TakeSpareTest is LedgerTest {
    function testFuzz_RevertWhen_TheCallerIsNotTheEscrow(address caller, TaskTypeId taskTypeId, uint256 available)
        external
    {
        vm.assume(caller != address(escrow));
        vm.expectRevert(
            abi.encodeWithSelector(IBackpressurePool.BackpressurePool_NotAllowed.selector, caller, address(escrow))
        );
        vm.prank(caller);
        pool.takeSpare(taskTypeId, available);
    }

    function testFuzz_WhenOverflowRunsIntoTheEscrow(uint64 capacity, uint256 idle, uint256 available) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        skip(bound(idle, 1, 1 days - EPOCH));
        _newSource(id, "source", 2 * uint256(capacity) * UNIT_RATE);
        _confirmInflow(id);
        assertEq(_takeSpare(available), 0);
    }

    function testFuzz_WhenLessIsAvailableThanSpare(uint64 capacity, uint256 idle, uint256 available) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        idle = bound(idle, 1, EPOCH);
        skip(idle);
        available = bound(available, 0, uint256(capacity) * UNIT_RATE * idle);
        assertEq(_takeSpare(available), available - available % (capacity + 1));
    }

    function testFuzz_WhenMoreIsAvailableThanSpare(uint64 capacity, uint256 idle, uint256 available) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        idle = bound(idle, 1, 2 * EPOCH);
        skip(idle);
        uint256 spare = uint256(capacity) * UNIT_RATE * _min(idle, EPOCH);
        assertEq(_takeSpare(bound(available, spare, type(uint256).max)), spare - spare % (capacity + 1));
    }

    /// @dev However often somebody comes in the same block.
    function testFuzz_WhenUnitsWentInThisBlock(uint64 capacity, uint64 left, uint256 idle) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        left = uint64(bound(left, 1, capacity - 1));
        address sink = _newSink(id, "sink", capacity);
        skip(bound(idle, EPOCH, 2 * EPOCH));
        uint256 stake = _stakeFor(capacity) - _stakeFor(left);
        vm.prank(sink);
        stakes.requestUnstake(id, stake);
        assertEq(pool.unitsOf(id, sink), left);

        _deposit(id, stranger, 1e30);
        uint256 taken = escrow.drain(id);
        for (uint256 i; i < 3 && escrow.drainable(id) != 0; ++i) {
            taken += escrow.drain(id);
        }
        assertLe(taken, uint256(left) * UNIT_RATE * EPOCH, "one epoch of what is left");
    }

    function testFuzz_WhenTheEscrowDrains(uint64 capacity, uint256 basisPoints, uint256 rate, uint256 amount) external {
        _setFee(bound(basisPoints, 0, 100));
        capacity = uint64(bound(capacity, 1e4, 1e6));
        _newSink(id, "sink", capacity);
        _newSource(id, "source", bound(rate, 0, uint256(capacity) * UNIT_RATE / 2));
        _deposit(id, stranger, bound(amount, escrow.minDepositOf(id), 1e24));
        skip(EPOCH);
        uint256 spare = pool.spareOf(id);
        uint256 inflow = pool.streamedOf(id);
        (uint256 escrowIncome, uint256 feeIncome) = pool.incomeOf(id);
        (,, uint256 feeUnits) = pool.unitsOfPool(id);

        uint256 drained = escrow.drain(id);
        uint256 perUnit = drained / distributionPool.getTotalUnits();
        assertEq(pool.spareOf(id), spare - drained);
        assertEq(pool.streamedOf(id), inflow);
        (uint256 escrowIncomeAfter, uint256 feeIncomeAfter) = pool.incomeOf(id);
        assertEq(escrowIncomeAfter, escrowIncome + perUnit);
        assertEq(feeIncomeAfter, feeIncome + perUnit * feeUnits);
    }

    function _takeSpare(uint256 available) private returns (uint256 amount) {
        vm.prank(address(escrow));
        (amount,) = pool.takeSpare(id, available);
    }
}
