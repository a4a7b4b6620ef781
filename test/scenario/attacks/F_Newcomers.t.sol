// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { AttackTest } from "../../utils/AttackTest.sol";

/// @notice Row F: dead newcomers with most of the units, in one identity or many.
/// forge-config: default.fuzz.runs = 2
/// forge-config: deep.fuzz.runs = 20
contract NewcomersAttackTest is AttackTest {
    function _run(uint256 times, uint256 identities) private returns (int256 net) {
        _addAgents(3, 100);
        _addPayer(270 * Q);
        _epochs(30);
        uint256 first = agents.length;
        uint256 bonds;
        for (uint256 i; i < identities; ++i) {
            _addAgent(uint64(300 * times / identities), 0);
            bonds += agents[first + i].bond;
        }
        _epochs(60);
        for (uint256 i; i < identities; ++i) {
            _depart(first + i);
        }
        _epochs(registry.unbondingPeriod(id) / EPOCH + 1);
        for (uint256 i; i < identities; ++i) {
            net += int256(_received(first + i)) - int256(agents[first + i].bond) + int256(_cashIn(first + i));
        }
        net = net * 10_000 / int256(bonds);
        for (uint256 i; i < first; ++i) {
            _assertWhole(i);
        }
    }

    function testFuzz_F_DeadMajorityNeverPays(uint256 choice, bool many) external {
        uint256 times = [1, 4, 20][choice % 3];
        int256 net = _run(times, many ? 10 : 1);
        _printSigned(
            string.concat(
                "F: ", vm.toString(times), " times the honest units, ", many ? "10" : "1", ": net, 1e-4 of the bonds"
            ),
            net
        );
        assertLe(net, 0);
    }
}
