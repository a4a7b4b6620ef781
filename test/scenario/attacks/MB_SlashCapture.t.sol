// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice Money row B: after a drain shares are cheap, and one block of a stream buys almost all of them. What is slashed next
/// is nobody's, so they are worth what was paid for them.
/// forge-config: default.fuzz.runs = 4
/// forge-config: ci.fuzz.runs = 16
/// forge-config: deep.fuzz.runs = 160
contract MBSlashCaptureTest is MoneyAttackTest {
    function testFuzz_MB_ASlashGoesToNoShare(uint64 capacity, uint256 rate, uint256 slashed) external {
        capacity = uint64(bound(capacity, 1e4, 1e6));
        slashed = bound(slashed, 1e18, 1000e18);
        address sink = _newSink(id, "sink", capacity);
        address old = _honest("old", uint256(capacity) * UNIT_RATE * 2);
        _confirmInflow(id);
        skip(EPOCH);
        _changeRate(old, 0);
        _confirmInflow(id);
        for (uint256 i; i < 10; ++i) {
            skip(EPOCH);
            if (escrow.drainable(id) != 0) escrow.drain(id);
        }

        address attacker = _honest("attacker", bound(rate, 1e17, 1e19));
        skip(2);
        _changeRate(attacker, 0);
        uint256 spent = streams[id][attacker].streamed;
        _slash(slashed);
        skip(HORIZON);
        escrow.syncSource(id, attacker);
        if (escrow.releasable(id) != 0) escrow.release(id);
        escrow.syncSource(id, attacker);
        _print("MB: spent, wei", spent);
        _print("MB: out, of a slash of 1 to 1000 tokens, wei", escrow.returnedOf(id, attacker));
        assertLe(escrow.returnedOf(id, attacker), spent);

        uint256 paid = _paidTo(sink);
        for (uint256 i; i < 3; ++i) {
            skip(EPOCH);
            if (escrow.drainable(id) != 0) escrow.drain(id);
        }
        assertGt(_paidTo(sink), paid, "the sinks get it");
        _assertConserved();
    }

    /// @dev As the stake manager pays it.
    function _slash(uint256 amount) private {
        _giveTokens(address(stakes), amount);
        vm.startPrank(address(stakes));
        superToken.transfer(address(escrow), amount);
        escrow.takeSlash(id, amount);
        vm.stopPrank();
        books[id].given += amount;
    }
}
