// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";

import { BackpressurePool } from "../../src/BackpressurePool.sol";
import { CapacityRegistry } from "../../src/CapacityRegistry.sol";
import { CompletionTracker } from "../../src/CompletionTracker.sol";
import { EscrowBuffer } from "../../src/EscrowBuffer.sol";
import { StakeManager } from "../../src/StakeManager.sol";
import { TaskTypeId } from "../../src/types/TaskType.sol";
import { HostileWalletHandler } from "./handlers/HostileWalletHandler.sol";
import { VerificationHandler } from "./handlers/VerificationHandler.sol";

/// @notice I10, I12, I17, I20 (which the thief itself asserts), and the part of I6 that receipts lead to.
contract InvariantVerification is Test {
    HostileWalletHandler private handler;
    CapacityRegistry private registry;
    CompletionTracker private tracker;
    StakeManager private stakes;
    EscrowBuffer private escrow;
    BackpressurePool private pool;
    TaskTypeId private id;

    function setUp() external {
        // Not `new`: that would compile the handler into this contract again.
        handler = HostileWalletHandler(vm.deployCode("HostileWalletHandler.sol:HostileWalletHandler"));
        handler.setUp();
        (address registry_, address tracker_, address stakes_, address escrow_, address pool_) = handler.contracts();
        (registry, tracker, stakes) = (CapacityRegistry(registry_), CompletionTracker(tracker_), StakeManager(stakes_));
        (escrow, pool) = (EscrowBuffer(escrow_), BackpressurePool(pool_));
        id = handler.taskType();

        bytes4[] memory actions = new bytes4[](14);
        actions[0] = VerificationHandler.pass.selector;
        actions[1] = VerificationHandler.rebalance.selector;
        actions[2] = VerificationHandler.settle.selector;
        actions[3] = VerificationHandler.assess.selector;
        actions[4] = VerificationHandler.forge.selector;
        actions[5] = VerificationHandler.replay.selector;
        actions[6] = VerificationHandler.attest.selector;
        actions[7] = HostileWalletHandler.spoilAttestations.selector;
        actions[8] = HostileWalletHandler.spoilReceipts.selector;
        actions[9] = HostileWalletHandler.flood.selector;
        actions[10] = VerificationHandler.changeStream.selector;
        actions[11] = VerificationHandler.spite.selector;
        actions[12] = VerificationHandler.thieve.selector;
        actions[13] = VerificationHandler.hoard.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({ addr: address(handler), selectors: actions }));
    }

    function invariant_Verification() external view {
        _I6_WhatIsSlashedIsInTheEscrow();
        _I10_AcknowledgedIsAtMostStreamed();
        _I12_SignalsGoForward();
        _I17_HonestSinksAreNeverSlashed();
    }

    /// @dev I10: acknowledged by a source <= streamed by it, counted here second by second; every sum is the sum of
    /// its parts; nothing ever falls.
    function _I10_AcknowledgedIsAtMostStreamed() private view {
        uint256[3] memory toSink;
        for (uint256 i; i < 3; ++i) {
            address source = handler.sourceOf(i);
            uint256 bySource = tracker.completedOf(id, source, vm.addr(handler.strangerKey()));
            for (uint256 k; k < 3; ++k) {
                uint256 completed = tracker.completedOf(id, source, handler.sinkOf(k));
                toSink[k] += completed;
                bySource += completed;
            }
            assertEq(tracker.acknowledgedBy(id, source), bySource, "I10: the sum of its receipts");
            // What is known of it falls behind when it changes its stream silently.
            assertLe(bySource, handler.streamed(i), "I10: at most what it streamed");
            assertLe(escrow.streamedOf(id, source), handler.streamed(i), "I10: and that is not too much");
        }
        for (uint256 k; k < 3; ++k) {
            assertEq(tracker.ledgerOf(id, handler.sinkOf(k)).acknowledged, toSink[k], "I10: the sum of its receipts");
        }
        (uint256 acknowledged, uint256 participating) = tracker.totalsOf(id);
        assertLe(acknowledged, pool.streamedOf(id), "I10: all together at most what was streamed");
        assertLe(participating, pool.streamedOf(id), "and so is what takes part");
        assertFalse(handler.fell(), "I10: monotonic");
    }

    /// @dev I12: what is from the future, old or out of order changes nothing (each batch asserts which entries
    /// counted), and no sink's latest signal ever goes back.
    function _I12_SignalsGoForward() private view {
        assertFalse(handler.fell(), "I12: a signal went back");
        for (uint256 k; k < 3; ++k) {
            assertLe(registry.sinkOf(id, handler.sinkOf(k)).signalledAt, block.timestamp, "I12: from the future");
            assertFalse(
                registry.sinkOf(handler.otherTaskType(), handler.sinkOf(k)).registered,
                "I12: task types do not interact"
            );
        }
    }

    /// @dev I17: a third of the money never acknowledges and a twelfth picks a victim; who delivers what it is paid for keeps
    /// its bond all the same, and its pay while all receipts come within V.
    function _I17_HonestSinksAreNeverSlashed() private view {
        for (uint256 k; k < 2; ++k) {
            (uint256 stake, uint256 unbonding,) = stakes.bondOf(id, handler.sinkOf(k));
            assertEq(stake + unbonding, handler.bondAtStart(), "I17: an honest sink was slashed");
            if (!handler.hoarded()) assertEq(handler.verifiedBacklogOf(k), 0, "I17: an honest sink loses pay");
        }
    }

    /// @dev I6: whatever is slashed came out of the bond of the one that does not deliver, and is in the escrow.
    function _I6_WhatIsSlashedIsInTheEscrow() private view {
        (uint256 stake, uint256 unbonding,) = stakes.bondOf(id, handler.sinkOf(2));
        uint256 donated = escrow.bookOf(id).unowned;
        uint256 taken = handler.bondAtStart() - stake - unbonding;
        assertLe(donated, taken + handler.taken(), "I6: what is slashed is in the escrow, until it is drained");
        assertEq(taken != 0, handler.slashes() != 0, "I6: slashed means taken");
    }

    function afterInvariant() external {
        handler.report("verification");
    }

    /// @notice The economy does what the invariants are about: left alone, receipts count and the dead sink is slashed.
    function test_LeftAlone_TheDeadSinkIsSlashed() external {
        for (uint256 i; i < 200 && handler.slashes() == 0; ++i) {
            handler.pass(60, false);
            for (uint256 k; k < 3; ++k) {
                handler.assess(k);
            }
        }
        assertEq(handler.slashes(), 1);
        assertGt(handler.acknowledgements(), 20);
        (uint256 acknowledged,) = tracker.totalsOf(id);
        assertGt(acknowledged, 0);
    }
}
