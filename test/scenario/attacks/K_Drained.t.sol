// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { AttackTest } from "../../utils/AttackTest.sol";

/// @notice Row K: deposits and donations are drained to sinks. Nobody can acknowledge a donation.
contract DrainedAttackTest is AttackTest {
    function _acknowledgeAll() internal override {
        super._acknowledgeAll();
        uint256 amount = 60 * Q * EPOCH;
        address donor = makeAddr("donor");
        _giveTokens(donor, amount);
        vm.startPrank(donor);
        superToken.approve(address(escrow), amount);
        escrow.donate(id, amount);
        vm.stopPrank();
        if (escrow.drainable(id) != 0) escrow.drain(id);
    }

    /// @dev A payer acknowledges the part of the work that it has paid for.
    function _claimOf(uint256 payer, uint256 agent) internal view override returns (uint256) {
        uint256 spent = escrow.spentOf(id, payers[payer].account);
        uint256 paid = pool.paidOf(id);
        return paid == 0 ? 0 : agents[agent].delivered * spent / paid;
    }

    function test_K_DonationsDoNotPayADeadSinkMoreThanItsBond() external {
        _addAgents(3, 100);
        uint256 dead = _addAgent(100, 0);
        _addPayer(120 * Q);
        _epochs(120);
        _print("K: paid, of the bond", _received(dead) * 100 / agents[dead].bond);
        _print("K: P with donations", tracker.participationOf(id) / 1e16);
        assertLe(_received(dead), agents[dead].bond);
        for (uint256 i; i < dead; ++i) {
            _assertWhole(i);
        }
    }

    /// @dev Who deposited can acknowledge what was spent of it.
    function test_K_ADepositThatWasDrainedCanBeAcknowledged() external {
        _addAgents(2, 100);
        _epochs(10);
        (address depositor, uint256 key) = makeAddrAndKey("depositor");
        uint256 amount = 100 * Q * EPOCH;
        _giveTokens(depositor, amount);
        vm.startPrank(depositor);
        superToken.approve(address(escrow), amount);
        escrow.deposit(id, amount);
        vm.stopPrank();
        skip(EPOCH);
        escrow.drain(id);
        payers.push(Payer(key, depositor, 1));
        _workAll();
        _acknowledgeFrom(0);
        assertGt(tracker.acknowledgedBy(id, depositor), amount * 9 / 10);
    }
}
