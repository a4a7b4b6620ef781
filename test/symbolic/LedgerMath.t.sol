// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { LedgerMath } from "../../src/libraries/LedgerMath.sol";

/// @notice For `npm run audit`. What each check means, and with what result, is in docs/assurance.md.
contract LedgerMathSymbolic {
    uint256 private constant SCALE = 1e9;

    function check_Expected_AtMostReceived(uint112 received, uint112 paid, uint112 acknowledged) external pure {
        assert(LedgerMath.expectedDown(received, paid, acknowledged) <= received);
    }

    function check_Expected_AtMostTheShare(uint112 received, uint112 paid, uint112 acknowledged) external pure {
        if (acknowledged >= paid) return;
        assert(LedgerMath.expectedDown(received, paid, acknowledged) * paid <= uint256(received) * acknowledged);
    }

    function check_Expected_NothingWithoutAcknowledgement(uint128 received, uint128 paid) external pure {
        assert(LedgerMath.expectedDown(received, paid, 0) == 0);
    }

    function check_Expected_AllIfAllIsAcknowledged(uint128 received, uint128 paid, uint128 acknowledged) external pure {
        if (paid == 0 || acknowledged < paid) return;
        assert(LedgerMath.expectedDown(received, paid, acknowledged) == received);
    }

    function check_Owe_AtMostOwedAndReceived(
        uint112 owed,
        uint112 received,
        uint112 done,
        uint112 paid,
        uint112 acknowledged
    ) external pure {
        assert(LedgerMath.oweDown(owed, received, done, paid, acknowledged) <= uint256(owed) + received);
    }

    function check_Owe_AcknowledgedIsNotOwed(uint112 owed, uint112 received, uint112 paid, uint112 acknowledged)
        external
        pure
    {
        assert(LedgerMath.oweDown(owed, received, uint256(owed) + received, paid, acknowledged) == 0);
    }

    function check_Unearned_AtMostReceived(uint128 owed, uint128 received, uint128 acknowledged) external pure {
        assert(LedgerMath.unearnedDown(owed, received, acknowledged) <= received);
    }

    function check_Unearned_NothingWithoutDebt(uint128 received, uint128 acknowledged) external pure {
        assert(LedgerMath.unearnedDown(0, received, acknowledged) == 0);
    }

    function check_KeptOpen_AtMostOpenAndTime(uint128 open, uint96 rate, uint72 capacity, uint64 time) external pure {
        uint256 kept = LedgerMath.keptOpenDown(open, rate, capacity, time);
        assert(kept <= open);
        assert(kept * SCALE <= uint256(rate) * capacity * time);
    }

    function check_VerifiedBacklog_FavoursTheSink(uint128 owed, uint96 rate, uint72 capacity, uint32 grace)
        external
        pure
    {
        if (rate == 0) return;
        uint256 backlog = LedgerMath.verifiedBacklogDown(owed, rate, capacity, grace);
        assert(backlog * rate <= owed);
        assert(backlog == 0 || (backlog * SCALE + uint256(capacity) * grace) * rate <= uint256(owed) * SCALE);
    }

    function check_VerifiedBacklog_RisesWithDebt(uint128 owed, uint128 more, uint96 rate, uint72 capacity, uint32 grace)
        external
        pure
    {
        if (rate == 0 || more < owed) return;
        assert(
            LedgerMath.verifiedBacklogDown(owed, rate, capacity, grace)
                <= LedgerMath.verifiedBacklogDown(more, rate, capacity, grace)
        );
    }

    function check_BeyondHorizon_IsNineTenths(uint128 backlog, uint72 capacity, uint32 horizon) external pure {
        bool reached = uint256(backlog) * SCALE * 10 >= uint256(capacity) * horizon * 9;
        assert(LedgerMath.isBeyondHorizon(backlog, capacity, horizon) == (backlog != 0 && reached));
    }

    function check_Slash_AtMostATenthMore(uint128 unearned) external pure {
        uint256 amount = LedgerMath.slashAmountDown(unearned);
        assert(amount >= unearned);
        assert(amount * 10 <= uint256(unearned) * 11);
    }
}
