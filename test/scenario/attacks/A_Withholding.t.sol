// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { AttackTest } from "../../utils/AttackTest.sol";

/// @notice Row A: a source acknowledges everybody but one victim that delivers everything.
/// forge-config: default.fuzz.runs = 2
/// forge-config: deep.fuzz.runs = 20
contract WithholdingAttackTest is AttackTest {
    uint256 private constant VICTIM = 0;
    uint256 private constant HONEST = 0;
    uint256 private constant SPITEFUL = 1;

    /// @dev Silent money is the third payer.
    function _claimOf(uint256 payer, uint256 agent) internal view override returns (uint256) {
        if (payer > SPITEFUL || (payer == SPITEFUL && agent == VICTIM)) return 0;
        return super._claimOf(payer, agent);
    }

    function _rowOf(uint256 honest, uint256 spiteful) private pure returns (string memory) {
        return string.concat("A: a = ", vm.toString(honest), ", w = ", vm.toString(spiteful), ": pay of the victim");
    }

    /// @notice Shares of the money, percent. Returns what the victim was paid of what the others were, percent.
    function _run(uint256 honest, uint256 spiteful, uint256 epochs) private returns (uint256 share) {
        _addAgents(4, 100);
        uint256 load = 360 * Q;
        _addPayer(load * honest / 100);
        _addPayer(load * spiteful / 100);
        if (honest + spiteful < 100) _addPayer(load * (100 - honest - spiteful) / 100);
        _epochs(epochs - 60);
        (uint256 victim, uint256 other) = (_received(VICTIM), _received(1));
        _epochs(60);
        share = (_received(VICTIM) - victim) * 100 / (_received(1) - other);
    }

    /// @dev w <= 0.053 + 0.053 * a; what is left of the money keeps silent.
    function testFuzz_A_VictimKeepsItsPay_BelowTheTolerance(uint256 honest, uint256 spiteful) external {
        honest = bound(honest, 35, 94);
        uint256 most = (5300 + 53 * honest) / 1000;
        spiteful = bound(spiteful, 1, most > 100 - honest ? 100 - honest : most);
        uint256 share = _run(honest, spiteful, 120);
        _print(_rowOf(honest, spiteful), share);
        assertGe(share, 98, "pay");
        _assertWhole(VICTIM);
    }

    function testFuzz_A_VictimIsNeverSlashed_WhileMoreMoneyAcknowledgesEverybody(uint256 honest, uint256 spiteful)
        external
    {
        honest = bound(honest, 35, 89);
        uint256 most = honest < 100 - honest ? honest : 100 - honest;
        spiteful = bound(spiteful, 11, most);
        uint256 share = _run(honest, spiteful, 120);
        _print(_rowOf(honest, spiteful), share);
        for (uint256 i; i < agents.length; ++i) {
            _assertWhole(i);
        }
    }

    /// @dev Four fifths of the money is silent: nobody is judged.
    function testFuzz_A_NobodyIsHurt_BelowTheQuorum(uint256 spiteful) external {
        spiteful = bound(spiteful, 1, 26);
        uint256 share = _run(26 - spiteful + 1, spiteful, 120);
        _print(string.concat("A: below the quorum, w = ", vm.toString(spiteful), ": pay of the victim"), share);
        assertGe(share, 98, "pay");
        assertFalse(tracker.verified(id), "and everybody can see it");
        for (uint256 i; i < agents.length; ++i) {
            _assertWhole(i);
            assertEq(tracker.ledgerOf(id, agents[i].sink).strikes, 0, "struck");
            _depart(i);
        }
        skip(registry.unbondingPeriod(id));
        for (uint256 i; i < agents.length; ++i) {
            assertEq(_cashIn(i), agents[i].bond, "charged");
        }
    }
}
