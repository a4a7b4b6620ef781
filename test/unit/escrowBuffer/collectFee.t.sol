// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract CollectFeeTest is LedgerTest {
    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
        escrow.collectFee(unknown);
    }

    function testFuzz_RevertWhen_NoFeeAccrued(uint256 rate, uint256 basisPoints) external {
        _newSource(id, "source", bound(rate, 0, 1e24));
        _newSink(id, "sink", 1e6);
        _setFee(bound(basisPoints, 0, 100));
        skip(1 hours);
        _expectNoFee(0, stranger);
    }

    function testFuzz_RevertWhen_NobodyReceivesTheFee(uint256 time) external {
        uint256 accrued = _accrue(100, 1e20, time);
        vm.prank(owner);
        pool.setFee(0, address(0));
        _expectNoFee(accrued, address(0));
    }

    function testFuzz_WhenAFeeAccrued(uint256 basisPoints, uint256 rate, uint256 time) external {
        uint256 accrued = _accrue(basisPoints, rate, time);
        uint256 overflow = escrow.overflowOf(id);

        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.FeeCollected(id, stranger, accrued);
        assertEq(_collectFee(id), accrued);
        assertEq(superToken.balanceOf(stranger), accrued);
        assertEq(escrow.overflowOf(id), overflow);
        _assertConserved();
    }

    function testFuzz_WhenItIsCollectedTwice(uint256 rate, uint256 time, uint256 later) external {
        uint256 accrued = _accrue(100, rate, time);
        _collectFee(id);
        _expectNoFee(0, stranger);

        later = bound(later, 1, 1 days);
        skip(later);
        assertEq(_collectFee(id), accrued / bound(time, 1, 1 days) * later);
        _assertConserved();
    }

    function testFuzz_WhenTheRecipientChanged(address next, uint256 rate, uint256 time) external {
        vm.assume(next != address(0) && next != address(escrow) && next != stranger && next.code.length == 0);
        vm.assume(superToken.balanceOf(next) == 0);
        uint256 accrued = _accrue(100, rate, time);
        vm.prank(owner);
        pool.setFee(0, next);

        assertEq(_collectFee(id), accrued);
        assertEq(superToken.balanceOf(next), accrued);
        assertEq(superToken.balanceOf(stranger), 0);
    }

    function testFuzz_WhenTheMoneyWasDrainedFromADeposit(uint64 capacity, uint256 amount) external {
        _setFee(100);
        capacity = uint64(bound(capacity, 1e4, 1e6));
        _newSink(id, "sink", capacity);
        _deposit(id, creator, bound(amount, escrow.minDepositOf(id), 1e30));
        skip(EPOCH);
        uint256 drained = escrow.drain(id);

        uint256 feeUnits = uint256(capacity) / 99;
        assertEq(_collectFee(id), drained / (capacity + feeUnits + 1) * feeUnits);
        _assertConserved();
    }

    /// @return accrued What the fee's units were paid, from rates and time alone.
    function _accrue(uint256 basisPoints, uint256 rate, uint256 time) private returns (uint256 accrued) {
        uint256 capacity = 1e6;
        basisPoints = bound(basisPoints, 1, 100);
        _setFee(basisPoints);
        _newSink(id, "sink", uint64(capacity));
        uint256 feeUnits = capacity * basisPoints / (10_000 - basisPoints);
        uint256 units = capacity + feeUnits + 1;
        rate = bound(rate, units, capacity * UNIT_RATE);
        _newSource(id, "source", rate);
        time = bound(time, 1, 1 days);
        skip(time);
        accrued = rate / units * feeUnits * time;
    }

    function _expectNoFee(uint256 accrued, address recipient) private {
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_NoFee.selector, accrued, recipient));
        escrow.collectFee(id);
    }
}
