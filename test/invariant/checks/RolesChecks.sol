// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { InvariantTest } from "../InvariantTest.sol";
import { Ledger } from "../Ledger.sol";

/// @notice Who can change what.
abstract contract RolesChecks is InvariantTest {
    function _I14_OnlyRolesChangeAnything(uint256 pick) internal {
        attackerHandler.callWrongly(pick, block.number);

        assertEq(pool.owner(), owner, "I14: owner");
        (uint256 fee, address recipient) = pool.fee();
        assertEq(fee, ownerHandler.fee(), "I14: fee");
        assertEq(recipient, ownerHandler.recipient(), "I14: recipient of the fee");
        (TaskTypeId downstream, uint256 ratio) = pipeline.downstreamOf(ids[0]);
        assertTrue(downstream == ownerHandler.downstream(), "I14: downstream");
        assertEq(ratio, ownerHandler.ratio(), "I14: ratio");
        for (uint256 i; i < ids.length; ++i) {
            assertEq(
                keccak256(abi.encode(registry.parametersOf(ids[i]))),
                keccak256(abi.encode(parameters[i])),
                "I14: parameters"
            );
            assertEq(registry.creatorOf(ids[i]), creator, "I14: creator");
            assertEq(address(pool.distributionPoolOf(ids[i])), address(world.poolOf(ids[i])), "I14: pool");
            for (uint256 s; s < 4; ++s) {
                _checkTimers(ids[i], world.sinks(s));
            }
        }
    }

    /// @dev Everything in the registry that a sink's own calls set, and nobody else's.
    function _checkTimers(TaskTypeId id, address sink) private view {
        ICapacityRegistry.Sink memory known = registry.sinkOf(id, sink);
        Ledger.Signal memory signal = world.signalOf(id, sink);
        assertEq(known.signalledAt, signal.signalledAt, "I14: when it signalled");
        assertEq(known.capacity, signal.capacity, "I14: what it declared");
        assertEq(known.committedAtBlock, world.commitmentOf(id, sink).atBlock, "I14: when it committed");
        (,, uint256 unbondedAt) = stakes.bondOf(id, sink);
        assertEq(unbondedAt, world.bondOf(id, sink).unbondedAt, "I14: when it can withdraw");
    }

    /// @dev The attack asserts its own failure.
    function _I16_AFlashStreamChangesNothing(uint256 pick) internal {
        attackerHandler.flashSource(pick, block.timestamp, block.number);
    }
}
