// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IStakeManager } from "../../../src/interfaces/IStakeManager.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { Handler } from "./Handler.sol";

/// @notice What attackers have in common: a name, a bond if they need one, and a picture of what must not change.
abstract contract Attack is Handler {
    /// @dev What others see of a pool.
    /// @param rounding Escrow units that correspond to one wei per second and unit, a few times: what unit updates leak.
    struct Picture {
        uint256 sinkUnits;
        uint256 escrowUnits;
        uint256 feeUnits;
        uint256 spare;
        uint256 inflow;
        uint256 level;
        bytes32 returns_;
        bytes32 sinks;
        uint256 rounding;
    }

    address internal immutable MALLORY = makeAddr("mallory");

    // ------------------------------------------------------------------------------------------- Bonds

    /// @dev With exactly the minimum stake, which backs nothing.
    function _enroll(TaskTypeId id) internal {
        if (_isRegistered(id, MALLORY)) return;
        _stake(id, world.parametersOf(id).minimumStake);
        vm.prank(MALLORY);
        registry.registerSink(id, "");
    }

    function _stake(TaskTypeId id, uint256 amount) internal {
        _giveAndApprove(id, MALLORY, address(stakes), amount);
        vm.prank(MALLORY);
        stakes.stake(id, amount);
        world.staked(id, MALLORY, amount);
    }

    function _unstake(TaskTypeId id, uint256 amount) internal {
        vm.prank(MALLORY);
        stakes.requestUnstake(id, amount);
        (,, uint256 unbondedAt) = stakes.bondOf(id, MALLORY);
        world.unstaked(id, MALLORY, amount, unbondedAt);
    }

    /// @dev What was bonded for a moment is not back at its end.
    function _assertLocked(TaskTypeId id) internal {
        (,, uint256 unbondedAt) = stakes.bondOf(id, MALLORY);
        _expect(
            address(stakes),
            abi.encodeCall(stakes.withdraw, (id)),
            abi.encodeWithSelector(IStakeManager.StakeManager_StillUnbonding.selector, unbondedAt)
        );
    }

    function _expect(address target, bytes memory call, bytes memory answer) internal {
        vm.prank(MALLORY);
        (bool success, bytes memory given) = target.call(call);
        assertFalse(success, "the attack works");
        assertEq(given, answer, "wrong error");
    }

    // ------------------------------------------------------------------------------------------- Pictures

    /// @dev Nothing is about to change by itself: the inflow is confirmed, escrow and fee follow it already.
    function _isAtRest(TaskTypeId id) internal view returns (bool) {
        (uint256 sinkUnits,, uint256 feeUnits) = pool.unitsOfPool(id);
        (uint256 fee,) = pool.fee();
        return world.inflowOf(id).followed && !registry.needsRebalance(id, new address[](0))
            && feeUnits == sinkUnits * fee / (10_000 - fee);
    }

    function _picture(TaskTypeId id) internal view returns (Picture memory picture) {
        (picture.sinkUnits, picture.escrowUnits, picture.feeUnits) = pool.unitsOfPool(id);
        picture.spare = pool.spareOf(id);
        picture.inflow = pool.streamedOf(id);
        picture.level = escrow.level(id);
        picture.rounding = 1 + 4 * world.poolOf(id).getTotalUnits() / pool.priceCap(id);
        picture.returns_ = keccak256(abi.encode(escrow.releasable(id), escrow.setAsideOf(id)));
        for (uint256 i; i < 3; ++i) {
            (uint256 held, uint256 payableNow) = escrow.claimOf(id, _source(i));
            picture.returns_ = keccak256(abi.encode(picture.returns_, held, payableNow));
        }
        for (uint256 i; i < 4; ++i) {
            address sink = _sink(i);
            uint256 received = world.poolOf(id).getTotalAmountReceivedByMember(sink);
            picture.sinks =
                keccak256(abi.encode(picture.sinks, pool.unitsOf(id, sink), received, registry.sinkOf(id, sink)));
        }
    }

    /// @dev Escrow, fee, and what follows from them, only count at rest: otherwise the next rebalance by anyone moves them.
    function _assertSame(Picture memory a, Picture memory b, bool atRest) internal pure {
        assertEq(a.sinks, b.sinks, "the attack changes a sink");
        assertEq(a.sinkUnits, b.sinkUnits, "the attack changes sink units");
        assertEq(a.inflow, b.inflow, "the attack changes the inflow");
        assertEq(a.level, b.level, "the attack changes the escrow level");
        assertEq(a.returns_, b.returns_, "the attack changes the shares of returns");
        if (!atRest) return;
        if (a.escrowUnits == b.escrowUnits) assertEq(a.spare, b.spare, "the attack changes the bucket");
        assertApproxEqAbs(a.escrowUnits, b.escrowUnits, b.rounding, "the attack changes escrow units");
        assertEq(a.feeUnits, b.feeUnits, "the attack changes fee units");
    }

    function _flowRate(TaskTypeId id) internal view returns (uint256) {
        return uint256(uint96(world.poolOf(id).getTotalFlowRate()));
    }
}
