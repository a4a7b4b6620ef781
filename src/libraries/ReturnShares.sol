// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Whose the overflow is
/// @notice Overflow that streams paid is owned; it is divided into shares. Overflow that nobody streamed (slashes, gifts,
/// shares that nobody claims in the end) is unowned: it goes to the sinks first and returns to nobody.
///
/// Two equations. Let p be the price, wei of owned overflow per share, which only money that leaves for the sinks or is
/// released lowers, and which nothing raises. Let one wei per second that stayed have paid dw wei to the escrow (see
/// `InflowBook`); then a source whose stream has the rate r
///
///     (1)  earns     r * dw / p        shares, second by second, and
///     (2)  is owed   shares * p        wei of what is left.
///
/// Money that comes in buys shares, so p stays; a drain lowers p for all alike; a release sets aside the same number of
/// wei per share for all, and lowers p by as much. Nothing here loops over the sources: the book adds up dw / p
/// (`sharesPerRate`) and the wei set aside per share (`setAsidePerShare`), a claim remembers both as they were when it
/// was last synchronised, and the difference is what it earned.
///
/// Example, p = 1 at first, each stream 1 wei/s, half of which overflows. A streams alone for 100 s: 50 wei overflow and
/// A has 50 shares. A drain takes 25 wei: p = 1/2. B joins; in the next 100 s, 50 wei come in for A and 50 for B, and
/// buy 100 shares each. The escrow holds 125 wei for 250 shares: A has 150 shares, 75 wei; B has 100 shares, 50 wei.
/// A release of 50 wei sets aside 1/5 wei per share, 30 for A and 20 for B; p = 3/10. Had B's stream lasted for one
/// block it would have earned nothing: dw is zero within a block.
///
/// A rate may have ended without anybody telling. So what is set aside for a rate is paid only when the chain shows that
/// the stream stayed; if it does not, the shares stay nobody's and what was set aside for them becomes unowned. What
/// such rates pretend reduces nobody's part: a release gives each share at most the price.
///
/// Scales. Every drain makes shares cheaper, and numbers have an end. When a wei buys more than a billion shares, all
/// shares are counted in a unit a billion times as large, once or more often; each time is the end of a scale. Nothing is
/// paid and nobody's part changes. A claim follows when it is next synchronised: it divides what it remembers by a
/// billion for every scale since. When a drain leaves nothing, all shares are worth nothing, and nine scales end at
/// once: any number divided by a billion so often is zero.
///
/// Rounding. What claims have is rounded down, the totals that cover them are rounded up, at every step, so that for all
/// histories the claims together have no more shares than there are, and no more wei than are set aside or owned. What
/// rounding keeps from a claim, a few wei each time it is synchronised and each time a scale ends, stays with the other
/// shares or becomes unowned. Amounts stop at the end of their range instead of reverting.
///
/// @dev Shares are counted in 1e18ths.
library ReturnShares {
    using SafeCast for int256;
    using SafeCast for uint256;

    uint256 internal constant WAD = 1e18;

    /// @dev The highest price is one wei for one share, WAD 1e18ths; it is the first price, too. The lowest is a billionth.
    uint256 internal constant MAX_SHARES_PER_WEI = WAD * SCALE;

    /// @dev How much larger the unit of shares gets at the end of a scale.
    uint224 internal constant SCALE = 1e9;

    /// @dev After so many scales nothing is left of any number of shares.
    uint256 internal constant SCALES_TO_ZERO = 9;

    /// @dev Binary digits behind the point of wei per share. What a rate is owed per share of it has 32 of them, so that a
    /// rate times it stays within 256 bits.
    uint8 private constant PER_SHARE_BITS = 160;
    uint256 private constant PER_SHARE = 2 ** 160;
    uint8 private constant PER_RATE_BITS = 32;

    /// @dev Nine slots. An overflow time has 92 bits and shares per wei 90, so that `sharesPerRate` has 182.
    ///
    /// @param shares All shares. What streams paid that nobody synchronised bought shares too; they are nobody's.
    /// @param base Sum over the claims of `shares - rate * sharesPerRate`, so that `base + rate * sharesPerRate` is what
    /// the claims have now.
    /// @param setAsidePerShare Wei set aside per share so far, times 2^160, each in the unit of its time. Never falls.
    /// @param setAsidePerRate Wei set aside so far for the shares that one wei per second had bought, times
    /// 1e18 * 2^32. Never falls.
    /// @param claimed Wei that the claims ask for of `setAside`: an upper bound.
    /// @param sharesPerRate Shares that one wei per second has bought so far, times 1e18.
    /// @param scale How often the unit of shares has grown.
    /// @param owned Wei of overflow that the shares divide.
    /// @param unowned Wei of overflow that are nobody's.
    /// @param setAside Wei that left the overflow and wait for their sources.
    /// @param rate Sum of the claims' rates, wei per second.
    /// @param income Wei of the pool's income that are counted.
    /// @param overflowTime The pool's overflow time that is counted, wei times 1e18.
    struct Book {
        uint256 shares;
        int256 base;
        uint256 setAsidePerShare;
        uint256 setAsidePerRate;
        uint256 claimed;
        uint224 sharesPerRate;
        uint32 scale;
        uint128 owned;
        uint128 unowned;
        uint128 setAside;
        uint128 rate;
        uint160 income;
        uint96 overflowTime;
    }

    /// @notice What one source had when it was last synchronised. Six slots.
    /// @param shares Its shares.
    /// @param setAsidePerShare, setAsidePerRate, sharesPerRate, scale The book's values then.
    /// @param payableNow Wei of `setAside` that are its own for certain.
    /// @param rate Its stream, wei per second.
    /// @param syncedAt When that was, Unix seconds.
    /// @param leaving Those of its shares that it asked to have back.
    /// @param leavingSince When it asked, Unix seconds; 0 for never.
    struct Claim {
        uint256 shares;
        uint256 setAsidePerShare;
        uint256 setAsidePerRate;
        uint224 sharesPerRate;
        uint32 scale;
        uint128 payableNow;
        uint96 rate;
        uint32 syncedAt;
        uint224 leaving;
        uint32 leavingSince;
    }

    /// @notice All overflow, wei.
    function overflow(Book memory self) internal pure returns (uint256) {
        return uint256(self.owned) + self.unowned;
    }

    /// @notice Shares that the claims would have if every stream stayed as it was when it was synchronised, less one at
    /// most.
    function claimedShares(Book memory self) internal pure returns (uint256) {
        return (self.base + _times(self.rate, self.sharesPerRate).toInt256()).toUint256();
    }

    /// @notice What `shares` are worth, wei.
    function valueOf(Book memory self, uint256 shares, Math.Rounding rounding) internal pure returns (uint256) {
        if (shares >= self.shares) return self.owned;
        return Math.mulDiv(shares, self.owned, self.shares, rounding);
    }

    // ------------------------------------------------------------------------------------------- Money

    /// @notice Counts what the pool paid since the last time.
    /// @param income Wei so far.
    /// @param overflowTime What a stream of one wei per second that stayed has paid so far, wei times 1e18.
    function accrue(Book memory self, uint256 income, uint256 overflowTime) internal pure {
        uint256 gained = income - self.income;
        (uint256 shares, uint256 owned) = self.shares == 0 ? (WAD, 1) : (self.shares, self.owned);
        // Safe: 160 + 90 bits; 92 + 90 bits.
        self.shares += Math.mulDiv(gained, shares, owned, Math.Rounding.Ceil);
        self.sharesPerRate += Math.mulDiv(overflowTime - self.overflowTime, shares, owned).toUint224();
        self.owned = _saturate(self.owned + gained);
        self.income = income.toUint160();
        self.overflowTime = overflowTime.toUint96();
    }

    /// @notice Takes out `amount` wei for the sinks, of which `back` come back as income of the escrow's own unit.
    /// What is nobody's goes first.
    function drain(Book memory self, uint256 amount, uint256 back) internal pure {
        uint256 left = Math.saturatingSub(amount, back);
        uint256 fromUnowned = Math.min(left, self.unowned);
        self.owned -= (left - fromUnowned).toUint128();
        self.unowned = _saturate(self.unowned - fromUnowned + Math.saturatingSub(back, amount));
        self.income += back.toUint160();
    }

    /// @notice Sets aside for the claims as much of `excess` as they own. The same part of the shares that nobody claims
    /// becomes unowned: nobody can come later and take it.
    /// @return amount Wei that leave the overflow.
    function release(Book memory self, uint256 excess) internal pure returns (uint256 amount) {
        // Rates that have ended may claim more than there is; they must not make the others' part smaller.
        uint256 sharesUp = claimedShares(self) + 1;
        uint256 held = Math.min(sharesUp, self.shares);
        if (held == 0 || sharesUp == 1 || excess == 0) return 0;
        uint256 perShare =
            Math.min(_mulDivSaturating(excess, PER_SHARE, held), Math.mulDiv(self.owned, PER_SHARE, self.shares));
        amount = Math.mulShr(held, perShare, PER_SHARE_BITS, Math.Rounding.Ceil);
        uint256 taken = Math.mulShr(self.shares, perShare, PER_SHARE_BITS, Math.Rounding.Ceil);

        self.owned -= taken.toUint128();
        self.unowned = _saturate(self.unowned + taken - amount);
        self.setAside = _saturate(self.setAside + amount);
        self.claimed = Math.saturatingAdd(self.claimed, _mulDivSaturating(sharesUp, perShare, PER_SHARE) + 1);
        self.setAsidePerShare += perShare;
        self.setAsidePerRate += Math.mulShr(self.sharesPerRate, perShare, PER_SHARE_BITS - PER_RATE_BITS);
    }

    /// @notice Ends as many scales as it takes that a wei buys no more than 1e27 shares. Must run before the book is stored.
    /// @param ends `setAsidePerShare` at the end of each scale that has ended.
    function rescale(Book memory self, mapping(uint256 scale => uint256) storage ends) internal {
        if (self.owned == 0 && self.shares != 0) {
            ends[self.scale] = self.setAsidePerShare;
            self.scale += SCALES_TO_ZERO.toUint32();
            (self.shares, self.base, self.sharesPerRate) = (0, 0, 0);
        }
        while (self.shares > self.owned * MAX_SHARES_PER_WEI) {
            ends[self.scale] = self.setAsidePerShare;
            ++self.scale;
            // The claims round down when they follow; what they have together must not become more than this.
            uint256 sharesUp = Math.ceilDiv(claimedShares(self) + 1, SCALE) + 1;
            self.shares = Math.ceilDiv(self.shares, SCALE);
            self.sharesPerRate /= SCALE;
            self.base = sharesUp.toInt256() - _times(self.rate, self.sharesPerRate).toInt256();
        }
    }

    // ------------------------------------------------------------------------------------------- Claims

    /// @notice Brings a claim up to date and lets it continue at `rate`.
    /// @param ends See `rescale`.
    /// @param stayed Whether the stream certainly had the claim's rate ever since it was last synchronised. If not,
    /// nothing counts that the claim would have earned since; what it had is still its own.
    function sync(
        Book memory self,
        Claim memory claim,
        mapping(uint256 scale => uint256) storage ends,
        bool stayed,
        uint96 rate
    ) internal view {
        // Through the end of a scale, what its rate bought is rounded anew; what it leaves would be less than one too low.
        if (claim.scale != self.scale && claim.rate != 0) ++self.base;
        (uint256 forShares, uint256 forRate) = _follow(self, claim, ends);
        uint256 asked = Math.saturatingAdd(claim.payableNow, Math.saturatingAdd(forShares, forRate));
        uint256 earned = stayed ? asked : Math.saturatingAdd(claim.payableNow, forShares);
        claim.payableNow = Math.min(earned, self.setAside).toUint128();
        self.claimed = Math.saturatingAdd(Math.saturatingSub(self.claimed, asked), claim.payableNow);
        // What was set aside and nobody claims any more.
        uint256 unclaimed = Math.saturatingSub(self.setAside, self.claimed);
        self.setAside -= unclaimed.toUint128();
        self.unowned = _saturate(self.unowned + unclaimed);

        self.base -= _baseOf(claim);
        if (stayed) {
            claim.shares += _times(claim.rate, Math.saturatingSub(self.sharesPerRate, claim.sharesPerRate));
        }
        self.rate = self.rate - claim.rate + rate;
        claim.rate = rate;
        claim.sharesPerRate = self.sharesPerRate;
        claim.setAsidePerShare = self.setAsidePerShare;
        claim.setAsidePerRate = self.setAsidePerRate;
        claim.syncedAt = block.timestamp.toUint32();
        self.base += _baseOf(claim);
    }

    /// @notice Takes `shares` of a synchronised claim out of the overflow: they end, and what they are worth is the claim's
    /// own. Nobody else's part changes, but for less than one wei of all.
    /// @return value Wei that leave the overflow.
    function redeem(Book memory self, Claim memory claim, uint256 shares) internal pure returns (uint256 value) {
        value = valueOf(self, shares, Math.Rounding.Floor);
        self.shares = Math.saturatingSub(self.shares, shares);
        self.base -= shares.toInt256();
        claim.shares -= shares;
        claim.leaving = 0;
        claim.leavingSince = 0;
        claim.payableNow = _saturate(claim.payableNow + value);
        self.setAside = _saturate(self.setAside + value);
        self.claimed = Math.saturatingAdd(self.claimed, value);
        // Rounding would raise the price for who stays; above its maximum the rest is nobody's.
        uint256 left = self.owned - value;
        self.owned = Math.min(left, self.shares / WAD).toUint128();
        self.unowned = _saturate(self.unowned + left - self.owned);
    }

    /// @notice Takes out what is the claim's own, to be paid.
    /// @return amount Wei.
    function pay(Book memory self, Claim memory claim) internal pure returns (uint128 amount) {
        amount = claim.payableNow;
        claim.payableNow = 0;
        self.setAside -= amount;
        self.claimed = Math.saturatingSub(self.claimed, amount);
    }

    // ------------------------------------------------------------------------------------------- Private

    /// @dev Follows the book through the scales that ended since the claim was synchronised, and adds up what was set
    /// aside meanwhile: for the shares that it had, and for those that its rate bought since.
    function _follow(Book memory self, Claim memory claim, mapping(uint256 scale => uint256) storage ends)
        private
        view
        returns (uint256 forShares, uint256 forRate)
    {
        uint256 start = claim.setAsidePerShare;
        // What was set aside for what the rate had bought before counts in `forShares`.
        uint256 before;
        bool caughtUp;
        while (!caughtUp) {
            // What is next to nothing stays so, and needs no look at the scales in between.
            caughtUp = claim.scale == self.scale || (claim.shares == 0 && claim.sharesPerRate < 2);
            uint256 end = caughtUp ? self.setAsidePerShare : ends[claim.scale];
            // A scale that was skipped has no end.
            if (end > start) {
                forShares += Math.mulShr(claim.shares, end - start, PER_SHARE_BITS);
                before += Math.mulShr(
                    claim.sharesPerRate, end - start, PER_SHARE_BITS - PER_RATE_BITS, Math.Rounding.Ceil
                );
                start = end;
            }
            if (!caughtUp) _enterNextScale(claim);
        }
        claim.scale = self.scale;
        uint256 perRate = Math.saturatingSub(self.setAsidePerRate - claim.setAsidePerRate, before);
        forRate = _mulDivSaturating(claim.rate, perRate, WAD << PER_RATE_BITS);
    }

    /// @dev In favour of the book: a claim has less, and its rate had bought more before.
    function _enterNextScale(Claim memory claim) private pure {
        claim.shares /= SCALE;
        claim.leaving /= SCALE;
        claim.sharesPerRate = Math.ceilDiv(claim.sharesPerRate, SCALE).toUint224();
        ++claim.scale;
    }

    function _baseOf(Claim memory claim) private pure returns (int256) {
        return claim.shares.toInt256() - _times(claim.rate, claim.sharesPerRate).toInt256();
    }

    /// @dev Shares of `rate`.
    function _times(uint256 rate, uint256 sharesPerRate) private pure returns (uint256) {
        return Math.mulDiv(rate, sharesPerRate, WAD);
    }

    function _saturate(uint256 value) private pure returns (uint128) {
        return Math.min(value, type(uint128).max).toUint128();
    }

    /// @dev For products that a pretended rate could make as large as it likes. A quarter of the range, so that sums of
    /// a few fit.
    function _mulDivSaturating(uint256 a, uint256 b, uint256 denominator) private pure returns (uint256) {
        (uint256 high,) = Math.mul512(a, b);
        uint256 max = type(uint256).max >> 2;
        return high >= denominator ? max : Math.min(Math.mulDiv(a, b, denominator), max);
    }
}
