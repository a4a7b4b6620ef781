// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { InvariantTest } from "../InvariantTest.sol";
import { Ledger } from "../Ledger.sol";

/// @notice What sinks are paid.
abstract contract PayChecks is InvariantTest {
    /// @dev Once an inflow is confirmed, and for the sinks of the latest rebalance.
    function _I2_PayNeverExceedsCapacity() internal view {
        for (uint256 i; i < ids.length; ++i) {
            if (!world.inflowOf(ids[i]).steady) continue;
            assertLe(_price(ids[i]), pool.priceCap(ids[i]), "I2: price above the cap");
        }
        TaskTypeId id = keeperHandler.rebalancedId();
        if (!world.inflowOf(id).steady || keeperHandler.rebalancedAt() != block.timestamp) return;
        address[] memory sinks = keeperHandler.rebalancedSinks();
        for (uint256 i; i < sinks.length; ++i) {
            uint256 flow = uint256(uint96(world.poolOf(id).getMemberFlowRate(sinks[i])));
            uint256 capacity = registry.effectiveCapacity(id, sinks[i]) * registry.parametersOf(id).unitRate;
            assertLe(20 * flow, 21 * capacity, "I2: a sink gets more than 1.05 * q * u");
        }
    }

    /// @dev Leaving, unstaking and slashing act at once.
    function _I3_WhoIsGoneHasNoUnits() internal view {
        for (uint256 i; i < ids.length; ++i) {
            _checkGone(ids[i]);
        }
    }

    function _checkGone(TaskTypeId id) private view {
        address[] memory sinks = world.allSinks();
        uint256 minimumStake = world.parametersOf(id).minimumStake;
        uint256 sum;
        for (uint256 i; i < sinks.length; ++i) {
            uint256 units = pool.unitsOf(id, sinks[i]);
            sum += units;
            assertEq(world.poolOf(id).getUnits(sinks[i]), units, "I3: units as in Superfluid");
            ICapacityRegistry.Sink memory sink = registry.sinkOf(id, sinks[i]);
            bool backed = world.bondOf(id, sinks[i]).staked > minimumStake;
            if (!sink.registered || !backed) assertEq(units, 0, "I3: gone and still paid");
            if (!sink.registered) assertEq(sink.capacity + sink.baseScaled + sink.backlog, 0, "I3: gone, on record");
        }
        (uint256 sinkUnits,,) = pool.unitsOfPool(id);
        assertEq(sum, sinkUnits, "I3: the sum of units");
    }

    /// @dev Expiry acts at the next rebalance by anyone.
    function _I3_WhoHasExpiredLosesUnits(uint256 pick) internal {
        TaskTypeId id = ids[pick];
        address[] memory sinks = world.allSinks();
        registry.rebalance(id, sinks);
        for (uint256 i; i < sinks.length; ++i) {
            if (_hasFaded(id, sinks[i])) assertEq(pool.unitsOf(id, sinks[i]), 0, "I3: expired and still paid");
        }
    }

    /// @dev Whether even all that was declared has faded to less than a unit since the signal expired.
    function _hasFaded(TaskTypeId id, address sink) private view returns (bool) {
        TaskTypeParameters memory p = registry.parametersOf(id);
        Ledger.Signal memory signal = world.signalOf(id, sink);
        uint256 lastEpoch = (signal.signalledAt + p.signalTimeToLive) / p.epochLength;
        uint256 scaled = type(uint40).max * uint256(1e9);
        for (uint256 e = lastEpoch; e < block.timestamp / p.epochLength && scaled >= 1e9; ++e) {
            scaled = scaled * (1e18 - p.smoothing) / 1e18;
        }
        return scaled < 1e9;
    }

    function _I8_APoolAlwaysHasUnits() internal view {
        for (uint256 i; i < ids.length; ++i) {
            (uint256 sinkUnits, uint256 escrowUnits, uint256 feeUnits) = pool.unitsOfPool(ids[i]);
            assertGe(escrowUnits, 1, "I8: the escrow has a unit");
            assertEq(world.poolOf(ids[i]).getTotalUnits(), sinkUnits + escrowUnits + feeUnits, "I8: total units");
            assertEq(world.poolOf(ids[i]).getUnits(address(escrow)), escrowUnits + feeUnits, "I8: units of the escrow");
        }
    }

    function _price(TaskTypeId id) private view returns (uint256) {
        return uint256(uint96(world.poolOf(id).getTotalFlowRate())) / world.poolOf(id).getTotalUnits();
    }
}
