// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice The cost of an update does not grow with the number of sinks (I13).
contract ScaleScenarioTest is LedgerTest {
    uint64 private constant CAPACITY = 1000;

    /// @dev A thousand, and ten thousand in `npm run test:long`. Registered, staked, and in the pool: all three could have been where a cost grows.
    function test_ManySinks_CostAsMuchPerUpdateAsTen() external {
        uint256 sinks = vm.envOr("SCALE_SINKS", uint256(1000));
        vm.pauseGasMetering();
        _newSource(id, "source", 1e23);
        _addSinks(0, 10);
        // The first of everything fills empty storage.
        _measure("warm up");
        uint256[4] memory few = _measure("few");
        _addSinks(10, sinks);
        (uint256 sinkUnits,,) = pool.unitsOfPool(id);
        assertEq(sinkUnits, sinks * CAPACITY);
        uint256[4] memory many = _measure("many");
        for (uint256 i; i < 4; ++i) {
            assertGt(few[i], 50_000, "measured");
            assertApproxEqRel(many[i], few[i], 0.02e18);
        }
    }

    function _addSinks(uint256 from, uint256 to) private {
        uint256 stake = _stakeFor(CAPACITY);
        _giveTokens(address(this), stake * (to - from));
        for (uint256 i = from; i < to; ++i) {
            address sink = address(uint160(0x10000 + i));
            superToken.transfer(sink, stake);
            vm.startPrank(sink);
            superToken.approve(address(stakes), stake);
            stakes.stake(id, stake);
            registry.registerSink(id, "");
            registry.commitCapacity(id, registry.hashSignal(id, sink, CAPACITY, 0, SALT));
            vm.roll(block.number + 1);
            registry.revealCapacity(id, CAPACITY, 0, SALT);
            vm.stopPrank();
        }
    }

    /// @dev A signal that moves units, a rebalance, a synchronisation and a leave, each with cold storage as in a transaction of
    /// its own.
    function _measure(string memory name) private returns (uint256[4] memory gas) {
        address sink = _newSink(id, name, CAPACITY, 2 * CAPACITY);
        _confirmInflow(id);
        skip(EPOCH);
        _commit(id, sink, 2 * CAPACITY, 0);
        _nextBlock();
        address[] memory sinks = _list(sink);

        _meter();
        vm.prank(sink);
        registry.revealCapacity(id, 2 * CAPACITY, 0, SALT);
        gas[0] = _metered();
        skip(2 days);
        _meter();
        registry.rebalance(id, sinks);
        gas[1] = _metered();
        // The first time writes slots that were empty.
        escrow.syncSource(id, books[id].sources[0]);
        skip(EPOCH);
        _meter();
        escrow.syncSource(id, books[id].sources[0]);
        gas[2] = _metered();
        _signal(id, sink, CAPACITY, 0);
        _meter();
        vm.prank(sink);
        registry.deregisterSink(id);
        gas[3] = _metered();
    }

    function _meter() private {
        _cool();
        vm.resumeGasMetering();
    }

    function _metered() private returns (uint256 gas) {
        gas = vm.lastCallGas().gasTotalUsed;
        vm.pauseGasMetering();
    }

    function _cool() private {
        vm.cool(address(pool));
        vm.cool(address(registry));
        vm.cool(address(stakes));
        vm.cool(address(escrow));
        vm.cool(address(distributionPool));
        vm.cool(address(superToken));
        vm.cool(address(sf.gda));
        vm.cool(address(sf.host));
    }
}
