// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { FlowMath } from "./FlowMath.sol";

/// @title What money has flown through a pool, and which inflow it confirms
/// @notice Everything follows from one number that nobody can pretend: the wei that the escrow has received as a member of
/// the pool. Every unit has been paid the same, so what one unit got tells what all got. A rate is never believed; only
/// what it has paid is.
///
/// The book has an anchor, which is a time, and the money that has flown since. Its state is the age of the anchor:
///
///     WAITING   below 12 s                       the confirmed inflow stands, whoever comes
///     RIPE      from 12 s (CONFIRM_DELAY)        whoever records confirms: the inflow is now the money since the anchor
///                                                by the time since the anchor, or the present rate if the chain proves
///                                                that nothing changed for 12 s; the anchor moves to now (WAITING)
///     DUE       from one epoch (at least 12 s)   RIPE, and whoever looks at the pool must record, whatever the present
///                                                rate suggests
///
/// A record that nobody forces is made only when the present rate would move the escrow: it is dear. That is all that the
/// present rate does; whoever bends it for the length of a transaction hides a change for one epoch at most.
///
/// Bound. Let a stream change, let anybody visit at least every 12 s, and let strangers send and poke what they like. The
/// first anchor after the change is at most 24 s later (it was WAITING, then somebody came); the money since that
/// anchor is all of the new rate, and 12 s later it is confirmed exactly: 36 s. A stream that begins and ends in one
/// block pays nothing and so is nowhere in the book.
///
/// @dev Counters stop at their ends and never revert: a gift of more than any real supply may leave the book behind, but
/// not keep anybody from leaving. All amounts in wei, rounded down.
library InflowBook {
    using SafeCast for uint256;

    /// @dev How long money must confirm a change of inflow, seconds. Six blocks on Base.
    uint256 internal constant CONFIRM_DELAY = 12 seconds;

    uint256 private constant WAD = 1e18;

    /// @dev One line per slot:
    ///
    ///     received 160 | confirmed 96
    ///     paid 128 | sinceAnchor 128
    ///     spare 128 | leak 96 | recordedAt 32
    ///     feeIncome 128 | overflowTime 96 | anchoredAt 32
    ///
    /// @param received Wei that the escrow member has received: own units, fee units, drains.
    /// @param confirmed Confirmed inflow, wei per second.
    /// @param paid Wei that the sinks together have received, drains included.
    /// @param sinceAnchor Wei that streams and gifts have paid to all members since the anchor; drains excluded.
    /// @param spare The token bucket, wei.
    /// @param leak What unit updates have taken from the members since Superfluid last split it again, but for one wei per
    /// second and unit: an upper bound, wei per second.
    /// @param recordedAt When all this was true, Unix seconds.
    /// @param feeIncome Wei of `received` that are fee.
    /// @param overflowTime What a stream of one wei per second that stayed has paid to the escrow's own units so far: a
    /// lower bound, wei times 1e18.
    /// @param anchoredAt Unix seconds.
    struct Book {
        uint160 received;
        uint96 confirmed;
        uint128 paid;
        uint128 sinceAnchor;
        uint128 spare;
        uint96 leak;
        uint32 recordedAt;
        uint128 feeIncome;
        uint96 overflowTime;
        uint32 anchoredAt;
    }

    /// @notice Units of the pool's members. They never change without a record before.
    struct Units {
        uint256 sinks;
        uint256 escrow;
        uint256 fee;
    }

    /// @notice Units of the escrow buffer as a member.
    function held(Units memory self) internal pure returns (uint256) {
        return self.escrow + self.fee;
    }

    function total(Units memory self) internal pure returns (uint256) {
        return self.sinks + self.escrow + self.fee;
    }

    /// @notice The book as of now, in memory; whoever writes it back records.
    /// @param received Wei that the escrow member has received in all.
    /// @param priceCap The most that one unit may be paid, wei per second.
    /// @param depth The most that the token bucket holds, wei.
    function asOfNow(Book storage self, Units memory units, uint256 received, uint256 priceCap, uint256 depth)
        internal
        view
        returns (Book memory book)
    {
        book = self;
        uint256 time = block.timestamp - book.recordedAt;
        received = Math.min(received, type(uint160).max);
        uint256 perUnit = (received - book.received) / held(units);
        uint256 toSinks = perUnit * units.sinks;
        book.received = received.toUint160();
        book.paid = _saturate(book.paid + toSinks);
        book.sinceAnchor = _saturate(book.sinceAnchor + perUnit * total(units));
        book.feeIncome = _saturate(book.feeIncome + perUnit * units.fee);
        book.spare = _saturate(FlowMath.fillBucket(book.spare, priceCap * units.sinks * time, toSinks, depth));
        book.overflowTime += _overflowTime(units, time, perUnit, book.leak).toUint96();
        book.recordedAt = block.timestamp.toUint32();
    }

    /// @notice `asOfNow(…).paid`, without the rest.
    function paidNow(Book storage self, Units memory units, uint256 received) internal view returns (uint256) {
        uint256 perUnit = (Math.min(received, type(uint160).max) - self.received) / held(units);
        return _saturate(self.paid + perUnit * units.sinks);
    }

    /// @notice Counts a drain of `perUnit` wei to every unit. It is no inflow: it must not confirm a stream that is not
    /// there.
    function countDrain(Book storage self, Units memory units, uint256 perUnit) internal {
        self.received = Math.min(self.received + perUnit * held(units), type(uint160).max).toUint160();
        self.paid = _saturate(self.paid + perUnit * units.sinks);
        self.feeIncome = _saturate(self.feeIncome + perUnit * units.fee);
        self.spare -= (perUnit * total(units)).toUint128();
    }

    /// @notice What the escrow's own units have received, wei.
    function income(Book memory self) internal pure returns (uint256) {
        return self.received - self.feeIncome;
    }

    /// @notice Whether the anchor is old enough for the money since to confirm a rate.
    function isRipe(Book memory self) internal view returns (bool) {
        return block.timestamp >= self.anchoredAt + CONFIRM_DELAY;
    }

    /// @notice What money says since the anchor, wei per second, rounded down. Only if the anchor is not of this second.
    function average(Book memory self) internal view returns (uint256) {
        return self.sinceAnchor / (block.timestamp - self.anchoredAt);
    }

    /// @notice Whether money since the anchor says what `rate` says, but for what Superfluid rounds away.
    function confirms(Book memory self, uint256 rate, uint256 units) internal view returns (bool) {
        uint256 money = average(self);
        return (money > rate ? money - rate : rate - money) <= units + self.leak;
    }

    /// @notice Takes `rate` as the confirmed inflow and moves the anchor to now. Only if ripe.
    function confirm(Book memory self, uint256 rate) internal view {
        self.confirmed = Math.min(rate, type(uint96).max).toUint96();
        self.sinceAnchor = 0;
        self.anchoredAt = block.timestamp.toUint32();
    }

    /// @dev Let P be the wei that one unit got in t seconds, e the escrow's units, u all units. A stream of one wei per
    /// second that stayed is credited
    ///
    ///     t * e/u  *  P / (P + t + t * leak/u)
    ///
    /// The streams that stayed were never more than what the members got, and what leaked, and one wei per second and
    /// unit that Superfluid rounds away: at most (P + t + t * leak/u) * u wei in t seconds. So all of them together are
    /// credited at most e * P, which is what the escrow's own units received, whatever rates come and go meanwhile.
    function _overflowTime(Units memory units, uint256 time, uint256 perUnit, uint256 leak)
        private
        pure
        returns (uint256)
    {
        if (perUnit == 0) return 0;
        uint256 members = total(units);
        // Safe: 32 + 60 + 80 bits; 160 + 82 bits and 96 + 32 bits.
        return Math.mulDiv(time * WAD * units.escrow, perUnit, members * (perUnit + time) + leak * time);
    }

    function _saturate(uint256 value) private pure returns (uint128) {
        return Math.min(value, type(uint128).max).toUint128();
    }
}
