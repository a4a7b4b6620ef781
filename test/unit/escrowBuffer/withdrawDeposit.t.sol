// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract WithdrawDepositTest is LedgerTest {
    uint256 private constant MINIMUM = uint256(UNIT_RATE) * EPOCH;
    address private _depositor = makeAddr("depositor");

    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown, uint256 depositId) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
        escrow.withdrawDeposit(unknown, depositId);
    }

    function testFuzz_RevertWhen_TheCallerDidNotMakeTheDeposit(address caller, uint256 amount) external {
        vm.assume(caller != _depositor);
        uint256 depositId = _deposit(id, _depositor, bound(amount, MINIMUM, 1e30));
        _expectNotDepositor(depositId, caller, _depositor);
    }

    function testFuzz_RevertWhen_TheDepositDoesNotExist(address caller, uint256 depositId) external {
        vm.assume(caller != address(0));
        _expectNotDepositor(depositId, caller, address(0));
    }

    function testFuzz_WhenTheDepositIsUntouched(uint256 amount, uint256 time) external {
        amount = bound(amount, MINIMUM, 1e30);
        uint256 depositId = _deposit(id, _depositor, amount);
        skip(bound(time, 0, 365 days));
        uint256 balance = superToken.balanceOf(_depositor);

        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.DepositWithdrawn(id, _depositor, depositId, amount);
        assertEq(_withdrawDeposit(id, _depositor, depositId), amount);
        assertEq(superToken.balanceOf(_depositor), balance + amount);
        assertEq(escrow.level(id), 0);
        _assertConserved();
    }

    function testFuzz_WhenTheDepositIsPartlySpent(uint64 capacity, uint256 amount) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        amount = bound(amount, 2 * uint256(capacity) * UNIT_RATE * EPOCH, 1e30);
        uint256 depositId = _deposit(id, _depositor, amount);
        skip(EPOCH);
        uint256 spent = escrow.drain(id);
        assertGt(spent, 0);

        assertEq(_withdrawDeposit(id, _depositor, depositId), amount - spent);
        assertEq(escrow.depositsOf(id), 0);
        _assertConserved();
    }

    function testFuzz_RevertWhen_TheDepositIsSpent(uint64 capacity) external {
        capacity = uint64(bound(capacity, 1000, 1e6));
        _newSink(id, "sink", capacity);
        // Superfluid pays whole wei per unit, so only a multiple of the units can be spent to the last wei.
        uint256 depositId = _deposit(id, _depositor, _ceil(escrow.minDepositOf(id), capacity + 1) * (capacity + 1));
        skip(EPOCH);
        escrow.drain(id);
        assertEq(escrow.depositsOf(id), 0);
        _expectNotDepositor(depositId, _depositor, address(0));
    }

    function testFuzz_RevertWhen_TheDepositWasWithdrawn(uint256 amount) external {
        uint256 depositId = _deposit(id, _depositor, bound(amount, MINIMUM, 1e30));
        _withdrawDeposit(id, _depositor, depositId);
        _expectNotDepositor(depositId, _depositor, address(0));
    }

    function testFuzz_WhenItStoodBetweenOthers(uint256 removed, uint256[4] memory amounts) external {
        removed = bound(removed, 0, 3);
        uint256 total;
        for (uint256 i; i < 4; ++i) {
            amounts[i] = bound(amounts[i], MINIMUM, 1e24);
            total += amounts[i];
            _deposit(id, _depositor, amounts[i]);
        }
        _withdrawDeposit(id, _depositor, removed + 1);
        total -= amounts[removed];
        assertEq(escrow.depositsOf(id), total);

        // What remains is spent in its order: no deposit shrinks before all older ones are gone.
        _newSink(id, "sink", 1e6);
        skip(EPOCH);
        uint256 spent = escrow.drain(id);
        for (uint256 i; i < 4; ++i) {
            (, uint256 unspent) = escrow.depositOf(id, i + 1);
            uint256 made = i == removed ? 0 : amounts[i];
            uint256 taken = _min(spent, made);
            assertEq(unspent, made - taken);
            spent -= taken;
        }
        _assertConserved();
    }

    function _expectNotDepositor(uint256 depositId, address caller, address depositor) private {
        vm.expectRevert(
            abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_NotDepositor.selector, depositId, caller, depositor)
        );
        vm.prank(caller);
        escrow.withdrawDeposit(id, depositId);
    }
}
