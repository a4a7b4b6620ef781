// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { ProtocolTest } from "./ProtocolTest.sol";

/// @notice A task type that has a verifier and smooths with alpha = 1: a signal counts in full at once, so tests that are
/// not about smoothing need no ramp.
abstract contract CapacityTest is ProtocolTest {
    uint256 internal constant MAX_CAPACITY = 1e9;
    uint256 internal constant MAX_STAKE = 1e30;

    function _parameters() internal view virtual override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.smoothing = 1e18;
        parameters.verifier = address(verifier);
    }

    /// @notice A connected sink that has signalled all that its stake backs: its units are `capacity`.
    function _addPaidSink(TaskTypeId taskTypeId, string memory name, uint64 capacity) internal returns (address sink) {
        sink = _addSink(taskTypeId, name, capacity);
        _signal(taskTypeId, sink, capacity, 0);
        assertEq(pool.unitsOf(taskTypeId, sink), capacity, "units of a sink that signalled");
    }

    /// @notice A stream that pays every sink of the pool something, so that a test can see pay stop.
    function _openPayingStream(TaskTypeId taskTypeId) internal {
        (uint256 sinkUnits,,) = pool.unitsOfPool(taskTypeId);
        _openStream(taskTypeId, "payer", (sinkUnits + 1) * 1e6);
    }

    function _unstake(TaskTypeId taskTypeId, address sink, uint256 amount) internal {
        vm.prank(sink);
        stakes.requestUnstake(taskTypeId, amount);
    }

    /// @notice What the sink is paid now, wei per second.
    function _payOf(TaskTypeId taskTypeId, address sink) internal view returns (uint256) {
        return uint256(uint96(pool.distributionPoolOf(taskTypeId).getMemberFlowRate(sink)));
    }

    /// @notice Submits one attestation.
    function _submit(TaskTypeId taskTypeId, ICapacityRegistry.Attestation memory attestation)
        internal
        returns (uint256 accepted)
    {
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](1);
        batch[0] = attestation;
        return registry.submitAttestations(taskTypeId, batch);
    }

    function _boundCapacity(uint256 capacity) internal pure returns (uint64) {
        return uint64(bound(capacity, 1, MAX_CAPACITY));
    }

    /// @dev Independent of the contract: how many whole bonds fit above the minimum stake.
    function _capOf(uint256 stake) internal pure returns (uint256) {
        return stake <= MINIMUM_STAKE ? 0 : (stake - MINIMUM_STAKE) / BOND_PER_UNIT;
    }
}
