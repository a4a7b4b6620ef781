// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { CapacityMath } from "../libraries/CapacityMath.sol";

/// @dev All that a signal writes, and all that it reads of a sink that declares no more than before and has no
/// verified backlog. One
/// word, lowest bits first, so that it is read once, worked on as a value, and written once:
///
///     baseScaled 72 | capacity 40 | baseEpoch 32 | signalledAt 32 | backlog 64 | registered 1 | backlogVerified 1 | unused 6 | lag 8
///
/// `lag` is how many epochs the latest settlement lies before the epoch after `baseEpoch`. A settlement moves the base to
/// the epoch before it, and a signal settles what was settled three epochs ago, so the lag is 0, 1 or 2.
type Signal is uint256;

using SignalLib for Signal global;

/// @title Fields of a signal
/// @notice Reading one is a shift; changing some gives another signal. The types of the arguments keep each in its place.
library SignalLib {
    uint256 private constant CAPACITY = 72;
    uint256 private constant BASE_EPOCH = 112;
    uint256 private constant SIGNALLED_AT = 144;
    uint256 private constant BACKLOG = 176;
    uint256 private constant REGISTERED = 1 << 240;
    uint256 private constant BACKLOG_VERIFIED = 1 << 241;
    uint256 private constant LAG = 248;

    uint256 private constant BASE_MASK =
        uint256(type(uint72).max) | uint256(type(uint32).max) << BASE_EPOCH | uint256(type(uint8).max) << LAG;
    uint256 private constant DECLARED_MASK =
        uint256(type(uint40).max) << CAPACITY | uint256(type(uint96).max) << SIGNALLED_AT;

    // Safe: a cast takes the field, the lowest bits of what was shifted.
    // forge-lint: disable-start(unsafe-typecast)

    /// @notice The signal of a sink that registers at `time`, Unix seconds, in `epoch`, and has declared nothing. It counts
    /// as settled.
    function registeredAt(uint32 time, uint32 epoch) internal pure returns (Signal) {
        return Signal.wrap(REGISTERED | uint256(time) << SIGNALLED_AT | uint256(epoch - 1) << BASE_EPOCH);
    }

    /// @notice Smoothed capacity at the end of `baseEpoch`, billionths of a unit.
    function baseScaled(Signal self) internal pure returns (uint72) {
        return uint72(Signal.unwrap(self));
    }

    /// @notice Declared capacity within the bond cap, units.
    function capacity(Signal self) internal pure returns (uint40) {
        return uint40(Signal.unwrap(self) >> CAPACITY);
    }

    function baseEpoch(Signal self) internal pure returns (uint32) {
        return uint32(Signal.unwrap(self) >> BASE_EPOCH);
    }

    /// @notice When the latest signal was issued, Unix seconds.
    function signalledAt(Signal self) internal pure returns (uint32) {
        return uint32(Signal.unwrap(self) >> SIGNALLED_AT);
    }

    /// @notice Declared backlog, unit-seconds.
    function backlog(Signal self) internal pure returns (uint64) {
        return uint64(Signal.unwrap(self) >> BACKLOG);
    }

    function isRegistered(Signal self) internal pure returns (bool) {
        return Signal.unwrap(self) & REGISTERED != 0;
    }

    /// @notice Whether the verified backlog is not zero.
    function isBacklogVerified(Signal self) internal pure returns (bool) {
        return Signal.unwrap(self) & BACKLOG_VERIFIED != 0;
    }

    /// @notice Epoch of the latest settlement.
    function settledEpoch(Signal self) internal pure returns (uint256) {
        // Safe: the lag is at most two, and epochs are counted since 1970.
        unchecked {
            return uint256(self.baseEpoch()) + 1 - (Signal.unwrap(self) >> LAG);
        }
    }

    /// @notice With another base, and settled for the last time in `settled`, at most two epochs before `epoch` + 1.
    function withBase(Signal self, uint72 scaled, uint32 epoch, uint256 settled) internal pure returns (Signal) {
        // Safe: by what is required of `settled`.
        unchecked {
            uint256 lag = uint256(epoch) + 1 - settled;
            return Signal.wrap(Signal.unwrap(self) & ~BASE_MASK | scaled | uint256(epoch) << BASE_EPOCH | lag << LAG);
        }
    }

    function withDeclared(Signal self, uint40 units, uint64 queued, uint32 issuedAt) internal pure returns (Signal) {
        uint256 declared = uint256(units) << CAPACITY | uint256(issuedAt) << SIGNALLED_AT | uint256(queued) << BACKLOG;
        return Signal.wrap(Signal.unwrap(self) & ~DECLARED_MASK | declared);
    }

    function withBacklogVerified(Signal self, bool value) internal pure returns (Signal) {
        return Signal.wrap(value ? Signal.unwrap(self) | BACKLOG_VERIFIED : Signal.unwrap(self) & ~BACKLOG_VERIFIED);
    }

    /// @notice With the declared and the smoothed capacity at most `cap`, units. The moving average lies between its base
    /// and its target, so capping both caps it now and for ever.
    function cappedAt(Signal self, uint40 cap) internal pure returns (Signal) {
        uint256 capScaled = cap * CapacityMath.SCALE;
        if (self.baseScaled() > capScaled) {
            self = Signal.wrap(Signal.unwrap(self) & ~uint256(type(uint72).max) | capScaled);
        }
        return self.capacity() > cap ? self.withDeclared(cap, self.backlog(), self.signalledAt()) : self;
    }

    // forge-lint: disable-end(unsafe-typecast)
}
