// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { BoundedCall } from "../../../src/libraries/BoundedCall.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";
import { ScriptedVerifier } from "../../utils/ScriptedVerifier.sol";
import { Puppet } from "../../utils/Wallets.sol";

contract SettleTest is CapacityTest {
    uint256 internal constant HORIZON = 360;
    uint256 internal constant SCALE = 1e9;

    function testFuzz_RevertGiven_TheTaskTypeDoesNotExist(TaskTypeId unknown, address sink) external {
        vm.assume(unknown != id);
        vm.expectRevert(abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_UnknownTaskType.selector, unknown));
        _settle(unknown, sink);
    }

    function testFuzz_GivenTheTaskTypeHasNoVerifier(uint64 capacity) external {
        capacity = _boundCapacity(capacity);
        TaskTypeParameters memory parameters = _parameters();
        parameters.verifier = address(0);
        id = _registerTaskType(parameters, "unverified");
        address sink = _addPaidSink(id, "sink", capacity);
        skip(registry.parametersOf(id).signalTimeToLive + EPOCH);
        _settle(id, sink);
        assertEq(pool.unitsOf(id, sink), 0, "its signal has expired");
    }

    function testFuzz_GivenASinkIsUnknown(address nobody, uint256 backlog) external {
        ICapacityRegistry.Sink memory nothing;
        verifier.owe(id, nobody, backlog);
        _settle(id, nobody);
        assertEq(abi.encode(registry.sinkOf(id, nobody)), abi.encode(nothing));
    }

    function testFuzz_GivenTheVerifierFails(uint64 capacity, uint64 backlog, uint256 seed) external {
        capacity = _boundCapacity(capacity);
        backlog = uint64(bound(backlog, 1, capacity * HORIZON));
        address sink = _addPaidSink(id, "sink", capacity);
        _owe(id, sink, backlog);
        skip(EPOCH);
        uint256 manner = bound(seed, 2, uint256(ScriptedVerifier.Manner.AnswersNothing));
        verifier.behave(ScriptedVerifier.Manner(manner));

        vm.expectEmit(address(registry));
        emit ICapacityRegistry.VerifierFailed(id, sink, address(verifier));
        _settle(id, sink);

        assertEq(registry.sinkOf(id, sink).verifiedBacklog, backlog, "what it said before");
        assertEq(registry.sinkOf(id, sink).settledEpoch, block.timestamp / EPOCH, "counts as a settlement");
    }

    /// @dev Its base is then beyond the life of its signal. Rounded once an epoch instead of once, billionths may differ.
    function testFuzz_GivenTheSignalHasExpired(uint64 capacity, uint256 silent, uint256 later) external {
        TaskTypeParameters memory parameters = _parameters();
        parameters.smoothing = 0.3e18;
        id = _registerTaskType(parameters, "slow");
        capacity = _boundCapacity(capacity);
        address sink = _addSink(id, "sink", capacity);
        _signal(id, sink, capacity, 0);
        skip(parameters.signalTimeToLive + bound(silent, 1, 5) * EPOCH);
        uint256 faded = registry.smoothedCapacity(id, sink);
        later = bound(later, 0, 5);
        uint256 settledAt = block.timestamp;
        skip(later * EPOCH);
        uint256 unsettled = registry.smoothedCapacity(id, sink);

        vm.warp(settledAt);
        _settle(id, sink);
        assertApproxEqAbs(registry.smoothedCapacity(id, sink), faded, 5, "no better for it, and no worse");
        skip(later * EPOCH);
        assertApproxEqAbs(registry.smoothedCapacity(id, sink), unsettled, 5, "nor later");
    }

    function testFuzz_WhenTheCallerGivesTheVerifierTooLittleGas(uint256 gas) external {
        address sink = _addPaidSink(id, "sink", 100);
        address[] memory sinks = new address[](1);
        sinks[0] = sink;
        verifier.owe(id, sink, 1000);
        gas = bound(gas, 60_000, 400_000);
        try registry.settle{ gas: gas }(id, sinks) {
            assertTrue(false, "settled");
        } catch (bytes memory reason) {
            if (reason.length == 0) return;
            assertEq(bytes4(reason), BoundedCall.BoundedCall_TooLittleGas.selector);
            uint256 needed;
            assembly ("memory-safe") {
                needed := mload(add(reason, mload(reason)))
            }
            assertEq(needed, 400_000 + uint256(400_000) / 63 + 5000, "so much that it gets what it may use");
        }
    }

    function testFuzz_WhenTheBacklogIsWhatItWas(uint64 capacity, uint256 backlog) external {
        address sink = _addPaidSink(id, "sink", _boundCapacity(capacity));
        _owe(id, sink, backlog);
        bytes memory before = abi.encode(registry.sinkOf(id, sink));
        vm.recordLogs();
        _settle(id, sink);
        assertEq(vm.getRecordedLogs().length, 0, "no event");
        assertEq(abi.encode(registry.sinkOf(id, sink)), before, "no change");
    }

    function testFuzz_WhenTheBacklogExceeds64Bits(uint64 capacity, uint256 backlog) external {
        address sink = _addPaidSink(id, "sink", _boundCapacity(capacity));
        backlog = bound(backlog, uint256(type(uint64).max) + 1, type(uint256).max);
        verifier.owe(id, sink, backlog);

        vm.expectEmit(address(registry));
        emit ICapacityRegistry.BacklogVerified(id, sink, type(uint64).max);
        _settle(id, sink);

        assertEq(registry.sinkOf(id, sink).verifiedBacklog, type(uint64).max);
        assertEq(pool.unitsOf(id, sink), 0);
    }

    function testFuzz_WhenTheBacklogIsLessThanDeclared(uint64 capacity, uint256 declared, uint256 verified) external {
        capacity = _boundCapacity(capacity);
        declared = bound(declared, 1, capacity * HORIZON);
        verified = bound(verified, 0, declared);
        address sink = _addSink(id, "sink", capacity);
        _signal(id, sink, capacity, uint96(declared));

        _owe(id, sink, verified);

        assertEq(pool.unitsOf(id, sink), (capacity * HORIZON - declared) / HORIZON, "what was declared counts");
    }

    function testFuzz_WhenTheBacklogIsMoreThanDeclared(uint64 capacity, uint256 declared, uint256 verified) external {
        capacity = _boundCapacity(capacity);
        declared = bound(declared, 0, capacity * HORIZON / 2);
        // At least 5 % of the capacity more, which hysteresis lets pass.
        verified = bound(verified, declared + capacity * HORIZON / 10 + HORIZON, 2 * capacity * HORIZON);
        address sink = _addSink(id, "sink", capacity);
        _signal(id, sink, capacity, uint96(declared));
        uint256 unitsBefore = pool.unitsOf(id, sink);
        uint256 units = verified > capacity * HORIZON ? 0 : (capacity * HORIZON - verified) / HORIZON;
        verifier.owe(id, sink, verified);

        vm.expectEmit(address(registry));
        emit ICapacityRegistry.BacklogVerified(id, sink, verified);
        if (unitsBefore != units) {
            vm.expectEmit(address(pool));
            emit IBackpressurePool.UnitsUpdated(id, sink, unitsBefore, units);
        }
        _settle(id, sink);

        assertEq(registry.effectiveCapacity(id, sink), units, "effective capacity");
        assertEq(distributionPool.getUnits(sink), units, "units");
        assertEq(registry.sinkOf(id, sink).backlog, declared, "what was declared stays");
        assertEq(verifier.capacityScaled(), capacity * SCALE, "the verifier was told the smoothed capacity");
    }

    function testFuzz_WhenABatchHoldsAStranger(uint64 capacity) external {
        capacity = _boundCapacity(capacity);
        address[] memory sinks = new address[](3);
        (sinks[0], sinks[1]) = (_addPaidSink(id, "first", capacity), stranger);
        sinks[2] = _addPaidSink(id, "last", capacity);
        verifier.owe(id, sinks[0], type(uint256).max);
        verifier.owe(id, sinks[2], 7);
        registry.settle(id, sinks);
        assertEq(registry.sinkOf(id, sinks[0]).verifiedBacklog, type(uint64).max);
        assertEq(registry.sinkOf(id, sinks[2]).verifiedBacklog, 7);
    }

    function testFuzz_WhenABatchHoldsASinkTwice(uint64 capacity, uint256 declared, uint256 owed) external {
        capacity = _boundCapacity(capacity);
        declared = bound(declared, 0, capacity * HORIZON);
        owed = bound(owed, 0, 2 * capacity * HORIZON);
        address sink = _addSink(id, "sink", capacity);
        _signal(id, sink, capacity, uint96(declared));
        verifier.owe(id, sink, owed);
        uint256 state = vm.snapshotState();
        _settle(id, sink);
        bytes memory once = abi.encode(registry.sinkOf(id, sink), pool.unitsOf(id, sink));
        vm.revertToState(state);

        address[] memory sinks = new address[](3);
        (sinks[0], sinks[1], sinks[2]) = (sink, stranger, sink);
        registry.settle(id, sinks);

        assertEq(abi.encode(registry.sinkOf(id, sink), pool.unitsOf(id, sink)), once, "as if it stood there once");
        assertEq(pool.unitsOf(id, stranger), 0);
    }

    /// @dev In the middle of a settlement an accomplice of the verifier gets itself assessed: what that did stays.
    function testFuzz_GivenTheVerifierCallsBack(uint64 capacity, uint256 amount) external {
        capacity = _boundCapacity(capacity);
        amount = bound(amount, 1, _stakeFor(capacity));
        address sink = _addSink(id, "sink", capacity);
        vm.etch(sink, address(new Puppet()).code);
        bytes memory unstake = abi.encodeCall(stakes.requestUnstake, (id, amount));
        verifier.callBack(sink, abi.encodeCall(Puppet.act, (address(stakes), unstake)));
        _settle(id, sink);
        assertTrue(verifier.calledBack());
        assertEq(registry.sinkOf(id, sink).stake, _stakeFor(capacity) - amount);
        assertEq(registry.sinkOf(id, sink).cap, _capOf(_stakeFor(capacity) - amount));
    }

    // ------------------------------------------------------------------------------------------- Fading

    function testFuzz_GivenTheSinkIsNotSettledForLongerThanVEpochs(uint64 capacity, uint256 epochs) external {
        capacity = _boundCapacity(capacity);
        epochs = bound(epochs, 0, 12);
        TaskTypeParameters memory parameters = _parameters();
        (parameters.smoothing, parameters.signalTimeToLive) = (0.5e18, 1 days);
        id = _registerTaskType(parameters, "smooth");
        address sink = _addSink(id, "sink", capacity);
        _signal(id, sink, capacity, 0);
        uint256 before;
        uint256 expected = capacity * SCALE / 2;
        skip(epochs * EPOCH);
        for (uint256 i = 1; i <= epochs; ++i) {
            before = expected;
            expected = (expected + (i <= 5 ? capacity * SCALE : 0)) / 2;
        }
        assertApproxEqAbs(registry.smoothedCapacity(id, sink), expected, 20, "fades from V epochs on");

        // How it faded before stays; from its epoch on it steps towards what it declared.
        _settle(id, sink);
        expected = (before + capacity * SCALE) / 2;
        assertApproxEqAbs(registry.smoothedCapacity(id, sink), expected, 20, "in the epoch of the settlement");
        skip(EPOCH);
        expected = (expected + capacity * SCALE) / 2;
        assertApproxEqAbs(registry.smoothedCapacity(id, sink), expected, 20, "and after it");
    }

    /// @dev After three epochs; after two where it would fade then.
    function testFuzz_WhenASinkThatIsDueSignals(uint64 capacity, uint256 epochs, uint256 receiptEpochs) external {
        capacity = _boundCapacity(capacity);
        epochs = bound(epochs, 1, 4);
        receiptEpochs = bound(receiptEpochs, 2, 4);
        TaskTypeParameters memory parameters = _parameters();
        parameters.receiptEpochs = uint32(receiptEpochs);
        id = _registerTaskType(parameters, "other intervals");
        address sink = _addPaidSink(id, "sink", capacity);
        uint256 settled = registry.sinkOf(id, sink).settledEpoch;
        verifier.owe(id, sink, 99);
        vm.warp((settled + epochs) * EPOCH);

        _signal(id, sink, capacity, 0);

        bool due = epochs >= (receiptEpochs == 2 ? 2 : 3);
        assertEq(registry.sinkOf(id, sink).settledEpoch, due ? settled + epochs : settled);
        assertEq(registry.sinkOf(id, sink).verifiedBacklog, due ? 99 : 0);
    }
}
