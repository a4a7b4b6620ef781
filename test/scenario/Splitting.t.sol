// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice One stake split among n identities never has more capacity than the whole (theory 7.1).
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
contract SplittingScenarioTest is LedgerTest {
    function testFuzz_SplittingAStake_NeverRaisesCapacityNorPay(uint256 stake, uint256 parts, uint256[5] memory weights)
        external
    {
        parts = bound(parts, 2, 5);
        stake = bound(stake, parts * MINIMUM_STAKE, 1e24);
        address whole = _newSinkWithStake("whole", stake);
        uint256 unsplit = pool.unitsOf(id, whole);
        assertEq(unsplit, (stake - MINIMUM_STAKE) / BOND_PER_UNIT);
        vm.prank(whole);
        registry.deregisterSink(id);

        uint256 split;
        uint256 left = stake - parts * MINIMUM_STAKE;
        for (uint256 i; i < parts; ++i) {
            uint256 extra = i + 1 == parts ? left : bound(weights[i], 0, left);
            left -= extra;
            split += pool.unitsOf(id, _newSinkWithStake(vm.toString(i), MINIMUM_STAKE + extra));
        }
        assertLe(split, unsplit);
        // Each identity more costs at least the capacity that a minimum stake would have backed.
        assertLe(split, unsplit + 1 - (parts - 1) * MINIMUM_STAKE / BOND_PER_UNIT);
        (uint256 sinkUnits,,) = pool.unitsOfPool(id);
        assertEq(sinkUnits, split);
    }

    /// @dev Declares more than any stake here backs.
    function _newSinkWithStake(string memory name, uint256 stake) private returns (address sink) {
        sink = makeAddr(name);
        books[id].sinks.push(sink);
        _stake(id, sink, stake);
        vm.prank(sink);
        registry.registerSink(id, "");
        _signal(id, sink, type(uint40).max, 0);
    }
}
