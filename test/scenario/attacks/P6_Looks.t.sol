// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { FlashSource } from "../../utils/FlashSource.sol";
import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice P6 and P8: who decides what flows in. Money does; a rate that exists while somebody looks decides nothing, and
/// strangers who poke delay nothing.
/// forge-config: default.fuzz.runs = 4
/// forge-config: ci.fuzz.runs = 16
/// forge-config: deep.fuzz.runs = 160
contract P6LooksTest is MoneyAttackTest {
    uint64 private constant CAPACITY = 1000;
    uint256 private constant FULL = CAPACITY * uint256(UNIT_RATE);

    /// @dev P6: the inflow falls from ten times the capacity to just the capacity; the escrow's units are nine tenths too
    /// many, and the attacker makes the rate ten times as high whenever a keeper looks, for the length of that look.
    function testFuzz_P6_ABracketedStream_VetoesNothing(uint256 every, uint256 pretended) external {
        every = bound(every, DELAY, EPOCH);
        address sink = _newSink(id, "sink", CAPACITY);
        address source = _honest("source", 10 * FULL);
        _confirmInflow(id);
        skip(EPOCH);
        _changeRate(source, FULL);
        FlashSource attacker = _flashSource();
        pretended = bound(pretended, 9 * FULL - FULL / 100, 9 * FULL);

        uint256 before = _paidTo(sink);
        uint256 began = block.timestamp;
        while (block.timestamp < began + 1 hours) {
            skip(every);
            attacker.flash(pretended, new address[](0));
        }
        uint256 parts = (_paidTo(sink) - before) * 1000 / (FULL * (block.timestamp - began));
        _print("P6: what the sink got in the hour, parts in 1000 of its due", parts);
        assertGe(parts, 950);
        _assertConserved();
    }

    /// @dev P8: the inflow rises tenfold. Strangers poke whenever they like, and look whenever they like; somebody looks at
    /// least every 12 s. 36 s after the change no unit is paid above the cap.
    function testFuzz_P8_StrangersDelayNothing(
        uint256 before,
        uint256[8] memory pokes,
        uint256[8] memory looks,
        uint256 late
    ) external {
        _newSink(id, "sink", CAPACITY);
        address source = _honest("source", bound(before, FULL / 10, FULL));
        _confirmInflow(id);
        skip(bound(late, 0, 2 * EPOCH));
        _rebalance(id);
        skip(late % DELAY);
        _stream(id, source, 10 * FULL);
        uint256 changed = block.timestamp;
        uint256 above;

        // Every second of the next 36 somebody may poke or look; a keeper looks every 12, whatever its phase.
        for (uint256 second = 1; second <= 36; ++second) {
            vm.warp(changed + second);
            for (uint256 i; i < 8; ++i) {
                if (pokes[i] % 36 + 1 == second) _poke(id);
                if (looks[i] % 36 + 1 == second) _rebalance(id);
            }
            if (second % DELAY == late % DELAY) _rebalance(id);
            if (pool.spotPrice(id) > UNIT_RATE) above = second;
        }
        _rebalance(id);
        _print("P8: last second in which a unit was paid above the cap", above);
        _print("P8: price 36 s later, parts in 1000 of the cap", pool.spotPrice(id) * 1000 / UNIT_RATE);
        assertLe(pool.spotPrice(id), UNIT_RATE);
        // And no later: nobody needs to come again.
        skip(EPOCH);
        assertLe(pool.spotPrice(id), UNIT_RATE);
        _assertConserved();
    }

    /// @dev What remains: real money for 12 s, recorded, then gone, and nobody looks for `wait` seconds. What the sinks miss is
    /// less than what the attacker spent on them, and waits for them in the escrow.
    function testFuzz_P6_RealMoneyForTwelveSeconds(uint256 rate, uint256 wait) external {
        address sink = _newSink(id, "sink", CAPACITY);
        _honest("source", FULL / 2);
        _confirmInflow(id);
        rate = bound(rate, FULL, 10 * FULL);
        wait = bound(wait, DELAY, 5 * EPOCH);
        address attacker = _newSource(id, "attacker", rate);
        _rebalance(id);
        uint256 paidBefore = _paidTo(sink);
        skip(DELAY);
        _rebalance(id);
        _stream(id, attacker, 0);
        uint256 gained = _paidTo(sink) - paidBefore - FULL / 2 * DELAY;
        paidBefore = _paidTo(sink);
        uint256 waiting = escrow.overflowOf(id);
        skip(wait);
        uint256 missed = FULL / 2 * wait - (_paidTo(sink) - paidBefore);
        _print("P6: spent by the attacker, wei", rate * DELAY);
        _print("P6: paid to the sinks of it, wei", gained);
        _print("P6: missed by the sinks, wei", missed);
        assertLe(missed, rate * wait * CAPACITY / (CAPACITY + rate / UNIT_RATE) + FULL, "(wait / 12) * U / (U + A / q)");
        assertApproxEqAbs(escrow.overflowOf(id) - waiting, missed, FULL, "it waits for them");
        _assertConserved();
    }
}
