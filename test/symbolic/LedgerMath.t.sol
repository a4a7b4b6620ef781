// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { LedgerMath } from "../../src/libraries/LedgerMath.sol";

/// @notice For `npm run audit`. What each check means, and with what result, is in docs/assurance.md.
contract LedgerMathSymbolic {
    uint256 private constant SCALE = 1e9;
    uint256 private constant WAD = 1e18;

    function check_Participating_AtMostSpent(uint128 spent, uint32 age, uint32 interval) external pure {
        assert(LedgerMath.participatingDown(spent, age, interval) <= spent);
    }

    function check_Quorum_NothingWithoutPay(uint128 participating) external pure {
        assert(!LedgerMath.isQuorum(participating, 0));
    }

    function check_Share_AtMostOne(uint128 part, uint128 whole) external pure {
        if (whole == 0) return;
        assert(LedgerMath.shareDown(part, whole) <= WAD);
    }

    function check_Standard_IsNeverZeroWithAQuorum(uint64 acknowledged, uint64 participating) external pure {
        if (acknowledged > WAD || participating > WAD || participating < WAD / 3) return;
        (uint256 standard, uint256 expected,) = LedgerMath.standardDown(acknowledged, participating);
        assert(standard != 0);
        assert(expected <= standard);
        assert(standard <= WAD);
    }

    function check_Debit_AtMostReceived(uint128 received, uint64 expected, uint64 standard) external pure {
        if (standard == 0 || expected > standard) return;
        assert(LedgerMath.debitDown(received, expected, standard) <= received);
    }

    function check_Credit_AtLeastPar(uint128 acknowledged, uint64 standard) external pure {
        if (standard == 0 || standard > WAD) return;
        assert(LedgerMath.creditUp(acknowledged, standard) >= acknowledged);
    }

    function check_Peak_LiesBetween(uint72 peak, uint72 capacity) external pure {
        uint256 next = LedgerMath.peakAfterDown(peak, capacity);
        assert(next >= capacity);
        assert(next <= (peak > capacity ? peak : capacity));
    }

    function check_Unearned_AtMostReceived(uint128 owed, uint128 received, uint128 earned) external pure {
        assert(LedgerMath.unearnedDown(owed, received, earned) <= received);
    }

    function check_Unearned_NothingWithoutDebt(uint128 received, uint128 earned) external pure {
        assert(LedgerMath.unearnedDown(0, received, earned) == 0);
    }

    function check_ExitCharge_NothingWithoutDebt(uint128 received, uint128 earned) external pure {
        assert(LedgerMath.exitChargeDown(0, received, earned) == 0);
    }

    function check_ProvenBacklog_FavoursTheSink(uint128 owed, uint96 rate, uint72 capacity, uint32 grace)
        external
        pure
    {
        if (rate == 0) return;
        uint256 backlog = LedgerMath.provenBacklogDown(owed, rate, capacity, grace);
        assert(backlog * rate <= owed);
        assert(backlog == 0 || (backlog * SCALE + uint256(capacity) * grace) * rate <= uint256(owed) * SCALE);
    }

    function check_ProvenBacklog_RisesWithDebt(uint128 owed, uint128 more, uint96 rate, uint72 capacity, uint32 grace)
        external
        pure
    {
        if (rate == 0 || more < owed) return;
        assert(
            LedgerMath.provenBacklogDown(owed, rate, capacity, grace)
                <= LedgerMath.provenBacklogDown(more, rate, capacity, grace)
        );
    }

    function check_BeyondHorizon_IsNineTenths(uint128 backlog, uint72 capacity, uint32 horizon) external pure {
        bool reached = uint256(backlog) * SCALE * 10 >= uint256(capacity) * horizon * 9;
        assert(LedgerMath.isBeyondHorizon(backlog, capacity, horizon) == (backlog != 0 && reached));
    }

    function check_Penalty_AtMostATenthMore(uint128 unearned) external pure {
        uint256 amount = LedgerMath.withPenaltyDown(unearned);
        assert(amount >= unearned);
        assert(amount * 10 <= uint256(unearned) * 11);
    }
}
