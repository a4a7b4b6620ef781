// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICompletionTracker } from "../../../src/interfaces/ICompletionTracker.sol";
import { TrackerTest } from "./TrackerTest.sol";

/// @notice Windows worked out by hand. Two sinks of 1,000 units and the escrow's one unit are paid 2.5e13 wei per second
/// and unit, so in each interval of 300 s both sinks are paid 7.5e18 wei and the pool pays 15e18. All of it takes part,
/// P = 1, unless a test says otherwise; so the floor of the standard is 1/2. With s acknowledged of the pool's pay
///
///     sigma = max(s, 1/2)     phi = 0.95 * sigma - 0.05     debit = 7.5e18 * phi / sigma     credit = proved / sigma
///
/// @dev Each test begins with a window that has just closed, with nothing owed. The tracker is told a capacity of 10 units:
/// the grace is 10 * 120 = 1,200 unit-seconds, and from 10 * 360 * 0.9 = 3,240 above it on a backlog is beyond the horizon.
contract WindowTest is TrackerTest {
    uint256 private constant TOLD = 10;
    uint256 private constant GRACE = 1200;
    uint256 private constant RATE_PER_UNIT = 2.5e13;
    uint256 private constant PAID = 7.5e18;
    uint256 private constant UNITS = 2001;

    uint256 private otherKey;
    uint256 private silentKey;

    function setUp() public override {
        super.setUp();
        (, otherKey) = _addOther();
        (, silentKey) = makeAddrAndKey("silent");
        // Two steps, so that nothing is left over from the split among fewer units.
        _setStream(id, source, 0);
        _setStream(id, source, UNITS * RATE_PER_UNIT);
        skip(INTERVAL);
        _submit(id, _receipt(id, sourceKey, sinkKey, type(uint128).max));
        _submit(id, _receipt(id, sourceKey, otherKey, type(uint128).max));
        _close();

        assertEq(_payPerSecond(), 1000 * RATE_PER_UNIT, "what this file reckons with");
        assertEq(_ledger().openedAt, block.timestamp, "the window has just been closed");
        assertEq(_ledger().owed, 0);
        assertEq(_ledger().acknowledged, _received(sink), "and everything acknowledged");
    }

    /// @dev s = 7.5 / 15 = 1/2; phi = 0.475 - 0.05 = 0.425; owed 7.5e18 * 0.425 / 0.5 = 6.375e18. Backlog 6.375e18 / 1e14.
    function test_WhenOnlyAnotherSinkIsAcknowledged() external {
        skip(INTERVAL);
        _prove(otherKey, 7.5e18);
        vm.expectEmit(address(tracker));
        emit ICompletionTracker.WindowClosed(id, sink, 1e18, 0.5e18, 6.375e18, 1);
        assertEq(_close(), 63_750 - GRACE, "backlog");
        _assertLedger(6.375e18, 0, PAID, 1);
    }

    /// @dev s is 1e-18 below 1/2, so sigma is the floor.
    function test_WhenLessIsAcknowledgedThanHalfOfWhatTakesPart() external {
        skip(INTERVAL);
        _prove(otherKey, 7.5e18 - 1);
        assertEq(_close(), 63_750 - GRACE, "far beyond the horizon");
        _assertLedger(6.375e18, 0, PAID, 0);
    }

    /// @dev s = (3 + 7.5) / 15 = 0.7; phi = 0.615; debit 6,589,285,714,285,714,285 (down), credit 3e18 / 0.7 =
    /// 4,285,714,285,714,285,715 (up). It owes 23,035 unit-seconds, beyond the horizon, but has earned more.
    function test_WhenTheSinkHasEarnedMoreThanItOwes() external {
        skip(INTERVAL);
        _prove(sinkKey, 3e18);
        _prove(otherKey, 7.5e18);
        assertEq(_close(), 23_035 - GRACE);
        _assertLedger(2_303_571_428_571_428_570, 4_285_714_285_714_285_715, PAID, 0);
    }

    /// @dev s = (1.5 + 7.5) / 15 = 0.6; phi = 0.52; debit 7.5e18 * 0.52 / 0.6 = 6.5e18, credit 1.5e18 / 0.6 = 2.5e18.
    function test_WhenTheSinkHasEarnedLessThanItOwes() external {
        skip(INTERVAL);
        _prove(sinkKey, 1.5e18);
        _prove(otherKey, 7.5e18);
        assertEq(_close(), 40_000 - GRACE);
        _assertLedger(4e18, 2.5e18, PAID, 1);
    }

    // ------------------------------------------------------------------------------------------- Given the sink owes

    /// @dev From 6.375e18. s = (4.5 + 7.5) / 15 = 0.8; phi = 0.71; debit 7.5e18 * 0.71 / 0.8 = 6.65625e18, credit
    /// 4.5e18 / 0.8 = 5.625e18: owed 6.375 + 6.65625 - 5.625 = 7.40625e18.
    function test_GivenTheSinkOwes_WhenItProvesLessThanIsExpected() external {
        _oweAfterTwoWindows();
        _assertLedger(7.40625e18, 5.625e18, 2 * PAID, 2);
    }

    /// @dev s = (15 + 7.5) / 15, at most 1; phi = 0.9; debit 6.75e18, credit 15e18: 7.40625 + 6.75 - 15 < 0.
    function test_GivenTheSinkOwes_WhenItProvesMoreThanItOwes() external {
        _oweAfterTwoWindows();
        skip(INTERVAL);
        _prove(sinkKey, 15e18);
        _prove(otherKey, 7.5e18);
        assertEq(_close(), 0);
        _assertLedger(0, 0, 0, 0);
    }

    /// @dev Received 15e18: the doubt is 1.5e18, less than half of what is owed. Owed after it 5.90625e18 of 11.53125e18, which
    /// is 21/41: unearned 15e18 * 21 / 41 = 7,682,926,829,268,292,682, and a tenth 768,292,682,926,829,268.
    function test_GivenTheSinkOwes_WhenItLeaves() external {
        _oweAfterTwoWindows();
        assertEq(tracker.exitChargeOf(id, sink), 8_451_219_512_195_121_950);
        (bool ready, uint256 amount) = _judgeAsRegistry(0, true);
        assertTrue(ready);
        assertEq(amount, 8_451_219_512_195_121_950);
        _assertLedger(0, 0, 0, 0);
    }

    /// @dev 7.40625e18 of 13.03125e18 is 79/139: unearned 15e18 * 79 / 139 = 8,525,179,856,115,107,913, and a tenth
    /// 852,517,985,611,510,791.
    function test_GivenTheSinkOwes_WhenItTakesAPartOfItsBondAndStays() external {
        _oweAfterTwoWindows();
        (bool ready, uint256 amount) = _judgeAsRegistry(TOLD, true);
        assertTrue(ready);
        assertEq(amount, 9_377_697_841_726_618_704);
        _assertLedger(0, 0, 0, 0);
    }

    /// @dev s = 1/2 again: 7.40625 + 6.375 = 13.78125e18 owed and 5.625e18 earned of 22.5e18; 13.78125 of 19.40625 is 49/69:
    /// unearned 22.5e18 * 49 / 69 = 15,978,260,869,565,217,391, and a tenth 1,597,826,086,956,521,739.
    function test_GivenTheSinkOwes_WhenItIsStruckForTheThirdTime() external {
        _oweAfterTwoWindows();
        skip(INTERVAL);
        _prove(otherKey, 7.5e18);
        _close();
        _assertLedger(13.78125e18, 5.625e18, 3 * PAID, 3);

        (bool ready, uint256 amount) = _judgeAsRegistry(TOLD, false);

        assertTrue(ready);
        assertEq(amount, 17_576_086_956_521_739_130);
        _assertLedger(0, 0, 0, 0);
    }

    /// @dev Four intervals of silence pay 60e18, of which one interval's 15e18 takes part: P = 1/4. Of 6.375e18 what is
    /// acknowledged, 2e18, counts at par. The 30e18 that it was paid meanwhile are no pay: 7.5e18 stay.
    function test_GivenTheSinkOwes_WhenItsWindowSaysNothing() external {
        _oweAfterOneWindow();
        skip(4 * INTERVAL);
        _prove(sinkKey, 2e18);
        vm.expectEmit(address(tracker));
        emit ICompletionTracker.WindowDropped(id, sink, 4.375e18);
        assertEq(_close(), 43_750 - GRACE);
        _assertLedger(4.375e18, 0, PAID, 1);
    }

    function test_GivenTheSinkOwes_WhenItsWindowSaysNothingAndReceiptsCoverWhatItOwes() external {
        _oweAfterTwoWindows();
        skip(4 * INTERVAL);
        // It owes 7.40625e18.
        _prove(sinkKey, 7.5e18);
        assertEq(_close(), 0);
        _assertLedger(0, 0, 0, 2);
    }

    // ------------------------------------------------------------------------------------------- Receipts in lumps

    /// @dev 22.5e18 acknowledged of 15e18 paid: 7.5e18 are left for the next window. There one wei comes, s = 7.5 / 15 = 1/2.
    function test_WhenMoreIsAcknowledgedThanTheWindowPaid() external {
        _oweAfterTwoWindows();
        skip(INTERVAL);
        _prove(sinkKey, 15e18);
        _prove(otherKey, 7.5e18);
        _close();
        _assertCarried(7.5e18);

        skip(INTERVAL);
        _prove(otherKey, 1);
        vm.expectEmit(address(tracker));
        emit ICompletionTracker.WindowClosed(id, sink, 1e18, 0.5e18, 6.375e18, 1);
        _close();
        _assertCarried(0);
    }

    /// @dev Three windows close with a wei each, then all comes in the fourth: 60e18 of 15e18 paid, and 3 wei came before. Of
    /// the 45e18 - 3 above one window's pay counts in the next, no more.
    function test_WhenMoreIsAcknowledgedThanTwoWindowsPaid() external {
        for (uint256 i = 1; i <= 3; ++i) {
            skip(INTERVAL);
            _prove(otherKey, 1);
            _close();
            _assertLedger(i * 6.375e18, 0, i * PAID, 0);
        }
        skip(INTERVAL);
        _prove(sinkKey, 30e18);
        _prove(otherKey, 30e18 - 3);
        _close();
        _assertCarried(15e18);
    }

    // ------------------------------------------------------------------------------------------- Quorum

    /// @dev Both streams pay 2,000 of their 2,001 units to sinks: 1 of 1 + 2 takes part.
    function test_WhenAThirdOfThePayTakesPart() external {
        _streamSilently(2 * RATE_PER_UNIT);
        skip(INTERVAL);
        _prove(otherKey, 1);
        _close();
        assertEq(_ledger().openedAt, block.timestamp, "closed");
    }

    /// @dev 2,001 of 2,000 * (1 + 2.003) is 0.3332, even if the escrow's unit counted in full.
    function test_WhenLessThanAThirdOfThePayTakesPart() external {
        _streamSilently(RATE_PER_UNIT * 2003 / 1000);
        uint256 openedAt = _ledger().openedAt;
        skip(INTERVAL);
        _prove(otherKey, 1);
        assertEq(_close(), 0);
        assertEq(_ledger().openedAt, openedAt, "open");
    }

    /// @dev In intervals of 15e18. Checkpoints at 4 and 8. Ten are silent; the receipt at 10 counts one of them.
    ///     at 10   window from 8: 1/2      look from 4: 1/6      dropped, for it is two intervals old
    ///     at 11   window from 10: 1       look from 4: 2/7      left open
    ///     at 12   window from 10: 1       look from 8: 3/4      judged
    function test_WhenTooLittleTookPartOverTheLongLook() external {
        (, uint256 before) = tracker.totalsOf(id);
        skip(4 * INTERVAL);
        _close();
        skip(4 * INTERVAL);
        _close();
        skip(2 * INTERVAL);
        _prove(otherKey, 1);
        (, uint256 participating) = tracker.totalsOf(id);
        assertApproxEqRel(participating - before, 15e18, 0.001e18, "one interval of ten");
        vm.expectEmit(address(tracker));
        emit ICompletionTracker.WindowDropped(id, sink, 0);
        _close();

        uint256 openedAt = _ledger().openedAt;
        skip(INTERVAL);
        _prove(otherKey, 1);
        _close();
        assertEq(_ledger().openedAt, openedAt, "open");
        assertFalse(tracker.verified(id));
        assertApproxEqRel(tracker.participationOf(id), uint256(2e18) / 7, 0.001e18);

        skip(INTERVAL);
        _prove(otherKey, 1);
        _close();
        assertEq(_ledger().openedAt, block.timestamp, "judged");
        assertTrue(tracker.verified(id));
        assertApproxEqRel(tracker.participationOf(id), 0.75e18, 0.001e18);
        _assertLedger(2 * 6.375e18, 0, 2 * PAID, 0);
    }

    /// @dev In 100 s it was paid 2.5e18 by one source and as much by the other. One acknowledges 4e18 of that, so 1e18 is left.
    function test_WhenTwoSourcesAcknowledgeMoreThanASinkWasPaid() external {
        _streamSilently(RATE_PER_UNIT);
        skip(100);
        _prove(sinkKey, 4e18);
        ICompletionTracker.Receipt memory receipt = _receipt(id, silentKey, sinkKey, type(uint128).max);
        assertEq(_submit(id, receipt), 1);
        assertEq(tracker.completedOf(id, vm.addr(silentKey), sink), 1e18);
        _assertSkipped(id, receipt, ICompletionTracker.Skipped.NothingPaid);
        assertEq(_ledger().acknowledged, _received(sink));
    }

    // ------------------------------------------------------------------------------------------- Helpers

    function _oweAfterOneWindow() private {
        skip(INTERVAL);
        _prove(otherKey, 7.5e18);
        _close();
    }

    function _oweAfterTwoWindows() private {
        _oweAfterOneWindow();
        skip(INTERVAL);
        _prove(sinkKey, 4.5e18);
        _prove(otherKey, 7.5e18);
        assertEq(_close(), 74_062 - GRACE);
    }

    function _streamSilently(uint256 ratePerUnit) private {
        _openStream(id, "silent", UNITS * ratePerUnit);
    }

    /// @notice The source acknowledges `amount` more wei.
    function _prove(uint256 key, uint256 amount) private {
        uint256 before = tracker.completedOf(id, source, vm.addr(key));
        _submit(id, _receipt(id, sourceKey, key, uint128(before + amount)));
        assertEq(tracker.completedOf(id, source, vm.addr(key)), before + amount, "all of it counts");
    }

    function _close() private returns (uint256 backlog) {
        vm.prank(address(registry));
        backlog = tracker.settle(id, sink, TOLD * 1e9);
    }

    function _payPerSecond() private view returns (uint256) {
        return uint256(uint96(distributionPool.getMemberFlowRate(sink)));
    }

    /// @param received What the sink was paid since nothing was owed for the last time.
    function _assertLedger(uint256 owed, uint256 earned, uint256 received, uint256 strikes) private view {
        ICompletionTracker.Ledger memory ledger = _ledger();
        assertEq(ledger.owed, owed, "owed");
        assertEq(ledger.earned, earned, "earned");
        assertEq(ledger.receivedMark - ledger.clearReceived, received, "received");
        assertEq(ledger.strikes, strikes, "strikes");
    }

    function _assertCarried(uint256 amount) private view {
        (uint256 acknowledged,) = tracker.totalsOf(id);
        assertEq(acknowledged - _ledger().poolAcknowledgedMark, amount, "carried into the next window");
    }
}
