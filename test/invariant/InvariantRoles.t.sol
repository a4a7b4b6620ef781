// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId } from "../../src/types/TaskType.sol";
import { InvariantTest } from "./InvariantTest.sol";
import { Ledger } from "./Ledger.sol";

/// @notice Who can change what.
contract InvariantRoles is InvariantTest {
    /// forge-config: default.invariant.check-interval = 4
    function invariant_I14_OnlyRolesChangeAnything() external {
        attackerHandler.callWrongly(block.timestamp, block.number);

        assertEq(pool.owner(), owner, "owner");
        (uint256 fee, address recipient) = pool.fee();
        assertEq(fee, ownerHandler.fee(), "fee");
        assertEq(recipient, ownerHandler.recipient(), "recipient of the fee");
        (TaskTypeId downstream, uint256 ratio) = pipeline.downstreamOf(ids[0]);
        assertTrue(downstream == ownerHandler.downstream(), "downstream");
        assertEq(ratio, ownerHandler.ratio(), "ratio");
        for (uint256 i; i < ids.length; ++i) {
            assertEq(
                keccak256(abi.encode(registry.parametersOf(ids[i]))), keccak256(abi.encode(parameters[i])), "parameters"
            );
            assertEq(registry.creatorOf(ids[i]), creator, "creator");
            assertEq(address(pool.distributionPoolOf(ids[i])), address(world.poolOf(ids[i])), "pool");
            for (uint256 s; s < 4; ++s) {
                _checkTimers(ids[i], world.sinks(s));
            }
        }
    }

    /// @dev Everything in the registry that a sink's own calls set, and nobody else's.
    function _checkTimers(TaskTypeId id, address sink) private view {
        ICapacityRegistry.Sink memory known = registry.sinkOf(id, sink);
        Ledger.Signal memory signal = world.signalOf(id, sink);
        assertEq(known.signalledAt, signal.signalledAt, "when it signalled");
        assertEq(known.capacity, signal.capacity, "what it declared");
        assertEq(known.committedAtBlock, world.commitmentOf(id, sink).atBlock, "when it committed");
        (,, uint256 unbondedAt) = stakes.bondOf(id, sink);
        assertEq(unbondedAt, world.bondOf(id, sink).unbondedAt, "when it can withdraw");
    }

    /// @dev The attack asserts its own failure.
    /// forge-config: default.invariant.check-interval = 4
    function invariant_I16_AFlashStreamChangesNothing() external {
        attackerHandler.flashSource(block.timestamp % 3, block.timestamp, block.number);
    }
}
