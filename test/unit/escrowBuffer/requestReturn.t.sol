// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Vm } from "forge-std/Vm.sol";

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract RequestReturnTest is LedgerTest {
    uint256 private constant HORIZON = 360;

    function testFuzz_RevertWhen_TheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
        escrow.requestReturn(unknown);
    }

    function testFuzz_RevertWhen_TheCallerHasNoShares(address caller) external {
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_NothingToReturn.selector, id, caller));
        vm.prank(caller);
        escrow.requestReturn(id);
    }

    function testFuzz_WhenTheCallerHasShares(uint256 rate, uint256 time, uint256 idle) external {
        (address source, uint256 asked) = _request(rate, time);
        skip(bound(idle, 0, HORIZON - 1));
        escrow.syncSource(id, source);
        assertEq(escrow.returnedOf(id, source), 0, "not yet");

        vm.warp(block.timestamp + HORIZON);
        escrow.syncSource(id, source);
        assertApproxEqAbs(escrow.returnedOf(id, source), asked, 2, "what it had when it asked");
        skip(HORIZON);
        escrow.syncSource(id, source);
        assertApproxEqAbs(escrow.returnedOf(id, source), asked, 2, "once");
        _assertConserved();
    }

    function testFuzz_WhenItAsksAgain(uint256 rate, uint256 time, uint256 idle) external {
        (address source,) = _request(rate, time);
        skip(bound(idle, 1, HORIZON - 1));
        vm.prank(source);
        escrow.requestReturn(id);
        (uint256 asked,) = escrow.claimOf(id, source);
        skip(HORIZON - 1);
        escrow.syncSource(id, source);
        assertEq(escrow.returnedOf(id, source), 0, "it waits anew");
        skip(1);
        escrow.syncSource(id, source);
        assertApproxEqAbs(escrow.returnedOf(id, source), asked, 2, "for all that it had then");
        _assertConserved();
    }

    function testFuzz_WhenADrainComesBetween(uint64 capacity, uint256 rate, uint256 time) external {
        (address source,) = _request(rate, time);
        _newSink(id, "sink", uint64(bound(capacity, 1000, 1e6)));
        _stream(id, source, 0);
        escrow.syncSource(id, source);
        skip(EPOCH);
        if (escrow.drainable(id) != 0) escrow.drain(id);
        (uint256 held,) = escrow.claimOf(id, source);
        skip(HORIZON);
        escrow.syncSource(id, source);
        assertApproxEqAbs(escrow.returnedOf(id, source), held, 2, "what the drain left");
        _assertConserved();
    }

    function _request(uint256 rate, uint256 time) private returns (address source, uint256 asked) {
        source = _newSource(id, "source", bound(rate, 1e15, 1e17));
        escrow.syncSource(id, source);
        skip(bound(time, 1, 1 hours));
        (asked,) = escrow.claimOf(id, source);
        vm.recordLogs();
        vm.prank(source);
        escrow.requestReturn(id);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory requested = logs[logs.length - 1];
        assertEq(requested.topics[0], IEscrowBuffer.ReturnRequested.selector);
        assertEq(requested.topics[1], TaskTypeId.unwrap(id));
        assertEq(requested.topics[2], bytes32(uint256(uint160(source))));
        (uint256 leaving, uint256 payableAt) = abi.decode(requested.data, (uint256, uint256));
        // A share costs a wei here, so the shares are `asked` to the wei.
        assertApproxEqAbs(leaving / 1e18, asked, 1);
        assertEq(payableAt, block.timestamp + HORIZON);
        (uint256 held,) = escrow.claimOf(id, source);
        assertEq(held, asked, "it asks for nothing that it does not go on to own");
    }
}
