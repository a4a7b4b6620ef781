// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract SetFeeTest is LedgerTest {
    function testFuzz_RevertWhen_TheCallerIsNotTheOwner(address caller, uint256 basisPoints, address to) external {
        vm.assume(caller != owner);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        vm.prank(caller);
        pool.setFee(basisPoints, to);
    }

    function testFuzz_RevertWhen_TheFeeIsAboveItsMaximum(uint256 basisPoints, address to) external {
        basisPoints = bound(basisPoints, 101, type(uint256).max);
        vm.expectRevert(
            abi.encodeWithSelector(IBackpressurePool.BackpressurePool_FeeTooHigh.selector, basisPoints, 100)
        );
        vm.prank(owner);
        pool.setFee(basisPoints, to);
    }

    function testFuzz_RevertWhen_TheFeeHasNoRecipient(uint256 basisPoints) external {
        basisPoints = bound(basisPoints, 1, 100);
        vm.expectRevert(abi.encodeWithSelector(IBackpressurePool.BackpressurePool_NoFeeRecipient.selector, basisPoints));
        vm.prank(owner);
        pool.setFee(basisPoints, address(0));
    }

    function testFuzz_WhenTheFeeIsAllowed(uint256 basisPoints, address to, uint64 capacity) external {
        basisPoints = bound(basisPoints, 1, 100);
        vm.assume(to != address(0));
        _newSink(id, "sink", uint64(bound(capacity, 1e4, 1e6)));

        vm.expectEmit(address(pool));
        emit IBackpressurePool.FeeChanged(basisPoints, to);
        vm.prank(owner);
        pool.setFee(basisPoints, to);

        (uint256 actualBasisPoints, address actualRecipient) = pool.fee();
        assertEq(actualBasisPoints, basisPoints);
        assertEq(actualRecipient, to);
        (,, uint256 feeUnits) = pool.unitsOfPool(id);
        assertEq(feeUnits, 0);
    }

    function testFuzz_WhenTheFeeIsZero(address to) external {
        _setFee(100);
        vm.prank(owner);
        pool.setFee(0, to);
        (uint256 basisPoints, address recipient) = pool.fee();
        assertEq(basisPoints, 0);
        assertEq(recipient, to);

        vm.prank(owner);
        pool.setFee(0, address(0));
        (, recipient) = pool.fee();
        assertEq(recipient, address(0));
    }

    function testFuzz_WhenTheOwnerOffersTheOwnership(address next, address other) external {
        vm.assume(next != owner && next != address(0) && other != next);
        vm.prank(owner);
        pool.transferOwnership(next);
        assertEq(pool.owner(), owner);
        assertEq(pool.pendingOwner(), next);

        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, other));
        vm.prank(other);
        pool.acceptOwnership();

        vm.prank(next);
        pool.acceptOwnership();
        assertEq(pool.owner(), next);
        vm.prank(next);
        pool.setFee(1, next);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, owner));
        vm.prank(owner);
        pool.setFee(0, owner);
    }

    function testFuzz_WhenTheOwnerRenounces(uint256 basisPoints) external {
        _setFee(bound(basisPoints, 1, 100));
        vm.prank(owner);
        pool.renounceOwnership();
        assertEq(pool.owner(), address(0));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, owner));
        vm.prank(owner);
        pool.setFee(0, owner);
    }
}
