// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeParameters } from "../../src/types/TaskType.sol";
import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice Leaving, unstaking, slashing and silence stop pay (I3).
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
contract LeavingScenarioTest is LedgerTest {
    address private _leaving;
    address private _staying;
    uint256 private _before;

    function _parameters() internal view override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.verifier = address(verifier);
    }

    function testFuzz_Leaving_StopsPayInTheSameTransaction(uint64[2] memory capacities, uint256 overload) external {
        _saturate(capacities, overload);
        vm.prank(_leaving);
        registry.deregisterSink(id);
        _assertStopped(0);
    }

    function testFuzz_UnstakingAll_StopsPayInTheSameTransaction(uint64[2] memory capacities, uint256 overload)
        external
    {
        _saturate(capacities, overload);
        (uint256 staked,,) = stakes.bondOf(id, _leaving);
        vm.prank(_leaving);
        stakes.requestUnstake(id, staked);
        _assertStopped(0);
    }

    function testFuzz_UnstakingAPart_CutsPayInTheSameTransaction(
        uint64[2] memory capacities,
        uint256 overload,
        uint256 part
    ) external {
        _saturate(capacities, overload);
        (uint256 staked,,) = stakes.bondOf(id, _leaving);
        part = bound(part, 1, staked - MINIMUM_STAKE);
        vm.prank(_leaving);
        stakes.requestUnstake(id, part);
        _assertStopped((staked - part - MINIMUM_STAKE) / BOND_PER_UNIT);
    }

    function testFuzz_Slashing_StopsPayInTheSameTransactionAndPaysTheEscrow(
        uint64[2] memory capacities,
        uint256 overload,
        uint256 amount
    ) external {
        _saturate(capacities, overload);
        (uint256 staked,,) = stakes.bondOf(id, _leaving);
        amount = bound(amount, 1, 2 * staked);
        uint256 overflow = escrow.overflowOf(id);

        uint256 slashed = _slash(id, _leaving, amount);
        assertEq(slashed, _min(amount, staked));
        assertEq(escrow.overflowOf(id), overflow + slashed);
        books[id].given += slashed;
        _assertStopped(0);
    }

    /// @dev Nobody acts but a stranger who calls `rebalance`; the dead sink's own stake and registration still stand.
    function testFuzz_ADeadSink_FadesWithNobodyActingButAStranger(uint64 capacity, uint256 rate) external {
        TaskTypeParameters memory parameters = _parameters();
        (parameters.smoothing, parameters.signalTimeToLive) = (0.3e18, 5 * EPOCH);
        parameters.verifier = address(0);
        id = _registerTaskType(parameters, "smooth");
        ids.push(id);
        capacity = uint64(bound(capacity, 100, 1e6));
        address sink = _addSink(id, "sink", capacity);
        books[id].sinks.push(sink);
        _ramp(id, sink, capacity);
        _newSource(id, "source", bound(rate, uint256(capacity) * UNIT_RATE / 10, uint256(capacity) * UNIT_RATE * 10));

        uint256 last = pool.unitsOf(id, sink);
        // After the time to live, 0.7 of what is left remains every epoch; 0.7^60 of a million is less than one.
        for (uint256 i; i < 70; ++i) {
            skip(EPOCH);
            vm.prank(stranger);
            _rebalance(id, sink);
            uint256 units = pool.unitsOf(id, sink);
            assertLe(units, last);
            if (i > 5) assertLe(units, last * 7 / 10 + 1);
            last = units;
        }
        assertEq(last, 0);
        assertEq(_flowTo(id, sink), 0);
        _assertConserved();
    }

    /// @dev Two sinks at full pay; the first is the one that will leave.
    function _saturate(uint64[2] memory capacities, uint256 overload) private {
        capacities[0] = uint64(bound(capacities[0], 1000, 1e6));
        capacities[1] = uint64(bound(capacities[1], 1000, 1e6));
        _leaving = _newSink(id, "leaving", capacities[0]);
        _staying = _newSink(id, "staying", capacities[1]);
        uint256 total = uint256(capacities[0]) + capacities[1];
        _newSource(id, "source", total * UNIT_RATE * bound(overload, 2, 10));
        _confirmInflow(id);
        skip(EPOCH);
        _before = _flowTo(id, _staying);
        assertGt(_flowTo(id, _leaving), 0);
    }

    /// @dev The other sink gets what it got; what the first one gave up runs into the escrow.
    function _assertStopped(uint256 units) private {
        assertEq(pool.unitsOf(id, _leaving), units);
        assertEq(distributionPool.getUnits(_leaving), units);
        assertLe(_flowTo(id, _leaving), units * UNIT_RATE);
        // Superfluid rounds the price down anew: one wei per second and unit for each of the two moves.
        assertApproxEqAbs(_flowTo(id, _staying), _before, 2 * pool.unitsOf(id, _staying));
        uint256 received = distributionPool.getTotalAmountReceivedByMember(_leaving);
        skip(1 hours);
        uint256 later = distributionPool.getTotalAmountReceivedByMember(_leaving);
        assertLe(later - received, units * UNIT_RATE * 1 hours);
        _assertConserved();
    }
}
