// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { InvariantTest } from "../InvariantTest.sol";
import { Ledger } from "../Ledger.sol";

/// @notice What sinks may declare, and what becomes of it.
abstract contract CapacityChecks is InvariantTest {
    uint256 private constant REVEAL_BLOCKS = 20;

    function _I4_CapacityIsBackedByStake() internal view {
        for (uint256 i; i < ids.length; ++i) {
            address[] memory sinks = world.allSinks();
            TaskTypeParameters memory p = parameters[i];
            for (uint256 s; s < sinks.length; ++s) {
                uint256 cap = _cap(p, world.bondOf(ids[i], sinks[s]).staked);
                assertEq(registry.sinkOf(ids[i], sinks[s]).cap, cap, "I4: one wei backs one sink of one task type");
                assertLe(registry.smoothedCapacity(ids[i], sinks[s]), cap * 1e9, "I4: smoothed capacity above the cap");
                assertLe(pool.unitsOf(ids[i], sinks[s]), cap, "I4: units above the cap");
            }
        }
    }

    /// @dev Within the epoch of a signal, capacity is one step from where the epoch began, towards the latest signal.
    function _I5_SignalsOfAnEpochMakeOneStep() internal view {
        for (uint256 i; i < ids.length; ++i) {
            address[] memory sinks = world.allSinks();
            for (uint256 s; s < sinks.length; ++s) {
                Ledger.Signal memory signal = world.signalOf(ids[i], sinks[s]);
                if (signal.epoch != block.timestamp / parameters[i].epochLength) continue;
                int256 base = int256(signal.base);
                int256 step = (int256(signal.capacity * 1e9) - base) * int256(uint256(parameters[i].smoothing)) / 1e18;
                uint256 expected = uint256(base + step);
                assertApproxEqAbs(registry.smoothedCapacity(ids[i], sinks[s]), expected, 1, "I5: more than one step");
            }
        }
    }

    /// @dev Tries, from wherever the world is, everything that a commitment must not allow.
    function _I11_CommitmentsAreBound() internal {
        for (uint256 i; i < 12; ++i) {
            TaskTypeId id = ids[i / 4];
            address sink = world.sinks(i % 4);
            if (!registry.sinkOf(id, sink).registered) continue;
            _checkPending(id, sink);
            _checkCommitment(id, ids[(i / 4 + 1) % 3], sink);
            return;
        }
    }

    function _checkPending(TaskTypeId id, address sink) private view {
        assertEq(
            registry.sinkOf(id, sink).committedAtBlock,
            world.commitmentOf(id, sink).atBlock,
            "I11: when it was committed"
        );
    }

    function _checkCommitment(TaskTypeId id, TaskTypeId otherId, address sink) private {
        uint256 committedAt = block.number;
        bytes32 commitment = _hash(block.chainid, address(registry), id, sink);
        assertEq(registry.hashSignal(id, sink, 7, 8, "salt"), commitment, "I11: what a commitment binds");
        _commit(id, sink, commitment);
        _expectRevert(
            abi.encodeWithSelector(
                ICapacityRegistry.CapacityRegistry_RevealTooEarly.selector, committedAt, committedAt + 1
            )
        );
        _reveal(id, sink);

        vm.roll(committedAt + REVEAL_BLOCKS + 1);
        _expectRevert(
            abi.encodeWithSelector(
                ICapacityRegistry.CapacityRegistry_RevealTooLate.selector, block.number, committedAt + REVEAL_BLOCKS
            )
        );
        _reveal(id, sink);

        vm.roll(committedAt + REVEAL_BLOCKS);
        _expectMismatch(id, sink, _hash(block.chainid + 1, address(registry), id, sink), committedAt);
        _expectMismatch(id, sink, _hash(block.chainid, address(pool), id, sink), committedAt);
        _expectMismatch(id, sink, _hash(block.chainid, address(registry), otherId, sink), committedAt);
        _expectMismatch(id, sink, _hash(block.chainid, address(registry), id, stranger), committedAt);

        vm.roll(committedAt);
        _commit(id, sink, commitment);
        vm.roll(committedAt + REVEAL_BLOCKS);
        _reveal(id, sink);
        assertEq(registry.sinkOf(id, sink).backlog, 8, "I11: the last block still counts");
    }

    function _expectMismatch(TaskTypeId id, address sink, bytes32 foreign, uint256 committedAt) private {
        vm.roll(committedAt);
        _commit(id, sink, foreign);
        vm.roll(committedAt + 1);
        bytes32 own = _hash(block.chainid, address(registry), id, sink);
        _expectRevert(
            abi.encodeWithSelector(
                ICapacityRegistry.CapacityRegistry_CommitmentMismatch.selector,
                bytes32(bytes27(foreign)),
                bytes32(bytes27(own))
            )
        );
        _reveal(id, sink);
    }

    function _expectRevert(bytes memory reason) private {
        vm.expectRevert(reason);
    }

    function _commit(TaskTypeId id, address sink, bytes32 commitment) private {
        vm.prank(sink);
        registry.commitCapacity(id, commitment);
    }

    function _reveal(TaskTypeId id, address sink) private {
        vm.prank(sink);
        registry.revealCapacity(id, 7, 8, "salt");
    }

    function _hash(uint256 chain, address verifying, TaskTypeId id, address sink) private pure returns (bytes32) {
        return keccak256(abi.encode(chain, verifying, id, sink, uint64(7), uint96(8), bytes32("salt")));
    }

    /// @dev (S - m) / (2 * q * (T + D + h) + q * V * h), by the specification.
    function _cap(TaskTypeParameters memory p, uint256 staked) private pure returns (uint256) {
        if (staked <= p.minimumStake) return 0;
        uint256 detection = uint256(p.horizon) + p.acknowledgementGrace + p.epochLength;
        uint256 time = 2 * detection + uint256(p.receiptEpochs) * p.epochLength;
        return (staked - p.minimumStake) / (uint256(p.unitRate) * time);
    }
}
