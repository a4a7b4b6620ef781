// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @notice A pool that only ever gets more sinks and sources.
contract CrowdHandler is Handler {
    /// @dev Of every sink; large, so that each has fee units at any fee.
    uint64 public constant CAPACITY = 50_000;

    uint256 public sinks;
    uint256 public sources;

    TaskTypeId private immutable CROWD;

    constructor(World world_, TaskTypeId crowd) Handler(world_) {
        CROWD = crowd;
    }

    function selectors() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](2);
        list[0] = this.addSink.selector;
        list[1] = this.addSource.selector;
    }

    function addSink() external action("crowd: add sink") {
        join(CROWD, makeAddr(string.concat("crowd sink ", vm.toString(sinks++))));
        _happens();
    }

    function addSource() external action("crowd: add source") {
        open(CROWD, makeAddr(string.concat("crowd source ", vm.toString(sources++))), 1e5);
        _happens();
    }

    function join(TaskTypeId id, address sink) public {
        uint256 amount = world.parametersOf(id).minimumStake + CAPACITY * _bondPerUnit(id);
        _giveAndApprove(id, sink, address(stakes), amount);
        vm.startPrank(sink);
        stakes.stake(id, amount);
        registry.registerSink(id, "");
        vm.stopPrank();
        commit(id, sink);
        world.pass(2);
        reveal(id, sink);
    }

    function commit(TaskTypeId id, address sink) public {
        bytes32 commitment = registry.hashSignal(id, sink, CAPACITY, 0, "");
        vm.prank(sink);
        registry.commitCapacity(id, commitment);
    }

    function reveal(TaskTypeId id, address sink) public {
        vm.prank(sink);
        registry.revealCapacity(id, CAPACITY, 0, "");
    }

    /// @param units What the stream could pay in full.
    function open(TaskTypeId id, address source, uint256 units) public {
        _stream(id, source, units * world.parametersOf(id).unitRate + 1e12);
        escrow.syncSource(id, source);
    }
}
