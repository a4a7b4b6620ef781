// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { ActionsTest } from "../../utils/ActionsTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract EscrowViewsTest is ActionsTest {
    function testFuzz_WhenTheTaskTypeDoesNotExist(TaskTypeId unknown) external {
        vm.assume(unknown != id);
        _expectUnknown(unknown);
        escrow.level(unknown);
        _expectUnknown(unknown);
        escrow.overflowOf(unknown);
        _expectUnknown(unknown);
        escrow.depositsOf(unknown);
        _expectUnknown(unknown);
        escrow.depositOf(unknown, 1);
        _expectUnknown(unknown);
        escrow.drainable(unknown);
        _expectUnknown(unknown);
        escrow.releasable(unknown);
        _expectUnknown(unknown);
        escrow.bookOf(unknown);
        _expectUnknown(unknown);
        escrow.minDepositOf(unknown);
        _expectUnknown(unknown);
        escrow.streamedOf(unknown, stranger);
        _expectUnknown(unknown);
        escrow.spentOf(unknown, stranger);
        _expectUnknown(unknown);
        escrow.returnedOf(unknown, stranger);
        _expectUnknown(unknown);
        escrow.setAsideOf(unknown);
        _expectUnknown(unknown);
        escrow.claimOf(unknown, stranger);
    }

    function testFuzz_WhenMoneyCameInEveryWay(uint256 rate, uint256 donated, uint256 deposited, uint256 time) external {
        // Without a sink every stream runs into the escrow.
        rate = bound(rate, 0, 1e24);
        donated = bound(donated, 0, 1e30);
        deposited = bound(deposited, uint256(UNIT_RATE) * EPOCH, 1e30);
        time = bound(time, 0, 30 days);
        _newSource(id, "source", rate);
        _donate(id, stranger, donated);
        _deposit(id, stranger, deposited);
        skip(time);

        assertEq(escrow.overflowOf(id), rate * time + donated);
        assertEq(escrow.depositsOf(id), deposited);
        assertEq(escrow.level(id), rate * time + donated + deposited);
        _assertConserved();
    }

    function testFuzz_WhenADepositDoesNotExist(uint256 depositId) external view {
        (address depositor, uint256 amount) = escrow.depositOf(id, depositId);
        assertEq(depositor, address(0));
        assertEq(amount, 0);
    }

    /// forge-config: default.fuzz.runs = 16

    /// forge-config: ci.fuzz.runs = 64
    /// forge-config: deep.fuzz.runs = 10000
    function testFuzz_AfterAnyHistory(uint256[24] calldata steps) external {
        _populate(id, "");
        for (uint256 i; i < steps.length; ++i) {
            // Drains and releases within the history check `drainable` and `releasable`.
            _act(id, steps[i]);
            _assertClaimsAnnounced(steps[i]);
        }
        _assertConserved();
    }

    /// @dev `claimOf` says what `syncSource` will pay, and together the sources have no more than there is.
    function _assertClaimsAnnounced(uint256 seed) private {
        uint256 sum;
        for (uint256 i; i < ACTORS; ++i) {
            (uint256 held,) = escrow.claimOf(id, books[id].sources[i]);
            assertLe(held, escrow.overflowOf(id));
            sum += held;
        }
        assertLe(sum, escrow.bookOf(id).owned, "never more than the streams paid");

        address source = books[id].sources[seed % ACTORS];
        (, uint256 payableNow) = escrow.claimOf(id, source);
        uint256 returned = escrow.returnedOf(id, source);
        escrow.syncSource(id, source);
        assertEq(escrow.returnedOf(id, source) - returned, payableNow, "payable now");
    }

    function testFuzz_WhenAStreamRuns(uint256 rate, uint256 time) external {
        rate = bound(rate, 0, 1e24);
        time = bound(time, 0, 30 days);
        address source = _newSource(id, "source", rate);
        skip(time);
        assertEq(escrow.streamedOf(id, source), rate * time);
        assertEq(escrow.streamedOf(id, source), _streamed(id));
    }

    function _expectUnknown(TaskTypeId unknown) private {
        vm.expectRevert(abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_UnknownTaskType.selector, unknown));
    }
}
