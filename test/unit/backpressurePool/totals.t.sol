// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { ActionsTest } from "../../utils/ActionsTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract TotalsTest is ActionsTest {
    // ------------------------------------------------------------------------------------------- streamedOf

    function testFuzz_StreamedOf_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        _expectUnknown(unknown);
        pool.streamedOf(unknown);
    }

    function testFuzz_StreamedOf_WhenSourcesStreamAndMoneyDrains(uint256[3] memory rates, uint256 time, uint256 amount)
        external
    {
        _newSink(id, "sink", 1e6);
        for (uint256 i; i < 3; ++i) {
            _newSource(id, vm.toString(i), bound(rates[i], 0, 3e5 * uint256(UNIT_RATE)));
            skip(bound(time, 1, EPOCH));
        }
        _deposit(id, stranger, bound(amount, 1e20, 1e24));
        escrow.drain(id);
        skip(bound(time, 1, 1 days));
        // Nothing leaked: the units have not moved since the first stream.
        assertEq(pool.streamedOf(id), _streamed(id));
    }

    // ------------------------------------------------------------------------------------------- paidOf

    function testFuzz_PaidOf_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        _expectUnknown(unknown);
        pool.paidOf(unknown);
    }

    function testFuzz_PaidOf_AfterAnyHistory(uint256[16] calldata steps) external {
        _populate(id, "");
        for (uint256 i; i < steps.length; ++i) {
            _act(id, steps[i]);
        }
        uint256 received;
        for (uint256 i; i < ACTORS; ++i) {
            received += distributionPool.getTotalAmountReceivedByMember(books[id].sinks[i]);
        }
        assertEq(pool.paidOf(id), received);
    }

    // ------------------------------------------------------------------------------------------- spareOf

    function testFuzz_SpareOf_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        _expectUnknown(unknown);
        pool.spareOf(unknown);
    }

    function testFuzz_SpareOf_WhenDemandIsBelowCapacity(uint64 capacity, uint256 rate, uint256 time) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        address sink = _newSink(id, "sink", capacity);
        _newSource(id, "source", bound(rate, 0, uint256(capacity) * UNIT_RATE));
        uint256 full = uint256(capacity) * UNIT_RATE;
        uint256 idle = full - _flowTo(id, sink);

        time = bound(time, 0, 1 days - EPOCH);
        skip(time);
        assertEq(pool.spareOf(id), _min(idle * time, full * EPOCH));
    }

    function testFuzz_SpareOf_WhenSinksArePaidMoreThanTheirCapacity(uint64 capacity, uint256 idle, uint256 gift)
        external
    {
        capacity = uint64(bound(capacity, 100, 1e6));
        address sink = _newSink(id, "sink", capacity);
        idle = bound(idle, 1, EPOCH);
        skip(idle);
        uint256 spare = pool.spareOf(id);

        _gift(id, stranger, bound(gift, capacity, spare * 2));
        uint256 paid = distributionPool.getTotalAmountReceivedByMember(sink);
        assertEq(pool.spareOf(id), paid < spare ? spare - paid : 0);
    }

    function testFuzz_SpareOf_WhenOverflowRunsIntoTheEscrow(uint64 capacity, uint256 idle, uint256 overload) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        skip(bound(idle, 1, 1 days - EPOCH));
        _newSource(id, "source", uint256(capacity) * UNIT_RATE * bound(overload, 2, 100));
        assertGt(pool.spareOf(id), 0);
        _confirmInflow(id);
        assertEq(pool.spareOf(id), 0);
    }

    // ------------------------------------------------------------------------------------------- incomeOf

    function testFuzz_IncomeOf_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        _expectUnknown(unknown);
        pool.incomeOf(unknown);
    }

    function testFuzz_IncomeOf_WhenNobodyChargesAFee(uint256[8] calldata steps) external {
        _populate(id, "");
        for (uint256 i; i < steps.length; ++i) {
            // 12 changes the fee.
            if (steps[i] % 17 != 12) _act(id, steps[i]);
        }
        (uint256 escrowIncome, uint256 feeIncome) = pool.incomeOf(id);
        assertEq(escrowIncome, distributionPool.getTotalAmountReceivedByMember(address(escrow)));
        assertEq(feeIncome, 0);
    }

    function testFuzz_IncomeOf_WhenAFeeIsCharged(uint64 capacity, uint256[2] memory fees, uint256 rate, uint256 time)
        external
    {
        capacity = uint64(bound(capacity, 1e5, 1e6));
        time = bound(time, 1, 1 days / 2);
        _setFee(bound(fees[0], 1, 100));
        _newSink(id, "first", capacity);
        _newSource(id, "source", bound(rate, 1e6, uint256(capacity) * UNIT_RATE));
        uint256 feeIncome = _feeWhile(time);

        _setFee(bound(fees[1], 0, 100));
        _newSink(id, "second", capacity);
        // The second sink's signal took a block, during which the old fee ran.
        (, uint256 accrued) = pool.incomeOf(id);
        assertGe(accrued, feeIncome);
        _feeWhile(time);
        _assertConserved();
    }

    /// @dev Lets time pass and checks that exactly the fee units' pay became fee.
    function _feeWhile(uint256 time) private returns (uint256 feeIncome) {
        (uint256 escrowBefore, uint256 feeBefore) = pool.incomeOf(id);
        (, uint256 escrowUnits, uint256 feeUnits) = pool.unitsOfPool(id);
        uint256 price = uint256(uint96(distributionPool.getTotalFlowRate())) / distributionPool.getTotalUnits();
        skip(time);
        uint256 escrowIncome;
        (escrowIncome, feeIncome) = pool.incomeOf(id);
        assertEq(feeIncome, feeBefore + price * feeUnits * time);
        assertEq(escrowIncome, escrowBefore + price * escrowUnits * time);
    }

    // ------------------------------------------------------------------------------------------- overflowTimeOf

    function testFuzz_OverflowTimeOf_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        _expectUnknown(unknown);
        pool.overflowTimeOf(unknown);
    }

    /// @dev Streams that stayed for a step are together never credited with more than the escrow received in it. The pool
    /// records before, as it does when the escrow's book changes.
    function testFuzz_OverflowTimeOf_AfterAnyHistory(uint256[24] calldata steps) external {
        _populate(id, "");
        for (uint256 i; i < steps.length; ++i) {
            escrow.bookSource(id, stranger);
            uint256 rates;
            for (uint256 j; j < ACTORS; ++j) {
                rates += streams[id][books[id].sources[j]].rate;
            }
            (uint256 income,) = pool.incomeOf(id);
            uint256 overflowTime = pool.overflowTimeOf(id);
            _act(id, steps[i]);
            (uint256 incomeAfter,) = pool.incomeOf(id);
            assertLe(rates * (pool.overflowTimeOf(id) - overflowTime), (incomeAfter - income) * 1e18);
        }
    }

    function testFuzz_OverflowTimeOf_WhenAStreamRuns(uint64 capacity, uint256 perUnit, uint256 time) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        perUnit = bound(perUnit, 1, UNIT_RATE);
        time = bound(time, 1, 30 days);
        _newSink(id, "sink", capacity);
        // A rate that divides: what it pays the escrow is what its share of the time says.
        uint256 rate = perUnit * (capacity + 1);
        _newSource(id, "source", rate);
        uint256 before = pool.overflowTimeOf(id);
        (uint256 income,) = pool.incomeOf(id);
        skip(time);
        (uint256 later,) = pool.incomeOf(id);
        uint256 overflowed = rate * (pool.overflowTimeOf(id) - before) / 1e18;
        // One wei per second and unit is never credited: it is what Superfluid may have rounded away.
        assertApproxEqAbs(overflowed, later - income, 1 + rate / 1e18 + time);
        assertLe(overflowed, later - income);
    }

    // ------------------------------------------------------------------------------------------- Units

    function testFuzz_DistributionPoolOf_WhenTheTaskTypeDoesNotExist(TaskTypeId unknown) external view {
        vm.assume(unknown != id);
        assertEq(address(pool.distributionPoolOf(unknown)), address(0));
    }

    function testFuzz_UnitsOf_WhenTheSinkIsAStranger(TaskTypeId any, address sink) external view {
        assertEq(pool.unitsOf(any, sink), 0);
    }

    function testFuzz_UnitsOfPool_WhenUnitsMove(uint256[12] calldata steps) external {
        _populate(id, "");
        for (uint256 i; i < steps.length; ++i) {
            _act(id, steps[i]);
            (uint256 sinkUnits, uint256 escrowUnits, uint256 feeUnits) = pool.unitsOfPool(id);
            assertEq(sinkUnits + escrowUnits + feeUnits, distributionPool.getTotalUnits());
            assertEq(escrowUnits + feeUnits, distributionPool.getUnits(address(escrow)));
            assertGe(escrowUnits, 1);
        }
    }

    function _expectUnknown(TaskTypeId unknown) private {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IBackpressurePool.BackpressurePool_UnknownTaskType.selector, unknown));
    }
}
