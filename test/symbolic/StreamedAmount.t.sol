// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { StreamedAmount } from "../../src/libraries/StreamedAmount.sol";

/// @notice For `npm run audit`. What each check means, and with what result, is in docs/assurance.md.
contract StreamedAmountSymbolic {
    function check_Streamed_NeverWraps(uint128 total, uint32 synced, uint96 rate, uint32 changed, uint32 time)
        external
        pure
    {
        if (synced > time || changed > time) return;
        uint256 since = synced > changed ? synced : changed;
        // The same in arithmetic that checks itself.
        assert(StreamedAmount.totalAt(total, synced, rate, changed, time) == total + rate * (time - since));
    }

    function check_Streamed_NothingInOneTransaction(uint128 total, uint32 synced, uint96 rate, uint32 time)
        external
        pure
    {
        if (synced > time) return;
        assert(StreamedAmount.totalAt(total, synced, rate, time, time) == total);
    }

    function check_Streamed_NeverFalls(
        uint128 total,
        uint32 synced,
        uint96 rate,
        uint32 changed,
        uint32 time,
        uint32 later
    ) external pure {
        if (synced > time || changed > time || time > later) return;
        assert(
            StreamedAmount.totalAt(total, synced, rate, changed, time)
                <= StreamedAmount.totalAt(total, synced, rate, changed, later)
        );
    }
}
