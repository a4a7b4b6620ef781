// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IStakeManager } from "../../src/interfaces/IStakeManager.sol";
import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { InvariantTest } from "./InvariantTest.sol";
import { Ledger } from "./Ledger.sol";

/// @notice What bonds are worth.
contract InvariantStake is InvariantTest {
    function invariant_I6_BondsStaySlashable() external {
        for (uint256 i; i < ids.length; ++i) {
            TaskTypeParameters memory p = parameters[i];
            uint256 detection = uint256(p.horizon) + p.acknowledgementGrace + p.epochLength;
            assertGt(registry.unbondingPeriod(ids[i]), detection, "withdrawal waits longer than detection");
            for (uint256 s; s < 4; ++s) {
                _checkBond(ids[i], world.sinks(s), p.verifier);
            }
        }
    }

    /// @dev Also that all of it could be slashed now, and that nothing can be withdrawn before its time.
    function _checkBond(TaskTypeId id, address sink, address verifier) private {
        Ledger.Bond memory expected = world.bondOf(id, sink);
        (uint256 staked, uint256 unbonding, uint256 unbondedAt) = stakes.bondOf(id, sink);
        assertEq(staked, expected.staked, "stake");
        assertEq(unbonding, expected.unbonding, "unbonding stake");
        assertEq(unbondedAt, expected.unbondedAt, "end of unbonding");

        if (unbonding != 0 && block.timestamp < unbondedAt) {
            vm.expectRevert(abi.encodeWithSelector(IStakeManager.StakeManager_StillUnbonding.selector, unbondedAt));
            vm.prank(sink);
            stakes.withdraw(id);
        }
        vm.prank(verifier);
        assertEq(stakes.slash(id, sink, type(uint256).max), staked + unbonding, "all of it is slashable");
    }

    /// @dev The attack asserts its own failure.
    /// forge-config: default.invariant.check-interval = 4
    function invariant_I7_BorrowedStakeEarnsNothing() external {
        attackerHandler.flashStake(block.timestamp % 3, 1 + block.timestamp % 3000);
    }
}
