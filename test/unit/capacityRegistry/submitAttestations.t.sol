// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { AttestationTest } from "../../utils/AttestationTest.sol";
import { HostileWallet, OwnedWallet } from "../../utils/Wallets.sol";

contract SubmitAttestationsTest is AttestationTest {
    function testFuzz_WhenTheBatchIsEmpty(TaskTypeId taskTypeId) external {
        assertEq(registry.submitAttestations(taskTypeId, new ICapacityRegistry.Attestation[](0)), 0);
    }

    function testFuzz_WhenTheSinkIsUnknown(string calldata name, uint64 capacity, TaskTypeId taskTypeId) external {
        (address nobody, uint256 nobodysKey) = makeAddrAndKey(name);
        vm.assume(nobody != sink && taskTypeId != id);

        _assertSkipped(
            id,
            _attestation(id, nobody, nobodysKey, capacity, 0, block.timestamp),
            ICapacityRegistry.Skipped.UnknownSink
        );
        _assertSkipped(
            taskTypeId,
            _attestation(taskTypeId, sink, key, capacity, 0, block.timestamp),
            ICapacityRegistry.Skipped.UnknownSink
        );
    }

    function testFuzz_WhenTheAttestationIsFromTheFuture(uint64 capacity, uint256 issuedAt) external {
        uint256[2] memory times = [bound(issuedAt, block.timestamp + 1, type(uint32).max), block.timestamp + 1];
        for (uint256 i; i < times.length; ++i) {
            _assertSkipped(
                id, _attestation(id, sink, key, capacity, 0, times[i]), ICapacityRegistry.Skipped.FromTheFuture
            );
        }
    }

    function testFuzz_WhenTheAttestationIsOlderThanTheReportDelay(uint64 capacity, uint256 issuedAt) external {
        uint256 oldest = block.timestamp - REPORT_DELAY;
        uint256[2] memory times = [bound(issuedAt, 0, oldest - 1), oldest - 1];
        for (uint256 i; i < times.length; ++i) {
            _assertSkipped(id, _attestation(id, sink, key, capacity, 0, times[i]), ICapacityRegistry.Skipped.TooOld);
        }
        assertEq(_submit(id, _attestation(id, sink, key, capacity, 0, oldest)), 1, "the oldest that counts");
    }

    function testFuzz_WhenTheAttestationIsNotNewerThanTheLastSignal(uint64 capacity, uint256 last, uint256 issuedAt)
        external
    {
        last = bound(last, block.timestamp - REPORT_DELAY, block.timestamp - 1);
        issuedAt = bound(issuedAt, block.timestamp - REPORT_DELAY, last);
        ICapacityRegistry.Attestation memory accepted = _attestation(id, sink, key, capacity, 0, last);
        assertEq(_submit(id, accepted), 1);

        _assertSkipped(id, accepted, ICapacityRegistry.Skipped.OutOfOrder);
        _assertSkipped(id, _attestation(id, sink, key, capacity, 1, issuedAt), ICapacityRegistry.Skipped.OutOfOrder);
        assertEq(_submit(id, _attestation(id, sink, key, capacity, 0, last + 1)), 1, "the next second counts");
    }

    function testFuzz_WhenTheAttestationWasSignedBeforeTheSinkCameBack(uint64 capacity, uint256 away) external {
        away = bound(away, 0, REPORT_DELAY);
        ICapacityRegistry.Attestation memory old = _attestation(id, sink, key, capacity, 0, block.timestamp);
        vm.startPrank(sink);
        registry.deregisterSink(id);
        skip(away);
        registry.registerSink(id, "");
        vm.stopPrank();

        _assertSkipped(id, old, ICapacityRegistry.Skipped.OutOfOrder);
    }

    function testFuzz_WhenTheSignatureIsMalformed(uint64 capacity, bytes calldata garbage, uint256 length) external {
        ICapacityRegistry.Attestation memory attestation = _attestation(id, sink, key, capacity, 0, block.timestamp);
        bytes memory signature = attestation.signature;
        bytes[3] memory malformed = [garbage, _cut(signature, bound(length, 0, 64)), abi.encodePacked(signature, "0")];
        for (uint256 i; i < malformed.length; ++i) {
            attestation.signature = malformed[i];
            _assertSkipped(id, attestation, ICapacityRegistry.Skipped.BadSignature);
        }
    }

    function testFuzz_WhenTheSignerIsSomebodyElse(uint64 capacity, uint256 otherKey) external {
        otherKey = boundPrivateKey(otherKey);
        vm.assume(otherKey != key);

        _assertSkipped(
            id, _attestation(id, sink, otherKey, capacity, 0, block.timestamp), ICapacityRegistry.Skipped.BadSignature
        );
    }

    function testFuzz_WhenTheSignedValuesDiffer(uint64 capacity, uint96 backlog, uint256 difference) external {
        ICapacityRegistry.Attestation memory signed =
            _attestation(id, sink, key, capacity, backlog, block.timestamp - 1);

        signed.capacity = capacity ^ uint64(bound(difference, 1, type(uint64).max));
        _assertSkipped(id, signed, ICapacityRegistry.Skipped.BadSignature);
        (signed.capacity, signed.backlog) = (capacity, backlog ^ uint96(bound(difference, 1, type(uint96).max)));
        _assertSkipped(id, signed, ICapacityRegistry.Skipped.BadSignature);
        (signed.backlog, signed.issuedAt) = (backlog, uint32(block.timestamp));
        _assertSkipped(id, signed, ICapacityRegistry.Skipped.BadSignature);
    }

    function testFuzz_WhenTheAttestationWasSignedForAnotherChain(uint64 capacity, uint64 chainId) external {
        chainId = uint64(bound(chainId, 1, type(uint64).max));
        vm.assume(chainId != block.chainid);
        ICapacityRegistry.Attestation memory signed = _attestation(id, sink, key, capacity, 0, block.timestamp);

        vm.chainId(chainId);
        _assertSkipped(id, signed, ICapacityRegistry.Skipped.BadSignature);
    }

    /// forge-config: default.fuzz.runs = 4

    /// forge-config: ci.fuzz.runs = 16
    /// forge-config: deep.fuzz.runs = 16
    function testFuzz_WhenTheAttestationWasSignedForAnotherRegistry(uint64 capacity) external {
        ICapacityRegistry.Attestation memory signed =
            _attestation(id, sink, key, capacity, 0, block.timestamp + REPORT_DELAY);
        _deployProtocol();
        assertTrue(_registerTaskType("work") == id, "a task type of the same name");
        _addSink(id, "sink", MAX_CAPACITY);
        skip(REPORT_DELAY);

        _assertSkipped(id, signed, ICapacityRegistry.Skipped.BadSignature);
    }

    function testFuzz_WhenTheAttestationWasSignedForAnotherTaskType(uint64 capacity) external {
        TaskTypeId other = _registerTaskType("other work");

        _assertSkipped(
            id, _attestation(other, sink, key, capacity, 0, block.timestamp), ICapacityRegistry.Skipped.BadSignature
        );
    }

    function testFuzz_WhenAWalletIsHostile(uint64 capacity, bytes calldata signature, uint8 habit) external {
        HostileWallet wallet = new HostileWallet();
        wallet.become(HostileWallet.Habit(habit % (uint8(type(HostileWallet.Habit).max) + 1)));
        _register(address(wallet));
        skip(1);
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](2);
        batch[0] = ICapacityRegistry.Attestation({
            sink: address(wallet),
            capacity: capacity,
            backlog: 0,
            issuedAt: uint32(block.timestamp),
            signature: signature
        });
        batch[1] = _attestation(id, sink, key, capacity, 0, block.timestamp);

        vm.expectEmit(address(registry));
        emit ICapacityRegistry.AttestationSkipped(id, address(wallet), 0, ICapacityRegistry.Skipped.BadSignature);
        uint256 gas = gasleft();
        assertEq(registry.submitAttestations(id, batch), 1, "the other one counts");
        assertLt(gas - gasleft(), 1_000_000, "and pays little for it");
    }

    function testFuzz_WhenAWalletHasSigned(uint64 capacity, uint96 backlog) external {
        capacity = _boundCapacity(capacity);
        address wallet = address(new OwnedWallet(vm.addr(key)));
        _register(wallet);
        skip(1);

        assertEq(_submit(id, _attestation(id, wallet, key, capacity, backlog, block.timestamp)), 1);

        assertEq(registry.sinkOf(id, wallet).capacity, capacity);
    }

    function testFuzz_WhenOneSinkStandsInTheBatchSeveralTimes(uint64[8] memory capacities, uint256[8] memory times)
        external
    {
        (ICapacityRegistry.Attestation[] memory batch, uint256 expected) = _batchOfOneSink(capacities, times);
        uint256 snapshot = vm.snapshotState();
        for (uint256 i; i < batch.length; ++i) {
            _submit(id, batch[i]);
        }
        uint256 units = pool.unitsOf(id, sink);
        vm.revertToStateAndDelete(snapshot);

        assertEq(registry.submitAttestations(id, batch), expected, "accepted");

        assertEq(registry.sinkOf(id, sink).signalledAt, block.timestamp, "the newest stands");
        assertEq(pool.unitsOf(id, sink), units, "and pays as if each had been submitted alone");
    }

    function testFuzz_WhenOrdersOfTwoTaskTypesAreMixed(uint64 capacity, uint64 otherCapacity, uint256 earlier)
        external
    {
        capacity = _boundCapacity(capacity);
        otherCapacity = _boundCapacity(otherCapacity);
        TaskTypeId other = _registerTaskType("other work");
        _addSink(other, "sink", MAX_CAPACITY);
        skip(REPORT_DELAY);
        earlier = bound(earlier, block.timestamp - REPORT_DELAY + 1, block.timestamp - 1);

        assertEq(_submit(other, _attestation(other, sink, key, otherCapacity, 0, block.timestamp)), 1);
        assertEq(_submit(id, _attestation(id, sink, key, capacity, 0, earlier)), 1, "older, but for other work");

        assertEq(pool.unitsOf(id, sink), capacity);
        assertEq(pool.unitsOf(other, sink), otherCapacity);
    }

    function testFuzz_WhenTheCapacityExceedsTheCap(uint64 cap, uint64 capacity) external {
        cap = _boundCapacity(cap);
        capacity = uint64(bound(capacity, cap, type(uint64).max));
        (address small, uint256 smallKey) = makeAddrAndKey("small");
        _addSink(id, "small", cap);
        skip(1);

        assertEq(_submit(id, _attestation(id, small, smallKey, capacity, 0, block.timestamp)), 1);

        assertEq(registry.sinkOf(id, small).capacity, cap);
        assertEq(pool.unitsOf(id, small), cap);
    }

    function testFuzz_WhenTheEntriesAreGood(uint64[3] memory capacities, uint256[3] memory backlogs, uint256 issuedAt)
        external
    {
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](capacities.length);
        issuedAt = bound(issuedAt, block.timestamp - REPORT_DELAY + 1, block.timestamp);
        for (uint256 i; i < batch.length; ++i) {
            string memory name = string.concat("agent ", vm.toString(i));
            (, uint256 agentKey) = makeAddrAndKey(name);
            vm.warp(issuedAt - 1);
            address agent = _addSink(id, name, MAX_CAPACITY);
            uint64 capacity = _boundCapacity(capacities[i]);
            uint96 backlog = uint96(bound(backlogs[i], 0, (capacity - 1) * uint256(360)));
            batch[i] = _attestation(id, agent, agentKey, capacity, backlog, issuedAt);
        }
        vm.warp(issuedAt + REPORT_DELAY - 1);

        for (uint256 i; i < batch.length; ++i) {
            vm.expectEmit(address(registry));
            emit ICapacityRegistry.CapacitySignalled(id, batch[i].sink, batch[i].capacity, batch[i].backlog);
        }
        for (uint256 i; i < batch.length; ++i) {
            vm.expectEmit(address(pool));
            emit IBackpressurePool.UnitsUpdated(id, batch[i].sink, 0, _units(batch[i]));
        }
        vm.prank(stranger);
        assertEq(registry.submitAttestations(id, batch), batch.length, "accepted");

        for (uint256 i; i < batch.length; ++i) {
            ICapacityRegistry.Sink memory known = registry.sinkOf(id, batch[i].sink);
            assertEq(known.capacity, batch[i].capacity, "capacity");
            assertEq(known.backlog, batch[i].backlog, "backlog");
            assertEq(known.signalledAt, issuedAt, "signalledAt");
            assertEq(distributionPool.getUnits(batch[i].sink), _units(batch[i]), "units");
        }
    }

    function _register(address wallet) private {
        _stake(id, wallet, _stakeFor(MAX_CAPACITY));
        vm.prank(wallet);
        registry.registerSink(id, "");
    }

    function _assertSkipped(
        TaskTypeId taskTypeId,
        ICapacityRegistry.Attestation memory attestation,
        ICapacityRegistry.Skipped reason
    ) private {
        bytes memory before = abi.encode(registry.sinkOf(taskTypeId, attestation.sink));
        vm.expectEmit(address(registry));
        emit ICapacityRegistry.AttestationSkipped(taskTypeId, attestation.sink, 0, reason);
        assertEq(_submit(taskTypeId, attestation), 0, "accepted");
        assertEq(abi.encode(registry.sinkOf(taskTypeId, attestation.sink)), before, "nothing of it counts");
    }

    function _units(ICapacityRegistry.Attestation memory attestation) private pure returns (uint256) {
        return (uint256(attestation.capacity) * 360 - attestation.backlog) / 360;
    }
}
