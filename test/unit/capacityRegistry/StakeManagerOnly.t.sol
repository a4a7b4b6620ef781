// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

/// @notice What only the stake manager may ask, each of it refused to anybody else, the verifier too.
contract StakeManagerOnlyTest is CapacityTest {
    function testFuzz_RevertWhen_SomebodyElseAsks(address caller, TaskTypeId taskTypeId, address sink, uint256 stake)
        external
    {
        vm.assume(caller != address(stakes));
        address[2] memory callers = [caller, address(verifier)];
        for (uint256 i; i < callers.length; ++i) {
            _expectRefusal(callers[i]);
            registry.stakeChanged(taskTypeId, sink, stake);
            _expectRefusal(callers[i]);
            registry.stakeSlashed(taskTypeId, sink, stake);
            _expectRefusal(callers[i]);
            registry.assess(taskTypeId, sink);
            _expectRefusal(callers[i]);
            registry.judgeLeaver(taskTypeId, sink);
        }
    }

    function _expectRefusal(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_NotStakeManager.selector, caller));
        vm.prank(caller);
    }
}
