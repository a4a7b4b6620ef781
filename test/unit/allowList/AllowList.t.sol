// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";
import { Vm } from "forge-std/Vm.sol";

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { AllowList } from "../../../src/periphery/AllowList.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { ProtocolTest } from "../../utils/ProtocolTest.sol";

contract AllowListTest is ProtocolTest {
    AllowList private list;
    address private curator = makeAddr("curator");
    address private sink = makeAddr("sink");

    function setUp() public override {
        super.setUp();
        list = new AllowList(curator);
    }

    function _one(address listed) private pure returns (address[] memory sinks) {
        sinks = new address[](1);
        sinks[0] = listed;
    }

    function _expectUnauthorized(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
    }

    function test_RevertGiven_NobodyCuratesIt() external {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableInvalidOwner.selector, address(0)));
        new AllowList(address(0));
    }

    function testFuzz_RevertWhen_AStrangerChangesIt(address caller, address[] calldata sinks) external {
        vm.assume(caller != curator);
        _expectUnauthorized(caller);
        vm.prank(caller);
        list.list(sinks);
        _expectUnauthorized(caller);
        vm.prank(caller);
        list.unlist(sinks);
    }

    function testFuzz_WhenTheCuratorListsSinks(uint8[6] calldata seeds, address other, TaskTypeId any) external {
        address[] memory sinks = _some(seeds, other);
        vm.recordLogs();
        vm.startPrank(curator);
        list.list(sinks);
        uint256 first = _eventsOf(AllowList.SinkListed.selector);
        list.list(sinks);
        vm.stopPrank();
        assertEq(first, _distinct(sinks), "one event for each");
        assertEq(_eventsOf(AllowList.SinkListed.selector), 0, "and none for who is listed");
        for (uint256 i = 0; i < sinks.length; ++i) {
            assertTrue(list.admits(any, sinks[i]));
        }
        assertFalse(list.admits(any, other));
    }

    function testFuzz_WhenTheCuratorTakesSinksOff(uint8[6] calldata seeds, address other) external {
        address[] memory sinks = _some(seeds, other);
        vm.startPrank(curator);
        list.list(sinks);
        list.list(_one(other));
        vm.recordLogs();
        list.unlist(sinks);
        uint256 first = _eventsOf(AllowList.SinkUnlisted.selector);
        list.unlist(sinks);
        vm.stopPrank();
        assertEq(first, _distinct(sinks), "one event for each");
        assertEq(_eventsOf(AllowList.SinkUnlisted.selector), 0, "and none for who is not listed");
        for (uint256 i = 0; i < sinks.length; ++i) {
            assertFalse(list.admits(id, sinks[i]));
        }
        assertTrue(list.admits(id, other));
    }

    function test_GivenATaskTypeNamesIt() external {
        TaskTypeParameters memory parameters = _parameters();
        parameters.admission = address(list);
        id = _registerTaskType(parameters, "by invitation");
        _stake(id, sink, MINIMUM_STAKE);
        _stake(id, stranger, MINIMUM_STAKE);
        vm.prank(curator);
        list.list(_one(sink));

        vm.expectRevert(
            abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_NotAdmitted.selector, id, stranger, address(list))
        );
        vm.prank(stranger);
        registry.registerSink(id, "");
        vm.prank(sink);
        registry.registerSink(id, "");

        vm.prank(curator);
        list.unlist(_one(sink));
        assertTrue(registry.sinkOf(id, sink).registered);
        _signal(id, sink, 0, 0);
    }

    function test_WhenTheCuratorPassesItsRoleOn() external {
        address next = makeAddr("next");
        vm.prank(curator);
        list.transferOwnership(next);
        _expectUnauthorized(next);
        vm.prank(next);
        list.list(_one(sink));
        vm.prank(curator);
        list.list(_one(sink));

        vm.startPrank(next);
        list.acceptOwnership();
        list.unlist(_one(sink));
        vm.stopPrank();
        _expectUnauthorized(curator);
        vm.prank(curator);
        list.list(_one(sink));
    }

    function test_WhenTheCuratorGivesItsRoleUp() external {
        vm.startPrank(curator);
        list.list(_one(sink));
        list.renounceOwnership();
        _expectUnauthorized(curator);
        list.unlist(_one(sink));
        assertTrue(list.admits(id, sink));
    }

    /// @notice Some sinks, of which some are named twice and none is `other`.
    function _some(uint8[6] calldata seeds, address other) private pure returns (address[] memory sinks) {
        sinks = new address[](seeds.length);
        for (uint256 i = 0; i < seeds.length; ++i) {
            sinks[i] = address(uint160(other) ^ uint160(1 + seeds[i] % 8));
        }
    }

    function _eventsOf(bytes32 topic) private returns (uint256 count) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == topic) ++count;
        }
        vm.recordLogs();
    }

    function _distinct(address[] memory sinks) private pure returns (uint256 count) {
        for (uint256 i = 0; i < sinks.length; ++i) {
            bool isNew = true;
            for (uint256 j = 0; j < i; ++j) {
                if (sinks[i] == sinks[j]) isNew = false;
            }
            if (isNew) ++count;
        }
    }
}
