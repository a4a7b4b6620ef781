// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { SuperfluidTest } from "../utils/SuperfluidTest.sol";
import {
    ISuperfluidPool,
    PoolConfig
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/IGeneralDistributionAgreementV1.sol";

/// @notice What Superfluid does and the protocol relies on or defends against. A new version of Superfluid that behaves
/// differently fails here, before it surprises anybody elsewhere.
contract SuperfluidFactsTest is SuperfluidTest {
    address internal admin = makeAddr("admin");
    address internal source = makeAddr("source");
    address internal sink = makeAddr("sink");
    address internal stranger = makeAddr("stranger");

    ISuperfluidPool internal pool;

    function setUp() external {
        _deploySuperfluid();
        pool = sf.gda.createPool(superToken, admin, PoolConfig(false, true));
        _giveTokens(source, 1e30);
        _connect(sink, pool);
    }

    function testFuzz_DistributeFlow_FloorsToTotalUnits(uint128 units, int96 rate) external {
        units = _boundUnits(units);
        rate = _boundRate(rate);
        _setUnits(units);

        _distributeFlow(source, pool, rate);

        int96 floored = rate - rate % _signed(units);
        assertEq(pool.getTotalFlowRate(), floored, "what the members get");
        assertEq(_sourceRate(), floored, "what the source pays");
    }

    function testFuzz_DistributeFlow_BelowTotalUnits_IsZeroWithoutError(uint128 units, int96 rate) external {
        units = uint128(bound(units, 2, 1e12));
        rate = int96(bound(rate, 1, _signed(units) - 1));
        _setUnits(units);

        _distributeFlow(source, pool, rate);

        assertEq(pool.getTotalFlowRate(), 0);
        assertEq(_sourceRate(), 0);
    }

    function testFuzz_ZeroTotalUnits_SendsTheStreamToTheAdmin(uint128 units, int96 rate) external {
        units = _boundUnits(units);
        _setUnits(units);
        _distributeFlow(source, pool, _boundRate(rate));
        int96 streamed = _sourceRate();

        _setUnits(0);
        assertEq(_sourceRate(), streamed, "the source still pays");
        assertEq(sf.gda.getNetFlow(superToken, admin), streamed, "the admin receives");

        _setUnits(units);
        assertEq(pool.getTotalFlowRate(), 0, "nothing comes back by itself");

        _poke();
        assertEq(pool.getTotalFlowRate(), streamed, "a poke brings it back");
        assertEq(_adjustmentRate(), 0);
    }

    function testFuzz_UpdateUnits_LeaksTheRemainder_PokeRestores(uint128 units, uint128 newUnits, int96 rate) external {
        units = _boundUnits(units);
        newUnits = _boundUnits(newUnits);
        _setUnits(units);
        _distributeFlow(source, pool, _boundRate(rate));
        int96 streamed = _sourceRate();

        _setUnits(newUnits);
        assertEq(_adjustmentRate(), streamed % _signed(newUnits), "the remainder goes to the admin");
        assertEq(pool.getTotalFlowRate() + _adjustmentRate(), streamed, "and both together are the inflow");

        _setUnits(units);
        assertEq(pool.getTotalFlowRate() + _adjustmentRate(), streamed, "the remainders of two updates add up");

        _poke();
        assertEq(pool.getTotalFlowRate(), streamed, "anyone can undo the leak");
        assertEq(_adjustmentRate(), 0);
    }

    function testFuzz_CfaStreamToPool_IsAcceptedAndStuck(uint128 units, int96 rate, uint32 time) external {
        rate = _boundRate(rate);
        time = uint32(bound(time, 1, 365 days));
        _setUnits(_boundUnits(units));

        vm.prank(source);
        sf.cfaV1Forwarder.createFlow(superToken, source, address(pool), rate, "");
        skip(time);
        _poke();

        assertEq(superToken.balanceOf(address(pool)), uint256(uint96(rate)) * time, "the pool has it");
        assertEq(superToken.balanceOf(sink), 0, "no member gets it");
        assertEq(superToken.balanceOf(admin), 0, "nor the admin");
    }

    /// @dev Anyone may do this, and needs no tokens for it.
    function _poke() internal {
        _distributeFlow(stranger, pool, 0);
    }

    function _setUnits(uint128 units) internal {
        vm.prank(admin);
        pool.updateMemberUnits(sink, units);
    }

    function _sourceRate() internal view returns (int96) {
        return sf.gda.getFlowRate(superToken, source, pool);
    }

    function _adjustmentRate() internal view returns (int96) {
        return sf.gda.getPoolAdjustmentFlowRate(address(pool));
    }

    function _boundUnits(uint128 units) internal pure returns (uint128) {
        return uint128(bound(units, 1, 1e12));
    }

    /// @dev Up to a million dollars per second, small enough for the source's balance to last.
    function _boundRate(int96 rate) internal pure returns (int96) {
        return int96(bound(rate, 1e12, 1e22));
    }

    function _signed(uint128 units) internal pure returns (int96) {
        return int96(uint96(units));
    }
}
