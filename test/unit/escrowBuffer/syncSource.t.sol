// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Vm } from "forge-std/Vm.sol";

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract SyncSourceTest is LedgerTest {
    uint256 private constant HOUR = 1 hours;
    uint256 private constant HORIZON = 360;

    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown, address source) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
        escrow.syncSource(unknown, source);
    }

    function testFuzz_WhenTheSourceNeverStreamed(address source) external {
        _expectSynced(source, 0, 0, 0);
    }

    function testFuzz_WhenTheStreamIsAsOldAsTheTransaction(uint256 rate) external {
        address source = _newSource(id, "source", bound(rate, 1, 1e24));
        _expectSynced(source, 0, 0, 0);
    }

    /// @dev Without a sink every wei overflows, and a share costs one.
    function testFuzz_WhenTheStreamHasHadItsRateAllTheTime(uint256 rate, uint256 time) external {
        rate = bound(rate, 1, 1e20);
        time = bound(time, 1, 5 * HOUR);
        address source = _newSource(id, "source", rate);
        escrow.syncSource(id, source);
        skip(time);

        (uint256 held, uint256 payableNow) = escrow.claimOf(id, source);
        _assertAllBut(held, rate * time, time);
        assertEq(payableNow, 0);
        _expectSynced(source, rate * time, held, 0);
        assertEq(escrow.streamedOf(id, source), rate * time);
    }

    function testFuzz_WhenTheSourceWasNeverSynchronised(uint256 rate, uint256 time, uint256 later) external {
        rate = bound(rate, 1, 1e20);
        time = bound(time, 1, 5 * HOUR);
        later = bound(later, 1, 5 * HOUR);
        address source = _newSource(id, "source", rate);
        skip(time);
        _expectSynced(source, rate * time, 0, 0);
        skip(later);
        (uint256 held,) = escrow.claimOf(id, source);
        _assertAllBut(held, rate * later, later);
        _expectSynced(source, rate * (time + later), held, 0);
    }

    function testFuzz_WhenTheSourceSynchronisedAroundAChange(uint256[4] memory rates, uint256[4] memory times)
        external
    {
        address source = _newSource(id, "source", 0);
        escrow.syncSource(id, source);
        uint256 total;
        for (uint256 i; i < 4; ++i) {
            rates[i] = bound(rates[i], 0, 1e20);
            times[i] = bound(times[i], 0, HOUR);
            _stream(id, source, rates[i]);
            escrow.syncSource(id, source);
            skip(times[i]);
            escrow.syncSource(id, source);
            total += rates[i] * times[i];
        }
        assertEq(escrow.streamedOf(id, source), total);
        assertEq(escrow.streamedOf(id, source), _streamed(id), "every wei that the source paid");
        (uint256 held,) = escrow.claimOf(id, source);
        // What it had when it had closed for a horizon came back.
        _assertAllBut(held + escrow.returnedOf(id, source), total, 4 * HOUR);
    }

    function testFuzz_WhenTheSourceChangedItsStreamWithoutSynchronising(
        uint256 first,
        uint256 second,
        uint256 before,
        uint256 later
    ) external {
        first = bound(first, 1, 1e20);
        second = bound(second, 0, 1e20);
        vm.assume(first != second);
        before = bound(before, 1, HOUR);
        later = bound(later, 0, HOUR);
        address source = _newSource(id, "source", first);
        escrow.syncSource(id, source);
        skip(before);
        escrow.syncSource(id, source);
        skip(before);
        _stream(id, source, second);
        skip(later);
        assertEq(escrow.streamedOf(id, source), first * before + second * later);
        (uint256 held,) = escrow.claimOf(id, source);
        _assertAllBut(held, first * before, before);
        escrow.syncSource(id, source);
        (held,) = escrow.claimOf(id, source);
        _assertAllBut(held, first * before, before);
    }

    /// @dev The same rate again is a change all the same: nobody knows what was in between.
    function testFuzz_WhenTheStreamStoppedAndCameBack(uint256 rate, uint256 before, uint256 gap, uint256 later)
        external
    {
        rate = bound(rate, 1, 1e20);
        address source = _newSource(id, "source", rate);
        escrow.syncSource(id, source);
        skip(bound(before, 1, HOUR));
        _stream(id, source, 0);
        skip(bound(gap, 0, HOUR));
        _stream(id, source, rate);
        skip(bound(later, 1, HOUR));
        (uint256 held,) = escrow.claimOf(id, source);
        assertEq(held, 0);
    }

    function testFuzz_WhenItIsSynchronisedOften(uint256 rate, uint256[6] memory times) external {
        rate = bound(rate, 1, 1e20);
        address source = _newSource(id, "source", rate);
        escrow.syncSource(id, source);
        uint256 opened = block.timestamp;
        for (uint256 i; i < 6; ++i) {
            skip(bound(times[i], 0, HOUR));
            vm.prank(stranger);
            escrow.syncSource(id, source);
        }
        uint256 total = rate * (block.timestamp - opened);
        assertEq(escrow.streamedOf(id, source), total);
        (uint256 held,) = escrow.claimOf(id, source);
        _assertAllBut(held, total, block.timestamp - opened);
    }

    function testFuzz_WhenSomethingIsSetAside(uint256 rate, uint256 time, uint256 idle) external {
        (address source, uint256 amount) = _setAside(rate, time);
        skip(bound(idle, 0, 365 days));
        uint256 before = superToken.balanceOf(source);
        uint256 streamed = escrow.streamedOf(id, source);
        vm.expectEmit(true, true, false, false, address(escrow));
        emit IEscrowBuffer.SourceSynced(id, source, 0, 0, 0);
        vm.prank(stranger);
        escrow.syncSource(id, source);
        uint256 paid = superToken.balanceOf(source) - before;
        assertGe(paid + 2, amount);
        (uint256 held,) = escrow.claimOf(id, source);
        assertEq(escrow.returnedOf(id, source), paid);
        assertLe(escrow.spentOf(id, source), streamed - paid - held);
        assertLe(escrow.setAsideOf(id), 2);

        vm.expectCall(address(superToken), abi.encodeWithSelector(superToken.transfer.selector), 0);
        escrow.syncSource(id, source);
        assertEq(superToken.balanceOf(source), before + paid, "once");
        _assertConserved();
    }

    function testFuzz_WhenTheSourceWasLiquidated(uint256 rate, uint256 synced, uint256 later) external {
        rate = bound(rate, 1e15, 1e20);
        synced = bound(synced, 1, HOUR);
        address source = makeAddr("poor");
        // The deposit is four hours' worth, so this lasts for four hours more.
        _giveTokens(source, rate * 8 hours);
        books[id].sources.push(source);
        _stream(id, source, rate);
        escrow.syncSource(id, source);
        skip(synced);
        escrow.syncSource(id, source);

        skip(4 hours - synced + bound(later, 1 minutes, 3 hours));
        _liquidate(id, source);
        assertEq(escrow.streamedOf(id, source), rate * synced);
        (uint256 held,) = escrow.claimOf(id, source);
        _assertAllBut(held, rate * synced, synced);
        _expectSynced(source, rate * synced, held, 0);
        _assertConserved();
    }

    // ------------------------------------------------------------------------------------------- One horizon later

    function testFuzz_WhenAClosedStreamIsYoungerThanTheHorizon(uint256 rate, uint256 time, uint256 idle) external {
        (address source, uint256 held) = _closed(rate, time);
        skip(bound(idle, 0, HORIZON - 1));
        escrow.syncSource(id, source);
        assertEq(escrow.returnedOf(id, source), 0);
        assertEq(_heldBy(source), held);
    }

    function testFuzz_WhenAClosedStreamIsAsOldAsTheHorizon(uint256 rate, uint256 time, uint256 idle) external {
        (address source, uint256 held) = _closed(rate, time);
        skip(bound(idle, HORIZON, 365 days));
        (, uint256 payableNow) = escrow.claimOf(id, source);
        assertEq(payableNow, held);
        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.Released(id, held);
        vm.prank(stranger);
        escrow.syncSource(id, source);
        assertEq(escrow.returnedOf(id, source), held);
        assertLe(escrow.overflowOf(id), HOUR + 2, "a wei per second is nobody's");
        assertLe(escrow.spentOf(id, source), HOUR + 2, "what came back was not spent");
        _assertConserved();
    }

    function testFuzz_RevertWhen_ThereIsTooLittleGasToPay(uint256 rate, uint256 time, uint256 gas) external {
        (address source, uint256 held) = _closed(rate, time);
        skip(HORIZON);
        gas = bound(gas, 50_000, 900_000);
        (bool done,) = address(escrow).call{ gas: gas }(abi.encodeCall(escrow.syncSource, (id, source)));
        assertEq(escrow.returnedOf(id, source), done ? held : 0, "paid, or nothing happened");
        escrow.syncSource(id, source);
        assertEq(escrow.returnedOf(id, source), held);
    }

    function _setAside(uint256 rate, uint256 time) private returns (address source, uint256 amount) {
        source = _newSource(id, "source", bound(rate, 1e18, 1e20));
        escrow.syncSource(id, source);
        skip(bound(time, HOUR, 5 * HOUR));
        escrow.syncSource(id, source);
        _stream(id, source, 0);
        amount = escrow.release(id);
    }

    /// @dev A share costs a wei here: as many shares as `held`, to the wei.
    function _expectSynced(address source, uint256 streamed, uint256 held, uint256 returned) private {
        vm.recordLogs();
        vm.prank(stranger);
        escrow.syncSource(id, source);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        assertEq(last.topics[0], IEscrowBuffer.SourceSynced.selector);
        assertEq(last.topics[1], TaskTypeId.unwrap(id));
        assertEq(last.topics[2], bytes32(uint256(uint160(source))));
        (uint256 streamed_, uint256 shares, uint256 returned_) = abi.decode(last.data, (uint256, uint256, uint256));
        assertEq(streamed_, streamed);
        assertEq(shares / 1e18, held);
        assertEq(returned_, returned);
    }

    /// @dev One wei per second is not credited: it is what Superfluid may have rounded away. And less than 1e-18 s of the
    /// rate each time the pool records.
    function _assertAllBut(uint256 held, uint256 streamed, uint256 time) private pure {
        assertLe(held, streamed);
        assertGe(held + time + 1000, streamed);
    }

    function _closed(uint256 rate, uint256 time) private returns (address source, uint256 held) {
        source = _newSource(id, "source", bound(rate, 1e15, 1e17));
        escrow.syncSource(id, source);
        skip(bound(time, 1, HOUR));
        escrow.syncSource(id, source);
        _stream(id, source, 0);
        escrow.syncSource(id, source);
        held = _heldBy(source);
    }

    function _heldBy(address source) private view returns (uint256 held) {
        (held,) = escrow.claimOf(id, source);
    }
}
