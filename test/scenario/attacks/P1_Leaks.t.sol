// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice P1: in a throttled pool units explode, and a sink of one unit that toggles makes Superfluid round at every turn.
/// What it takes away is nobody's, and at most a millionth of the stream, without a keeper.
/// forge-config: default.fuzz.runs = 4
/// forge-config: deep.fuzz.runs = 40
contract P1LeaksTest is MoneyAttackTest {
    uint256 private constant RATE = 1e18;

    address private _thief;

    function testFuzz_P1_P1c_AToggledUnitInAThrottledPool(uint256 rate, uint256 pause) external {
        rate = bound(rate, RATE / 100, RATE * 10);
        pause = bound(pause, 2, EPOCH);
        _prepare();
        address source = _honest("source", rate);
        _confirmInflow(id);
        uint256 leaked = _toggle(40, pause);
        _print("P1: leaked, parts in 1e12 of the stream", leaked);
        assertLe(leaked, 1e6, "a millionth");
        _assertClaimsCovered();

        // P1c: who toggles is a source too; the honest one gets its part of what the escrow received all the same.
        uint256 overflow = escrow.overflowOf(id);
        _changeRate(source, 0);
        skip(HORIZON);
        escrow.syncSource(id, source);
        uint256 returned = escrow.returnedOf(id, source);
        _print("P1c: kept from the honest source, parts in 1e12", (overflow - returned) * 1e12 / overflow);
        assertGe(returned, overflow - overflow / 1e5);
        _assertConserved();
    }

    /// @dev Two sources, one of whom toggles: claims by rate would exceed what the escrow got.
    function testFuzz_P1c_AToggledUnit_ByASource(uint256 rate, uint256 own) external {
        rate = bound(rate, RATE / 100, RATE);
        own = bound(own, RATE / 100, RATE);
        _prepare();
        address honest = _honest("honest", rate);
        address thief = _honest("thief's source", own);
        _confirmInflow(id);
        _toggle(20, EPOCH);
        _assertClaimsCovered();
        uint256 overflow = escrow.overflowOf(id);
        _changeRate(honest, 0);
        _changeRate(thief, 0);
        skip(HORIZON);
        escrow.syncSource(id, thief);
        escrow.syncSource(id, honest);
        assertGe(escrow.returnedOf(id, honest), overflow * rate / (rate + own) * 99_998 / 100_000);
        _assertConserved();
    }

    /// @dev What leaked in one task type never reaches another.
    function test_P1_NothingReachesAnotherTaskType() external {
        TaskTypeId other = _newTaskType("the thief's own");
        _prepare();
        _honest("source", RATE);
        _confirmInflow(id);
        _toggle(20, EPOCH);
        registry.rebalance(other, new address[](0));
        assertEq(escrow.level(other), 0);
        assertEq(escrow.setAsideOf(other), 0);
        _assertConserved();
    }

    /// @dev C2: at the least unit rate and the least price, toggles heal all the same. D2, E2: and strangers who poke in
    /// between neither switch that off nor make the book forget what the source paid.
    function testFuzz_MC2_MD2_ME2_TheLeastUnitRate_WithStrangersPoking(uint256 rate, bool poked) external {
        TaskTypeParameters memory parameters = _parameters();
        parameters.unitRate = 1e11;
        id = _registerTaskType(parameters, "cheap");
        ids.push(id);
        distributionPool = pool.distributionPoolOf(id);
        rate = bound(rate, 1e14, 1e16);
        _prepare();
        address source = _honest("source", rate);
        _confirmInflow(id);
        uint256 overflowed = escrow.overflowOf(id);
        uint256 leaked;
        for (uint256 i; i < 10; ++i) {
            leaked = _toggle(4, EPOCH);
            if (poked) _poke(id);
        }
        overflowed = escrow.overflowOf(id) - overflowed;
        _print("MC2, MD2, ME2: leaked, parts in 1e12 of the stream", leaked);
        assertLe(leaked, 2e6);
        _print("ME2: credited to the source, parts in 1e6", _held(source) * 1e6 / escrow.overflowOf(id));
        assertGe(_held(source), overflowed * 9999 / 10_000);
        _assertClaimsCovered();
        _assertConserved();
    }

    function _prepare() private {
        _throttle();
        _newSink(id, "honest sink", 1000);
        _thief = _newSink(id, "thief", 1);
    }

    /// @return parts What leaked since, in 1e12ths of what was streamed since.
    function _toggle(uint256 times, uint256 pause) private returns (uint256 parts) {
        uint256 dust = superToken.balanceOf(address(pool));
        uint256 streamed = _streamed(id);
        for (uint256 i; i < times; ++i) {
            skip(pause);
            _signal(id, _thief, uint64(i % 2), 0);
        }
        skip(EPOCH);
        parts = (superToken.balanceOf(address(pool)) - dust) * 1e12 / (_streamed(id) - streamed);
    }
}
