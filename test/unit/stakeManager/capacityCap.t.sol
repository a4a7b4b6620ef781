// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

contract CapacityCapTest is CapacityTest {
    address internal sink = makeAddr("sink");

    function testFuzz_GivenNothingIsStaked(TaskTypeId taskTypeId, address nobody) external view {
        assertEq(stakes.capacityCap(taskTypeId, nobody), 0, "any task type");
        assertEq(stakes.capacityCap(id, nobody), 0, "a known task type");
    }

    function testFuzz_GivenNoMoreThanTheMinimumIsStaked(uint256 staked) external {
        staked = bound(staked, 1, MINIMUM_STAKE);
        _stake(id, sink, staked);

        assertEq(stakes.capacityCap(id, sink), 0);
    }

    function testFuzz_GivenMoreThanTheMinimumIsStaked(uint64 capacity, uint256 rest) external {
        capacity = _boundCapacity(capacity);
        rest = bound(rest, 0, BOND_PER_UNIT - 1);
        _stake(id, sink, MINIMUM_STAKE + capacity * BOND_PER_UNIT + rest);

        assertEq(stakes.capacityCap(id, sink), capacity);
    }

    function testFuzz_GivenTheStakeIsUnbonding(uint256 staked) external {
        staked = bound(staked, 1, MAX_STAKE);
        _stake(id, sink, staked);
        _unstake(id, sink, staked);

        assertEq(stakes.capacityCap(id, sink), 0);
    }
}
