// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { ActionsTest } from "../../utils/ActionsTest.sol";

/// forge-config: default.fuzz.runs = 16

/// forge-config: ci.fuzz.runs = 64
/// forge-config: deep.fuzz.runs = 10000
contract BookSourceTest is ActionsTest {
    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown, address source) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
        escrow.bookSource(unknown, source);
    }

    function testFuzz_AfterAnyHistory(uint256[16] calldata steps) external {
        _populate(id, "");
        for (uint256 i; i < steps.length; ++i) {
            _act(id, steps[i]);
        }
        vm.expectCall(address(superToken), abi.encodeWithSelector(superToken.transfer.selector), 0);
        for (uint256 i; i < ACTORS; ++i) {
            address source = books[id].sources[i];
            uint256 expected = escrow.spentOf(id, source);
            (uint256 held, uint256 payableNow) = escrow.claimOf(id, source);
            assertEq(escrow.bookSource(id, source), expected);
            assertEq(escrow.spentOf(id, source), expected, "and it says so afterwards");
            (uint256 heldAfter, uint256 payableAfter) = escrow.claimOf(id, source);
            assertApproxEqAbs(heldAfter + payableAfter, held + payableNow, 2, "nothing is lost by it");
        }
        _assertConserved();
    }

    /// @dev What a source spent is what the sinks got of it: all but what waits, what came back, and deposits that wait.
    function testFuzz_WhenMoneyWaitsAndReturns(uint64 capacity, uint256 overload, uint256 deposited, uint256 time)
        external
    {
        capacity = uint64(bound(capacity, 1000, 1e6));
        address sink = _newSink(id, "sink", capacity);
        address source = _newSource(id, "source", uint256(capacity) * UNIT_RATE * bound(overload, 2, 10));
        escrow.syncSource(id, source);
        _confirmInflow(id);
        skip(bound(time, 1, 1 hours));
        uint256 paid = distributionPool.getTotalAmountReceivedByMember(sink);
        assertApproxEqRel(escrow.bookSource(id, source), paid, 0.001e18, "overflow that waits is not spent");

        _stream(id, source, 0);
        _deposit(id, source, bound(deposited, escrow.minDepositOf(id), 1e23));
        _confirmInflow(id);
        skip(360);
        escrow.syncSource(id, source);
        if (escrow.drainable(id) != 0) escrow.drain(id);
        paid = distributionPool.getTotalAmountReceivedByMember(sink);
        assertLe(escrow.bookSource(id, source), paid + paid / capacity + 2 * uint256(capacity));
        assertGe(escrow.spentOf(id, source) + paid / 100, paid, "a deposit that was drained is");
        _assertConserved();
    }
}
