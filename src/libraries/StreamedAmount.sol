// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

/// @title What a source has streamed
/// @notice Superfluid keeps a stream's present rate and the time of its last change, not what it has paid. Between two
/// looks only the time since that change certainly had the present rate, so only that counts: the amount is a lower
/// bound, exact for a source that looks at every change, and zero for a stream within one transaction.
library StreamedAmount {
    /// @notice The total as of now, of a source that had streamed `total` at `syncedAt`.
    /// @param rate Present rate of the stream, wei per second.
    /// @param changedAt When the stream got that rate, Unix seconds.
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
}
