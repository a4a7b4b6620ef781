// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 128
contract SyncSourceTest is LedgerTest {
    uint256 private constant HOUR = 1 hours;

    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown, address source) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
        escrow.syncSource(unknown, source);
    }

    function testFuzz_WhenTheSourceNeverStreamed(address source) external {
        _expectSynced(source, 0, 0);
    }

    function testFuzz_WhenTheStreamIsAsOldAsTheTransaction(uint256 rate) external {
        address source = _newSource(id, "source", bound(rate, 1, 1e24));
        _expectSynced(source, 0, 0);
    }

    function testFuzz_WhenTheStreamHasHadItsRateAllTheTime(uint256 offset, uint256 rate, uint256 time) external {
        skip(bound(offset, 0, HOUR));
        rate = bound(rate, 1, 1e20);
        address source = _newSource(id, "source", rate);
        uint256 opened = block.timestamp;
        skip(bound(time, 0, 5 * HOUR));

        uint256 expected = rate * (block.timestamp - opened);
        assertEq(escrow.streamedOf(id, source), expected);
        _expectSynced(source, expected, _lately(rate, opened, block.timestamp) / UNIT_RATE);
        assertEq(escrow.streamedOf(id, source), expected);
    }

    function testFuzz_WhenTheSourceSynchronisedAroundAChange(uint256[4] memory rates, uint256[4] memory times)
        external
    {
        address source = _newSource(id, "source", 0);
        escrow.syncSource(id, source);
        uint256 total;
        uint256 recent;
        for (uint256 i; i < 4; ++i) {
            rates[i] = bound(rates[i], 0, 1e20);
            times[i] = bound(times[i], 0, HOUR);
        }
        uint256 end = block.timestamp + times[0] + times[1] + times[2] + times[3];
        for (uint256 i; i < 4; ++i) {
            _stream(id, source, rates[i]);
            escrow.syncSource(id, source);
            uint256 from = block.timestamp;
            skip(times[i]);
            escrow.syncSource(id, source);
            total += rates[i] * times[i];
            recent += _latelyBetween(rates[i], from, block.timestamp, end);
        }
        assertEq(escrow.streamedOf(id, source), total);
        assertEq(escrow.streamedOf(id, source), _streamed(id), "every wei that the source paid");
        assertEq(escrow.returnPoolOf(id).getUnits(source), recent / UNIT_RATE);
    }

    function testFuzz_WhenTheSourceChangedItsStreamWithoutSynchronising(
        uint256 first,
        uint256 second,
        uint256 before,
        uint256 later
    ) external {
        second = bound(second, 0, 1e20);
        later = bound(later, 0, HOUR);
        address source = _newSource(id, "source", bound(first, 1, 1e20));
        skip(bound(before, 0, HOUR));
        _stream(id, source, second);
        skip(later);
        assertEq(escrow.streamedOf(id, source), second * later);
    }

    function testFuzz_WhenItIsSynchronisedOften(uint256 rate, uint256[6] memory times) external {
        rate = bound(rate, 1, 1e20);
        address source = _newSource(id, "source", rate);
        uint256 opened = block.timestamp;
        for (uint256 i; i < 6; ++i) {
            skip(bound(times[i], 0, HOUR));
            vm.prank(stranger);
            escrow.syncSource(id, source);
        }
        assertEq(escrow.streamedOf(id, source), rate * (block.timestamp - opened));
        assertEq(escrow.returnPoolOf(id).getUnits(source), _lately(rate, opened, block.timestamp) / UNIT_RATE);
    }

    function testFuzz_WhenTwoHoursHaveBegunSinceTheStreamEnded(uint256 rate, uint256 time, uint256 later) external {
        address source = _streamUntilNow(rate, time);
        vm.warp((block.timestamp / HOUR + 2) * HOUR + bound(later, 0, 365 days));
        uint256 total = escrow.streamedOf(id, source);
        _expectSynced(source, total, 0);
    }

    function testFuzz_WhenAnHourHasBegunSinceTheStreamEnded(uint256 rate, uint256 time, uint256 later) external {
        address source = _streamUntilNow(rate, time);
        uint256 opened = block.timestamp - bound(time, 1, 3 * HOUR);
        uint256 ended = block.timestamp;
        vm.warp((ended / HOUR + 1) * HOUR + bound(later, 0, HOUR - 1));
        uint256 total = escrow.streamedOf(id, source);
        uint256 recent = _latelyBetween(bound(rate, 1e15, 1e20), opened, ended, block.timestamp);
        _expectSynced(source, total, recent / UNIT_RATE);
    }

    function testFuzz_WhenTheSourceWasLiquidated(uint256 rate, uint256 synced, uint256 later) external {
        rate = bound(rate, 1e15, 1e20);
        synced = bound(synced, 0, HOUR);
        address source = makeAddr("poor");
        // The deposit is four hours' worth, so this lasts for four hours more.
        _giveTokens(source, rate * 8 hours);
        books[id].sources.push(source);
        _stream(id, source, rate);
        skip(synced);
        escrow.syncSource(id, source);

        skip(4 hours - synced + bound(later, 1 minutes, 3 hours));
        _liquidate(id, source);
        assertEq(escrow.streamedOf(id, source), rate * synced);
        _expectSynced(source, rate * synced, 0);
        _assertConserved();
    }

    function _streamUntilNow(uint256 rate, uint256 time) private returns (address source) {
        source = _newSource(id, "source", bound(rate, 1e15, 1e20));
        skip(bound(time, 1, 3 * HOUR));
        escrow.syncSource(id, source);
        _stream(id, source, 0);
        assertGt(escrow.returnPoolOf(id).getUnits(source), 0);
    }

    function _expectSynced(address source, uint256 streamed, uint256 units) private {
        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.SourceSynced(id, source, streamed, units);
        vm.prank(stranger);
        escrow.syncSource(id, source);
        assertEq(escrow.returnPoolOf(id).getUnits(source), units);
    }

    /// @dev What a stream that still runs paid in this hour and the last.
    function _lately(uint256 rate, uint256 from, uint256 now_) private pure returns (uint256) {
        return _latelyBetween(rate, from, now_, now_);
    }

    function _latelyBetween(uint256 rate, uint256 from, uint256 to, uint256 now_) private pure returns (uint256) {
        uint256 since = (now_ / HOUR - 1) * HOUR;
        if (from < since) from = since;
        return from < to ? rate * (to - from) : 0;
    }
}
