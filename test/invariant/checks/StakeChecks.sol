// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IStakeManager } from "../../../src/interfaces/IStakeManager.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { InvariantTest } from "../InvariantTest.sol";
import { Ledger } from "../Ledger.sol";

/// @notice What bonds are worth.
abstract contract StakeChecks is InvariantTest {
    function _I6_BondsStaySlashable(uint256 pick) internal {
        TaskTypeParameters memory p = parameters[pick];
        uint256 detection =
            uint256(p.horizon) + p.acknowledgementGrace + p.epochLength + 3 * uint256(p.receiptEpochs) * p.epochLength;
        assertGt(registry.unbondingPeriod(ids[pick]), detection, "I6: withdrawal waits longer than detection");
        for (uint256 s; s < 4; ++s) {
            _checkBond(ids[pick], world.sinks(s));
        }
    }

    /// @dev Also that all of it could be slashed now, and that nothing can be withdrawn before its time.
    function _checkBond(TaskTypeId id, address sink) private {
        Ledger.Bond memory expected = world.bondOf(id, sink);
        (uint256 staked, uint256 unbonding, uint256 unbondedAt) = stakes.bondOf(id, sink);
        assertEq(staked, expected.staked, "I6: stake");
        assertEq(unbonding, expected.unbonding, "I6: unbonding stake");
        assertEq(unbondedAt, expected.unbondedAt, "I6: end of unbonding");

        if (unbonding != 0 && block.timestamp < unbondedAt) {
            vm.expectRevert(abi.encodeWithSelector(IStakeManager.StakeManager_StillUnbonding.selector, unbondedAt));
            vm.prank(sink);
            stakes.withdraw(id);
        }
        assertEq(_slash(id, sink, type(uint256).max), staked + unbonding, "I6: all of it is slashable");
    }

    /// @dev The attack asserts its own failure.
    function _I7_BorrowedStakeEarnsNothing(uint256 pick) internal {
        attackerHandler.flashStake(pick, 1 + block.timestamp % 3000);
    }
}
