// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { EconomyTest } from "../utils/EconomyTest.sol";

/// @notice A payer's money reaches only agents that deliver, and an honest agent is safe from withheld acknowledgements.
contract VerificationTest is EconomyTest {
    uint256 private constant Q = UNIT_RATE;
    uint256 private constant RECEIPT_EPOCHS = 5;

    function _unearned(uint256 worker) private view returns (uint256) {
        return workers[worker].received - workers[worker].delivered;
    }

    function _neverSlashed(uint256 worker) private view {
        (uint256 stake,,) = stakes.bondOf(id, workers[worker].sink);
        assertEq(stake, _stakeFor(workers[worker].declared), "slashed");
    }

    function _flowOf(uint256 worker) private view returns (uint256) {
        return uint256(uint96(distributionPool.getMemberFlowRate(workers[worker].sink)));
    }

    /// forge-config: default.fuzz.runs = 4
    function testFuzz_ALyingSinkConvergesToItsTrueRate_AndItsBondCoversWhatItDidNotEarn(uint256 rate) external {
        rate = bound(rate, 200, 2000);
        _addSource("source", 10 * rate * Q, 100);
        _addWorker("honest", uint64(4 * rate), 4 * rate);
        _addWorker("liar", uint64(2 * rate), rate);
        for (uint256 i; i < 120; ++i) {
            _epoch();
            (uint256 stake,,) = stakes.bondOf(id, workers[1].sink);
            assertLe(_unearned(1), stake, "the bond covers it");
        }
        // Its pay swings once per window: it is judged when the window closes.
        uint256 before = workers[1].received;
        _epochs(RECEIPT_EPOCHS);
        uint256 pay = (workers[1].received - before) / (RECEIPT_EPOCHS * EPOCH);
        emit log_named_uint("pay of the liar, % of what it delivers", pay * 100 / (rate * Q));
        assertGe(pay, rate * Q * 95 / 100, "paid what it delivers");
        assertLe(pay, rate * Q * 115 / 100, "and the tolerance");
        _neverSlashed(0);
    }

    /// forge-config: default.fuzz.runs = 8
    function testFuzz_ADeadSinkWithoutAnyReceiptIsDefundedAndSlashed(uint256 acknowledged) external {
        acknowledged = bound(acknowledged, 50, 100);
        _addSource("source", 500 * Q, acknowledged);
        _addWorker("honest", 400, 400);
        _addWorker("dead", 100, 0);
        uint256 bond = _stakeFor(100);
        uint256 stake = bond;
        for (uint256 i; i < 90 && stake == bond; ++i) {
            _epoch();
            assertLe(_unearned(1), bond, "the bond covers it");
            (stake,,) = stakes.bondOf(id, workers[1].sink);
        }
        assertLt(stake, bond, "slashed");
        assertEq(pool.unitsOf(id, workers[1].sink), 0, "and paid no more, in the same transaction");
        uint256 donated = escrow.bookOf(id).unowned;
        assertEq(donated, bond - stake, "to those who paid");
        _neverSlashed(0);
    }

    /// @dev Nobody is struck where less than half of what takes part is acknowledged, whoever withholds it; pay is kept from
    /// (1 - 0.105) / 2.105, 42.5 %, on.
    /// forge-config: default.fuzz.runs = 4
    /// forge-config: ci.fuzz.runs = 16
    function testFuzz_HonestSinksAreNeverSlashed_AtAnyDemand(uint256 demand, uint256 acknowledged) external {
        demand = bound(demand, 10, 200);
        acknowledged = bound(acknowledged, 5, 100);
        _addSource("source", 600 * Q * demand / 100, acknowledged);
        _addWorker("first", 100, 100);
        _addWorker("second", 200, 200);
        _addWorker("third", 300, 300);
        _epochs(40);
        for (uint256 i; i < workers.length; ++i) {
            _neverSlashed(i);
            assertEq(tracker.ledgerOf(id, workers[i].sink).strikes, 0);
            if (acknowledged >= 43) assertEq(registry.sinkOf(id, workers[i].sink).verifiedBacklog, 0, "keeps its pay");
        }
    }

    function test_HonestSinksKeepTheirPay_WhenMostMoneyIsNeverAcknowledged() external {
        _addSource("talks", 50 * Q, 100);
        _addSource("keeps silent", 950 * Q, 0);
        _addWorker("first", 400, 400);
        _addWorker("second", 600, 600);
        _epochs(80);
        for (uint256 i; i < workers.length; ++i) {
            _neverSlashed(i);
            assertApproxEqRel(_flowOf(i), workers[i].rate * Q, 0.05e18);
        }
    }

    /// @dev Who withholds hurts nobody, as long as it withholds from all alike.
    /// forge-config: default.fuzz.runs = 4
    function testFuzz_HonestSinksKeepTheirPay_WhateverShareIsWithheld(uint256 withheld) external {
        withheld = bound(withheld, 40, 95);
        _addSource("talks", 10 * (100 - withheld) * Q, 100);
        _addSource("keeps silent", 10 * withheld * Q, 0);
        _addWorker("first", 400, 400);
        _addWorker("second", 600, 600);
        _epochs(80);
        for (uint256 i; i < workers.length; ++i) {
            _neverSlashed(i);
            assertApproxEqRel(_flowOf(i), workers[i].rate * Q, 0.05e18);
        }
    }

    /// @dev The first settlement opens the ledger: what the pool did before says nothing about a newcomer.
    function test_ASinkThatJoinsLateOwesNothingForTheTimeBefore() external {
        _addSource("source", 500 * Q, 60);
        _addWorker("early", 400, 400);
        _epochs(30);
        _addWorker("late", 300, 300);
        for (uint256 i; i < 60; ++i) {
            _epoch();
            assertEq(registry.sinkOf(id, workers[1].sink).verifiedBacklog, 0);
        }
        _neverSlashed(0);
        _neverSlashed(1);
    }

    /// @dev A slash clears the ledger: what was the highest capacity before it gives no grace afterwards.
    function test_ASlashedSinkStartsAnew() external {
        _addSource("source", 500 * Q, 100);
        _addWorker("honest", 400, 400);
        _addWorker("dead", 100, 0);
        uint256 bond = _stakeFor(100);
        for (uint256 i; i < 90; ++i) {
            _epoch();
            (uint256 stake,,) = stakes.bondOf(id, workers[1].sink);
            if (stake < bond) break;
        }
        assertEq(tracker.ledgerOf(id, workers[1].sink).owed, 0);
        assertEq(tracker.ledgerOf(id, workers[1].sink).earned, 0);
        assertEq(tracker.ledgerOf(id, workers[1].sink).strikes, 0);
    }

    function test_UnbondingDoesNotEscapeASlash() external {
        _addSource("source", 500 * Q, 100);
        _addWorker("honest", 400, 400);
        _addWorker("dead", 100, 0);
        _epochs(10);
        uint256 bond = _stakeFor(100);
        vm.prank(workers[1].sink);
        stakes.requestUnstake(id, bond);
        assertEq(pool.unitsOf(id, workers[1].sink), 0);
        workers[1].declared = 0;
        skip(registry.unbondingPeriod(id));
        vm.prank(workers[1].sink);
        uint256 kept = stakes.withdraw(id);
        assertLe(kept, bond - distributionPool.getTotalAmountReceivedByMember(workers[1].sink), "all that it was paid");
    }

    function test_ASinkThatLeavesWhileAcknowledgementsLagIsNotSlashed() external {
        _addSource("source", 500 * Q, 100);
        _addWorker("stays", 400, 400);
        _addWorker("leaves", 100, 100);
        _epochs(30);
        vm.startPrank(workers[1].sink);
        registry.deregisterSink(id);
        stakes.requestUnstake(id, _stakeFor(100));
        vm.stopPrank();
        // Nobody acknowledges what it did in its last minute.
        for (uint256 i; i < 5; ++i) {
            skip(EPOCH);
            stakes.assess(id, workers[1].sink);
        }
        (, uint256 unbonding,) = stakes.bondOf(id, workers[1].sink);
        assertEq(unbonding, _stakeFor(100));
    }
}
