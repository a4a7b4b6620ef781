// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { AttackTest } from "../../utils/AttackTest.sol";

/// @notice Rows E, G and S: a dead sink that goes on signalling.
/// forge-config: default.fuzz.runs = 2
/// forge-config: deep.fuzz.runs = 20
contract DeadSinkAttackTest is AttackTest {
    bool private kept = true;
    bool private received_ = true;

    /// @dev The first payer acknowledges everything, the second nothing.
    function _claimOf(uint256 payer, uint256 agent) internal view override returns (uint256) {
        return payer == 0 && received_ ? super._claimOf(payer, agent) : 0;
    }

    function _keep() internal override {
        if (kept) super._keep();
    }

    /// @notice What the dead sink was paid, percent of its bond, if `talking` percent of the money acknowledge.
    function _run(uint256 talking, uint256 epochs) private returns (uint256) {
        _addAgents(5, 100);
        _addPayer(540 * Q * talking / 100);
        if (talking < 100) _addPayer(540 * Q * (100 - talking) / 100);
        uint256 dead = _addAgent(100, 0);
        _epochs(epochs);
        for (uint256 i; i < dead; ++i) {
            _assertWhole(i);
        }
        return _received(dead) * 100 / agents[dead].bond;
    }

    function testFuzz_E_DeadSinkGetsLessThanItsBond_WhateverShareIsAcknowledged(uint256 talking) external {
        talking = bound(talking, 36, 100);
        uint256 share = _run(talking, 120);
        _print(string.concat("E: pi = ", vm.toString(talking), " %: paid, of the bond"), share);
        assertLe(share, 100);
        assertLt(_bondLeft(5), agents[5].bond, "and is slashed");
    }

    function test_E_BelowTheQuorumNobodyIsJudged_AndEverybodyCanSeeIt() external {
        uint256 share = _run(25, 60);
        _print("E: pi = 25 %: paid, of the bond", share);
        assertFalse(tracker.verified(id));
        assertLt(tracker.participationOf(id), 0.333e18);
        _assertWhole(5);
    }

    function test_G_NobodySettlesForAnHour() external {
        kept = false;
        uint256 share = _run(100, 60);
        _print("G: paid in an hour, of the bond", share);
        assertLe(share, 100);
    }

    /// @dev Stays false: nothing on chain can tell a lone dead sink from a lone one whose payers keep silent.
    function test_S_ALoneDeadSinkIsPaidUntilItsPayersStop() external {
        received_ = false;
        _addPayer(90 * Q);
        _addAgent(100, 0);
        _epochs(60);
        uint256 share = _received(0) * 100 / agents[0].bond;
        _print("S: paid in an hour, of the bond", share);
        assertGt(share, 100, "no better than it is said to be");
        assertFalse(tracker.verified(id), "the view tells a payer before it streams");
        _assertWhole(0);
    }
}
