// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { CapacityTest } from "./CapacityTest.sol";

/// @notice Two stages: what `upstream` produces is work for `downstream`. Signals live long, so that tests can wait.
abstract contract PipelineTest is CapacityTest {
    uint256 internal constant HORIZON = 360;
    uint256 internal constant NO_LIMIT = type(uint96).max;
    uint256 internal constant WAD = 1e18;

    TaskTypeId internal upstream;
    TaskTypeId internal downstream;

    function setUp() public virtual override {
        super.setUp();
        upstream = id;
        downstream = _registerTaskType("downstream work");
    }

    function _parameters() internal view override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.signalTimeToLive = 30 days;
        parameters.bufferMax = type(uint128).max;
    }

    function _attach(TaskTypeId from, TaskTypeId to, uint256 ratio) internal {
        vm.prank(creator);
        pipeline.setDownstream(from, to, ratio);
    }

    function _donate(TaskTypeId to, uint256 amount) internal {
        _giveTokens(stranger, amount);
        vm.startPrank(stranger);
        superToken.approve(address(escrow), amount);
        escrow.donate(to, amount);
        vm.stopPrank();
    }

    /// @notice Overflow presses once it was there at two looks, 12 s apart: this is the first, and the time until the second.
    function _wait() internal {
        skip(12);
        pipeline.propagate(upstream);
        skip(12);
    }

    function _deposit(TaskTypeId to, uint256 amount) internal {
        _giveTokens(stranger, amount);
        vm.startPrank(stranger);
        superToken.approve(address(escrow), amount);
        escrow.deposit(to, amount);
        vm.stopPrank();
    }

    /// @dev From a hundredth to a hundredfold.
    function _boundRatio(uint256 ratio) internal pure returns (uint256) {
        return bound(ratio, WAD / 100, 100 * WAD);
    }
}
