// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Whose the overflow is
/// @notice Overflow is divided into shares. Money that comes in buys shares at their price, wei of owned overflow per
/// share; a drain lowers the price, a donation raises it, for all alike. A source earns the shares that its part of the
/// overflow buys, second by second, from the moment it is synchronised, as long as its stream stays as it was then.
/// `release` sets money aside per share, without a loop; synchronising one moves its part of that to its claim.
/// @dev Shares are counted in 1e18ths; one costs one wei in a new generation. A rate may have ended without anybody
/// telling (a stream within one transaction never paid anything), so what is set aside for a rate is paid only after the
/// chain has shown that the stream stayed; nothing that such rates pretend reduces what others get. All claims round
/// down, all totals that cover them round up.
library ReturnShares {
    using SafeCast for int256;
    using SafeCast for uint256;

    uint256 internal constant WAD = 1e18;

    /// @dev A generation of shares ends when one wei of owned overflow stands for more than this: a share has lost all
    /// but a billionth of its first price. What it still owns is set aside.
    uint256 internal constant MAX_SHARES_PER_WEI = 1e9 * WAD;

    /// @dev Binary digits behind the point of wei per share. What is set aside per rate has 32 of them, so that a rate
    /// times it stays within 256 bits: an overflow time has 92, shares per wei of overflow 60 and all wei 128.
    uint8 private constant PER_SHARE_BITS = 160;
    uint256 private constant PER_SHARE = 2 ** 160;
    uint8 private constant PER_RATE_BITS = 32;

    /// @param shares All shares of this generation. What streams paid that nobody synchronised bought shares too; they
    /// are nobody's.
    /// @param base Sum over the claims of `shares - rate * sharesPerRate`, so that `base + rate * sharesPerRate` is what
    /// the claims have now.
    /// @param sharesPerRate Shares that one wei per second has bought in this generation, times 1e18.
    /// @param setAsidePerShare Wei set aside per share so far, times 2^160. Never falls.
    /// @param setAsidePerRate Wei set aside so far for the shares that one wei per second had bought, times
    /// 1e18 * 2^32. Never falls.
    /// @param claimed Wei that the claims ask for of `setAside`: an upper bound.
    /// @param owned Wei of overflow that the shares divide.
    /// @param unowned Wei of overflow that is nobody's: it waits for the sinks and is never released.
    /// @param setAside Wei that left the overflow and wait for their sources.
    /// @param income Wei of the pool's income that are counted.
    /// @param rate Sum of the claims' rates, wei per second.
    /// @param overflowTime The pool's overflow time that is counted, seconds times 1e18.
    /// @param generation How often the shares became worthless.
    struct Book {
        uint256 shares;
        int256 base;
        uint256 sharesPerRate;
        uint256 setAsidePerShare;
        uint256 setAsidePerRate;
        uint256 claimed;
        uint128 owned;
        uint128 unowned;
        uint128 setAside;
        uint128 income;
        uint128 rate;
        uint96 overflowTime;
        uint32 generation;
    }

    /// @notice What one source had when it was last synchronised.
    /// @param shares Its shares.
    /// @param sharesPerRate, setAsidePerShare, setAsidePerRate The book's values then.
    /// @param payableNow Wei of `setAside` that are its own for certain.
    /// @param rate Its stream, wei per second.
    /// @param generation The book's generation then.
    struct Claim {
        uint256 shares;
        uint256 sharesPerRate;
        uint256 setAsidePerShare;
        uint256 setAsidePerRate;
        uint128 payableNow;
        uint96 rate;
        uint32 generation;
    }

    /// @notice All overflow, wei.
    function overflow(Book memory self) internal pure returns (uint256) {
        return uint256(self.owned) + self.unowned;
    }

    /// @notice Shares that the claims would have if every stream stayed as it was when it was synchronised.
    function claimedShares(Book memory self) internal pure returns (uint256) {
        return (self.base + _times(self.rate, self.sharesPerRate).toInt256()).toUint256();
    }

    /// @notice What `claim` could get of the overflow if all of it were released, wei, rounded down.
    function valueOf(Book memory self, Claim memory claim) internal pure returns (uint256) {
        if (self.shares == 0) return 0;
        return Math.min(_mulDivSaturating(claim.shares, self.owned, self.shares), self.owned);
    }

    // ------------------------------------------------------------------------------------------- Money

    /// @notice Counts what the pool paid since the last time.
    /// @param income Wei so far.
    /// @param overflowTime Integral so far of the share of a stream that overflows, seconds times 1e18.
    function accrue(Book memory self, uint256 income, uint256 overflowTime) internal pure {
        uint256 gained = income - self.income;
        // A new generation begins at one wei per share.
        (uint256 shares, uint256 owned) = self.shares == 0 ? (WAD, 1) : (self.shares, self.owned);
        self.shares += Math.mulDiv(gained, shares, owned, Math.Rounding.Ceil);
        self.sharesPerRate += Math.mulDiv(overflowTime - self.overflowTime, shares, owned);
        self.owned = (self.owned + gained).toUint128();
        self.income = income.toUint128();
        self.overflowTime = overflowTime.toUint96();
    }

    /// @notice Adds money that no stream paid: it belongs to all shares, to the next ones if there are none.
    function donate(Book memory self, uint256 amount) internal pure {
        self.owned = (self.owned + amount).toUint128();
    }

    /// @notice Takes out `amount` wei for the sinks, of which `back` come back as income of the escrow's own unit.
    /// Nobody's money goes first.
    /// @return released Wei that leave the overflow besides, for the sources, because their shares end; mostly 0.
    function drain(Book memory self, uint256 amount, uint256 back) internal pure returns (uint256 released) {
        uint256 left = Math.saturatingSub(amount, back);
        uint256 fromUnowned = Math.min(left, self.unowned);
        self.owned -= (left - fromUnowned).toUint128();
        self.unowned = (self.unowned - fromUnowned + Math.saturatingSub(back, amount)).toUint128();
        self.income = (self.income + back).toUint128();
        return _endIfWorthless(self);
    }

    /// @notice Sets aside for the claims as much of `excess` as they own. The same part of the shares that nobody claims
    /// becomes unowned: nobody can come later and take it.
    /// @return amount Wei that leave the overflow.
    function release(Book memory self, uint256 excess) internal pure returns (uint256 amount) {
        amount = _setAside(self, excess);
        amount += _endIfWorthless(self);
    }

    // ------------------------------------------------------------------------------------------- Claims

    /// @notice Brings a claim up to date and lets it continue at `rate`.
    /// @param endOfGeneration The book's `setAsidePerShare` when the claim's generation ended, if it has.
    /// @param stayed Whether the stream certainly had the claim's rate ever since it was last synchronised. If not,
    /// nothing counts that the claim would have earned since; what it had is still its own.
    /// @return unclaimed Wei set aside that nobody claims any more; they are overflow again, nobody's.
    function sync(Book memory self, Claim memory claim, uint256 endOfGeneration, bool stayed, uint96 rate)
        internal
        pure
        returns (uint256 unclaimed)
    {
        (uint256 forShares, uint256 forRate) = _setAsideFor(self, claim, endOfGeneration);
        uint256 asked = Math.saturatingAdd(claim.payableNow, Math.saturatingAdd(forShares, forRate));
        uint256 earned = stayed ? claim.payableNow + forShares + forRate : claim.payableNow + forShares;
        claim.payableNow = Math.min(earned, self.setAside).toUint128();
        self.claimed = Math.saturatingSub(self.claimed, asked) + claim.payableNow;
        unclaimed = Math.saturatingSub(self.setAside, self.claimed);
        self.setAside -= unclaimed.toUint128();
        self.unowned = (self.unowned + unclaimed).toUint128();

        if (claim.generation != self.generation) (claim.shares, claim.sharesPerRate) = (0, 0);
        self.base -= _baseOf(claim);
        if (stayed) claim.shares += _times(claim.rate, self.sharesPerRate - claim.sharesPerRate);
        self.rate = self.rate - claim.rate + rate;
        claim.rate = rate;
        claim.generation = self.generation;
        claim.sharesPerRate = self.sharesPerRate;
        claim.setAsidePerShare = self.setAsidePerShare;
        claim.setAsidePerRate = self.setAsidePerRate;
        self.base += _baseOf(claim);
    }

    /// @notice Takes out what is the claim's own, to be paid.
    /// @return amount Wei.
    function pay(Book memory self, Claim memory claim) internal pure returns (uint128 amount) {
        amount = claim.payableNow;
        claim.payableNow = 0;
        self.setAside -= amount;
        self.claimed -= amount;
    }

    // ------------------------------------------------------------------------------------------- Private

    /// @dev Wei set aside since the claim was synchronised: for the shares that it had then, and for those of its rate
    /// since.
    function _setAsideFor(Book memory self, Claim memory claim, uint256 endOfGeneration)
        private
        pure
        returns (uint256 forShares, uint256 forRate)
    {
        uint256 end = claim.generation == self.generation ? self.setAsidePerShare : endOfGeneration;
        uint256 perShare = end - claim.setAsidePerShare;
        forShares = Math.mulShr(claim.shares, perShare, PER_SHARE_BITS);
        // The rate had bought `claim.sharesPerRate` before; what was set aside for those counts as `forShares`.
        uint256 before = Math.mulShr(claim.sharesPerRate, perShare, PER_SHARE_BITS - PER_RATE_BITS, Math.Rounding.Ceil);
        uint256 perRate = Math.saturatingSub(self.setAsidePerRate - claim.setAsidePerRate, before);
        forRate = _mulDivSaturating(claim.rate, perRate, WAD << PER_RATE_BITS);
    }

    function _baseOf(Claim memory claim) private pure returns (int256) {
        return claim.shares.toInt256() - _times(claim.rate, claim.sharesPerRate).toInt256();
    }

    /// @dev Shares of `rate`. Fits: an overflow time has 92 bits, shares per wei 90, so that `sharesPerRate` has 182.
    function _times(uint256 rate, uint256 sharesPerRate) private pure returns (uint256) {
        return Math.mulDiv(rate, sharesPerRate, WAD);
    }

    function _setAside(Book memory self, uint256 excess) private pure returns (uint256 amount) {
        uint256 asked = claimedShares(self);
        // Rates that have ended may claim more than there is; they must not make the others' part smaller.
        uint256 held = Math.min(asked, self.shares);
        if (held == 0) return 0;
        uint256 perShare =
            Math.min(_mulDivSaturating(excess, PER_SHARE, held), Math.mulDiv(self.owned, PER_SHARE, self.shares));
        amount = Math.mulShr(held, perShare, PER_SHARE_BITS, Math.Rounding.Ceil);
        uint256 taken = Math.mulShr(self.shares, perShare, PER_SHARE_BITS, Math.Rounding.Ceil);

        self.owned -= taken.toUint128();
        self.unowned = (self.unowned + taken - amount).toUint128();
        self.setAside = (self.setAside + amount).toUint128();
        // One more than the claims: `claimedShares` rounds down.
        self.claimed = Math.saturatingAdd(self.claimed, _mulDivSaturating(asked + 1, perShare, PER_SHARE) + 1);
        self.setAsidePerShare += perShare;
        self.setAsidePerRate += Math.mulShr(self.sharesPerRate, perShare, PER_SHARE_BITS - PER_RATE_BITS);
    }

    /// @dev Drains make shares ever cheaper, and numbers have an end. What the shares still own, which may be much, is set
    /// aside first: it is not the next generation's.
    function _endIfWorthless(Book memory self) private pure returns (uint256 released) {
        if (self.shares <= self.owned * MAX_SHARES_PER_WEI) return 0;
        released = _setAside(self, self.owned);
        self.unowned += self.owned;
        self.owned = 0;
        self.shares = 0;
        self.base = 0;
        self.sharesPerRate = 0;
        ++self.generation;
    }

    /// @dev For products that a pretended rate could make as large as it likes. A quarter of the range, so that sums of
    /// a few fit.
    function _mulDivSaturating(uint256 a, uint256 b, uint256 denominator) private pure returns (uint256) {
        (uint256 high,) = Math.mul512(a, b);
        uint256 max = type(uint256).max >> 2;
        return high >= denominator ? max : Math.min(Math.mulDiv(a, b, denominator), max);
    }
}
