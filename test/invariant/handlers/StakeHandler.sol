// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { ScriptedVerifier } from "../../utils/ScriptedVerifier.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @notice The bonds of sinks: staking, unstaking, withdrawing, and what the verifier does to them.
contract StakeHandler is Handler {
    constructor(World world_) Handler(world_) { }

    function selectors() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](5);
        list[0] = this.stake.selector;
        list[1] = this.unstake.selector;
        list[2] = this.withdraw.selector;
        list[3] = this.slash.selector;
        list[4] = this.verifyBacklog.selector;
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

    /// @dev Up to twice what is there, but mostly a little: a slash costs all units.
    function slash(uint256 idSeed, uint256 sinkSeed, uint256 amount) external action("verifier: slash") {
        TaskTypeId id = _id(idSeed);
        address sink = _sink(sinkSeed);
        uint256 bond = world.bondOf(id, sink).staked + world.bondOf(id, sink).unbonding;
        amount = _bound(amount, 1, (amount % 4 == 0 ? 2 * bond : bond / 20) + 1);
        ScriptedVerifier(world.parametersOf(id).verifier).take(id, sink, amount);
        uint256 slashed = stakes.assess(id, sink);
        assertEq(slashed, amount < bond ? amount : bond, "all of it up to stake and unbonding stake");
        world.capSignal(id, sink, 0);
        if (slashed == 0) return;
        world.slashed(id, sink, slashed);
        assertEq(pool.unitsOf(id, sink), 0, "slashing cuts units at once");
        _happens();
    }

    function verifyBacklog(uint256 idSeed, uint256 sinkSeed, uint256 backlog) external action("verifier: set backlog") {
        TaskTypeId id = _id(idSeed);
        address sink = _sink(sinkSeed);
        if (!_isRegistered(id, sink)) return;
        uint256 horizon = world.parametersOf(id).horizon;
        backlog = backlog % 2 == 0 ? 0 : _bound(backlog, 1, 2 * (_cap(id, sink) + 1) * horizon);
        ScriptedVerifier(world.parametersOf(id).verifier).owe(id, sink, backlog);
        address[] memory sinks = new address[](1);
        sinks[0] = sink;
        registry.settle(id, sinks);
        _happens();
    }

    /// @dev By the specification: 2 * (T + D + h) and three receipt intervals.
    function _unbondingPeriod(TaskTypeId id) private view returns (uint256) {
        uint256 epoch = world.parametersOf(id).epochLength;
        uint256 detection =
            uint256(world.parametersOf(id).horizon) + world.parametersOf(id).acknowledgementGrace + epoch;
        return 2 * detection + 3 * uint256(world.parametersOf(id).receiptEpochs) * epoch;
    }
}
