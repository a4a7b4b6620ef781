// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { AttackTest } from "../../utils/AttackTest.sol";

/// @notice Row C: sources change their rates and nobody synchronises them; receipts are submitted in any order.
/// forge-config: default.fuzz.runs = 1
/// forge-config: deep.fuzz.runs = 20
contract SynchronisingAttackTest is AttackTest {
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
}
