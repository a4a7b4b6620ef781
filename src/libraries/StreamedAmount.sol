// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title What a source has streamed: in all, and lately
/// @notice Superfluid keeps a stream's present rate and the time of its last change, not what it has paid. Between two
/// looks only the time since that change certainly had the present rate, so only that counts: the amount is a lower
/// bound, exact for a source that looks at every change, and zero for a stream within one transaction.
library StreamedAmount {
    using SafeCast for uint256;

    /// @dev Length of one window, seconds. Shares of returns rest on this window and the one before.
    uint256 internal constant WINDOW = 1 hours;

    /// @param total Wei since the beginning.
    /// @param current Wei within the window of `syncedAt`.
    /// @param previous Wei within the window before that.
    /// @param syncedAt Unix seconds.
    struct Account {
        uint128 total;
        uint128 current;
        uint128 previous;
        uint32 syncedAt;
    }

    /// @notice The total as of now, of an account that had `total` at `syncedAt`.
    /// @return Wei.
    function totalAt(uint256 total, uint256 syncedAt, uint256 rate, uint256 changedAt, uint256 nowAt)
        internal
        pure
        returns (uint256)
    {
        uint256 since = syncedAt > changedAt ? syncedAt : changedAt;
        // Safe: neither time is in the future; a rate has 95 bits, a time 32, a total 128.
        unchecked {
            return total + rate * (nowAt - since);
        }
    }

    /// @notice The account as of now.
    /// @param rate Present rate of the stream, wei per second.
    /// @param changedAt When the stream got that rate, Unix seconds.
    function advance(Account memory self, uint256 rate, uint256 changedAt, uint256 nowAt)
        internal
        pure
        returns (Account memory next)
    {
        uint256 window = nowAt / WINDOW * WINDOW;
        uint256 since = Math.max(self.syncedAt, changedAt);
        uint256 inWindow = rate * (nowAt - Math.max(since, window));
        uint256 before = rate * Math.saturatingSub(window, Math.max(since, window - WINDOW));

        next.total = totalAt(self.total, self.syncedAt, rate, changedAt, nowAt).toUint128();
        next.syncedAt = nowAt.toUint32();
        if (self.syncedAt >= window) {
            next.current = (self.current + inWindow).toUint128();
            next.previous = self.previous;
        } else {
            next.current = inWindow.toUint128();
            next.previous = ((self.syncedAt >= window - WINDOW ? self.current : 0) + before).toUint128();
        }
    }
}
