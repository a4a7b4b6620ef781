// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";

import { StreamedAmount } from "../../src/libraries/StreamedAmount.sol";

contract StreamedAmountFuzzTest is Test {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant MAX_RATE = type(uint96).max;

    /// @dev A stream with random changes, looked at at random times, against adding up second by second.
    /// forge-config: default.fuzz.runs = 25
    /// forge-config: ci.fuzz.runs = 100
    /// forge-config: deep.fuzz.runs = 10000
    function testFuzz_MatchesASumOverSeconds(uint256[4] memory rates, uint256[4] memory gaps, uint256[4] memory changes)
        external
        pure
    {
        uint256 total;
        uint256 expected;
        uint256 nowAt = START;
        for (uint256 i; i < rates.length; ++i) {
            uint256 last = nowAt;
            nowAt = last + bound(gaps[i], 0, 90 minutes);
            uint256 rate = bound(rates[i], 0, MAX_RATE);
            uint256 changedAt = bound(changes[i], START - 1 days, nowAt);

            total = StreamedAmount.totalAt(total, last, rate, changedAt, nowAt);
            for (uint256 second = last; second < nowAt; ++second) {
                if (second >= changedAt) expected += rate;
            }
            assertEq(total, expected);
        }
    }

    /// @dev How often somebody looks does not matter, as long as the stream stays.
    function testFuzz_LookingMoreOftenChangesNothing(uint256 rate, uint256 start, uint256[6] memory looks, uint256 end)
        external
        pure
    {
        rate = bound(rate, 0, MAX_RATE);
        start = bound(start, START, START + 1 days);
        end = bound(end, start, start + 365 days);
        uint256 often;
        uint256 time = start;
        for (uint256 i; i < looks.length; ++i) {
            uint256 next = bound(looks[i], time, end);
            often = StreamedAmount.totalAt(often, time, rate, start, next);
            time = next;
        }
        often = StreamedAmount.totalAt(often, time, rate, start, end);
        assertEq(often, StreamedAmount.totalAt(0, start, rate, start, end));
    }

    /// @dev A stream that exists within one transaction only counts for nothing, at any rate.
    function testFuzz_StreamWithinOneTransactionCountsForNothing(uint256 rate, uint256 idle, uint128 before)
        external
        pure
    {
        uint256 nowAt = START + bound(idle, 0, 30 days);
        assertEq(StreamedAmount.totalAt(before, START, bound(rate, 0, MAX_RATE), nowAt, nowAt), before);
    }

    /// @dev A lower bound: time before the last change counts for nothing, however the rate was.
    function testFuzz_NeverCountsTimeBeforeTheLastChange(uint256 rate, uint256 changedAt, uint256 nowAt) external pure {
        rate = bound(rate, 0, MAX_RATE);
        nowAt = bound(nowAt, START, START + 30 days);
        changedAt = bound(changedAt, START, nowAt);
        assertEq(StreamedAmount.totalAt(0, START, rate, changedAt, nowAt), rate * (nowAt - changedAt));
    }
}
