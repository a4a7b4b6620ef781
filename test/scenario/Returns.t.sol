// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeParameters } from "../../src/types/TaskType.sol";
import { FlashSource } from "../utils/FlashSource.sol";
import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice Overflow returns to the sources in proportion to what they paid, whoever synchronises whom, and when.
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
contract ReturnsScenarioTest is LedgerTest {
    address private _steady;
    address private _late;
    address private _changing;
    address private _liquidated;
    FlashSource private _flashing;

    /// @dev Rates from ten to a hundred tokens per second: more than `bufferMax` within minutes, with no sink to pay.
    function testFuzz_FiveKindsOfSources_GetTheirShareOfWhatTheyStreamed(
        uint256[5] memory rates,
        uint256 lateness,
        uint256 changeAt,
        uint256 flashed
    ) external {
        for (uint256 i; i < 5; ++i) {
            rates[i] = bound(rates[i], 10e18, 100e18);
        }
        _open(rates);
        _live(rates, bound(lateness, 1, 20 minutes), bound(changeAt, 1, 10 minutes));
        uint256 overflow = escrow.overflowOf(id);
        address[4] memory sources = [_steady, _late, _changing, _liquidated];
        uint256[4] memory streamed = _counted();

        _flashing.flashAndRelease(bound(flashed, 1e18, 1e24));
        assertEq(_payTo(address(_flashing)), 0, "a flash is worth nothing");

        // The pool is empty, so everything goes back but what the liquidated source paid after it was last seen.
        uint256 total = streamed[0] + streamed[1] + streamed[2] + streamed[3];
        for (uint256 i; i < 4; ++i) {
            assertApproxEqRel(_payTo(sources[i]), streamed[i], 1e6, "what it paid, to a millionth of a millionth");
        }
        assertApproxEqRel(escrow.overflowOf(id), overflow - total, 1e9, "only nobody's money stays");
        _assertConserved();
    }

    // ------------------------------------------------------------------------------------------- Thefts

    /// @dev The first theft: who synchronised only itself used to get everybody's excess.
    function testFuzz_WhoSynchronisesOnlyItself_GetsOnlyItsOwn(uint256 rate, uint256 small, uint256 time) external {
        rate = bound(rate, 1e18, 1e20);
        small = bound(small, 1e12, 1e15);
        time = bound(time, 1 hours, 10 hours);
        _newSink(id, "sink", 1000);
        address victim = _newSource(id, "victim", rate);
        _confirmInflow(id);
        address thief = _newSource(id, "thief", small);
        escrow.syncSource(id, thief);
        skip(time);
        escrow.syncSource(id, thief);
        if (escrow.releasable(id) != 0) escrow.release(id);
        assertLe(_payTo(thief), small * time, "what it streamed, at the most");

        // The victim comes late and still has what it earned from now on; nobody took it out of the escrow.
        assertGt(escrow.overflowOf(id), (rate - 1000 * uint256(UNIT_RATE)) * time - small * time);
        escrow.syncSource(id, victim);
        uint256 before = escrow.overflowOf(id);
        skip(time);
        (uint256 held,) = escrow.claimOf(id, victim);
        assertApproxEqRel(held, escrow.overflowOf(id) - before, 0.001e18);
        _assertConserved();
    }

    /// @dev The second: two hours after the others stopped, a newcomer used to be the only one known.
    function testFuzz_ANewcomerAfterHours_TakesNothingFromThoseWhoLeft(uint256 rate, uint256 idle, uint256 time)
        external
    {
        rate = bound(rate, 1e18, 1e20);
        time = bound(time, 1 hours, 10 hours);
        address early = _synced("early", rate);
        skip(time);
        _closeSynced(early);
        uint256 paid = rate * time;
        skip(bound(idle, 2 hours, 365 days));

        address newcomer = _synced("newcomer", 1e15);
        skip(1 minutes);
        escrow.syncSource(id, newcomer);
        escrow.release(id);
        assertApproxEqAbs(_payTo(newcomer), 1e15 * 1 minutes, 1e4);
        assertApproxEqRel(_payTo(early), paid, 1e6);
        _assertConserved();
    }

    /// @dev Nor does a rate that existed for one transaction only reduce or delay what anybody gets.
    function testFuzz_PretendedRates_TakeNothingAndDelayNothing(uint256 rate, uint256[3] memory pretended, uint256 time)
        external
    {
        rate = bound(rate, 1e15, 1e20);
        time = bound(time, 30 minutes, 10 hours);
        address honest = _synced("honest", rate);
        FlashSource[3] memory liars;
        for (uint256 i; i < 3; ++i) {
            liars[i] = new FlashSource(sf.host, sf.gda, registry, pool, escrow, id);
            _giveTokens(address(liars[i]), SOURCE_BALANCE);
            liars[i].flashAndSync(bound(pretended[i], 1e18, 1e24));
        }
        skip(time);
        escrow.release(id);
        assertApproxEqRel(_payTo(honest), rate * time, 1e6, "all of it, at once");
        for (uint256 i; i < 3; ++i) {
            assertEq(_payTo(address(liars[i])), 0);
        }
        assertEq(escrow.setAsideOf(id) / 1e6, 0, "what they pretended is not kept");
        _assertConserved();
    }

    function testFuzz_ARateOfTheMoment_DoesNotRaiseAClaim(uint256 rate, uint256 raised, uint256 time) external {
        rate = bound(rate, 1e18, 1e20);
        _steady = _synced("steady", rate);
        _changing = _synced("changing", rate);
        skip(bound(time, 1 minutes, 1 hours));
        _change(_changing, bound(raised, 10, 1000) * rate);
        (uint256 steady,) = escrow.claimOf(id, _steady);
        (uint256 changing,) = escrow.claimOf(id, _changing);
        assertApproxEqAbs(changing, steady, 1);
    }

    // ------------------------------------------------------------------------------------------- Whose it is

    /// @dev Money of a source that nobody synchronised is nobody's: it pays sinks and is never released.
    function testFuzz_UnsynchronisedOverflow_WaitsForTheSinks(uint256 known, uint256 unknown, uint256 time) external {
        known = bound(known, 1e18, 1e20);
        unknown = bound(unknown, 1e18, 1e20);
        time = bound(time, 1 hours, 10 hours);
        address source = _synced("known", known);
        _newSource(id, "unknown", unknown);
        skip(time);
        escrow.release(id);
        assertApproxEqRel(_payTo(source), known * time, 1e6);
        assertApproxEqRel(escrow.overflowOf(id), unknown * time, 1e6, "the rest stays");
        assertLe(escrow.releasable(id), 1e6, "for good");

        // A sink takes it first, before anything that is somebody's.
        skip(1 hours);
        _closeSynced(source);
        _stream(id, books[id].sources[1], 0);
        uint256 claimed = _heldBy(source);
        _newSink(id, "sink", 100);
        _confirmInflow(id);
        skip(EPOCH);
        assertGt(escrow.drain(id), 0);
        assertGe(_heldBy(source), claimed, "somebody's money goes last");
        _assertConserved();
    }

    /// @dev A source that changes or is liquidated without being synchronised loses the time since; nobody else does.
    function testFuzz_AChangeWithoutSynchronising_CostsOnlyTheTimeSince(
        uint256[3] memory rates,
        uint256 before,
        uint256 later
    ) external {
        for (uint256 i; i < 3; ++i) {
            rates[i] = bound(rates[i], 1e18, 1e20);
        }
        before = bound(before, 1 minutes, 10 hours);
        later = bound(later, 1 hours, 10 hours);
        _steady = _synced("steady", rates[0]);
        _changing = _synced("changing", rates[1]);
        skip(before);
        escrow.syncSource(id, _changing);
        skip(later);
        // It pretends to go on although it stopped: even a release in between changes nothing.
        _stream(id, _changing, rates[2] + 1e15);
        skip(later);
        escrow.release(id);
        assertApproxEqRel(_payTo(_changing), rates[1] * before, 1e6, "what was seen");
        assertApproxEqRel(_payTo(_steady), rates[0] * (before + 2 * later), 1e6, "untouched");
        assertLe(escrow.setAsideOf(id), 10, "what was set aside for the time since is overflow again");
        _assertConserved();
    }

    /// @dev What a sink is slashed, or somebody gives, is nobody's: it changes no source's part and waits for the sinks.
    function testFuzz_Donations_GoToNoSource(uint256[2] memory rates, uint256 amount, uint256 time) external {
        rates[0] = bound(rates[0], 1e18, 1e20);
        rates[1] = bound(rates[1], 1e18, 1e20);
        time = bound(time, 1 hours, 10 hours);
        amount = bound(amount, 0, 1e26);
        address first = _synced("first", rates[0]);
        address second = _synced("second", rates[1]);
        skip(time);
        _donate(id, stranger, amount);
        skip(1);
        escrow.release(id);
        assertApproxEqRel(_payTo(first), rates[0] * (time + 1), 1e6);
        assertApproxEqRel(_payTo(second), rates[1] * (time + 1), 1e6);
        assertApproxEqAbs(escrow.overflowOf(id), amount, 3 * time, "all of it stays");
        _assertConserved();
    }

    /// @dev A drain of all leaves old shares next to nothing, and what comes then is the new source's.
    function testFuzz_AfterAFullDrain_NewMoneyIsTheNewSources(uint256 rate, uint256 time, uint256 again) external {
        rate = bound(rate, 1e15, 1e17);
        time = bound(time, 1, EPOCH);
        again = bound(again, 31 minutes, 1 days);
        address old = _synced("old", rate);
        skip(time);
        address sink = _newSink(id, "sink", 100_000);
        _closeSynced(old);
        _confirmInflow(id);
        skip(EPOCH);
        escrow.drain(id);
        uint256 left = escrow.overflowOf(id);
        vm.prank(sink);
        registry.deregisterSink(id);

        address next = _synced("next", rate);
        skip(again);
        escrow.release(id);
        assertLe(_payTo(old), left, "the drain paid the sinks with the old money");
        assertApproxEqRel(_payTo(next), rate * again, 0.0001e18);
        _assertConserved();
    }

    /// @dev From one wei per second to 10^26 wei.
    function testFuzz_AnyMagnitude(uint256 rate, uint256 other, uint256 time) external {
        rate = bound(rate, 1, 1e22);
        other = bound(other, 1, 1e22);
        time = bound(time, 30 minutes, 10 hours);
        address first = _synced("first", rate);
        address second = _synced("second", other);
        skip(time);
        escrow.release(id);
        // A wei per second is nobody's.
        assertApproxEqAbs(_payTo(first), rate * time, 2 + time + rate * time / 1e12);
        assertApproxEqAbs(_payTo(second), other * time, 2 + time + other * time / 1e12);
        assertLe(escrow.overflowOf(id), 4 + 2 * time + (rate + other) / 1e18);
        _assertConserved();
    }

    // ------------------------------------------------------------------------------------------- Private

    /// @dev What the escrow may keep is another matter: here everything returns as soon as somebody asks.
    function _parameters() internal view override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.bufferMax = 0;
    }

    function _open(uint256[5] memory rates) private {
        _steady = _synced("steady", rates[0]);
        _changing = _synced("changing", rates[1]);
        _liquidated = makeAddr("liquidated");
        // Four hours' worth is Superfluid's deposit; the rest lasts for ten minutes.
        _giveTokens(_liquidated, rates[2] * (4 hours + 10 minutes));
        books[id].sources.push(_liquidated);
        _stream(id, _liquidated, rates[2]);
        escrow.syncSource(id, _liquidated);
        _flashing = new FlashSource(sf.host, sf.gda, registry, pool, escrow, id);
        _giveTokens(address(_flashing), SOURCE_BALANCE);
        books[id].sources.push(address(_flashing));
    }

    /// @dev Forty minutes: one source comes late, one changes its rate, one runs dry and is liquidated.
    function _live(uint256[5] memory rates, uint256 lateness, uint256 changeAt) private {
        uint256 began = block.timestamp;
        skip(changeAt);
        _change(_changing, rates[4]);

        vm.warp(began + 10 minutes);
        escrow.syncSource(id, _liquidated);
        vm.warp(began + 11 minutes);
        _liquidate(id, _liquidated);

        skip(lateness);
        _late = _synced("late", rates[3]);
        vm.warp(began + 40 minutes);
    }

    /// @dev What each streamed by the test's own count; a liquidated source's since its last synchronisation is lost.
    function _counted() private returns (uint256[4] memory streamed) {
        _streamed(id);
        streamed[0] = streams[id][_steady].streamed;
        streamed[1] = streams[id][_late].streamed;
        streamed[2] = streams[id][_changing].streamed;
        streamed[3] = streams[id][_liquidated].streamed * 10 / 11;
    }

    function _synced(string memory name, uint256 rate) private returns (address source) {
        source = _newSource(id, name, rate);
        escrow.syncSource(id, source);
    }

    function _change(address source, uint256 rate) private {
        escrow.syncSource(id, source);
        _stream(id, source, rate);
        escrow.syncSource(id, source);
    }

    function _closeSynced(address source) private {
        _change(source, 0);
    }

    function _heldBy(address source) private view returns (uint256 held) {
        (held,) = escrow.claimOf(id, source);
    }

    /// @dev What the source really receives, which is what was announced.
    function _payTo(address source) private returns (uint256 paid) {
        (, uint256 payableNow) = escrow.claimOf(id, source);
        (int256 before,,,) = superToken.realtimeBalanceOfNow(source);
        escrow.syncSource(id, source);
        (int256 afterwards,,,) = superToken.realtimeBalanceOfNow(source);
        paid = uint256(afterwards - before);
        assertEq(paid, payableNow, "payable now");
    }
}
