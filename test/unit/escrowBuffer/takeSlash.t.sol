// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract TakeSlashTest is LedgerTest {
    function testFuzz_RevertWhen_TheCallerIsNotTheStakeManager(address caller, uint256 amount) external {
        vm.assume(caller != address(stakes));
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_NotAllowed.selector, caller, address(stakes)));
        vm.prank(caller);
        escrow.takeSlash(id, amount);
    }

    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown, uint256 amount) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
        vm.prank(address(stakes));
        escrow.takeSlash(unknown, amount);
    }

    function testFuzz_WhenTheStakeManagerHasPaid(uint256 amount, uint256 rate, uint256 time) external {
        address source = _newSource(id, "source", bound(rate, 1e15, 1e17));
        escrow.syncSource(id, source);
        skip(bound(time, 1, 1 hours));
        (uint256 held,) = escrow.claimOf(id, source);
        amount = bound(amount, 0, 1e30);
        _giveTokens(address(stakes), amount);
        vm.startPrank(address(stakes));
        superToken.transfer(address(escrow), amount);
        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.Donated(id, address(stakes), amount);
        escrow.takeSlash(id, amount);
        vm.stopPrank();
        books[id].given += amount;
        assertEq(escrow.bookOf(id).unowned, amount);
        (uint256 afterwards,) = escrow.claimOf(id, source);
        assertEq(afterwards, held, "it raises nobody's shares");
        _assertConserved();
    }

    function testFuzz_WhenTheSumExceedsItsRange(uint256[2] calldata amounts) external {
        vm.startPrank(address(stakes));
        escrow.takeSlash(id, bound(amounts[0], 1 << 127, type(uint256).max));
        escrow.takeSlash(id, bound(amounts[1], 1 << 127, type(uint256).max));
        assertEq(escrow.bookOf(id).unowned, type(uint128).max);
    }
}
