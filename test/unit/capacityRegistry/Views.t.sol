// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

/// @dev Views without branches of their own. `smoothedCapacity` has its own file.
contract RegistryViewsTest is CapacityTest {
    function testFuzz_HashSignal(TaskTypeId taskTypeId, address sink, uint64 capacity, uint96 backlog, bytes32 salt)
        external
        view
    {
        assertEq(
            registry.hashSignal(taskTypeId, sink, capacity, backlog, salt),
            keccak256(
                abi.encode(
                    block.chainid, address(registry), taskTypeId, sink, uint256(capacity), uint256(backlog), salt
                )
            )
        );
    }

    /// @dev EIP-712 written out by hand.
    function testFuzz_HashAttestation(
        TaskTypeId taskTypeId,
        ICapacityRegistry.Attestation calldata attestation,
        uint64 chainId
    ) external {
        vm.chainId(uint64(bound(chainId, 1, type(uint64).max)));
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Backpressure Economics"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256(
                    "CapacityAttestation(bytes32 taskTypeId,address sink,uint64 capacity,uint96 backlog,uint32 issuedAt)"
                ),
                taskTypeId,
                attestation.sink,
                attestation.capacity,
                attestation.backlog,
                attestation.issuedAt
            )
        );

        assertEq(
            registry.hashAttestation(taskTypeId, attestation), keccak256(abi.encodePacked(hex"1901", domain, message))
        );
    }

    function testFuzz_EffectiveCapacity(uint64 capacity, uint256 backlog) external {
        capacity = _boundCapacity(capacity);
        backlog = bound(backlog, 0, 2 * uint256(capacity) * 360);
        address sink = _addSink(id, "sink", capacity);
        _signal(id, sink, capacity, uint96(backlog));

        uint256 units = registry.effectiveCapacity(id, sink);

        uint256 taken = uint256(capacity - units) * 360;
        if (units != 0) assertLe(backlog, taken, "the backlog takes enough");
        assertGt(backlog + 360, taken, "and no more");
    }

    function testFuzz_OfAStranger(TaskTypeId taskTypeId, address nobody) external view {
        TaskTypeId[2] memory ids = [taskTypeId, id];
        ICapacityRegistry.Sink memory nothing;
        for (uint256 i; i < ids.length; ++i) {
            assertEq(registry.effectiveCapacity(ids[i], nobody), 0, "effective capacity");
            assertEq(registry.smoothedCapacity(ids[i], nobody), 0, "smoothed capacity");
            assertEq(abi.encode(registry.sinkOf(ids[i], nobody)), abi.encode(nothing), "sink");
        }
    }

    function testFuzz_OfAnUnknownTaskType(TaskTypeId unknown) external view {
        vm.assume(unknown != id);
        TaskTypeParameters memory nothing;
        assertEq(abi.encode(registry.parametersOf(unknown)), abi.encode(nothing), "parameters");
        assertEq(address(registry.superTokenOf(unknown)), address(0), "super token");
        assertEq(registry.creatorOf(unknown), address(0), "creator");
        (uint256 minimumStake, uint256 bondPerUnit) = registry.bondTerms(unknown);
        assertEq(minimumStake + bondPerUnit, 0, "bond terms");
        assertEq(registry.unbondingPeriod(unknown), 0, "unbonding period");
    }

    function testFuzz_BondTermsAndUnbondingPeriod(
        uint96 rate,
        uint32 epoch,
        uint32 horizon,
        uint32 grace,
        uint128 stake
    ) external {
        TaskTypeParameters memory parameters = _parameters();
        parameters.unitRate = uint96(bound(rate, 1e11, 1e24));
        parameters.epochLength = uint32(bound(epoch, 12, 1 days));
        parameters.reportDelay = 0;
        parameters.horizon = uint32(bound(horizon, 3 * uint256(parameters.epochLength), 30 days));
        parameters.acknowledgementGrace = uint32(bound(grace, 30, 30 days));
        parameters.signalTimeToLive = 30 days;
        parameters.minimumStake = uint128(bound(stake, 1, type(uint128).max));
        TaskTypeId taskTypeId = _registerTaskType(parameters, "terms");

        uint256 detection = uint256(parameters.horizon) + parameters.acknowledgementGrace + parameters.epochLength;
        (uint256 minimumStake, uint256 bondPerUnit) = registry.bondTerms(taskTypeId);
        assertEq(minimumStake, parameters.minimumStake, "m");
        uint256 interval = 5 * uint256(parameters.epochLength);
        assertEq(bondPerUnit, parameters.unitRate * (2 * detection + interval), "b");
        assertEq(registry.unbondingPeriod(taskTypeId), 2 * detection + 3 * interval, "wait");
    }
}
