// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICompletionTracker } from "../../../src/interfaces/ICompletionTracker.sol";
import { AttackTest } from "../../utils/AttackTest.sol";

/// @notice Row N: most of the money keeps silent and one source alone says who works, which is a crony that does not; or it
/// names somebody whom nobody pays.
/// forge-config: default.fuzz.runs = 2
/// forge-config: deep.fuzz.runs = 20
contract SoleAcknowledgersAttackTest is AttackTest {
    uint256 private constant LOUD = 1;
    uint256 private constant CRONY = 4;

    bool private othersTalk;
    uint256 private every = 1;
    uint256 private elapsed;

    function _claimOf(uint256 payer, uint256 agent) internal view override returns (uint256) {
        if (payer == LOUD) return agent == CRONY ? type(uint128).max : 0;
        return othersTalk ? super._claimOf(payer, agent) : 0;
    }

    function _acknowledgeAll() internal override {
        claimed[LOUD][CRONY] = 0;
        if (++elapsed % every == 0) super._acknowledgeAll();
    }

    /// @notice What the honest are paid of their fair pay after an hour, percent, and the least that is left of a bond.
    function _run(uint256 share) private returns (uint256 pay, uint256 bond) {
        _addAgents(4, 100);
        uint256 load = 450 * Q;
        _addPayer(load * (100 - share) / 100);
        _addPayer(load * share / 100);
        _addAgent(100, 0);
        _epochs(60);
        uint256[4] memory before;
        for (uint256 i; i < CRONY; ++i) {
            before[i] = _received(i);
        }
        _epochs(60);
        bond = 100;
        for (uint256 i; i < CRONY; ++i) {
            pay += (_received(i) - before[i]) * 100 / (90 * Q * EPOCH * 60);
            uint256 left = _bondLeft(i) * 100 / agents[i].bond;
            if (left < bond) bond = left;
        }
        pay /= CRONY;
    }

    function testFuzz_N_BelowTheQuorum_HurtsNobody(uint256 share, uint256 interval) external {
        share = bound(share, 2, 30);
        every = bound(interval, 1, 5);
        (uint256 pay, uint256 bond) = _run(share);
        _print(string.concat("N: sole acknowledger of ", vm.toString(share), " %: pay of the honest"), pay);
        assertGe(pay, 98);
        assertEq(bond, 100);
    }

    /// @dev Stays false: above the quorum whoever alone takes part decides who works.
    function test_N_AboveTheQuorum_StarvesAndSlashesEverybody() external {
        (uint256 pay, uint256 bond) = _run(45);
        _print("N: sole acknowledger of 45 %: pay of the honest", pay);
        _print("N: sole acknowledger of 45 %: least left of an honest bond", bond);
        assertTrue(tracker.verified(id), "the view says verified");
        assertLt(pay, 50, "no better than it is said to be");
        assertLt(bond, 100);
    }

    function testFuzz_N_ReceiptsForWhomNobodyPays_HurtNobody(uint256 share) external {
        share = bound(share, 5, 30);
        othersTalk = true;
        (address outsider, uint256 key) = makeAddrAndKey("outsider");
        _addAgents(4, 100);
        _addPayer(360 * Q * (100 - share) / 100);
        _addPayer(360 * Q * share / 100);
        _addAgent(100, 0);
        agents[CRONY].declared = 0;
        ICompletionTracker.Receipt[] memory receipts = new ICompletionTracker.Receipt[](1);
        receipts[0] = _receipt(id, payers[LOUD].key, key, type(uint128).max);
        for (uint256 i; i < 120; ++i) {
            _epoch();
            tracker.acknowledge(id, receipts);
        }
        uint256 received;
        for (uint256 i; i < CRONY; ++i) {
            received += _received(i);
            _assertWhole(i);
        }
        // The ramp of capacity costs the first epochs.
        uint256 pay = received * 100 / (360 * Q * EPOCH * 117);
        _print(string.concat("N: ", vm.toString(share), " % acknowledge whom nobody pays: pay of the honest"), pay);
        assertGe(pay, 98);
        assertEq(tracker.completedOf(id, payers[LOUD].account, outsider), 0);
    }
}
