// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { Test } from "forge-std/Test.sol";

import { ReturnShares } from "../../src/libraries/ReturnShares.sol";

/// @notice Random histories of a book against a model without shares: every source has its own purse, and whatever
/// happens to the overflow happens to each purse's part of it, one by one.
contract ReturnSharesFuzzTest is Test {
    using ReturnShares for ReturnShares.Book;

    /// @dev The model counts in 2^-64 wei.
    uint256 private constant ONE = 1 << 64;
    /// @dev A power of two, as all units here are, so that every rate divides.
    uint256 private constant MAX_UNITS = 128;
    uint256 private constant SOURCES = 3;
    uint256 private constant LIARS = 2;
    uint256 private constant CLAIMS = SOURCES + LIARS;

    /// @param rate What it really streams, wei per second.
    /// @param valid Whether it was synchronised since its last change.
    /// @param had Money in the overflow that it had when it was last synchronised.
    /// @param earned Money in the overflow since then.
    /// @param sure Money set aside for what it had.
    /// @param pending Money set aside for what it earned.
    struct Source {
        uint256 rate;
        bool valid;
        uint256 had;
        uint256 earned;
        uint256 sure;
        uint256 pending;
    }

    /// @param nobodys Money in the overflow that streams paid in nobody's name.
    /// @param escrowUnits, totalUnits The share of every stream that overflows.
    /// @param income, overflowTime What a pool would report.
    /// @param given, drained, paid Sums, wei.
    /// @param operations How often something was rounded.
    struct Model {
        Source[SOURCES] sources;
        uint256 nobodys;
        uint256 escrowUnits;
        uint256 totalUnits;
        uint256 income;
        uint256 overflowTime;
        uint256 given;
        uint256 drained;
        uint256 paid;
        uint256 operations;
        bool lied;
    }

    ReturnShares.Book private _book;
    ReturnShares.Claim[CLAIMS] private _claims;
    mapping(uint256 scale => uint256) private _ends;
    Model private _model;

    // ------------------------------------------------------------------------------------------- Histories

    /// @dev Rates to 10^20 wei per second, hours between calls: what each gets is what the model says, but for rounding.
    /// forge-config: default.fuzz.runs = 16
    /// forge-config: ci.fuzz.runs = 64
    /// forge-config: deep.fuzz.runs = 10000
    function testFuzz_MatchesSeparatePurses(uint256[32] memory steps) external {
        vm.pauseGasMetering();
        _begin(1e20);
        for (uint256 i; i < steps.length; ++i) {
            _act(steps[i], 1e20, 1e26);
            _compare();
        }
        _syncAll();
        _compare();
    }

    /// @dev The same with streams of a few wei.
    /// forge-config: default.fuzz.runs = 8
    /// forge-config: ci.fuzz.runs = 32
    /// forge-config: deep.fuzz.runs = 10000
    function testFuzz_MatchesSeparatePurses_Dust(uint256[32] memory steps) external {
        vm.pauseGasMetering();
        _begin(20);
        for (uint256 i; i < steps.length; ++i) {
            _act(steps[i], 20, 1000);
            _compare();
        }
        _syncAll();
        _compare();
    }

    /// @dev Whatever anybody pretends, at any magnitude: nothing reverts, nothing is paid twice, and all that is held is
    /// somebody's, exactly.
    /// forge-config: default.fuzz.runs = 16
    /// forge-config: ci.fuzz.runs = 64
    /// forge-config: deep.fuzz.runs = 10000
    function testFuzz_IsSolventAtAnyMagnitude(uint256[48] memory steps) external {
        vm.pauseGasMetering();
        uint256 maxRate = 1 << (steps[0] % 88);
        uint256 maxMoney = 1 << (1 + (steps[1] % 110));
        _begin(maxRate);
        for (uint256 i; i < steps.length; ++i) {
            _act(steps[i], maxRate, maxMoney);
            _assertSolvent();
        }
        _syncAll();
        _assertSolvent();
    }

    // ------------------------------------------------------------------------------------------- Single facts

    /// @dev Of two sources the one that paid for three times as long, or at three times the rate, gets three times as much.
    function testFuzz_SharesAreMoneyPaid(uint256 rate, uint256 time, uint256 excess) external {
        rate = bound(rate, 1, 1e20);
        time = bound(time, 1, 30 days);
        _model.escrowUnits = _model.totalUnits = 1;
        _change(0, rate);
        _change(1, 3 * rate);
        _pass(time);
        ReturnShares.Book memory book = _accrued();
        uint256 amount = book.release(bound(excess, 4, 4 * _paid(rate, time)));
        _write(book);
        uint256 first = _sync(0);
        uint256 second = _sync(1);
        assertApproxEqAbs(first, amount / 4, 1 + amount / 1e15);
        assertApproxEqAbs(second, amount * 3 / 4, 1 + amount / 1e15);
        assertLe(first + second, amount);
    }

    /// @dev Money buys rounded up, so that many looks at a price that does not divide never leave claims without cover.
    function testFuzz_ClaimsAreCoveredHoweverOftenSomebodyLooks(uint64 drained, uint32 rate, uint8 looks) external {
        ReturnShares.Book memory book;
        ReturnShares.Claim memory claim;
        book.accrue(type(uint64).max, 1e18);
        book.drain(drained, 0);
        book.rescale(_ends);
        uint256 nobodys = book.shares;
        book.sync(claim, _ends, false, rate);
        for (uint256 i; i < looks; ++i) {
            book.accrue(book.income + rate, book.overflowTime + 1e18);
        }
        assertLe(book.claimedShares(), book.shares - nobodys + 2, "the first wei were nobody's");
    }

    /// @dev However much is drained, a newcomer's wei is worth a wei.
    function testFuzz_ANewcomerBuysAtThePriceOfTheDay(uint256 rate, uint256 drained, uint256 time) external {
        rate = bound(rate, 1e12, 1e20);
        time = bound(time, 1 hours, 30 days);
        _model.escrowUnits = _model.totalUnits = 1;
        _change(0, rate);
        _pass(time);
        ReturnShares.Book memory book = _accrued();
        book.drain(bound(drained, 0, book.owned - 1), 0);
        uint256 old = book.owned;
        _write(book);
        _change(0, 0);
        _change(1, rate);
        _pass(time);
        _assertHeld(0, old, 2);
        _assertHeld(1, _paid(rate, time), 2);
    }

    /// @dev When shares get too cheap they are counted anew; nobody's part changes and nothing is paid.
    function testFuzz_AScaleEnds(uint256 rate, uint256 time, uint256 left) external {
        rate = bound(rate, 1e15, 1e20);
        time = bound(time, 1 hours, 30 days);
        _model.escrowUnits = _model.totalUnits = 1;
        _change(0, rate);
        _pass(time);
        ReturnShares.Book memory book = _accrued();
        uint256 released = book.release(_paid(rate, time) / 2);
        left = bound(left, 1, _paid(rate, time) / 2 / 1e9 - 1);
        book.drain(book.owned - left, 0);
        _write(book);
        assertGe(_book.scale, 1);
        assertEq(_book.owned, left);

        _change(1, rate);
        _pass(time);
        assertApproxEqAbs(_sync(0), released, 2, "what was released, and not what is left");
        _assertHeld(0, left + _paid(rate, time), 2);
        _assertHeld(1, _paid(rate, time), 2);
    }

    /// @dev Each claim that follows through the end of a scale is rounded anew. What the claims have together is unsigned: if
    /// it fell below zero by what rounding took, nobody could release any more, and no scale could end.
    function testFuzz_AScaleEnds_AndAllLeave(uint32 fraction) external {
        ReturnShares.Book memory book;
        ReturnShares.Claim[] memory claims = new ReturnShares.Claim[](30);
        uint96 rate = 1e15 - uint96(fraction) * 7919;
        for (uint256 i; i < claims.length; ++i) {
            book.sync(claims[i], _ends, false, rate);
        }
        for (uint256 i = 1; i <= 3; ++i) {
            // Five more stream, whom nobody ever synchronises.
            book.accrue(uint256(rate) * 35_000 * i, 1000e18 * i);
            book.drain(book.overflow() / 3, 0);
        }
        for (uint256 i; i < claims.length; ++i) {
            book.sync(claims[i], _ends, true, rate - fraction);
        }
        book.drain(book.overflow() - 5e8, 0);
        book.rescale(_ends);
        assertEq(book.scale, 1, "a scale ended");
        for (uint256 i; i < claims.length; ++i) {
            book.sync(claims[i], _ends, true, 0);
            book.redeem(claims[i], claims[i].shares);
            book.pay(claims[i]);
        }
        assertLe(book.claimedShares(), 2 + 2 * claims.length, "nothing is left, but for what rounds up");
    }

    function testFuzz_AScaleEnds_AboveABillionSharesPerWei(uint256 owned) external {
        owned = bound(owned, 1, type(uint96).max);
        ReturnShares.Book memory book;
        book.owned = uint128(owned);
        book.shares = owned * 1e27;
        book.rescale(_ends);
        assertEq(book.scale, 0);
        assertEq(book.shares, owned * 1e27);

        ++book.shares;
        book.rescale(_ends);
        assertEq(book.scale, 1);
        assertEq(book.shares, owned * 1e18 + 1, "rounded up");
    }

    /// @dev A drain that leaves nothing makes all shares worthless, for good.
    function testFuzz_AfterNothingWasLeft_NewMoneyIsTheNewSources(uint256 rate, uint256 time, uint256 more) external {
        rate = bound(rate, 1, 1e20);
        time = bound(time, 1, 30 days);
        more = bound(more, 1, 30 days);
        _model.escrowUnits = _model.totalUnits = 1;
        _change(0, rate);
        _pass(time);
        ReturnShares.Book memory book = _accrued();
        book.drain(book.owned, 0);
        _write(book);
        _changeSilently(0, 0);
        _change(1, rate);
        _pass(more);
        _assertHeld(0, 0, 0);
        _assertHeld(1, _paid(rate, more), 1);
    }

    /// @dev What rates that have ended claim has no end; a release must not fail of it.
    function testFuzz_PretendedClaims_DoNotBlockReleases(uint256 pretended, uint256 excess) external pure {
        ReturnShares.Book memory book;
        book.owned = type(uint128).max;
        book.shares = uint256(type(uint128).max) * 1e18;
        book.base = int256(bound(pretended, 1 << 254, uint256(type(int256).max) - 1));
        excess = bound(excess, 1e20, 1e30);
        for (uint256 i; i < 8; ++i) {
            assertApproxEqRel(book.release(excess), excess, 1e9);
        }
        assertGe(book.claimed, book.setAside);
    }

    /// @dev However often a part is drained and refilled, nobody but the sinks gets what a source paid.
    function testFuzz_ManyDrainsTakeOnlyWhatTheyTake(uint256 rate, uint256 time, uint256 part) external {
        rate = bound(rate, 1e15, 1e20);
        time = bound(time, 1 minutes, 1 days);
        part = bound(part, 0.3e18, 0.9e18);
        _model.escrowUnits = _model.totalUnits = 1;
        _change(0, rate);
        uint256 expected;
        for (uint256 i; i < 70; ++i) {
            _pass(time);
            expected += _paid(rate, time);
            ReturnShares.Book memory book = _accrued();
            uint256 drained = book.overflow() * part / 1e18;
            book.drain(drained, 0);
            expected -= drained;
            _write(book);
            _sync(0);
            _assertHeld(0, expected, 100);
        }
        assertGe(_book.scale, 1, "it came to that");
    }

    /// @dev Sums that no token has: nothing reverts, and what is beyond counts for nobody.
    function testFuzz_AmountsStopAtTheEndOfTheirRange(uint160 income, uint96 rate, uint256 more) external {
        ReturnShares.Book memory book;
        ReturnShares.Claim memory claim;
        book.sync(claim, _ends, false, rate);
        book.accrue(income, 1e18);
        book.rescale(_ends);
        book.accrue(bound(more, income, type(uint160).max), 2e18);
        book.release(book.overflow());
        book.rescale(_ends);
        book.sync(claim, _ends, true, 0);
        book.redeem(claim, claim.shares);
        book.pay(claim);
        book.drain(book.overflow(), 0);
        book.rescale(_ends);
        assertEq(book.overflow(), 0);
    }

    /// @dev What `_change` to `rate` pays in `time`.
    function _paid(uint256 rate, uint256 time) private pure returns (uint256) {
        return rate * MAX_UNITS * time;
    }

    // ------------------------------------------------------------------------------------------- Actions

    function _begin(uint256 maxRate) private {
        (_model.escrowUnits, _model.totalUnits) = (1, 1);
        for (uint256 i; i < SOURCES; ++i) {
            _change(i, 1 + uint256(keccak256(abi.encode(maxRate, i))) % maxRate);
        }
    }

    function _act(uint256 seed, uint256 maxRate, uint256 maxMoney) private {
        uint256 action = seed % 14;
        uint256 pick = (seed >> 8) % SOURCES;
        uint256 value = seed >> 16;
        _pass(value % 4 == 0 ? 0 : (value >> 3) % (value % 4 == 1 ? 10 : 3 hours));
        if (action < 2) _sync(pick);
        else if (action < 4) _change(pick, (value >> 20) % (maxRate + 1));
        else if (action == 4) _changeSilently(pick, (value >> 20) % (maxRate + 1));
        else if (action == 5) _lie(SOURCES + value % LIARS, bound(value, 1, maxRate * 1000));
        else if (action == 6) _sync(SOURCES + value % LIARS);
        else if (action < 9) _release(value, maxMoney);
        else if (action == 9) _drain(value);
        else if (action == 10) _donate(value % (maxMoney + 1));
        else if (action == 11) _syncAndRedeem(pick, value % 3 == 0 ? 1e18 : value % 1e18);
        else if (action == 12) _pulse(pick, (value >> 20) % (maxRate + 1), value % 3);
        else _moveUnits(value);
    }

    /// @dev Streams pay each account what overflows of them, to the second.
    function _pass(uint256 time) private {
        uint256 sum;
        for (uint256 i; i < SOURCES; ++i) {
            sum += _model.sources[i].rate;
        }
        // Superfluid pays whole wei per unit; the model's units divide every sum of rates.
        uint256 overflowed = sum * time * _model.escrowUnits / _model.totalUnits;
        _model.income += overflowed;
        _model.overflowTime += time * 1e18 * _model.escrowUnits / _model.totalUnits;
        for (uint256 i; i < SOURCES && sum != 0; ++i) {
            Source storage source = _model.sources[i];
            uint256 part = Math.mulDiv(overflowed * ONE, source.rate, sum);
            if (source.valid) source.earned += part;
            else _model.nobodys += part;
        }
    }

    /// @dev As pools do it: the fraction of a second's flow that overflows changes.
    function _moveUnits(uint256 seed) private {
        _write(_accrued());
        _model.totalUnits = 1;
        _model.escrowUnits = 1;
        for (uint256 i; i < seed % 8; ++i) {
            _model.totalUnits *= 2;
        }
    }

    function _change(uint256 i, uint256 rate) private {
        _sync(i);
        _changeSilently(i, rate);
        _sync(i);
    }

    function _changeSilently(uint256 i, uint256 rate) private {
        _model.sources[i].rate = rate * MAX_UNITS;
        _model.sources[i].valid = false;
    }

    function _sync(uint256 i) private returns (uint256 paid) {
        return _syncAndRedeem(i, 0);
    }

    /// @dev `part` of its shares, in 1e18ths, return.
    function _syncAndRedeem(uint256 i, uint256 part) private returns (uint256 paid) {
        ++_model.operations;
        ReturnShares.Book memory book = _accrued();
        ReturnShares.Claim memory claim = _claims[i];
        bool source = i < SOURCES;
        bool stayed = source && _model.sources[i].valid;
        book.sync(claim, _ends, stayed, source ? uint96(_model.sources[i].rate) : 0);
        if (source) _syncModel(_model.sources[i]);
        uint256 shares = claim.shares;
        uint256 returned = part == 0 ? 0 : book.redeem(claim, Math.mulDiv(shares, part, 1e18));
        if (source && shares != 0) {
            uint256 had = _model.sources[i].had;
            _model.sources[i].had = had - Math.mulDiv(had, Math.mulDiv(shares, part, 1e18), shares);
        }
        paid = book.pay(claim);
        assertGe(paid, returned);
        _model.paid += paid;
        _claims[i] = claim;
        _write(book);
    }

    function _syncModel(Source storage source) private {
        if (source.valid) source.had += source.earned;
        else _model.nobodys += source.earned;
        (source.earned, source.sure, source.pending, source.valid) = (0, 0, 0, true);
    }

    /// @dev A stream that exists while it is synchronised and at no other time.
    function _lie(uint256 i, uint256 rate) private {
        _model.lied = true;
        ReturnShares.Book memory book = _accrued();
        ReturnShares.Claim memory claim = _claims[i];
        book.sync(claim, _ends, false, uint96(Math.min(rate, type(uint96).max / 2)));
        assertEq(claim.shares + claim.payableNow, 0, "a lie is worth nothing");
        _claims[i] = claim;
        _write(book);
    }

    /// @dev A stream that lasts for some seconds, which nobody sees.
    function _pulse(uint256 i, uint256 rate, uint256 time) private {
        uint256 before = _model.sources[i].rate;
        _changeSilently(i, rate);
        _pass(time);
        _changeSilently(i, before / MAX_UNITS);
    }

    /// @dev Nobody's, so that it changes nobody's part.
    function _donate(uint256 amount) private {
        _book.unowned += uint128(amount);
        _model.given += amount;
    }

    function _drain(uint256 seed) private {
        ++_model.operations;
        ReturnShares.Book memory book = _accrued();
        uint256 amount = seed % 3 == 0 ? book.overflow() : bound(seed, 0, book.overflow());
        uint256 back = seed % 5 == 0 ? amount / 7 : 0;
        uint256 before = book.owned;
        uint256 fromUnowned = Math.min(amount - back, book.unowned);
        uint256 unowned = book.unowned - fromUnowned;
        book.drain(amount, back);
        _scaleModel(before - (amount - back - fromUnowned), before);
        _model.drained += amount;
        _model.income += back;
        assertEq(book.unowned, unowned, "nobody's money first");
        _write(book);
    }

    function _release(uint256 seed, uint256 maxMoney) private {
        ++_model.operations;
        ReturnShares.Book memory book = _accrued();
        uint256 excess = seed % 3 == 0 ? book.overflow() : Math.min(book.overflow(), seed % (maxMoney + 1));
        uint256 before = book.owned;
        uint256 amount = book.release(excess);
        // The last wei is rounded up.
        assertLe(amount, excess + 1, "no more than the excess");
        _releaseModel(before, before - book.owned);
        _write(book);
    }

    function _syncAll() private {
        for (uint256 i; i < CLAIMS; ++i) {
            _sync(i);
        }
        // Everybody has been asked: nothing may be kept for somebody who is not there, but for what rounding keeps, at each
        // step and of each claim at the end of each scale.
        assertLe(_book.setAside, 2 * (_model.operations + CLAIMS * _book.scale));
    }

    // ------------------------------------------------------------------------------------------- Model

    /// @dev All purses alike.
    function _scaleModel(uint256 to, uint256 from) private {
        if (from == 0) return;
        for (uint256 i; i < SOURCES; ++i) {
            Source storage source = _model.sources[i];
            source.had = Math.mulDiv(source.had, to, from);
            source.earned = Math.mulDiv(source.earned, to, from);
        }
        _model.nobodys = Math.mulDiv(_model.nobodys, to, from);
    }

    function _releaseModel(uint256 owned, uint256 taken) private {
        if (taken == 0) return;
        for (uint256 i; i < SOURCES; ++i) {
            Source storage source = _model.sources[i];
            uint256 fromHad = Math.mulDiv(source.had, taken, owned);
            uint256 fromEarned = Math.mulDiv(source.earned, taken, owned);
            source.had -= fromHad;
            source.earned -= fromEarned;
            source.sure += fromHad;
            source.pending += fromEarned;
        }
        _model.nobodys -= Math.mulDiv(_model.nobodys, taken, owned);
    }

    // ------------------------------------------------------------------------------------------- Book

    function _accrued() private view returns (ReturnShares.Book memory book) {
        book = _book;
        book.accrue(_model.income, _model.overflowTime);
    }

    function _write(ReturnShares.Book memory book) private {
        book.rescale(_ends);
        _model.income = book.income;
        _book = book;
    }

    function _heldBy(uint256 i) private view returns (uint256 held, uint256 payableNow) {
        ReturnShares.Book memory book = _accrued();
        ReturnShares.Claim memory claim = _claims[i];
        bool valid = i < SOURCES && _model.sources[i].valid;
        book.sync(claim, _ends, valid, claim.rate);
        return (book.valueOf(claim.shares, Math.Rounding.Floor), claim.payableNow);
    }

    // ------------------------------------------------------------------------------------------- Assertions

    function _compare() private {
        _write(_accrued());
        for (uint256 i; i < SOURCES; ++i) {
            Source storage source = _model.sources[i];
            (uint256 held, uint256 payableNow) = _heldBy(i);
            _assertClose(held, source.had + (source.valid ? source.earned : 0), "held");
            _assertClose(payableNow, source.sure + (source.valid ? source.pending : 0), "payable");
        }
        _assertSolvent();
    }

    /// @dev A wei or two at each step.
    function _assertClose(uint256 actual, uint256 expected, string memory what) private view {
        assertApproxEqAbs(actual, expected / ONE, 2 * _model.operations, what);
    }

    function _assertHeld(uint256 i, uint256 expected, uint256 tolerance) private view {
        (uint256 held,) = _heldBy(i);
        assertApproxEqAbs(held, expected, tolerance);
    }

    /// @dev Exactly, whatever was pretended: what came in is there or was paid, and if everybody is settled and paid, in
    /// this order or the other, what is set aside suffices.
    function _assertSolvent() private view {
        ReturnShares.Book memory book = _accrued();
        assertEq(
            book.overflow() + book.setAside + _model.drained + _model.paid, _model.income + _model.given, "every wei"
        );
        uint256 held;
        for (uint256 i; i < CLAIMS; ++i) {
            (uint256 one,) = _heldBy(i);
            held += one;
        }
        assertLe(held, book.owned, "the sum of all claims is no more than there is");
        assertLe(_payAll(false), book.setAside);
        assertEq(_payAll(true), _payAll(false), "in any order");
    }

    function _payAll(bool backwards) private view returns (uint256 paid) {
        ReturnShares.Book memory book = _accrued();
        for (uint256 i; i < CLAIMS; ++i) {
            uint256 pick = backwards ? CLAIMS - 1 - i : i;
            ReturnShares.Claim memory claim = _claims[pick];
            bool valid = pick < SOURCES && _model.sources[pick].valid;
            book.sync(claim, _ends, valid, claim.rate);
            paid += book.pay(claim);
        }
    }
}
