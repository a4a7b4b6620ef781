// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @notice Time passes: some blocks, some epochs, or long enough for every signal to expire.
contract TimeHandler is Handler {
    constructor(World world_) Handler(world_) { }

    function selectors() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](3);
        list[0] = this.passBlocks.selector;
        list[1] = this.passEpochs.selector;
        list[2] = this.passDays.selector;
    }

    function passBlocks(uint256 duration) external action("time: blocks") {
        world.pass(_bound(duration, 1, 30));
        _happens();
    }

    function passEpochs(uint256 duration) external action("time: epochs") {
        world.pass(_bound(duration, 30, 600));
        _happens();
    }

    /// @dev One time in four, so that the world is alive most of the time.
    function passDays(uint256 duration, uint256 seed) external action("time: days") {
        if (seed % 4 != 0) return;
        world.pass(_bound(duration, 1 hours, 3 days));
        _happens();
    }
}
