// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @notice The bonds of sinks: staking, unstaking, withdrawing.
contract StakeHandler is Handler {
    constructor(World world_) Handler(world_) { }

    function selectors() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](3);
        list[0] = this.stake.selector;
        list[1] = this.unstake.selector;
        list[2] = this.withdraw.selector;
    }

    function stake(uint256 idSeed, uint256 sinkSeed, uint256 amount) external action("stake: stake") {
        TaskTypeId id = _id(idSeed);
        address sink = _sink(sinkSeed);
        amount = _bound(amount, 1, 1000 * _bondPerUnit(id));
        _giveAndApprove(id, sink, address(stakes), amount);
        vm.prank(sink);
        stakes.stake(id, amount);
        world.staked(id, sink, amount);
        _happens();
    }

    /// @dev All of it one time in four.
    function unstake(uint256 idSeed, uint256 sinkSeed, uint256 amount) external action("stake: unstake") {
        TaskTypeId id = _id(idSeed);
        address sink = _sink(sinkSeed);
        uint256 staked = world.bondOf(id, sink).staked;
        if (staked == 0) return;
        amount = amount % 4 == 0 ? staked : _bound(amount, 1, staked);
        vm.prank(sink);
        stakes.requestUnstake(id, amount);
        world.unstaked(id, sink, amount, block.timestamp + _unbondingPeriod(id));
        world.capSignal(id, sink, _cap(id, sink));
        assertLe(pool.unitsOf(id, sink), _cap(id, sink), "unstaking cuts units at once");
        _happens();
    }

    function withdraw(uint256 seed) external action("stake: withdraw") {
        for (uint256 i; i < 12; ++i) {
            TaskTypeId id = _id((seed % 12 + i) / 4);
            address sink = _sink(seed % 12 + i);
            uint256 unbonding = world.bondOf(id, sink).unbonding;
            if (unbonding == 0 || block.timestamp < world.bondOf(id, sink).unbondedAt) continue;
            vm.prank(sink);
            assertEq(stakes.withdraw(id), unbonding, "what was unbonding, to the wei");
            world.withdrawn(id, sink);
            return _happens();
        }
    }
}
