// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";

import { LedgerMath } from "../../src/libraries/LedgerMath.sol";

/// @dev The constants stand here as plain numbers, so that a change in the library shows.
contract LedgerMathFuzzTest is Test {
    uint256 internal constant SCALE = 1e9;
    uint256 internal constant WAD = 1e18;
    uint256 internal constant MAX_WEI = type(uint128).max;

    // ------------------------------------------------------------------------------------------- Participation

    function testFuzz_Participating_IsAll_UpToTheInterval(uint256 spent, uint256 age, uint256 interval) external pure {
        (spent, interval) = (bound(spent, 0, MAX_WEI), bound(interval, 24, 60 days));
        age = bound(age, 0, interval);
        assertEq(LedgerMath.participatingDown(spent, age, interval), spent);
    }

    /// @dev Money that wakes up counts for no more than what it would have spent in one interval.
    function testFuzz_Participating_OfALongSilence_IsOneInterval(uint256 spent, uint256 age, uint256 interval)
        external
        pure
    {
        (spent, interval) = (bound(spent, 0, MAX_WEI), bound(interval, 24, 60 days));
        age = bound(age, interval + 1, 100 * 365 days);

        uint256 counted = LedgerMath.participatingDown(spent, age, interval);

        assertLe(counted * age, spent * interval, "rounded down");
        assertGt((counted + 1) * age, spent * interval, "by less than one wei");
    }

    function testFuzz_Quorum_IsAThird(uint256 participating, uint256 paid) external pure {
        (participating, paid) = (bound(participating, 0, MAX_WEI), bound(paid, 0, MAX_WEI));
        assertEq(LedgerMath.isQuorum(participating, paid), paid != 0 && 3 * participating >= paid);
        assertFalse(LedgerMath.isQuorum(participating, 0), "no pay says nothing");
    }

    function testFuzz_Quorum_ExactlyAtAThird(uint128 third) external pure {
        third = uint128(bound(third, 1, MAX_WEI / 3));
        assertTrue(LedgerMath.isQuorum(third, 3 * uint256(third)));
        assertFalse(LedgerMath.isQuorum(third - 1, 3 * uint256(third)), "one wei less");
    }

    function testFuzz_Share_IsRoundedDown_AndAtMostOne(uint256 part, uint256 whole) external pure {
        (part, whole) = (bound(part, 0, MAX_WEI), bound(whole, 1, MAX_WEI));

        uint256 share = LedgerMath.shareDown(part, whole);

        if (part >= whole) return assertEq(share, WAD);
        assertLe(share * whole, part * WAD, "rounded down");
        assertGt((share + 1) * whole, part * WAD, "by less than one part");
    }

    // ------------------------------------------------------------------------------------------- Standard

    function testFuzz_Standard_IsWhatIsAcknowledged_AtLeastHalfOfWhatTakesPart(uint256 pi, uint256 participating)
        external
        pure
    {
        (pi, participating) = _boundShares(pi, participating);

        (uint256 standard, uint256 expected, bool firm) = LedgerMath.standardDown(pi, participating);

        assertEq(standard, pi > participating / 2 ? pi : participating / 2, "sigma");
        assertGt(standard, 0, "never zero where there is a quorum");
        assertEq(firm, pi >= participating / 2, "firm");
        uint256 exact = standard * 95 / 100;
        assertEq(expected, exact > 0.05e18 ? exact - 0.05e18 : 0, "phi");
    }

    /// @dev I17: a sink that is acknowledged what the pool is on average owes nothing, at any standard; nor does one that
    /// lacks 5 % of it and 5 % of its pay.
    function testFuzz_AnAverageSinkOwesNothing(uint256 pi, uint256 participating, uint256 received, uint256 lacking)
        external
        pure
    {
        (pi, participating) = _boundShares(pi, participating);
        vm.assume(pi >= participating / 2 + 1);
        received = bound(received, 0, MAX_WEI);
        (uint256 standard, uint256 expected,) = LedgerMath.standardDown(pi, participating);
        lacking = bound(lacking, 0, standard - expected);
        // Up: a whole wei of receipts.
        uint256 acknowledged = (received * (standard - lacking) + WAD - 1) / WAD;

        assertLe(LedgerMath.debitDown(received, expected, standard), LedgerMath.creditUp(acknowledged, standard));
    }

    /// @dev Debt is kept in pay: a sink that earns nothing owes the same share of its pay within a few per cent, whether a
    /// fifth of the pay is acknowledged or all of it.
    function testFuzz_DebtDependsLittleOnWhatIsAcknowledged(uint256 pi, uint256 received) external pure {
        pi = bound(pi, WAD / 2, WAD);
        received = bound(received, WAD, MAX_WEI);
        (uint256 standard, uint256 expected,) = LedgerMath.standardDown(pi, pi);
        uint256 debit = LedgerMath.debitDown(received, expected, standard);
        // Shares are rounded to 1e-18.
        assertGe(debit * 100 + received / 1e15 + 100, received * 85, "at least 85 %");
        assertLe(debit * 10, received * 9, "at most 90 %");
    }

    function testFuzz_Debit_RoundsDown_CreditUp(uint256 amount, uint256 pi, uint256 participating) external pure {
        (pi, participating) = _boundShares(pi, participating);
        amount = bound(amount, 0, MAX_WEI);
        (uint256 standard, uint256 expected,) = LedgerMath.standardDown(pi, participating);

        uint256 debit = LedgerMath.debitDown(amount, expected, standard);
        assertLe(debit * standard, amount * expected);
        assertGt((debit + 1) * standard, amount * expected);
        assertLe(debit, amount, "never more than its pay");

        uint256 credit = LedgerMath.creditUp(amount, standard);
        assertGe(credit * standard, amount * WAD);
        if (credit != 0) assertLt((credit - 1) * standard, amount * WAD);
        assertGe(credit, amount, "at par at least");
    }

    // ------------------------------------------------------------------------------------------- Backlog

    function testFuzz_Peak_FollowsUpAtOnce_AndHalvesDown(uint256 peak, uint256 capacity) external pure {
        (peak, capacity) = (bound(peak, 0, type(uint72).max), bound(capacity, 0, type(uint72).max));
        uint256 after_ = LedgerMath.peakAfterDown(peak, capacity);
        assertEq(after_, capacity >= peak ? capacity : (peak + capacity) / 2);
    }

    /// @dev Without division: the most Q with (Q + C * D) * q <= owed.
    function testFuzz_Backlog_IsWhatIsOwedBeyondTheGrace(uint256 owed, uint256 rate, uint256 capacity, uint256 grace)
        external
        pure
    {
        rate = bound(rate, 1e11, 1e24);
        capacity = bound(capacity, 0, type(uint72).max);
        grace = bound(grace, 30, 30 days);
        owed = bound(owed, 0, 2 * rate * (capacity * grace / SCALE + 1));

        uint256 backlog = LedgerMath.provenBacklogDown(owed, rate, capacity, grace);

        if (backlog != 0) assertLe((backlog * SCALE + capacity * grace) * rate, owed * SCALE, "proved");
        assertGt(((backlog + 2) * SCALE + capacity * grace) * rate, owed * SCALE, "but for two roundings, all of it");
    }

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

    // ------------------------------------------------------------------------------------------- Charges

    function testFuzz_Unearned_IsTheOwedPartOfThePay_AndAtMostTwiceWhatIsOwed(
        uint256 owed,
        uint256 received,
        uint256 earned
    ) external pure {
        (owed, received, earned) = (bound(owed, 0, MAX_WEI), bound(received, 0, MAX_WEI), bound(earned, 0, MAX_WEI));

        uint256 unearned = LedgerMath.unearnedDown(owed, received, earned);

        assertLe(unearned, received, "never more than it got");
        assertLe(unearned, 2 * owed, "nor than twice what it owes");
        if (owed == 0) return assertEq(unearned, 0);
        assertLe(unearned * (owed + earned), received * owed, "rounded down");
        if (unearned != 2 * owed) assertGt((unearned + 1) * (owed + earned), received * owed, "by less than one wei");
    }

    function testFuzz_Penalty_IsATenth(uint256 unearned) external pure {
        unearned = bound(unearned, 0, MAX_WEI);

        uint256 amount = LedgerMath.withPenaltyDown(unearned);

        assertLe(amount * 10, unearned * 11, "rounded down");
        assertGt((amount + 1) * 10, unearned * 11, "by less than one wei");
    }

    function testFuzz_ExitCharge_IsThePenaltyAfterTheDoubt(uint256 owed, uint256 received, uint256 earned)
        external
        pure
    {
        (owed, received, earned) = (bound(owed, 0, MAX_WEI), bound(received, 0, MAX_WEI), bound(earned, 0, MAX_WEI));

        uint256 charge = LedgerMath.exitChargeDown(owed, received, earned);

        uint256 doubt = received / 10 < owed / 2 ? received / 10 : owed / 2;
        uint256 unearned = LedgerMath.unearnedDown(owed - doubt, received, earned);
        assertEq(charge, unearned + unearned / 10);
        assertLe(charge * 10, received * 11, "at most what it was paid, and a tenth");
        assertLe(charge, LedgerMath.withPenaltyDown(LedgerMath.unearnedDown(owed, received, earned)), "no dearer");
    }

    /// @dev Leaving with all the pay of work that was never done costs more than it brought.
    function testFuzz_ExitCharge_OfWhoEarnedNothing(uint256 received, uint256 pi) external pure {
        received = bound(received, 1e6, MAX_WEI);
        pi = bound(pi, WAD * 2 / 5, WAD);
        (uint256 standard, uint256 expected,) = LedgerMath.standardDown(pi, pi);
        uint256 owed = LedgerMath.debitDown(received, expected, standard);
        assertGe(LedgerMath.exitChargeDown(owed, received, 0), received);
    }

    function testFuzz_ExitCharge_IsMonotone(uint256 owed, uint256 received, uint256 earned, uint256 more)
        external
        pure
    {
        (owed, received, earned) = (bound(owed, 0, MAX_WEI), bound(received, 0, MAX_WEI), bound(earned, 0, MAX_WEI));
        more = bound(more, 0, MAX_WEI - (owed > earned ? owed : earned));

        uint256 charge = LedgerMath.exitChargeDown(owed, received, earned);

        // Roundings of the doubt, of a share and of the penalty: two wei.
        assertGe(LedgerMath.exitChargeDown(owed + more, received, earned) + 2, charge, "in what is owed");
        assertLe(LedgerMath.exitChargeDown(owed, received, earned + more), charge, "against what was earned");
    }

    // ------------------------------------------------------------------------------------------- Private

    /// @dev The shares of a window that has a quorum.
    function _boundShares(uint256 pi, uint256 participating) private pure returns (uint256, uint256) {
        return (bound(pi, 0, WAD), bound(participating, WAD / 3, WAD));
    }
}
