// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract SweepTest is LedgerTest {
    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IBackpressurePool.BackpressurePool_UnknownTaskType.selector, unknown));
        pool.sweep(unknown);
    }

    function testFuzz_WhenThereIsNoDust(uint64 capacity) external {
        _newSink(id, "sink", uint64(bound(capacity, 100, 1e6)));
        vm.expectEmit(address(pool));
        emit IBackpressurePool.DustSwept(id, 0);
        vm.recordLogs();
        assertEq(pool.sweep(id), 0);
        assertEq(_logsOf(IEscrowBuffer.Donated.selector), 0);
    }

    function testFuzz_WhenThereIsDust(uint64 capacity, uint256 rate, uint256 time) external {
        _leak(capacity, rate);
        skip(bound(time, 1, 1 days));
        uint256 dust = superToken.balanceOf(address(pool));
        uint256 overflow = escrow.overflowOf(id);
        assertGt(dust, 0);

        vm.expectEmit(address(pool));
        emit IBackpressurePool.DustSwept(id, dust);
        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.Donated(id, address(pool), dust);
        assertEq(pool.sweep(id), dust);
        assertEq(superToken.balanceOf(address(pool)), 0);
        assertEq(superToken.allowance(address(pool), address(escrow)), 0);
        assertEq(escrow.overflowOf(id), overflow + dust);
        _assertConserved();
    }

    function testFuzz_WhenAFlowLeaks(uint64 capacity, uint256 rate) external {
        _leak(capacity, rate);
        uint256 flow = _flow();
        uint256 leak = _leaking();
        assertGt(leak, 0);

        pool.sweep(id);
        assertEq(_flow() + _leaking(), flow + leak);
        assertLt(_leaking(), distributionPool.getTotalUnits());
        assertEq(_leaking(), (flow + leak) % distributionPool.getTotalUnits());
    }

    function testFuzz_WhenSomebodySentMoneyToThePoolContract(uint256 amount) external {
        amount = bound(amount, 1, 1e30);
        _giveTokens(stranger, amount);
        vm.prank(stranger);
        superToken.transfer(address(pool), amount);

        assertEq(pool.sweep(id), amount);
        assertEq(escrow.overflowOf(id), amount);
        books[id].given += amount;
        _assertConserved();
    }

    /// @dev A sink that comes after the stream makes Superfluid divide anew, and the remainder leaks.
    function _leak(uint64 capacity, uint256 rate) private {
        capacity = uint64(bound(capacity, 101, 1e6));
        _newSource(id, "source", bound(rate, uint256(capacity) * UNIT_RATE, 1e24) / capacity * capacity + 1);
        _newSink(id, "sink", capacity - 1);
        vm.assume(_leaking() != 0);
    }

    function _flow() private view returns (uint256) {
        return uint256(uint96(distributionPool.getTotalFlowRate()));
    }

    function _leaking() private view returns (uint256) {
        return uint256(uint96(sf.gda.getPoolAdjustmentFlowRate(address(distributionPool))));
    }
}
