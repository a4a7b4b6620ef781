// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Vm } from "forge-std/Vm.sol";

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { PackedAttestationLib } from "../../../src/types/PackedAttestation.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { AttestationTest } from "../../utils/AttestationTest.sol";
import { OwnedWallet } from "../../utils/Wallets.sol";

contract SubmitPackedAttestationsTest is AttestationTest {
    /// @dev Order of secp256k1.
    uint256 private constant N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function testFuzz_WhenTheBatchIsEmpty(TaskTypeId taskTypeId) external {
        vm.recordLogs();
        assertEq(registry.submitPackedAttestations(taskTypeId, ""), 0);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function testFuzz_RevertWhen_TheLastEntryIsNotWhole(bytes calldata rest, uint8 count) external {
        vm.assume(rest.length % 102 != 0);
        bytes memory entries = bytes.concat(new bytes(uint256(count % 4) * 102), rest);
        vm.expectRevert(
            abi.encodeWithSelector(
                PackedAttestationLib.PackedAttestation_PartialEntry.selector, entries.length, uint256(102)
            )
        );
        registry.submitPackedAttestations(id, entries);
    }

    function testFuzz_WhenTheSinkIsUnknown(string calldata name, uint40 capacity, TaskTypeId taskTypeId) external {
        (address nobody, uint256 nobodysKey) = makeAddrAndKey(name);
        vm.assume(nobody != sink && TaskTypeId.unwrap(taskTypeId) != TaskTypeId.unwrap(id));
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

    function testFuzz_WhenTheAttestationIsFromTheFuture(uint40 capacity, uint256 issuedAt) external {
        issuedAt = bound(issuedAt, block.timestamp + 1, type(uint32).max);
        _assertSkipped(id, _attestation(id, sink, key, capacity, 0, issuedAt), ICapacityRegistry.Skipped.FromTheFuture);
    }

    function testFuzz_WhenTheAttestationIsOlderThanTheReportDelay(uint40 capacity, uint256 issuedAt) external {
        uint256 oldest = block.timestamp - REPORT_DELAY;
        issuedAt = bound(issuedAt, 0, oldest - 1);
        _assertSkipped(id, _attestation(id, sink, key, capacity, 0, issuedAt), ICapacityRegistry.Skipped.TooOld);
        assertEq(_submitPacked(id, _attestation(id, sink, key, capacity, 0, oldest)), 1, "the oldest that counts");
    }

    function testFuzz_WhenTheAttestationIsNotNewerThanTheLastSignal(uint40 capacity, uint256 last, uint256 issuedAt)
        external
    {
        last = bound(last, block.timestamp - REPORT_DELAY, block.timestamp - 1);
        issuedAt = bound(issuedAt, block.timestamp - REPORT_DELAY, last);
        ICapacityRegistry.Attestation memory accepted = _attestation(id, sink, key, capacity, 0, last);
        assertEq(_submit(id, accepted), 1, "by the other form");
        _assertSkipped(id, accepted, ICapacityRegistry.Skipped.OutOfOrder);
        _assertSkipped(id, _attestation(id, sink, key, capacity, 1, issuedAt), ICapacityRegistry.Skipped.OutOfOrder);
    }

    function testFuzz_WhenThePackedFormHasCarriedItAlready(uint40 capacity, uint256 issuedAt) external {
        issuedAt = bound(issuedAt, block.timestamp - REPORT_DELAY, block.timestamp);
        ICapacityRegistry.Attestation memory attestation = _attestation(id, sink, key, capacity, 0, issuedAt);
        assertEq(_submitPacked(id, attestation), 1);
        bytes memory state = _stateOf(sink);
        _assertSkipped(id, attestation, ICapacityRegistry.Skipped.OutOfOrder);
        vm.expectEmit(address(registry));
        emit ICapacityRegistry.AttestationSkipped(id, sink, 0, ICapacityRegistry.Skipped.OutOfOrder);
        assertEq(_submit(id, attestation), 0, "by the other form");
        assertEq(_stateOf(sink), state);
    }

    function testFuzz_WhenTheSignatureIsMalformed(bytes32 r, bytes32 s, uint8 v) external {
        ICapacityRegistry.Attestation memory attestation = _attestation(id, sink, key, 1, 0, block.timestamp);
        attestation.signature = abi.encodePacked(r, s, v);
        _assertSkipped(id, attestation, ICapacityRegistry.Skipped.BadSignature);
    }

    function testFuzz_WhenTheSignatureIsMirrored(uint40 capacity) external {
        ICapacityRegistry.Attestation memory attestation = _attestation(id, sink, key, capacity, 0, block.timestamp);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, registry.hashAttestation(id, attestation));
        attestation.signature = abi.encodePacked(r, bytes32(N - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        _assertSkipped(id, attestation, ICapacityRegistry.Skipped.BadSignature);
    }

    function testFuzz_WhenVIsNeither27Nor28(uint40 capacity, uint8 v) external {
        vm.assume(v != 27 && v != 28);
        ICapacityRegistry.Attestation memory attestation = _attestation(id, sink, key, capacity, 0, block.timestamp);
        (uint8 signed, bytes32 r, bytes32 s) = vm.sign(key, registry.hashAttestation(id, attestation));
        for (uint256 i; i < 2; ++i) {
            attestation.signature = abi.encodePacked(r, s, v);
            _assertSkipped(id, attestation, ICapacityRegistry.Skipped.BadSignature);
            // As some signers count it, from zero.
            v = signed - 27;
        }
    }

    /// @dev Recovering from garbage gives this address. No transaction can come from it: the stake is said to be there.
    function testFuzz_WhenTheSinkIsTheZeroAddress(bytes32 r, bytes32 s, uint8 v) external {
        vm.prank(address(stakes));
        registry.stakeChanged(id, address(0), _stakeFor(MAX_CAPACITY));
        vm.prank(address(0));
        registry.registerSink(id, "");
        skip(1);
        ICapacityRegistry.Attestation memory attestation = _attestation(id, address(0), key, 1, 0, block.timestamp);
        _assertSkipped(id, attestation, ICapacityRegistry.Skipped.BadSignature);
        uint8[4] memory values = [v, 0, 27, 28];
        for (uint256 i; i < values.length; ++i) {
            attestation.signature = abi.encodePacked(r, s, values[i]);
            vm.expectEmit(address(registry));
            emit ICapacityRegistry.AttestationSkipped(id, address(0), 0, ICapacityRegistry.Skipped.BadSignature);
            assertEq(_submitPacked(id, attestation), 0);
            // Not a point of the curve, and no scalar.
            (r, s) = (bytes32(N), bytes32(0));
        }
    }

    function testFuzz_WhenTheSignerIsSomebodyElse(uint40 capacity, uint256 otherKey) external {
        otherKey = boundPrivateKey(otherKey);
        vm.assume(otherKey != key);
        _assertSkipped(
            id, _attestation(id, sink, otherKey, capacity, 0, block.timestamp), ICapacityRegistry.Skipped.BadSignature
        );
    }

    function testFuzz_WhenThePackedValuesDifferFromTheSignedOnes(uint40 capacity, uint64 backlog, uint256 difference)
        external
    {
        ICapacityRegistry.Attestation memory signed =
            _attestation(id, sink, key, capacity, backlog, block.timestamp - 1);
        signed.capacity = capacity ^ uint40(bound(difference, 1, type(uint40).max));
        _assertSkipped(id, signed, ICapacityRegistry.Skipped.BadSignature);
        (signed.capacity, signed.backlog) = (capacity, backlog ^ uint64(bound(difference, 1, type(uint64).max)));
        _assertSkipped(id, signed, ICapacityRegistry.Skipped.BadSignature);
        (signed.backlog, signed.issuedAt) = (backlog, uint32(block.timestamp));
        _assertSkipped(id, signed, ICapacityRegistry.Skipped.BadSignature);
    }

    function testFuzz_WhenTheSignedValuesDoNotFit(uint64 capacity, uint96 backlog, bool both) external {
        capacity = uint64(bound(capacity, 2 ** 40, type(uint64).max));
        uint96 large = uint96(bound(backlog, 2 ** 64, type(uint96).max));
        ICapacityRegistry.Attestation memory signed =
            _attestation(id, sink, key, capacity, both ? large : uint64(backlog), block.timestamp);
        _assertSkipped(id, signed, ICapacityRegistry.Skipped.BadSignature);
        signed = _attestation(id, sink, key, uint40(capacity), large, block.timestamp);
        _assertSkipped(id, signed, ICapacityRegistry.Skipped.BadSignature);
        assertEq(_submit(id, signed), 1, "the other form takes it");
    }

    function testFuzz_WhenTheAttestationWasSignedForAnotherChain(uint40 capacity, uint64 chainId) external {
        chainId = uint64(bound(chainId, 1, type(uint64).max));
        vm.assume(chainId != block.chainid);
        ICapacityRegistry.Attestation memory signed = _attestation(id, sink, key, capacity, 0, block.timestamp);
        vm.chainId(chainId);
        _assertSkipped(id, signed, ICapacityRegistry.Skipped.BadSignature);
    }

    function testFuzz_WhenTheAttestationWasSignedForAnotherTaskType(uint40 capacity) external {
        TaskTypeId other = _registerTaskType("other work");
        _assertSkipped(
            id, _attestation(other, sink, key, capacity, 0, block.timestamp), ICapacityRegistry.Skipped.BadSignature
        );
    }

    function testFuzz_WhenAWalletHasSigned(uint40 capacity) external {
        address wallet = address(new OwnedWallet(vm.addr(key)));
        _stake(id, wallet, _stakeFor(MAX_CAPACITY));
        vm.prank(wallet);
        registry.registerSink(id, "");
        skip(1);
        ICapacityRegistry.Attestation memory attestation = _attestation(id, wallet, key, capacity, 0, block.timestamp);
        // By the other form, which is for wallets.
        vm.expectCall(wallet, "", 1);
        _assertSkipped(id, attestation, ICapacityRegistry.Skipped.BadSignature);
        assertEq(_submit(id, attestation), 1);
    }

    function testFuzz_WhenAnAccountWithCodeSignsByKey(uint40 capacity, address code) external {
        vm.etch(sink, abi.encodePacked(hex"ef0100", code));
        assertEq(_submitPacked(id, _attestation(id, sink, key, capacity, 0, block.timestamp)), 1);
    }

    /// forge-config: default.fuzz.runs = 4

    /// forge-config: ci.fuzz.runs = 16
    /// forge-config: deep.fuzz.runs = 16
    function testFuzz_WhenTheBatchIsHuge(uint256 seed, uint40 capacity) external {
        bytes memory junk = new bytes(256 * 102);
        for (uint256 offset = 32; offset <= junk.length; offset += 32) {
            bytes32 word = keccak256(abi.encode(seed, offset));
            assembly ("memory-safe") {
                mstore(add(junk, offset), word)
            }
        }
        // The dearest to skip: all but the signature is right.
        bytes memory forged = _pack(_attestation(id, sink, key ^ 1, capacity, 0, block.timestamp));
        for (uint256 i; i < 8; ++i) {
            forged = bytes.concat(forged, forged);
        }
        bytes memory good = _pack(_attestation(id, sink, key, capacity, 0, block.timestamp));
        vm.recordLogs();
        uint256 gas = gasleft();
        assertEq(registry.submitPackedAttestations(id, bytes.concat(junk, forged, good)), 1, "the last counts");
        assertLt(gas - gasleft(), 512 * 9_000 + 1_000_000, "each of the others costs little");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < 512; ++i) {
            assertEq(logs[i].topics[0], ICapacityRegistry.AttestationSkipped.selector);
            (uint256 index,) = abi.decode(logs[i].data, (uint256, ICapacityRegistry.Skipped));
            assertEq(index, i);
        }
    }

    function testFuzz_WhenOneSinkStandsInTheBatchSeveralTimes(uint64[8] memory capacities, uint256[8] memory times)
        external
    {
        (ICapacityRegistry.Attestation[] memory batch, uint256 expected) = _batchOfOneSink(capacities, times);
        uint256 snapshot = vm.snapshotState();
        uint256 alone;
        for (uint256 i; i < batch.length; ++i) {
            alone += _submitPacked(id, batch[i]);
        }
        assertEq(alone, expected, "accepted alone");
        bytes memory state = _stateOf(sink);
        vm.revertToStateAndDelete(snapshot);

        assertEq(registry.submitPackedAttestations(id, _pack(batch)), expected, "accepted");
        assertEq(_stateOf(sink), state);
    }

    function testFuzz_WhenTheCapacityExceedsTheCap(uint64 cap, uint40 capacity) external {
        cap = _boundCapacity(cap);
        capacity = uint40(bound(capacity, cap, type(uint40).max));
        (address small, uint256 smallKey) = makeAddrAndKey("small");
        _addSink(id, "small", cap);
        skip(1);
        vm.expectEmit(address(registry));
        emit ICapacityRegistry.CapacitiesSignalled(
            id, abi.encodePacked(small, uint40(cap), uint64(7), uint32(block.timestamp))
        );
        assertEq(_submitPacked(id, _attestation(id, small, smallKey, capacity, 7, block.timestamp)), 1);
        assertEq(registry.sinkOf(id, small).capacity, cap);
    }

    function testFuzz_WhenSinksAreDue(uint40 capacity, uint64 verified) external {
        skip(3 * EPOCH);
        verifier.owe(id, sink, verified);
        assertEq(_submitPacked(id, _attestation(id, sink, key, capacity, 0, block.timestamp)), 1);
        assertEq(registry.sinkOf(id, sink).settledEpoch, block.timestamp / EPOCH);
        assertEq(registry.sinkOf(id, sink).verifiedBacklog, verified);
    }

    function testFuzz_WhenGoodAndBadEntriesAreMixed(uint40[5] memory capacities, uint256 good) external {
        bytes memory entries;
        bytes memory signals;
        uint256 expected;
        for (uint256 i; i < capacities.length; ++i) {
            (address agent, uint256 agentKey) = makeAddrAndKey(vm.toString(i));
            _addSink(id, vm.toString(i), MAX_CAPACITY);
            capacities[i] = uint40(_boundCapacity(capacities[i]));
            bool isGood = good & (1 << i) != 0;
            uint256 issuedAt = block.timestamp + 1;
            bytes memory entry = _pack(_attestation(id, agent, isGood ? agentKey : key, capacities[i], 1, issuedAt));
            entries = bytes.concat(entries, entry);
            if (!isGood) continue;
            signals = bytes.concat(signals, _cut(entry, 37));
            ++expected;
        }
        skip(1);

        vm.recordLogs();
        vm.prank(stranger);
        assertEq(registry.submitPackedAttestations(id, entries), expected, "accepted");

        _assertLogs(vm.getRecordedLogs(), signals, good);
        for (uint256 i; i < capacities.length; ++i) {
            bool isGood = good & (1 << i) != 0;
            uint256 units = isGood ? capacities[i] - 1 : 0;
            assertEq(distributionPool.getUnits(makeAddr(vm.toString(i))), units, "units");
        }
    }

    /// @dev One event for all that counted, before any units move, and one for each that was skipped.
    function _assertLogs(Vm.Log[] memory logs, bytes memory signals, uint256 good) private view {
        uint256 skipped;
        uint256 batches;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == ICapacityRegistry.AttestationSkipped.selector) {
                (uint256 index,) = abi.decode(logs[i].data, (uint256, ICapacityRegistry.Skipped));
                assertEq(good & (1 << index), 0, "a good one was skipped");
                ++skipped;
            } else if (logs[i].topics[0] == ICapacityRegistry.CapacitiesSignalled.selector) {
                assertEq(logs[i].topics[1], TaskTypeId.unwrap(id));
                assertEq(abi.decode(logs[i].data, (bytes)), signals);
                ++batches;
            }
        }
        assertEq(skipped, 5 - signals.length / 37, "skipped");
        assertEq(batches, signals.length == 0 ? 0 : 1, "one event");
    }

    /// forge-config: default.fuzz.runs = 16

    /// forge-config: ci.fuzz.runs = 64
    /// forge-config: deep.fuzz.runs = 64
    /// @dev The same history by either form: random sinks, times, values and signers, over several epochs.
    function testFuzz_WhenTheAbiFormCarriesTheSame(uint256 seed) external {
        uint256 snapshot = vm.snapshotState();
        bytes32 packed = _history(seed, true);
        vm.revertToStateAndDelete(snapshot);
        assertEq(_history(seed, false), packed);
    }

    /// @return state What the contracts know of all sinks after each batch.
    function _history(uint256 seed, bool packed) private returns (bytes32 state) {
        for (uint256 i; i < 3; ++i) {
            _addSink(id, vm.toString(i), 10 ** (3 * i + 2));
        }
        _openPayingStream(id);
        for (uint256 round; round < 4; ++round) {
            skip(_random(seed, round, 0) % (2 * EPOCH));
            ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](6);
            for (uint256 i; i < batch.length; ++i) {
                batch[i] = _randomAttestation(_random(seed, round, i + 1));
            }
            uint256 accepted =
                packed ? registry.submitPackedAttestations(id, _pack(batch)) : registry.submitAttestations(id, batch);
            state = keccak256(
                abi.encode(state, accepted, _stateOf(makeAddr("0")), _stateOf(makeAddr("1")), _stateOf(makeAddr("2")))
            );
        }
    }

    function _randomAttestation(uint256 random) private returns (ICapacityRegistry.Attestation memory) {
        (address agent, uint256 agentKey) = makeAddrAndKey(vm.toString(random % 3));
        uint256 signer = random % 7 == 0 ? key : agentKey;
        uint256 issuedAt = block.timestamp + 5 - (random >> 8) % (REPORT_DELAY + 10);
        uint64 capacity = uint64((random >> 16) % 2 ** ((random >> 96) % 41));
        uint64 backlog = uint64((random >> 112) % 2 ** ((random >> 176) % 65));
        return _attestation(id, agent, signer, capacity, backlog, issuedAt);
    }

    function _random(uint256 seed, uint256 round, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, round, index)));
    }

    function _submitPacked(TaskTypeId taskTypeId, ICapacityRegistry.Attestation memory attestation)
        private
        returns (uint256)
    {
        return registry.submitPackedAttestations(taskTypeId, _pack(attestation));
    }

    function _stateOf(address account) private view returns (bytes memory) {
        (uint256 sinkUnits, uint256 escrowUnits, uint256 feeUnits) = pool.unitsOfPool(id);
        return abi.encode(
            registry.sinkOf(id, account),
            registry.effectiveCapacity(id, account),
            pool.unitsOf(id, account),
            distributionPool.getUnits(account),
            sinkUnits,
            escrowUnits,
            feeUnits
        );
    }

    function _assertSkipped(
        TaskTypeId taskTypeId,
        ICapacityRegistry.Attestation memory attestation,
        ICapacityRegistry.Skipped reason
    ) private {
        bytes memory before = _stateOf(attestation.sink);
        vm.expectEmit(address(registry));
        emit ICapacityRegistry.AttestationSkipped(taskTypeId, attestation.sink, 0, reason);
        assertEq(_submitPacked(taskTypeId, attestation), 0, "accepted");
        assertEq(_stateOf(attestation.sink), before, "nothing of it counts");
    }
}
