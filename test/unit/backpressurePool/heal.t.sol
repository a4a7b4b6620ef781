// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ISuperApp } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperApp.sol";

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";
import { SuperAppSink } from "../../utils/SuperAppSink.sol";

/// @notice What Superfluid takes from a stream when units move, and when it gives it back. Prices of some millions of wei per
/// second and unit, where rounding is near a millionth.
/// forge-config: default.fuzz.runs = 8
/// forge-config: ci.fuzz.runs = 32
/// forge-config: deep.fuzz.runs = 10000
contract HealTest is LedgerTest {
    uint64 private constant CAPACITY = 1000;

    address private _sink;
    SuperAppSink private _app;

    function setUp() public override {
        super.setUp();
        _sink = _newSink(id, "sink", CAPACITY, 2 * CAPACITY);
        _app = new SuperAppSink(sf.host);
        books[id].sinks.push(address(_app));
        _giveTokens(address(_app), 1e22);
        _app.run(address(superToken), abi.encodeCall(superToken.approve, (address(stakes), 1e22)));
        _app.run(address(stakes), abi.encodeCall(stakes.stake, (id, _stakeFor(100))));
        _app.run(address(registry), abi.encodeCall(registry.registerSink, (id, "")));
        bytes32 commitment = registry.hashSignal(id, address(_app), 100, 0, SALT);
        _app.run(address(registry), abi.encodeCall(registry.commitCapacity, (id, commitment)));
        _nextBlock();
        _app.run(address(registry), abi.encodeCall(registry.revealCapacity, (id, 100, 0, SALT)));
    }

    function testFuzz_AfterAnyMoves(uint256 rate, uint64[16] memory capacities) external {
        _newSource(id, "source", bound(rate, 2e6, 2e9) * (CAPACITY + 101));
        for (uint256 i; i < 16; ++i) {
            _signal(id, _sink, uint64(bound(capacities[i], CAPACITY / 2, CAPACITY)), 0);
            assertLe(_leaking(), _flow() / 1e6 + distributionPool.getTotalUnits());
        }
        _assertConserved();
    }

    function test_WhenMoreThanAMillionthLeaks() external {
        _leakAlmost();
        uint256 moves;
        while (_leaking() * 1e6 > _flow() / 2) {
            _signal(id, _sink, moves % 2 == 0 ? 947 : 999, 0);
            ++moves;
            assertLt(moves, 50, "it heals before long");
        }
        _assertConserved();
    }

    /// @dev Superfluid accepts no other call of an agreement while it calls back. Whoever moves then must not be stopped.
    function test_WhenSuperfluidCallsASinkBack() external {
        _newSource(id, "source", 2_000_999 * uint256(CAPACITY + 101));
        _app.does(address(stakes), abi.encodeCall(stakes.requestUnstake, (id, BOND_PER_UNIT)));
        _giveTokens(stranger, 1e24);
        uint256 worst;
        for (uint256 i; i < 40; ++i) {
            uint256 units = pool.unitsOf(id, address(_app));
            _callBack(i);
            assertEq(pool.unitsOf(id, address(_app)), units - 1, "it moves all the same");
            worst = worst < _leaking() ? _leaking() : worst;
        }
        assertGt(worst * 1e6, _flow() + worst, "more than would be left outside a callback");
        assertFalse(sf.host.isAppJailed(ISuperApp(address(_app))));

        vm.prank(_sink);
        stakes.requestUnstake(id, 1001 * BOND_PER_UNIT);
        assertLt(_leaking(), distributionPool.getTotalUnits(), "the next move heals");
        _assertConserved();
    }

    /// @dev Otherwise little gas would be a way to skip it.
    function test_RevertWhen_TooLittleGasIsLeft() external {
        _newSource(id, "source", 2_000_999 * uint256(CAPACITY + 101));
        uint256 refused;
        for (uint256 i; i < 40; ++i) {
            uint256 state = vm.snapshotState();
            vm.prank(_sink);
            (bool done, bytes memory reason) = address(stakes).call{ gas: 620_000 }(
                abi.encodeCall(stakes.requestUnstake, (id, (i == 0 ? 1001 : 1) * BOND_PER_UNIT))
            );
            if (!done && bytes4(reason) == IBackpressurePool.BackpressurePool_TooLittleGas.selector) ++refused;
            vm.revertToState(state);
            vm.prank(_sink);
            stakes.requestUnstake(id, (i == 0 ? 1001 : 1) * BOND_PER_UNIT);
            assertLe(_leaking(), _flow() / 1e6 + distributionPool.getTotalUnits());
        }
        assertGt(refused, 0);
    }

    function _leakAlmost() private {
        _newSource(id, "source", 2_000_999 * uint256(CAPACITY + 101));
        for (uint256 i; i < 2; ++i) {
            _signal(id, _sink, i % 2 == 0 ? 947 : 999, 0);
        }
    }

    /// @dev Anybody streams to the sink, which is an app.
    function _callBack(uint256 i) private {
        vm.startPrank(stranger);
        if (i == 0) sf.cfaV1Forwarder.createFlow(superToken, stranger, address(_app), 1e6, "");
        else sf.cfaV1Forwarder.updateFlow(superToken, stranger, address(_app), int96(int256(1e6 + i)), "");
        vm.stopPrank();
    }

    function _flow() private view returns (uint256) {
        return uint256(uint96(distributionPool.getTotalFlowRate()));
    }

    function _leaking() private view returns (uint256) {
        return uint256(uint96(sf.gda.getPoolAdjustmentFlowRate(address(distributionPool))));
    }
}
