// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { NO_TASK_TYPE, TaskTypeId } from "../../../src/types/TaskType.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @notice The two roles that may change anything: the owner its fee, the creator what lies behind its task type.
contract OwnerHandler is Handler {
    uint256 public fee;
    address public recipient;
    TaskTypeId public downstream;
    uint256 public ratio;

    address private immutable CREATOR;

    constructor(World world_, address creator) Handler(world_) {
        CREATOR = creator;
    }

    function selectors() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](2);
        list[0] = this.setFee.selector;
        list[1] = this.setDownstream.selector;
    }

    function setFee(uint256 basisPoints) external action("owner: set fee") {
        fee = _bound(basisPoints, 0, pool.MAX_FEE());
        recipient = fee == 0 ? address(0) : makeAddr("feeRecipient");
        vm.prank(pool.owner());
        pool.setFee(fee, recipient);
        _happens();
    }

    /// @dev Detaches one time in four.
    function setDownstream(uint256 ratioSeed, uint256 seed) external action("creator: set downstream") {
        downstream = seed % 4 == 0 ? NO_TASK_TYPE : world.ids(1);
        ratio = downstream == NO_TASK_TYPE ? 0 : _bound(ratioSeed, 0.1e18, 4e18);
        TaskTypeId upstream = world.ids(0);
        vm.prank(CREATOR);
        pipeline.setDownstream(upstream, downstream, ratio);
        _happens();
    }
}
