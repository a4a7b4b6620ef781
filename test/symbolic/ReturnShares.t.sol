// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ReturnShares } from "../../src/libraries/ReturnShares.sol";

/// @notice For `npm run audit`. What each check means, and with what result, is in docs/assurance.md.
contract ReturnSharesSymbolic {
    using ReturnShares for ReturnShares.Book;

    function check_Donate_AddsToTheOwned(uint120 owned, uint120 unowned, uint120 amount) external pure {
        ReturnShares.Book memory book;
        (book.owned, book.unowned) = (owned, unowned);
        book.donate(amount);
        assert(book.overflow() == uint256(owned) + unowned + amount);
    }

    function check_Drain_TakesExactly(uint120 owned, uint120 unowned, uint120 amount, uint80 back) external pure {
        if (back > amount || amount > uint256(owned) + unowned) return;
        ReturnShares.Book memory book;
        (book.owned, book.unowned) = (owned, unowned);
        // Without shares no generation can end, so what is taken is all that changes.
        uint256 released = book.drain(amount, back);
        assert(released == 0);
        assert(book.overflow() == uint256(owned) + unowned + back - amount);
        assert(amount - back <= unowned ? book.owned == owned : book.unowned == 0);
    }

    function check_Pay_TakesExactly(uint128 setAside, uint128 claimed, uint128 payableNow) external pure {
        if (payableNow > setAside || payableNow > claimed) return;
        ReturnShares.Book memory book;
        ReturnShares.Claim memory claim;
        (book.setAside, book.claimed, claim.payableNow) = (setAside, claimed, payableNow);
        assert(book.pay(claim) == payableNow);
        assert(claim.payableNow == 0);
        assert(book.setAside == setAside - payableNow && book.claimed == claimed - payableNow);
    }

    function check_ValueOf_AtMostTheOwned(uint128 shares, uint128 all, uint128 owned) external pure {
        ReturnShares.Book memory book;
        ReturnShares.Claim memory claim;
        (book.shares, book.owned, claim.shares) = (all, owned, shares);
        assert(book.valueOf(claim) <= owned);
    }
}
