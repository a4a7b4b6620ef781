// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice Demand above and below capacity (I2). The bound on rounding: the escrow's units are rounded up to whole ones
/// and Superfluid pays whole wei, so with N units in the pool a unit gets between q - q/N - 1 and q.
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
contract SaturationScenarioTest is LedgerTest {
    address[] private _sinks;
    uint256 private _total;

    function testFuzz_DemandAboveCapacity_EverySinkGetsItsCapacityAndTheEscrowTheRest(
        uint64[3] memory capacities,
        uint256 rate,
        uint256 time
    ) external {
        _addSinks(capacities);
        _newSource(id, "source", bound(rate, (_total + 2) * UNIT_RATE, 100 * _total * UNIT_RATE));
        _confirmInflow(id);
        _assertFullPay();

        uint256 inflow = uint256(uint96(distributionPool.getTotalFlowRate()));
        uint256 toSinks;
        for (uint256 i; i < 3; ++i) {
            toSinks += _flowTo(id, _sinks[i]);
        }
        assertEq(_flowTo(id, address(escrow)), inflow - toSinks, "the escrow gets the rest");
        skip(bound(time, 1, 1 days - EPOCH));
        _assertConserved();
    }

    function testFuzz_CapacityHalves_MoneyToTheSinksHalves(uint64[3] memory capacities, uint256 overload) external {
        _addSinks(capacities);
        _newSource(id, "source", _total * UNIT_RATE * bound(overload, 2, 10));
        _confirmInflow(id);
        skip(EPOCH);
        for (uint256 i; i < 3; ++i) {
            _signal(id, _sinks[i], uint64(pool.unitsOf(id, _sinks[i]) / 2), 0);
        }
        _assertFullPay();

        uint256[3] memory received;
        for (uint256 i; i < 3; ++i) {
            received[i] = distributionPool.getTotalAmountReceivedByMember(_sinks[i]);
        }
        uint256 level = escrow.level(id);
        uint256 inflow = uint256(uint96(distributionPool.getTotalFlowRate()));
        skip(1 hours);
        uint256 paid;
        for (uint256 i; i < 3; ++i) {
            uint256 more = distributionPool.getTotalAmountReceivedByMember(_sinks[i]) - received[i];
            assertLe(more, uint256(capacities[i]) / 2 * UNIT_RATE * 1 hours);
            paid += more;
        }
        assertEq(escrow.level(id) - level, inflow * 1 hours - paid, "the other half is in the escrow");
        _assertConserved();
    }

    function testFuzz_DemandBelowCapacity_IsSplitInProportion(uint64[3] memory capacities, uint256 rate, uint256 time)
        external
    {
        _addSinks(capacities);
        rate = bound(rate, 0, _total * UNIT_RATE);
        _newSource(id, "source", rate);
        _confirmInflow(id);
        uint256 price = rate / (_total + 1);
        time = bound(time, 1, 1 days - EPOCH);
        uint256[3] memory received;
        for (uint256 i; i < 3; ++i) {
            assertEq(_flowTo(id, _sinks[i]), price * capacities[i]);
            received[i] = distributionPool.getTotalAmountReceivedByMember(_sinks[i]);
        }
        skip(time);
        for (uint256 i; i < 3; ++i) {
            uint256 more = distributionPool.getTotalAmountReceivedByMember(_sinks[i]) - received[i];
            assertEq(more, price * capacities[i] * time);
        }
        _assertConserved();
    }

    /// @dev The sinks of a pool that is only just saturated, as inflow crosses capacity in small steps.
    function testFuzz_InflowCrossesCapacity_NoUnitIsEverPaidAboveTheCapOnceConfirmed(
        uint64[3] memory capacities,
        uint256[4] memory rates
    ) external {
        _addSinks(capacities);
        address source = _newSource(id, "source", 0);
        for (uint256 i; i < 4; ++i) {
            _stream(id, source, bound(rates[i], (_total - 10) * UNIT_RATE, (_total + 10) * UNIT_RATE));
            _confirmInflow(id);
            assertLe(pool.spotPrice(id), UNIT_RATE);
        }
        _assertConserved();
    }

    function _addSinks(uint64[3] memory capacities) private {
        for (uint256 i; i < 3; ++i) {
            capacities[i] = uint64(bound(capacities[i], 100, 1e6));
            _sinks.push(_newSink(id, vm.toString(i), capacities[i]));
            _total += capacities[i];
        }
    }

    function _assertFullPay() private view {
        uint256 units = distributionPool.getTotalUnits();
        for (uint256 i; i < 3; ++i) {
            uint256 capacity = pool.unitsOf(id, _sinks[i]);
            assertLe(_flowTo(id, _sinks[i]), capacity * UNIT_RATE);
            assertGe(_flowTo(id, _sinks[i]), capacity * (UNIT_RATE - UNIT_RATE / units - 2));
        }
    }
}
