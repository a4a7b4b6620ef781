// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { AttackTest } from "../../utils/AttackTest.sol";

/// @notice Row B: in a saturated pool an accomplice acknowledges to a dead crony all that it has spent, overflow included if
/// that were possible.
/// forge-config: default.fuzz.runs = 2
/// forge-config: deep.fuzz.runs = 20
contract OverflowAttackTest is AttackTest {
    uint256 private constant HONEST = 0;
    uint256 private constant ACCOMPLICE = 1;
    uint256 private crony;
    uint256 private every;
    uint256 private elapsed;
    uint256 private silent;

    function _claimOf(uint256 payer, uint256 agent) internal view override returns (uint256) {
        if (payer == ACCOMPLICE) return agent == crony ? type(uint128).max : 0;
        return payer == HONEST ? super._claimOf(payer, agent) : 0;
    }

    function _acknowledgeAll() internal override {
        ++elapsed;
        if (elapsed % every == 0) _acknowledgeFrom(HONEST);
        // As much as it can, whenever it can: a claim beyond what was spent counts as far as that goes.
        claimed[ACCOMPLICE][crony] = 0;
        _acknowledgeFrom(ACCOMPLICE);
    }

    /// @notice Net gain of accomplice and crony in percent of what the accomplice spent.
    function _run(uint256 load, uint256 share, uint256 silentShare) private returns (int256) {
        _addAgents(5, 100);
        crony = _addAgent(100, 0);
        uint256 money = 600 * Q * load / 100;
        _addPayer(money * (100 - share - silentShare) / 100);
        _addPayer(money * share / 100);
        if (silentShare != 0) _addPayer(money * silentShare / 100);
        _epochs(120);
        address account = payers[ACCOMPLICE].account;
        _setStream(id, account, 0);
        escrow.syncSource(id, account);
        payers[ACCOMPLICE].rate = 0;
        _depart(crony);
        for (uint256 i; i < 40; ++i) {
            _epoch();
        }
        escrow.syncSource(id, account);
        uint256 kept = _cashIn(crony);
        int256 spent = int256(escrow.streamedOf(id, account)) - int256(escrow.returnedOf(id, account));
        int256 net = int256(_received(crony)) - int256(agents[crony].bond - kept) - spent;
        return net * 100 / spent;
    }

    function testFuzz_B_RingEarnsAtMostHalfOfWhatItSpends(uint256 interval, uint256 load, uint256 share) external {
        every = bound(interval, 1, 5);
        load = bound(load, 0, 1) == 0 ? 180 : 300;
        int256 net = _run(load, bound(share, 8, 25), 0);
        _printSigned(string.concat("B: load ", vm.toString(load), " %: net per wei spent"), net);
        assertLe(net, 55);
    }

    /// @dev Stays false: where half of the money is silent a ring recycles more than it spends.
    function test_B_WhereHalfIsSilent() external {
        every = 1;
        int256 net = _run(180, 10, 50);
        _printSigned("B: P = 0.5: net per wei spent", net);
        assertGt(net, 55, "no better than it is said to be");
        assertLe(net, 250);
    }
}
