// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";

import { CapacityRegistry } from "../../src/CapacityRegistry.sol";
import { CompletionTracker } from "../../src/CompletionTracker.sol";
import { ICapacityRegistry } from "../../src/interfaces/ICapacityRegistry.sol";
import { ProtocolAddresses } from "../../src/types/ProtocolAddresses.sol";
import { TaskTypeId } from "../../src/types/TaskType.sol";

/// @notice The worked examples of spec 14, hashed by the contracts.
contract DigestsTest is Test {
    TaskTypeId private constant ID =
        TaskTypeId.wrap(0xabababababababababababababababababababababababababababababababab);
    address private constant REGISTRY = 0x1000000000000000000000000000000000000001;
    address private constant TRACKER = 0x2000000000000000000000000000000000000002;
    bytes32 private constant ATTESTATION = 0x3413a4d994a0d84a5147088e43d45438acd0473e6e5fc4a5638a10c38f086ef8;
    bytes32 private constant RECEIPT = 0xa0f720d9b201d43b6d471267d3afdec8748f7a984fdf1a6c86ca3b3dfda0dd56;

    address private sink = vm.addr(0x1111111111111111111111111111111111111111111111111111111111111111);
    address private source = vm.addr(0x2222222222222222222222222222222222222222222222222222222222222222);

    function setUp() external {
        vm.chainId(8453);
        ProtocolAddresses memory addresses;
        deployCodeTo("CapacityRegistry.sol", abi.encode(addresses), REGISTRY);
        deployCodeTo("CompletionTracker.sol", abi.encode(addresses), TRACKER);
    }

    function test_Attestation() external view {
        ICapacityRegistry.Attestation memory attestation = ICapacityRegistry.Attestation({
            sink: sink, capacity: 1000, backlog: 60, issuedAt: 1_800_000_000, signature: ""
        });
        assertEq(CapacityRegistry(REGISTRY).hashAttestation(ID, attestation), ATTESTATION);
    }

    function test_Receipt() external view {
        assertEq(CompletionTracker(TRACKER).hashReceipt(ID, source, sink, 1e18), RECEIPT);
    }

    function test_TheSpecificationSaysTheSame() external {
        string memory spec = vm.readFile("docs/spec.md");
        assertTrue(vm.contains(spec, vm.toString(ATTESTATION)));
        assertTrue(vm.contains(spec, vm.toString(RECEIPT)));
    }
}
