// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 128
contract ReleaseTest is LedgerTest {
    uint256 private constant BUFFER_MAX = 1000e18;

    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
        escrow.release(unknown);
    }

    function testFuzz_RevertWhen_TheOverflowIsWithinItsLimit(uint64 capacity, uint256 overflow, uint256 rate) external {
        _newSink(id, "sink", uint64(bound(capacity, 1e6, 1e12)));
        uint256 units = _syncedSource(rate);
        uint256 there = escrow.overflowOf(id);
        _donate(id, stranger, bound(overflow, 0, BUFFER_MAX - there));
        _expectNothing(0, units);
    }

    function testFuzz_RevertWhen_NoSourceIsKnown(uint256 overflow, uint256 rate) external {
        overflow = bound(overflow, BUFFER_MAX + 1, 1e30);
        _donate(id, stranger, overflow);
        _expectNothing(overflow - BUFFER_MAX, 0);
        // A stream that nobody synchronised is not known either.
        _newSource(id, "source", bound(rate, 1, 1e24));
        _expectNothing(overflow - BUFFER_MAX, 0);
    }

    function testFuzz_WhenTheOverflowIsAboveItsLimit(uint64 capacity, uint256 overflow, uint256 rate) external {
        _newSink(id, "sink", uint64(bound(capacity, 1e6, 1e12)));
        uint256 units = _syncedSource(rate);
        _donate(id, stranger, bound(overflow, BUFFER_MAX + units, 1e30));
        uint256 held = escrow.overflowOf(id);
        uint256 expected = (held - BUFFER_MAX) / units * units;

        assertEq(escrow.releasable(id), expected);
        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.Released(id, expected);
        assertEq(escrow.release(id), expected);
        assertEq(escrow.overflowOf(id), held - expected);
        (,, uint256 released) = escrow.totalsOf(id);
        assertEq(released, expected);
        _expectNothing((held - BUFFER_MAX) % units, units);
        _assertConserved();
    }

    function testFuzz_WhenDepositsFillTheEscrow(uint64 capacity, uint256 deposited, uint256 rate) external {
        _newSink(id, "sink", uint64(bound(capacity, 1e6, 1e12)));
        uint256 units = _syncedSource(rate);
        _deposit(id, stranger, bound(deposited, 2 * BUFFER_MAX, 1e30));
        _expectNothing(0, units);
    }

    function testFuzz_WhenThePoolHasBeenEmptyForLessThanTheGrace(uint256 overflow, uint256 rate, uint256 time)
        external
    {
        uint256 units = _emptyWith(overflow, rate);
        vm.warp(START + bound(time, 2 * EPOCH, GRACE - 1));
        _expectNothing(0, units);
    }

    function testFuzz_WhenThePoolHasBeenEmptyForTheGrace(uint256 overflow, uint256 rate, uint256 time) external {
        uint256 units = _emptyWith(overflow, rate);
        uint256 held = escrow.overflowOf(id);
        vm.warp(START + bound(time, GRACE, 365 days));
        assertEq(escrow.release(id), held / units * units);
        _expectNothing(held % units, units);
        _assertConserved();
    }

    function testFuzz_WhenSeveralSourcesAreKnown(uint256[3] memory rates, uint256 overflow) external {
        address[3] memory sources;
        for (uint256 i; i < 3; ++i) {
            rates[i] = bound(rates[i], uint256(UNIT_RATE), 1e18);
            sources[i] = _newSource(id, vm.toString(i), rates[i]);
        }
        skip(EPOCH);
        ISuperfluidPool returnPool = escrow.returnPoolOf(id);
        for (uint256 i; i < 3; ++i) {
            escrow.syncSource(id, sources[i]);
            _connect(sources[i], returnPool);
        }
        _donate(id, stranger, bound(overflow, BUFFER_MAX + returnPool.getTotalUnits(), 1e30));
        uint256 amount = escrow.release(id);
        for (uint256 i; i < 3; ++i) {
            uint256 units = rates[i] * EPOCH / UNIT_RATE;
            assertEq(returnPool.getUnits(sources[i]), units);
            assertEq(returnPool.getTotalAmountReceivedByMember(sources[i]), amount / returnPool.getTotalUnits() * units);
        }
        _assertConserved();
    }

    /// @dev A source with a share, whose stream has ended, and what it left in the escrow.
    function _syncedSource(uint256 rate) private returns (uint256 units) {
        address source = _newSource(id, "source", bound(rate, 1e18, 1e19));
        skip(EPOCH);
        escrow.syncSource(id, source);
        _stream(id, source, 0);
        units = escrow.returnPoolOf(id).getTotalUnits();
        assertGt(units, 0);
    }

    function _emptyWith(uint256 overflow, uint256 rate) private returns (uint256 units) {
        units = _syncedSource(bound(rate, 1e18, 1e19));
        _donate(id, stranger, bound(overflow, 0, BUFFER_MAX - escrow.overflowOf(id)));
    }

    function _expectNothing(uint256 excess, uint256 units) private {
        assertEq(escrow.releasable(id), 0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_NothingToRelease.selector, excess, units));
        escrow.release(id);
    }
}
