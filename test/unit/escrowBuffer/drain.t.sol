// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract DrainTest is LedgerTest {
    uint256 private constant MINIMUM = uint256(UNIT_RATE) * EPOCH;

    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
        escrow.drain(unknown);
    }

    function testFuzz_RevertWhen_NothingIsHeld(uint64 capacity, uint256 idle) external {
        _newSink(id, "sink", uint64(bound(capacity, 100, 1e6)));
        skip(bound(idle, 0, 1 days - EPOCH));
        _expectNothing(0, pool.spareOf(id));
    }

    function testFuzz_RevertWhen_TheSinksHaveNoSpareCapacity(uint64 capacity, uint256 overload, uint256 time) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        _newSource(id, "source", uint256(capacity) * UNIT_RATE * bound(overload, 2, 100));
        _confirmInflow(id);
        skip(bound(time, 1, 1 days - EPOCH));
        uint256 held = escrow.level(id);
        assertGt(held, 0);
        _expectNothing(held, 0);
    }

    function testFuzz_WhenLessIsHeldThanSpare(uint64 capacity, uint256 held) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        address sink = _newSink(id, "sink", capacity);
        held = bound(held, capacity + 1, uint256(capacity) * UNIT_RATE * EPOCH);
        _donate(id, stranger, held);
        skip(EPOCH);

        uint256 perUnit = held / (capacity + 1);
        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.Drained(id, perUnit * (capacity + 1), 0);
        assertEq(escrow.drain(id), perUnit * (capacity + 1));
        assertEq(distributionPool.getTotalAmountReceivedByMember(sink), perUnit * capacity);
        assertEq(escrow.level(id), held - perUnit * capacity);
        _assertConserved();
    }

    function testFuzz_WhenMoreIsHeldThanSpare(uint64 capacity, uint256 idle, uint256 held) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        address sink = _newSink(id, "sink", capacity);
        idle = bound(idle, 1, 2 * EPOCH);
        uint256 spare = uint256(capacity) * UNIT_RATE * _min(idle, EPOCH);
        _deposit(id, stranger, bound(held, spare + MINIMUM, 1e30));
        skip(idle);

        uint256 perUnit = spare / (capacity + 1);
        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.Drained(id, 0, perUnit * (capacity + 1));
        assertEq(escrow.drain(id), perUnit * (capacity + 1));
        assertEq(distributionPool.getTotalAmountReceivedByMember(sink), perUnit * capacity);
        assertEq(escrow.overflowOf(id), perUnit, "the escrow's own unit got its share");
        _expectNothing(escrow.level(id), spare - perUnit * (capacity + 1));
        _assertConserved();
    }

    function testFuzz_WhenOverflowAndDepositsAreHeld(uint64 capacity, uint256 overflow, uint256 deposited) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        uint256 full = uint256(capacity) * UNIT_RATE * EPOCH;
        overflow = bound(overflow, 0, 2 * full);
        deposited = bound(deposited, full, 2 * full);
        _donate(id, stranger, overflow);
        _deposit(id, stranger, deposited);
        skip(EPOCH);

        uint256 amount = full / (capacity + 1) * (capacity + 1);
        uint256 fromOverflow = _min(overflow, amount);
        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.Drained(id, fromOverflow, amount - fromOverflow);
        escrow.drain(id);
        assertEq(escrow.depositsOf(id), deposited - (amount - fromOverflow));
        _assertConserved();
    }

    /// forge-config: default.fuzz.runs = 16

    /// forge-config: ci.fuzz.runs = 64
    /// forge-config: deep.fuzz.runs = 10000
    function testFuzz_WhenManyDepositsWait(uint64 capacity, uint256 count) external {
        capacity = uint64(bound(capacity, 1000, 1e6));
        count = bound(count, 17, 24);
        for (uint256 i; i < count; ++i) {
            _deposit(id, stranger, MINIMUM + i);
        }
        _newSink(id, "sink", capacity);
        skip(EPOCH);

        // Sixteen minimum deposits are less than one epoch of a thousand units.
        uint256 ready = 16 * MINIMUM + 120;
        assertEq(escrow.drain(id), ready / (capacity + 1) * (capacity + 1));
        for (uint256 i; i < count; ++i) {
            (, uint256 unspent) = escrow.depositOf(id, i + 1);
            if (i < 15) assertEq(unspent, 0);
            if (i == 15) assertEq(unspent, ready % (capacity + 1));
            if (i > 15) assertEq(unspent, MINIMUM + i);
        }
        _assertConserved();
    }

    function testFuzz_WhenItWasClaimedForTheEscrowBefore(uint64 capacity, uint256 rate, uint256 time) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSource(id, "source", bound(rate, 1e6 * uint256(UNIT_RATE), 1e24));
        skip(bound(time, 1, EPOCH));
        _newSink(id, "sink", capacity);
        _stream(id, books[id].sources[0], 0);
        _confirmInflow(id);
        skip(EPOCH);
        uint256 state = vm.snapshotState();
        uint256 expected = escrow.drain(id);

        vm.revertToState(state);
        vm.prank(stranger);
        distributionPool.claimAll(address(escrow));
        assertEq(escrow.drain(id), expected);
        _assertConserved();
    }

    /// @dev So many units that one drain takes all but a billionth of what the shares own: they are counted anew, and what
    /// is left is still their owner's.
    function testFuzz_WhenItLeavesTheSharesCheap(uint64 capacity, uint256 rate, uint256 time) external {
        capacity = uint64(bound(capacity, 1e10, 1e11));
        address source = _newSource(id, "source", bound(rate, 1e19, 1e20));
        escrow.syncSource(id, source);
        skip(bound(time, 100, 1000));
        escrow.syncSource(id, source);
        _stream(id, source, 0);
        escrow.syncSource(id, source);
        _newSink(id, "sink", capacity);
        skip(EPOCH);

        uint256 amount = escrow.drainable(id);
        vm.recordLogs();
        assertEq(escrow.drain(id), amount);
        assertEq(_logsOf(IEscrowBuffer.Released.selector), 0, "nothing returns early");
        assertGt(escrow.bookOf(id).scale, 0);
        (uint256 held, uint256 payableNow) = escrow.claimOf(id, source);
        assertEq(payableNow, 0);
        assertApproxEqAbs(held, escrow.bookOf(id).owned, 1, "what is left is its own");
        assertGt(held, 0);

        skip(361);
        escrow.syncSource(id, source);
        assertApproxEqAbs(escrow.returnedOf(id, source), held, 1, "one horizon after it closed");
        _assertConserved();
    }

    function _expectNothing(uint256 held, uint256 spare) private {
        assertEq(escrow.drainable(id), 0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_NothingToDrain.selector, held, spare));
        escrow.drain(id);
    }
}
