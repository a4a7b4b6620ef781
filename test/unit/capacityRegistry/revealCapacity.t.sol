// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

contract RevealCapacityTest is CapacityTest {
    address internal sink;

    function setUp() public override {
        super.setUp();
        sink = _addSink(id, "sink", MAX_CAPACITY);
    }

    function testFuzz_RevertGiven_TheCallerIsNotASink(TaskTypeId taskTypeId, address caller, uint64 capacity) external {
        vm.assume(caller != sink);
        TaskTypeId[2] memory ids = [taskTypeId, id];
        for (uint256 i; i < ids.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_UnknownSink.selector, ids[i], caller)
            );
            _reveal(ids[i], caller, capacity, 0);
        }
    }

    function testFuzz_RevertGiven_NothingIsCommitted(uint64 capacity, uint96 backlog) external {
        _expectNothingCommitted();
        _reveal(id, sink, capacity, backlog);
    }

    function testFuzz_RevertGiven_TheCommitmentHasBeenRevealed(uint64 capacity, uint96 backlog) external {
        _signal(id, sink, capacity, backlog);

        _expectNothingCommitted();
        _reveal(id, sink, capacity, backlog);
    }

    function testFuzz_RevertWhen_ItIsTheBlockOfTheCommitment(uint64 capacity, uint96 backlog, uint256 time) external {
        time = bound(time, 0, 1 hours);
        _commit(id, sink, capacity, backlog);
        skip(time);

        vm.expectRevert(
            abi.encodeWithSelector(
                ICapacityRegistry.CapacityRegistry_RevealTooEarly.selector, block.number, block.number + 1
            )
        );
        _reveal(id, sink, capacity, backlog);
    }

    function testFuzz_RevertWhen_MoreThanTwentyBlocksHavePassed(uint64 capacity, uint96 backlog, uint256 late)
        external
    {
        uint256 last = block.number + 20;
        uint256[2] memory blocks = [bound(late, last + 1, type(uint64).max), last + 1];
        _commit(id, sink, capacity, backlog);
        for (uint256 i; i < blocks.length; ++i) {
            vm.roll(blocks[i]);
            vm.expectRevert(
                abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_RevealTooLate.selector, blocks[i], last)
            );
            _reveal(id, sink, capacity, backlog);
        }

        vm.roll(last);
        _reveal(id, sink, capacity, backlog);
    }

    function testFuzz_RevertWhen_TheRevealedValuesDiffer(uint64 capacity, uint96 backlog, bytes32 salt, uint256 other)
        external
    {
        bytes32 commitment = registry.hashSignal(id, sink, capacity, backlog, salt);
        vm.prank(sink);
        registry.commitCapacity(id, commitment);
        _nextBlock();

        uint64 otherCapacity = capacity ^ uint64(bound(other, 1, type(uint64).max));
        _expectMismatch(commitment, registry.hashSignal(id, sink, otherCapacity, backlog, salt));
        vm.prank(sink);
        registry.revealCapacity(id, otherCapacity, backlog, salt);

        uint96 otherBacklog = backlog ^ uint96(bound(other, 1, type(uint96).max));
        _expectMismatch(commitment, registry.hashSignal(id, sink, capacity, otherBacklog, salt));
        vm.prank(sink);
        registry.revealCapacity(id, capacity, otherBacklog, salt);

        bytes32 otherSalt = salt ^ bytes32(bound(other, 1, type(uint256).max));
        _expectMismatch(commitment, registry.hashSignal(id, sink, capacity, backlog, otherSalt));
        vm.prank(sink);
        registry.revealCapacity(id, capacity, backlog, otherSalt);
    }

    function testFuzz_RevertWhen_TheCommitmentIsCopiedFromAnotherSink(uint64 capacity, uint96 backlog) external {
        address copycat = _addSink(id, "copycat", MAX_CAPACITY);
        bytes32 commitment = registry.hashSignal(id, sink, capacity, backlog, SALT);
        vm.prank(copycat);
        registry.commitCapacity(id, commitment);
        _nextBlock();

        _expectMismatch(commitment, registry.hashSignal(id, copycat, capacity, backlog, SALT));
        _reveal(id, copycat, capacity, backlog);
    }

    function testFuzz_RevertWhen_TheCommitmentWasMadeForAnotherChain(uint64 capacity, uint96 backlog, uint64 chainId)
        external
    {
        chainId = uint64(bound(chainId, 1, type(uint64).max));
        vm.assume(chainId != block.chainid);
        bytes32 commitment = registry.hashSignal(id, sink, capacity, backlog, SALT);
        _commit(id, sink, capacity, backlog);
        _nextBlock();

        vm.chainId(chainId);
        _expectMismatch(commitment, registry.hashSignal(id, sink, capacity, backlog, SALT));
        _reveal(id, sink, capacity, backlog);
    }

    /// forge-config: default.fuzz.runs = 4

    /// forge-config: ci.fuzz.runs = 16
    /// forge-config: deep.fuzz.runs = 16
    function testFuzz_RevertWhen_TheCommitmentWasMadeForAnotherRegistry(uint64 capacity, uint96 backlog) external {
        bytes32 commitment = registry.hashSignal(id, sink, capacity, backlog, SALT);
        address first = address(registry);
        _deployProtocol();
        assertNotEq(address(registry), first, "a second deployment");
        assertTrue(_registerTaskType("work") == id, "with a task type of the same name");
        sink = _addSink(id, "sink", MAX_CAPACITY);
        vm.prank(sink);
        registry.commitCapacity(id, commitment);
        _nextBlock();

        _expectMismatch(commitment, registry.hashSignal(id, sink, capacity, backlog, SALT));
        _reveal(id, sink, capacity, backlog);
    }

    function testFuzz_RevertWhen_TheCommitmentWasMadeForAnotherTaskType(uint64 capacity, uint96 backlog) external {
        TaskTypeId other = _registerTaskType("other work");
        bytes32 commitment = registry.hashSignal(other, sink, capacity, backlog, SALT);
        vm.prank(sink);
        registry.commitCapacity(id, commitment);
        _nextBlock();

        _expectMismatch(commitment, registry.hashSignal(id, sink, capacity, backlog, SALT));
        _reveal(id, sink, capacity, backlog);
    }

    function testFuzz_WhenTheCapacityExceedsTheCap(uint64 cap, uint64 capacity) external {
        cap = _boundCapacity(cap);
        capacity = uint64(bound(capacity, cap, type(uint64).max));
        address small = _addSink(id, "small", cap);

        _signal(id, small, capacity, 0);

        assertEq(registry.sinkOf(id, small).capacity, cap);
        assertEq(pool.unitsOf(id, small), cap);
    }

    function testFuzz_WhenTheBacklogExceeds64Bits(uint64 capacity, uint96 backlog) external {
        capacity = _boundCapacity(capacity);
        backlog = uint96(bound(backlog, uint256(type(uint64).max) + 1, type(uint96).max));

        _signal(id, sink, capacity, backlog);

        assertEq(registry.sinkOf(id, sink).backlog, type(uint64).max);
        assertEq(pool.unitsOf(id, sink), 0);
    }

    function testFuzz_WhenTheSignalIsAsCommitted(uint64 capacity, uint64 backlog, uint256 blocks, uint256 time)
        external
    {
        capacity = _boundCapacity(capacity);
        backlog = uint64(bound(backlog, 0, uint256(capacity) * _parameters().horizon));
        blocks = bound(blocks, 1, 20);
        time = bound(time, 1, EPOCH);
        _openPayingStream(id);
        _commit(id, sink, capacity, backlog);
        vm.roll(block.number + blocks);
        skip(time);
        uint256 units = (uint256(capacity) * 360 - backlog) / 360;

        vm.expectEmit(address(registry));
        emit ICapacityRegistry.CapacitySignalled(id, sink, capacity, backlog);
        if (units != 0) {
            vm.expectEmit(address(pool));
            emit IBackpressurePool.UnitsUpdated(id, sink, 0, units);
        }
        _reveal(id, sink, capacity, backlog);

        ICapacityRegistry.Sink memory known = registry.sinkOf(id, sink);
        assertEq(known.capacity, capacity, "capacity");
        assertEq(known.backlog, backlog, "backlog");
        assertEq(known.signalledAt, block.timestamp, "signalledAt");
        assertEq(known.baseEpoch, block.timestamp / EPOCH - 1, "baseEpoch");
        assertEq(known.committedAtBlock, 0, "committedAtBlock");
        assertEq(distributionPool.getUnits(sink), units, "units");
    }

    function _expectNothingCommitted() private {
        vm.expectRevert(abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_NothingCommitted.selector, id, sink));
    }

    function _expectMismatch(bytes32 commitment, bytes32 revealed) private {
        (commitment, revealed) = (bytes27(commitment), bytes27(revealed));
        assertNotEq(commitment, revealed);
        vm.expectRevert(
            abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_CommitmentMismatch.selector, commitment, revealed)
        );
    }
}
