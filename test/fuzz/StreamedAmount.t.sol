// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import { Test } from "forge-std/Test.sol";

import { StreamedAmount } from "../../src/libraries/StreamedAmount.sol";

contract StreamedAmountFuzzTest is Test {
    uint256 internal constant HOUR = 3600;
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant MAX_RATE = type(uint64).max;

    /// @param hours_ What was streamed within each hour since `START`'s, wei.
    struct Model {
        uint256 total;
        uint256[] hours_;
        uint256 syncedAt;
    }

    /// @dev A stream with random changes, looked at at random times, against adding up second by second.
    /// forge-config: default.fuzz.runs = 100
    function testFuzz_MatchesASumOverSeconds(uint256[4] memory rates, uint256[4] memory gaps, uint256[4] memory changes)
        external
        pure
    {
        StreamedAmount.Account memory account;
        Model memory model = _newModel(16);
        uint256 nowAt = START + 1;
        for (uint256 i; i < rates.length; ++i) {
            uint256 last = nowAt;
            nowAt = _later(nowAt, gaps[i], HOUR + HOUR / 2);
            uint256 rate = bound(rates[i], 0, MAX_RATE);
            uint256 changedAt = bound(changes[i], last - bound(gaps[i], 0, last - START), nowAt);

            account = StreamedAmount.advance(account, rate, changedAt, nowAt);

            uint256 from = model.syncedAt > changedAt ? model.syncedAt : changedAt;
            for (uint256 second = from; second < nowAt; ++second) {
                _add(model, second, rate);
            }
            model.syncedAt = nowAt;
            _assertMatches(account, model);
        }
    }

    /// @dev The same over days, each hour's share by intersecting intervals.
    function testFuzz_MatchesIntersectedHours(
        uint256[8] memory rates,
        uint256[8] memory gaps,
        uint256[8] memory changes
    ) external pure {
        StreamedAmount.Account memory account;
        Model memory model = _newModel(8 * 6 + 2);
        uint256 nowAt = START + 1;
        for (uint256 i; i < rates.length; ++i) {
            uint256 last = nowAt;
            nowAt = _later(nowAt, gaps[i], 6 * HOUR);
            uint256 rate = bound(rates[i], 0, MAX_RATE);
            uint256 changedAt = bound(changes[i], last - bound(gaps[i], 0, last - START), nowAt);

            account = StreamedAmount.advance(account, rate, changedAt, nowAt);

            uint256 from = model.syncedAt > changedAt ? model.syncedAt : changedAt;
            for (uint256 hour; hour < model.hours_.length; ++hour) {
                uint256 begin = START + hour * HOUR;
                model.hours_[hour] += rate * _overlap(from, nowAt, begin, begin + HOUR);
            }
            model.total += rate * (nowAt - from);
            model.syncedAt = nowAt;
            _assertMatches(account, model);
        }
    }

    /// @dev How often somebody looks does not matter, as long as the stream stays.
    function testFuzz_LookingMoreOftenChangesNothing(uint256 rate, uint256 start, uint256[6] memory looks, uint256 end)
        external
        pure
    {
        rate = bound(rate, 0, MAX_RATE);
        start = bound(start, START, START + HOUR);
        end = bound(end, start, start + 5 * HOUR);
        StreamedAmount.Account memory once = StreamedAmount.advance(_accountAt(start), rate, start, end);
        StreamedAmount.Account memory often = _accountAt(start);
        uint256 time = start;
        for (uint256 i; i < looks.length; ++i) {
            time = bound(looks[i], time, end);
            often = StreamedAmount.advance(often, rate, start, time);
        }
        often = StreamedAmount.advance(often, rate, start, end);

        assertEq(abi.encode(often), abi.encode(once));
    }

    /// @dev A stream that exists within one transaction only counts for nothing, at any rate.
    function testFuzz_StreamWithinOneTransactionCountsForNothing(uint256 rate, uint256 idle, uint128 before)
        external
        pure
    {
        StreamedAmount.Account memory account = _accountAt(START);
        (account.total, account.current) = (before, before);
        uint256 nowAt = START + bound(idle, 0, 30 days);

        StreamedAmount.Account memory next = StreamedAmount.advance(account, rate, nowAt, nowAt);

        assertEq(next.total, before);
        assertLe(next.current, before);
    }

    /// @dev A lower bound: time before the last change counts for nothing, however the rate was.
    function testFuzz_NeverCountsTimeBeforeTheLastChange(uint256 rate, uint256 changedAt, uint256 nowAt) external pure {
        rate = bound(rate, 0, MAX_RATE);
        nowAt = bound(nowAt, START, START + 30 days);
        changedAt = bound(changedAt, START, nowAt);

        StreamedAmount.Account memory next = StreamedAmount.advance(_accountAt(START), rate, changedAt, nowAt);

        assertEq(next.total, rate * (nowAt - changedAt), "from the change on");
        assertLe(uint256(next.current) + next.previous, next.total, "lately is part of all");
        assertLe(uint256(next.current) + next.previous, rate * 2 * HOUR, "and two hours at most");
        assertEq(next.syncedAt, nowAt, "syncedAt");
    }

    function testFuzz_RevertWhen_TheTotalExceeds128Bits(uint256 rate, uint256 time) external {
        time = bound(time, 1, 365 days);
        rate = bound(rate, uint256(type(uint128).max) / time + 1, type(uint256).max / time);

        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 128, rate * time));
        this.advance(_accountAt(START), rate, START, START + time);
    }

    function advance(StreamedAmount.Account memory account, uint256 rate, uint256 changedAt, uint256 nowAt)
        external
        pure
        returns (StreamedAmount.Account memory)
    {
        return StreamedAmount.advance(account, rate, changedAt, nowAt);
    }

    // ------------------------------------------------------------------------------------------- Private

    function _newModel(uint256 length) private pure returns (Model memory model) {
        assertEq(START % HOUR, 0, "hours are counted from a whole one");
        model.hours_ = new uint256[](length);
    }

    /// @dev Often exactly at a full hour, where one window ends and the next begins.
    function _later(uint256 time, uint256 seed, uint256 max) private pure returns (uint256 later) {
        later = time + bound(seed >> 1, 0, max);
        uint256 fullHour = later / HOUR * HOUR;
        if (seed % 2 == 0 && fullHour >= time) later = fullHour;
    }

    function _add(Model memory model, uint256 second, uint256 amount) private pure {
        model.total += amount;
        model.hours_[(second - START) / HOUR] += amount;
    }

    function _assertMatches(StreamedAmount.Account memory account, Model memory model) private pure {
        uint256 hour = (model.syncedAt - START) / HOUR;
        assertEq(account.total, model.total, "total");
        assertEq(account.current, model.hours_[hour], "this hour");
        assertEq(account.previous, hour == 0 ? 0 : model.hours_[hour - 1], "the hour before");
        assertEq(account.syncedAt, model.syncedAt, "syncedAt");
    }

    function _accountAt(uint256 syncedAt) private pure returns (StreamedAmount.Account memory account) {
        account.syncedAt = uint32(syncedAt);
    }

    function _overlap(uint256 from, uint256 to, uint256 begin, uint256 end) private pure returns (uint256) {
        uint256 low = from > begin ? from : begin;
        uint256 high = to < end ? to : end;
        return high > low ? high - low : 0;
    }
}
