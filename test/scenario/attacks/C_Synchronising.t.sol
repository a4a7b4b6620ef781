// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { AttackTest } from "../../utils/AttackTest.sol";

/// @notice Row C: sources change their rates and nobody synchronises them; receipts are submitted in any order.
/// forge-config: default.fuzz.runs = 1
/// forge-config: deep.fuzz.runs = 20
contract SynchronisingAttackTest is AttackTest {
    bool private synchronised;

    function testFuzz_C_NobodyIsHurtByWhoSynchronisesWhen(uint256 seed) external {
        _addAgents(4, 100);
        for (uint256 p; p < 5; ++p) {
            _addPayer(60 * Q);
        }
        uint256 fair;
        for (uint256 epoch; epoch < 90; ++epoch) {
            seed = uint256(keccak256(abi.encode(seed)));
            for (uint256 p; p < payers.length; ++p) {
                if ((seed >> p) & 1 == 0) continue;
                payers[p].rate = (30 + (seed >> (8 + 8 * p)) % 60) * Q;
                _setStream(id, payers[p].account, payers[p].rate);
                // Somebody may synchronise, or not.
                if ((seed >> (64 + p)) & 1 == 0) escrow.syncSource(id, payers[p].account);
            }
            _epoch();
            uint256 worst = type(uint256).max;
            uint256 best;
            for (uint256 i; i < agents.length; ++i) {
                uint256 received = _received(i);
                if (received < worst) worst = received;
                if (received > best) best = received;
                _assertWhole(i);
            }
            fair = best == 0 ? 100 : worst * 100 / best;
        }
        _print("C: the worst paid of the best paid", fair);
        assertGe(fair, 98);
    }

    /// @dev One agent's receipts always come first, or last, of what a payer has spent.
    function test_C_OrderOfSubmissionDoesNotMatter() external {
        _addAgents(4, 100);
        for (uint256 p; p < 4; ++p) {
            _addPayer(80 * Q);
        }
        for (uint256 epoch; epoch < 60; ++epoch) {
            for (uint256 p; p < payers.length; ++p) {
                payers[p].rate = (40 + (epoch * 37 + p * 11) % 50) * Q;
                _setStream(id, payers[p].account, payers[p].rate);
            }
            _epoch();
        }
        for (uint256 i; i < agents.length; ++i) {
            _assertWhole(i);
            assertEq(registry.sinkOf(id, agents[i].sink).verifiedBacklog, 0, "keeps its pay");
        }
        _print("C: first of last submitted", _received(0) * 100 / _received(3));
        assertGe(_received(3) * 100, _received(0) * 98);
        assertGe(_received(0) * 100, _received(3) * 98);
    }

    /// @dev A tenth of the money changes its rate in the middle of every epoch and synchronises nothing, so that half of what it
    /// streamed can never be proved; receipts always come in one order.
    function test_C_ATenthOfTheMoneyIsNeverSynchronised_HurtsNobody() external {
        uint256 share = _runWithChanges(10, 160);
        _print("C: a tenth changes amid epochs, receipts in one order: the worst paid of the best paid", share);
        assertGe(share, 98);
        for (uint256 i; i < agents.length; ++i) {
            _assertWhole(i);
        }
    }

    function test_C_WhoSynchronisesItsChanges_HurtsNobody() external {
        synchronised = true;
        uint256 share = _runWithChanges(100, 120);
        _print("C: all change amid epochs, and synchronise: the worst paid of the best paid", share);
        assertGe(share, 98);
        for (uint256 i; i < agents.length; ++i) {
            _assertWhole(i);
        }
    }

    /// @dev Stays false: what a stream paid before a change that nobody synchronised cannot be proved, so that its receipts go
    /// beyond what counts, and whose come first count. Where most of the money does so, the others seem to do less.
    function test_C_MostOfTheMoneyIsNeverSynchronised_WhoComesLastIsHurt() external {
        uint256 share = _runWithChanges(100, 120);
        uint256 left = 100;
        for (uint256 i; i < agents.length; ++i) {
            uint256 one = _bondLeft(i) * 100 / agents[i].bond;
            if (one < left) left = one;
        }
        _print("C: all change amid epochs, receipts in one order: the worst paid of the best paid", share);
        _print("C: the same: least left of an honest bond", left);
        assertLt(share, 98, "no better than it is said to be");
        assertGt(left, 0);
    }

    /// @notice What the worst paid got of what the best paid did, percent.
    /// @param careless Share of the money that changes its rate amid every epoch, percent.
    function _runWithChanges(uint256 careless, uint256 epochs) private returns (uint256) {
        _addAgents(4, 100);
        _addPayer(320 * Q * careless / 100);
        if (careless < 100) _addPayer(320 * Q * (100 - careless) / 100);
        uint256 mean = payers[0].rate;
        for (uint256 epoch; epoch < epochs; ++epoch) {
            _signalAll();
            skip(EPOCH / 2);
            _rebalance(id);
            if (synchronised) escrow.syncSource(id, payers[0].account);
            _setStream(id, payers[0].account, epoch % 2 == 0 ? mean * 4 / 5 : mean * 6 / 5);
            if (synchronised) escrow.syncSource(id, payers[0].account);
            skip(EPOCH / 2);
            _workAll();
            _acknowledgeAll();
            _keep();
        }
        uint256 worst = type(uint256).max;
        uint256 best;
        for (uint256 i; i < agents.length; ++i) {
            uint256 received = _received(i);
            if (received < worst) worst = received;
            if (received > best) best = received;
        }
        return worst * 100 / best;
    }
}
