// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice P4 and money row I2: gifts of more than any real supply. Counters stop at their end; every way out stays open.
/// forge-config: default.fuzz.runs = 4
/// forge-config: ci.fuzz.runs = 16
/// forge-config: deep.fuzz.runs = 160
contract MIHugeGiftsTest is MoneyAttackTest {
    function testFuzz_P4_MI2_EveryWayOutStaysOpen(uint256[2] memory gifts, bool throughThePool) external {
        address sink = _newSink(id, "sink", 1000);
        address source = _honest("source", 2000 * uint256(UNIT_RATE));
        uint256 depositId = _deposit(id, creator, 1000e18);
        _confirmInflow(id);
        skip(EPOCH);
        for (uint256 i; i < 2; ++i) {
            uint256 gift = bound(gifts[i], 1e33, 4e41);
            if (throughThePool) _gift(id, stranger, gift);
            else _donate(id, stranger, gift);
            skip(2);
            _print("P4, MI2: every way out open after a gift of so many wei", gift);
            _leaveTrial(sink, source, depositId);
            skip(EPOCH);
            _rebalance(id);
        }
        uint256 paid = pool.paidOf(id);
        skip(1 hours);
        assertGe(pool.paidOf(id), paid, "never falls");
        _leaveTrial(sink, source, depositId);
    }

    /// @dev All that anybody may want to do in order to leave.
    function _leaveTrial(address sink, address source, uint256 depositId) private {
        uint256 state = vm.snapshotState();
        _rebalance(id);
        escrow.syncSource(id, source);
        vm.prank(source);
        try escrow.requestReturn(id) { }
        catch {
            assertEq(_held(source), 0, "only for want of shares");
        }
        _setStream(id, source, 0);
        escrow.syncSource(id, source);
        if (escrow.releasable(id) != 0) escrow.release(id);
        escrow.syncSource(id, source);
        skip(HORIZON);
        escrow.syncSource(id, source);
        escrow.bookSource(id, source);
        vm.prank(creator);
        assertEq(escrow.withdrawDeposit(id, depositId), 1000e18);
        vm.startPrank(sink);
        registry.deregisterSink(id);
        stakes.requestUnstake(id, 1e18);
        vm.stopPrank();
        _rebalance(id);
        vm.revertToState(state);
    }
}
