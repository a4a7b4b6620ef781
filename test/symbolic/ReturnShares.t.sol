// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { ReturnShares } from "../../src/libraries/ReturnShares.sol";

/// @notice For `npm run audit`. What each check means, and with what result, is in docs/assurance.md.
contract ReturnSharesSymbolic {
    using ReturnShares for ReturnShares.Book;

    function check_Drain_TakesExactly(uint120 owned, uint120 unowned, uint120 amount, uint80 back) external pure {
        if (back > amount || amount > uint256(owned) + unowned) return;
        ReturnShares.Book memory book;
        (book.owned, book.unowned) = (owned, unowned);
        book.drain(amount, back);
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
        (book.shares, book.owned) = (all, owned);
        assert(book.valueOf(shares, Math.Rounding.Ceil) <= owned);
    }
}
