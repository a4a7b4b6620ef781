// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId } from "../../src/types/TaskType.sol";
import { ActionsTest } from "../utils/ActionsTest.sol";

/// @notice Task types with the same super token share balances of our contracts, never money.
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
contract TwoTaskTypesScenarioTest is ActionsTest {
    TaskTypeId private _other;

    function setUp() public override {
        super.setUp();
        _other = _newTaskType("other");
        _populate(id, "first");
        _populate(_other, "second");
        _signal(_other, books[_other].sinks[0], BONDED, 0);
    }

    function testFuzz_AnyTwoHistories_KeepSeparateMoney(uint256[24] calldata steps) external {
        for (uint256 i; i < steps.length; ++i) {
            _act(steps[i] >> 255 == 0 ? id : _other, steps[i]);
        }
        _assertConserved();
        _emptyFor(id);
        _emptyFor(_other);
        _assertConserved();
    }

    /// @dev The same history with and without a neighbour ends in the same state.
    function testFuzz_ANeighbour_ChangesNothing(uint256[10] calldata mine, uint256[10] calldata theirs) external {
        uint256 start = vm.snapshotState();
        for (uint256 i; i < mine.length; ++i) {
            _act(id, mine[i]);
        }
        bytes32 alone = _stateOf(id);
        vm.revertToState(start);

        for (uint256 i; i < mine.length; ++i) {
            if (_isOfTheNeighbourAlone(theirs[i] % 17)) _act(_other, theirs[i]);
            _act(id, mine[i]);
        }
        assertEq(_stateOf(id), alone);
    }

    /// @dev Signals and pauses take time from both, and the fee is everybody's.
    function _isOfTheNeighbourAlone(uint256 action) private pure returns (bool) {
        return action > 1 && (action < 12 || action > 14);
    }

    /// @dev Everything that one task type's depositors can take, they can take, whatever the other did.
    function _emptyFor(TaskTypeId taskTypeId) private {
        for (uint256 depositId = 1; escrow.depositsOf(taskTypeId) != 0; ++depositId) {
            (address depositor,) = escrow.depositOf(taskTypeId, depositId);
            if (depositor != address(0)) _withdrawDeposit(taskTypeId, depositor, depositId);
        }
        (, uint256 fee) = pool.incomeOf(taskTypeId);
        if (fee > books[taskTypeId].feeCollected) _collectFee(taskTypeId);
    }
}
