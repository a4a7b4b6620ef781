// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract DonateTest is LedgerTest {
    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown, uint256 amount) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
        escrow.donate(unknown, amount);
    }

    function testFuzz_RevertWhen_TheAllowanceIsMissing(uint256 amount, uint256 allowed) external {
        amount = bound(amount, 1, 1e30);
        _giveTokens(stranger, amount);
        vm.startPrank(stranger);
        superToken.approve(address(escrow), bound(allowed, 0, amount - 1));
        vm.expectRevert("SuperToken: transfer amount exceeds allowance");
        escrow.donate(id, amount);
        vm.stopPrank();
    }

    function testFuzz_WhenTheDonorPays(uint256 first, uint256 second) external {
        first = bound(first, 0, 1e30);
        second = bound(second, 0, 1e30);
        _donate(id, creator, first);
        _approveEscrow(stranger, second);

        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.Donated(id, stranger, second);
        vm.prank(stranger);
        escrow.donate(id, second);
        books[id].given += second;

        assertEq(escrow.bookOf(id).unowned, first + second, "nobody's");
        assertEq(escrow.overflowOf(id), first + second);
        assertEq(escrow.depositsOf(id), 0);
        _assertConserved();
    }
}
