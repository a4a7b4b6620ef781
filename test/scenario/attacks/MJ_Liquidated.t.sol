// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice Money row J, which stays true: Superfluid tells when a stream changed last, not what it was before. A source that it
/// ends loses what it earned since it was last synchronised, to the sinks; what it had is safe. How much that is depends on how
/// often it is synchronised: its own receipts do that, and a keeper, once per epoch.
/// forge-config: default.fuzz.runs = 8
/// forge-config: deep.fuzz.runs = 80
contract MJLiquidatedTest is MoneyAttackTest {
    function testFuzz_MJ_WhatALiquidatedSourceLoses(uint256 rate, uint256 every) external {
        rate = bound(rate, 1e15, 1e17);
        every = bound(every, EPOCH, 1 hours);
        uint256 never = _lostOf("never synchronised", rate, 365 days);
        uint256 rarely = _lostOf("synchronised at times", rate, every);
        uint256 often = _lostOf("synchronised every epoch", rate, EPOCH);
        _print("MJ: lost of an hour's overflow, parts in 1000: never synchronised", never);
        _print("MJ: the same, synchronised every epoch", often);
        assertEq(never, 1000);
        assertLe(rarely, every * 1000 / 1 hours + 20);
        assertLe(often, 2 * EPOCH * 1000 / 1 hours);
        _assertConserved();
    }

    /// @return parts In 1000ths of what overflowed.
    function _lostOf(string memory name, uint256 rate, uint256 every) private returns (uint256 parts) {
        address source = makeAddr(name);
        // Four hours' worth is the deposit; what is left lasts an hour.
        _giveTokens(source, rate * 5 hours);
        books[id].sources.push(source);
        _stream(id, source, rate);
        escrow.syncSource(id, source);
        for (uint256 time; time + every <= 1 hours; time += every) {
            skip(every);
            escrow.syncSource(id, source);
        }
        skip(every <= 1 hours ? 1 hours % every + 1 : 1 hours + 1);
        _liquidate(id, source);
        uint256 streamed = streams[id][source].streamed;
        escrow.syncSource(id, source);
        skip(HORIZON);
        escrow.syncSource(id, source);
        parts = (streamed - escrow.returnedOf(id, source)) * 1000 / streamed;
    }
}
