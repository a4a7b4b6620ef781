// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract ReleaseTest is LedgerTest {
    uint256 private constant BUFFER_MAX = 1000e18;

    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
        escrow.release(unknown);
    }

    function testFuzz_RevertWhen_TheOverflowIsWithinTheBuffer(uint64 capacity, uint256 overflow, uint256 rate)
        external
    {
        _newSink(id, "sink", uint64(bound(capacity, 1e6, 1e12)));
        _syncedSource(rate);
        uint256 there = escrow.overflowOf(id);
        _donate(id, stranger, bound(overflow, 0, BUFFER_MAX - there));
        assertGt(_expectNothing(0), 0);
    }

    function testFuzz_RevertWhen_NoSourceIsKnown(uint256 overflow, uint256 rate) external {
        overflow = bound(overflow, BUFFER_MAX + 1, 1e30);
        _donate(id, stranger, overflow);
        assertEq(_expectNothing(overflow - BUFFER_MAX), 0);
        // A stream that nobody synchronised is not known either.
        rate = bound(rate, 1, 1e24);
        _newSource(id, "source", rate);
        skip(EPOCH);
        assertEq(_expectNothing(overflow + rate * EPOCH - BUFFER_MAX), 0);
    }

    function testFuzz_WhenTheOverflowIsAboveTheBuffer(uint64 capacity, uint256 given, uint256 rate) external {
        _newSink(id, "sink", uint64(bound(capacity, 1e6, 1e12)));
        address source = _syncedSource(bound(rate, 1e19, 1e20));
        _donate(id, stranger, bound(given, BUFFER_MAX, 1e30));
        uint256 overflow = escrow.overflowOf(id);
        uint256 expected = escrow.releasable(id);
        // All that is the source's, but what rounding leaves to nobody.
        (uint256 held,) = escrow.claimOf(id, source);
        assertApproxEqAbs(expected, held, 2);

        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.Released(id, expected);
        assertEq(escrow.release(id), expected);
        assertEq(escrow.overflowOf(id), overflow - expected);
        assertEq(escrow.setAsideOf(id), expected);
        (, uint256 payableNow) = escrow.claimOf(id, source);
        assertApproxEqAbs(payableNow, expected, 1);
        _assertConserved();
    }

    function testFuzz_WhenDepositsFillTheEscrow(uint64 capacity, uint256 deposited, uint256 rate) external {
        _newSink(id, "sink", uint64(bound(capacity, 1e6, 1e12)));
        _syncedSource(rate);
        _deposit(id, stranger, bound(deposited, 2 * BUFFER_MAX + escrow.minDepositOf(id), 1e30));
        _expectNothing(0);
    }

    function testFuzz_WhenSeveralSourcesAreKnown(uint256[3] memory rates, uint256 time) external {
        address[3] memory sources;
        uint256 sum;
        for (uint256 i; i < 3; ++i) {
            rates[i] = bound(rates[i], uint256(UNIT_RATE), 1e18);
            sources[i] = _newSource(id, vm.toString(i), rates[i]);
            escrow.syncSource(id, sources[i]);
            sum += rates[i];
        }
        skip(bound(time, BUFFER_MAX / UNIT_RATE, 365 days));
        uint256 amount = escrow.release(id);
        assertGe(superToken.balanceOf(address(escrow)), amount, "fetched, so that it can be paid");
        for (uint256 i; i < 3; ++i) {
            (, uint256 payableNow) = escrow.claimOf(id, sources[i]);
            assertApproxEqAbs(payableNow, amount * rates[i] / sum, 2 + amount / 1e18);
        }
        _assertConserved();
    }

    /// @dev Half of the money is nobody's. However often somebody releases, the known source gets no more than its half.
    function testFuzz_WhenOnlySomeSourcesAreKnown(uint256 rate, uint256 time, uint256 repeats) external {
        rate = bound(rate, 1e18, 1e20);
        time = bound(time, 1 hours, 10 hours);
        address known = _newSource(id, "known", rate);
        escrow.syncSource(id, known);
        _newSource(id, "unknown", rate);
        skip(time);
        for (uint256 i; i <= repeats % 4; ++i) {
            if (escrow.releasable(id) != 0) escrow.release(id);
        }
        (uint256 held, uint256 payableNow) = escrow.claimOf(id, known);
        assertLe(held, 1e6);
        assertApproxEqRel(payableNow, rate * time, 1e6);
        assertApproxEqRel(escrow.overflowOf(id), rate * time, 1e6);
        _assertConserved();
    }

    /// @dev A source with shares, whose stream has ended, and what it left in the escrow.
    function _syncedSource(uint256 rate) private returns (address source) {
        source = _newSource(id, "source", bound(rate, 1e18, 1e19));
        escrow.syncSource(id, source);
        skip(EPOCH);
        escrow.syncSource(id, source);
        _stream(id, source, 0);
        escrow.syncSource(id, source);
        (uint256 held,) = escrow.claimOf(id, source);
        assertGt(held, 0);
    }

    /// @return claimed The claimed shares that the error names.
    function _expectNothing(uint256 excess) private returns (uint256 claimed) {
        assertEq(escrow.releasable(id), 0);
        (bool success, bytes memory reason) = address(escrow).call(abi.encodeCall(escrow.release, (id)));
        assertFalse(success);
        assertEq(bytes4(reason), IEscrowBuffer.EscrowBuffer_NothingToRelease.selector);
        uint256 named;
        assembly ("memory-safe") {
            named := mload(add(reason, 36))
            claimed := mload(add(reason, 68))
        }
        assertEq(named, excess);
    }
}
