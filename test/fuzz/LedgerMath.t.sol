// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";

import { LedgerMath } from "../../src/libraries/LedgerMath.sol";

contract LedgerMathFuzzTest is Test {
    uint256 internal constant SCALE = 1e9;
    uint256 internal constant MAX_WEI = type(uint112).max;

    // ------------------------------------------------------------------------------------------- Owed

    /// @dev Without division: expected = floor(received * pi * (1 - (1 - pi) / 10)) within two roundings, with pi =
    /// acknowledged / paid of the whole pool, at most one. Halved magnitudes: the products have three factors.
    function testFuzz_Expected_IsTheAcknowledgedShare_LessTheTolerance(uint256 received, uint256 paid, uint256 share)
        external
        pure
    {
        received = bound(received, 0, type(uint64).max);
        paid = bound(paid, 1, type(uint64).max);
        share = bound(share, 0, 2 * paid);

        uint256 expected = LedgerMath.expectedDown(received, paid, share);

        uint256 counted = share < paid ? share : paid;
        uint256 exact = received * counted * (10 * paid - (paid - counted));
        assertLe(expected * paid * 10 * paid, exact, "rounded down");
        assertGt((expected + 2) * paid * 10 * paid, exact, "by less than two wei");
    }

    function testFuzz_Owe_IsTheLedger(uint256 owed, uint256 received, uint256 acknowledged, uint256 paid, uint256 share)
        external
        pure
    {
        (owed, received, acknowledged, paid, share) = _boundLedger(owed, received, acknowledged, paid, share);

        uint256 next = LedgerMath.oweDown(owed, received, acknowledged, paid, share);

        uint256 due = owed + LedgerMath.expectedDown(received, paid, share);
        assertEq(next, due > acknowledged ? due - acknowledged : 0);
    }

    /// @dev Who owes half of what was expected has not earned half of its pay, whatever share of pay is acknowledged.
    function testFuzz_Unearned_IsTheOwedPartOfThePay(uint256 owed, uint256 received, uint256 acknowledged)
        external
        pure
    {
        owed = bound(owed, 0, MAX_WEI);
        received = bound(received, 0, MAX_WEI);
        acknowledged = bound(acknowledged, 0, MAX_WEI);

        uint256 unearned = LedgerMath.unearnedDown(owed, received, acknowledged);

        assertLe(unearned, received, "never more than it got");
        assertLe(unearned * (owed + acknowledged), received * owed, "rounded down");
        if (owed != 0) assertGt((unearned + 1) * (owed + acknowledged), received * owed, "by less than one wei");
    }

    function testFuzz_KeptOpen_FitsHorizonAndGrace(uint256 open, uint256 rate, uint256 capacity, uint256 time)
        external
        pure
    {
        open = bound(open, 0, type(uint128).max);
        rate = bound(rate, 1, type(uint96).max);
        capacity = bound(capacity, 0, type(uint72).max);
        time = bound(time, 0, 60 days);

        uint256 kept = LedgerMath.keptOpenDown(open, rate, capacity, time);

        assertLe(kept, open);
        assertLe(kept * SCALE, rate * capacity * time, "no more than full pay for that time");
        if (kept < open) assertGt((kept + 1) * SCALE, rate * capacity * time, "and no less");
    }

    /// @dev I17: a sink that was acknowledged the pool's share of its own pay owes nothing new, whatever that share is.
    function testFuzz_Owe_NothingForAnAverageSink(uint256 received, uint256 others, uint256 percent) external pure {
        received = bound(received, 0, MAX_WEI);
        others = bound(others, 0, MAX_WEI);
        percent = bound(percent, 0, 100);
        uint256 acknowledged = (received * percent + 99) / 100;
        uint256 poolAcknowledged = acknowledged + others * percent / 100;

        uint256 owed = LedgerMath.oweDown(0, received, acknowledged, received + others, poolAcknowledged);

        // Whole wei: rounding its own share up can raise the pool's share by one wei.
        assertLe(owed, 1);
    }

    /// @dev Who withholds every acknowledgement hurts nobody: with none in the pool nothing is owed.
    function testFuzz_Owe_NothingWhereNobodyAcknowledges(uint256 owed, uint256 received, uint256 paid) external pure {
        owed = bound(owed, 0, MAX_WEI);
        received = bound(received, 0, MAX_WEI);
        assertEq(LedgerMath.oweDown(owed, received, 0, bound(paid, 0, MAX_WEI), 0), owed);
    }

    function testFuzz_Owe_NoMoreThanWasPaid(uint256 owed, uint256 received, uint256 paid, uint256 share) external pure {
        (owed, received,, paid, share) = _boundLedger(owed, received, 0, paid, share);
        assertLe(LedgerMath.oweDown(owed, received, 0, paid, share), owed + received, "more acknowledged than paid");
        assertEq(LedgerMath.oweDown(owed, received, 0, paid, paid + share), owed + received, "counts as all");
        assertEq(LedgerMath.oweDown(owed, received, 0, 0, share), owed, "no pay, nothing expected");
    }

    function testFuzz_Owe_IsMonotone(
        uint256 owed,
        uint256 received,
        uint256 acknowledged,
        uint256 paid,
        uint256 share,
        uint256 more
    ) external pure {
        (owed, received, acknowledged, paid, share) = _boundLedger(owed, received, acknowledged, paid, share);
        more = bound(more, 0, MAX_WEI);

        uint256 next = LedgerMath.oweDown(owed, received, acknowledged, paid, share);

        assertGe(LedgerMath.oweDown(owed + more, received, acknowledged, paid, share), next, "in what was owed");
        assertGe(LedgerMath.oweDown(owed, received + more, acknowledged, paid, share), next, "in pay");
        assertLe(LedgerMath.oweDown(owed, received, acknowledged + more, paid, share), next, "against receipts");
        assertGe(LedgerMath.oweDown(owed, received, acknowledged, paid, share + more), next, "in the pool's share");
    }

    // ------------------------------------------------------------------------------------------- Backlog

    /// @dev Without division: the most Q with (Q + C * D) * q <= owed.
    function testFuzz_Backlog_IsWhatIsOwedBeyondTheGrace(uint256 owed, uint256 rate, uint256 capacity, uint256 grace)
        external
        pure
    {
        rate = bound(rate, 1e6, 1e24);
        capacity = bound(capacity, 0, type(uint72).max);
        grace = bound(grace, 0, 30 days);
        owed = bound(owed, 0, 2 * rate * (capacity * grace / SCALE + 1));

        uint256 backlog = LedgerMath.verifiedBacklogDown(owed, rate, capacity, grace);

        if (backlog != 0) assertLe((backlog * SCALE + capacity * grace) * rate, owed * SCALE, "proved");
        assertGt(((backlog + 2) * SCALE + capacity * grace) * rate, owed * SCALE, "but for two roundings, all of it");
    }

    // ------------------------------------------------------------------------------------------- Slashing

    function testFuzz_BeyondHorizon_FromNineTenthsOn(uint64 capacity, uint256 horizon, uint256 backlog) external pure {
        horizon = bound(horizon, 33, 30 days);
        uint256 whole = uint256(capacity) * horizon;
        backlog = bound(backlog, 0, whole + whole / 4 + 1);

        bool beyond = LedgerMath.isBeyondHorizon(backlog, uint256(capacity) * SCALE, horizon);

        assertEq(beyond, backlog != 0 && 10 * backlog >= 9 * whole);
    }

    function testFuzz_BeyondHorizon_ExactlyAtNineTenths(uint64 tenth, uint256 horizon) external pure {
        tenth = uint64(bound(tenth, 1, type(uint32).max));
        horizon = bound(horizon, 33, 30 days);
        uint256 capacity = 10 * uint256(tenth) * SCALE;

        assertTrue(LedgerMath.isBeyondHorizon(9 * tenth * horizon, capacity, horizon), "at nine tenths");
        assertFalse(LedgerMath.isBeyondHorizon(9 * tenth * horizon - 1, capacity, horizon), "just below");
    }

    function testFuzz_BeyondHorizon_NeverWithoutBacklog(uint256 capacity, uint256 horizon) external pure {
        assertFalse(LedgerMath.isBeyondHorizon(0, bound(capacity, 0, type(uint72).max), bound(horizon, 33, 30 days)));
    }

    function testFuzz_SlashAmount_IsTenPercentMore(uint256 owed) external pure {
        owed = bound(owed, 0, MAX_WEI);

        uint256 amount = LedgerMath.slashAmountDown(owed);

        assertLe(amount * 10, owed * 11, "rounded down");
        assertGt((amount + 1) * 10, owed * 11, "by less than one wei");
    }

    // ------------------------------------------------------------------------------------------- Private

    function _boundLedger(uint256 owed, uint256 received, uint256 acknowledged, uint256 paid, uint256 share)
        private
        pure
        returns (uint256, uint256, uint256, uint256, uint256)
    {
        received = bound(received, 0, MAX_WEI);
        owed = bound(owed, 0, MAX_WEI);
        paid = bound(paid, received == 0 ? 1 : received, MAX_WEI + 1);
        return (owed, received, bound(acknowledged, 0, 2 * MAX_WEI), paid, bound(share, 0, 2 * paid));
    }
}
