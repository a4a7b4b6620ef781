// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice Money row H2: two accounts that take turns used to get back what one that stays could not. Who stays can ask for
/// its shares, and waits as long.
contract MHTakingTurnsTest is MoneyAttackTest {
    uint64 private constant CAPACITY = 1000;
    uint256 private constant FULL = CAPACITY * uint256(UNIT_RATE);

    function test_MH2_StayingIsAsGoodAsTakingTurns() external {
        _newSink(id, "sink", CAPACITY);
        address[2] memory turns = [_honest("turn 0", 2 * FULL), _honest("turn 1", 0)];
        address stays = _honest("stays", 2 * FULL);
        _confirmInflow(id);
        for (uint256 i; i < 10; ++i) {
            vm.prank(stays);
            escrow.requestReturn(id);
            skip(HORIZON);
            _changeRate(turns[i % 2], 0);
            _changeRate(turns[(i + 1) % 2], 2 * FULL);
            escrow.syncSource(id, stays);
            escrow.syncSource(id, turns[(i + 1) % 2]);
        }
        uint256 back = escrow.returnedOf(id, turns[0]) + escrow.returnedOf(id, turns[1]);
        _print("MH2: back to two that take turns, wei", back);
        _print("MH2: back to one that stays and asks, wei", escrow.returnedOf(id, stays));
        assertGt(back, 0);
        assertGe(escrow.returnedOf(id, stays) * 100, back * 99);
        _assertConserved();
    }
}
