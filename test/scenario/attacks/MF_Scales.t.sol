// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice Money row F2: drains make shares cheap, and used to end them and pay at once what they owned. Now they are counted
/// anew: nothing returns before its time, and nobody empties a buffer.
/// forge-config: default.fuzz.runs = 4
/// forge-config: ci.fuzz.runs = 16
/// forge-config: deep.fuzz.runs = 160
contract MFScalesTest is MoneyAttackTest {
    function testFuzz_MF2_DrainsAndGifts_ReturnNothingEarly(uint64 capacity, uint256 rate, uint256 gift, uint256 drains)
        external
    {
        capacity = uint64(bound(capacity, 1e5, 1e6));
        drains = bound(drains, 1, 6);
        address source = _honest("source", bound(rate, 1e17, 4e18));
        skip(2 * EPOCH);
        _changeRate(source, 0);
        _newSink(id, "sink", capacity);
        _confirmInflow(id);
        for (uint256 i; i < drains; ++i) {
            _donate(id, stranger, bound(gift, 0, 1e9));
            if (escrow.drainable(id) != 0) escrow.drain(id);
            skip(12);
        }
        escrow.syncSource(id, source);
        _print("MF2: back long before its time, wei", escrow.returnedOf(id, source));
        assertEq(escrow.returnedOf(id, source), 0);
        uint256 held = _held(source);
        assertApproxEqAbs(held, escrow.bookOf(id).owned, 2, "all that is left of it is its own");
        skip(HORIZON);
        escrow.syncSource(id, source);
        assertEq(escrow.returnedOf(id, source), held);
        _print("MF2: scales that ended", escrow.bookOf(id).scale);
        _assertConserved();
    }
}
