// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract DepositTest is LedgerTest {
    uint256 private constant MINIMUM = uint256(UNIT_RATE) * EPOCH;

    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown, uint256 amount) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
        escrow.deposit(unknown, amount);
    }

    function testFuzz_RevertWhen_TheAmountIsBelowThePriceOfOneUnitForOneEpoch(uint256 amount) external {
        amount = bound(amount, 0, MINIMUM - 1);
        _approveEscrow(stranger, amount);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_DepositTooSmall.selector, amount, MINIMUM));
        vm.prank(stranger);
        escrow.deposit(id, amount);
    }

    /// @dev The larger the pool, the dearer it is to fill its queue.
    function testFuzz_RevertWhen_TheAmountIsBelowOnePartIn256OfTheUnits(uint64 capacity, uint256 amount) external {
        capacity = uint64(bound(capacity, 257, 1e6));
        _newSink(id, "sink", capacity);
        uint256 min = MINIMUM * _ceil(capacity, 256);
        assertEq(escrow.minDepositOf(id), min);
        amount = bound(amount, 0, min - 1);
        _approveEscrow(stranger, amount);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_DepositTooSmall.selector, amount, min));
        vm.prank(stranger);
        escrow.deposit(id, amount);
    }

    function testFuzz_RevertWhen_TheAllowanceIsMissing(uint256 amount, uint256 allowed) external {
        amount = bound(amount, MINIMUM, 1e30);
        _giveTokens(stranger, amount);
        vm.startPrank(stranger);
        superToken.approve(address(escrow), bound(allowed, 0, amount - 1));
        vm.expectRevert("SuperToken: transfer amount exceeds allowance");
        escrow.deposit(id, amount);
        vm.stopPrank();
    }

    function testFuzz_WhenTheAmountIsEnough(address[3] memory depositors, uint256[3] memory amounts) external {
        uint256 total;
        for (uint256 i; i < 3; ++i) {
            depositors[i] = address(uint160(bound(uint160(depositors[i]), 1e6, type(uint160).max)));
            vm.assume(depositors[i] != address(escrow) && depositors[i] != address(superToken));
            amounts[i] = bound(amounts[i], MINIMUM, 1e30);
            total += amounts[i];

            _approveEscrow(depositors[i], amounts[i]);
            uint256 balance = superToken.balanceOf(depositors[i]);
            vm.expectEmit(address(escrow));
            emit IEscrowBuffer.Deposited(id, depositors[i], i + 1, amounts[i]);
            vm.prank(depositors[i]);
            assertEq(escrow.deposit(id, amounts[i]), i + 1);

            assertEq(superToken.balanceOf(depositors[i]), balance - amounts[i]);
            (address depositor, uint256 unspent) = escrow.depositOf(id, i + 1);
            assertEq(depositor, depositors[i]);
            assertEq(unspent, amounts[i]);
        }
        assertEq(escrow.depositsOf(id), total);
        assertEq(escrow.level(id), total);
        assertEq(escrow.overflowOf(id), 0);
        assertEq(superToken.balanceOf(address(escrow)), total);
    }
}
