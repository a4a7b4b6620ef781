// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";

import { InflowBook } from "../../src/libraries/InflowBook.sol";

contract InflowBookFuzzTest is Test {
    using InflowBook for InflowBook.Book;

    uint256 private constant SEGMENTS = 6;
    uint256 private constant WAD = 1e18;

    InflowBook.Book private _book;

    function setUp() external {
        vm.warp(1_800_000_000);
        _book.recordedAt = uint32(block.timestamp);
        _book.anchoredAt = uint32(block.timestamp);
    }

    /// @dev Between two records other streams come and go and strangers poke, so that Superfluid pays `perUnit` wei per second
    /// to every unit, and takes away what does not divide, what leaked before, or nothing. Those that stayed are together
    /// never credited with more than the escrow's own units got.
    function testFuzz_CreditIsCoveredByMoney(
        uint256 stayed,
        uint256[SEGMENTS] memory others,
        uint256[SEGMENTS] memory times,
        uint256[SEGMENTS] memory lost,
        uint256[4] memory members
    ) external {
        InflowBook.Units memory units = InflowBook.Units({
            sinks: bound(members[0], 0, 1e12), escrow: bound(members[1], 1, 1e12), fee: bound(members[2], 0, 1e10)
        });
        uint256 total = units.sinks + units.escrow + units.fee;
        uint256 leak = bound(members[3], 0, 1e18);
        _book.leak = uint96(leak);
        stayed = bound(stayed, 0, 1e24);
        uint256 perUnit;
        uint256 time;
        for (uint256 i; i < SEGMENTS; ++i) {
            uint256 flow = stayed + bound(others[i], 0, 1e24);
            // At most what leaked and less than one wei per unit is away.
            uint256 away = bound(lost[i], 0, leak);
            uint256 seconds_ = bound(times[i], 0, 1 days);
            perUnit += (flow > away ? (flow - away) / total : 0) * seconds_;
            time += seconds_;
        }
        skip(time);
        InflowBook.Book memory book = _book.asOfNow(units, perUnit * (units.escrow + units.fee), 1e24, 1e38);

        assertLe(stayed * book.overflowTime, perUnit * units.escrow * WAD, "credited at most what came");
        assertEq(book.income(), perUnit * units.escrow);
        assertEq(book.feeIncome, perUnit * units.fee);
        assertEq(book.paid, perUnit * units.sinks);
        assertEq(book.sinceAnchor, perUnit * total);
    }

    /// @dev What it keeps from a stream that was alone and lost nothing: one wei per second and unit.
    function testFuzz_CreditOfALoneStream_IsAllButAWeiPerSecondAndUnit(
        uint256 perUnit,
        uint256 time,
        uint256[2] memory members
    ) external {
        InflowBook.Units memory units = InflowBook.Units({
            sinks: bound(members[0], 0, 1e12), escrow: bound(members[1], 1, 1e12), fee: 0
        });
        perUnit = bound(perUnit, 1, 1e18);
        time = bound(time, 1, 30 days);
        uint256 rate = perUnit * (units.sinks + units.escrow);
        skip(time);
        InflowBook.Book memory book = _book.asOfNow(units, perUnit * time * units.escrow, 1e24, 1e38);
        uint256 credited = rate * book.overflowTime / WAD;
        assertLe(credited, perUnit * time * units.escrow);
        assertGe(credited + units.escrow * time + rate / WAD + 1, perUnit * time * units.escrow);
    }

    /// @dev WAITING, RIPE, and what is confirmed: the average of the money since the anchor, whatever the rates were called.
    function testFuzz_MoneySinceTheAnchorConfirms(uint256[SEGMENTS] memory paid, uint256[SEGMENTS] memory times)
        external
    {
        InflowBook.Units memory units = InflowBook.Units({ sinks: 999, escrow: 1, fee: 0 });
        uint256 received;
        uint256 since;
        uint256 anchoredAt = block.timestamp;
        for (uint256 i; i < SEGMENTS; ++i) {
            skip(bound(times[i], 0, 30));
            uint256 perUnit = bound(paid[i], 0, 1e20);
            received += perUnit;
            since += perUnit * 1000;
            InflowBook.Book memory book = _book.asOfNow(units, received, 1e24, 1e38);
            assertEq(book.isRipe(), block.timestamp >= anchoredAt + 12);
            if (book.isRipe()) {
                assertEq(book.average(), since / (block.timestamp - anchoredAt));
                book.confirm(book.average());
                assertEq(book.confirmed, since / (block.timestamp - anchoredAt));
                (since, anchoredAt) = (0, block.timestamp);
                assertFalse(book.isRipe());
            }
            _book = book;
        }
    }

    /// @dev No amount that Superfluid can name makes a record fail, and no counter falls.
    function testFuzz_CountersStopAtTheirEnds(
        uint256[3] memory received,
        uint80[3] memory members,
        uint32[3] memory times
    ) external {
        InflowBook.Units memory units = InflowBook.Units({
            sinks: members[0], escrow: bound(members[1], 1, type(uint80).max), fee: members[2]
        });
        for (uint256 i; i < 3; ++i) {
            if (i != 0) received[i] = bound(received[i], received[i - 1], type(uint256).max);
            vm.warp(bound(times[i], block.timestamp, type(uint32).max));
            InflowBook.Book memory before = _book;
            InflowBook.Book memory book = _book.asOfNow(units, received[i], type(uint96).max, type(uint128).max);
            assertGe(book.received, before.received);
            assertGe(book.paid, before.paid);
            assertGe(book.overflowTime, before.overflowTime);
            if (book.isRipe()) book.confirm(book.average());
            _book = book;
            _book.countDrain(units, 0);
        }
    }
}
