// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { AttackTest } from "../../utils/AttackTest.sol";

/// @notice Row T: how fast three strikes can come. They were once three assessments in three epochs, for which the last second
/// of one, the next, and the first of a third are enough. Now each needs a window of its own.
contract StrikesAttackTest is AttackTest {
    uint256 private dead;
    uint256 private firstAt;
    uint256 private slashedAt;

    /// @dev Somebody assesses twelve times an epoch, as soon as an assessment could count.
    function _epoch() internal override {
        _signalAll();
        for (uint256 i; i < 12; ++i) {
            skip(EPOCH / 12);
            _rebalance(id);
            if (slashedAt == 0) _assessOften();
        }
        _workAll();
        _acknowledgeAll();
    }

    function _assessOften() private {
        uint256 slashed = stakes.assess(id, agents[dead].sink);
        if (firstAt == 0 && tracker.ledgerOf(id, agents[dead].sink).strikes != 0) firstAt = block.timestamp;
        if (slashed != 0) slashedAt = block.timestamp;
    }

    function test_T_ThreeStrikesTakeTwoReceiptIntervals_HoweverOftenSomebodyAssesses() external {
        _addAgents(5, 100);
        dead = _addAgent(100, 0);
        _addPayer(540 * Q);
        _epochs(60);
        assertGt(slashedAt, 0, "slashed");
        _printPlain("T: from the first strike to the slash, seconds", slashedAt - firstAt);
        _printPlain("T: from joining to the slash, seconds", slashedAt - START);
        assertGe(slashedAt - firstAt, 2 * _parameters().receiptEpochs * EPOCH, "two windows after the first");
    }
}
