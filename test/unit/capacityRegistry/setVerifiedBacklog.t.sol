// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

contract SetVerifiedBacklogTest is CapacityTest {
    uint256 internal constant HORIZON = 360;

    function testFuzz_RevertWhen_TheCallerIsNotTheVerifier(address caller, address sink, uint256 backlog) external {
        vm.assume(caller != verifier);
        address[3] memory callers = [caller, creator, owner];
        for (uint256 i; i < callers.length; ++i) {
            _expectNotVerifier(callers[i], verifier);
            vm.prank(callers[i]);
            registry.setVerifiedBacklog(id, sink, backlog);
        }
    }

    function testFuzz_RevertGiven_TheTaskTypeHasNoVerifier(address caller, address sink, TaskTypeId unknown) external {
        vm.assume(caller != address(0) && unknown != id);
        TaskTypeParameters memory parameters = _parameters();
        parameters.verifier = address(0);
        TaskTypeId[2] memory ids = [unknown, _registerTaskType(parameters, "unverified")];
        for (uint256 i; i < ids.length; ++i) {
            _expectNotVerifier(caller, address(0));
            vm.prank(caller);
            registry.setVerifiedBacklog(ids[i], sink, 1);
        }
    }

    function testFuzz_GivenTheSinkIsUnknown(address nobody, uint256 backlog) external {
        _assertDoesNothing(nobody, backlog);
    }

    function testFuzz_WhenTheBacklogIsWhatItWas(uint64 capacity, uint256 backlog) external {
        address sink = _addPaidSink(id, "sink", _boundCapacity(capacity));
        vm.prank(verifier);
        registry.setVerifiedBacklog(id, sink, backlog);

        _assertDoesNothing(sink, backlog);
    }

    function testFuzz_WhenTheBacklogExceeds64Bits(uint64 capacity, uint256 backlog) external {
        address sink = _addPaidSink(id, "sink", _boundCapacity(capacity));
        backlog = bound(backlog, uint256(type(uint64).max) + 1, type(uint256).max);

        vm.expectEmit(address(registry));
        emit ICapacityRegistry.BacklogVerified(id, sink, type(uint64).max);
        vm.prank(verifier);
        registry.setVerifiedBacklog(id, sink, backlog);

        assertEq(registry.sinkOf(id, sink).verifiedBacklog, type(uint64).max);
        assertEq(pool.unitsOf(id, sink), 0);
    }

    function testFuzz_WhenTheBacklogIsLessThanDeclared(uint64 capacity, uint256 declared, uint256 verified) external {
        capacity = _boundCapacity(capacity);
        declared = bound(declared, 1, capacity * HORIZON);
        verified = bound(verified, 0, declared);
        address sink = _addSink(id, "sink", capacity);
        _signal(id, sink, capacity, uint96(declared));

        vm.prank(verifier);
        registry.setVerifiedBacklog(id, sink, verified);

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

        vm.expectEmit(address(registry));
        emit ICapacityRegistry.BacklogVerified(id, sink, verified);
        if (unitsBefore != units) {
            vm.expectEmit(address(pool));
            emit IBackpressurePool.UnitsUpdated(id, sink, unitsBefore, units);
        }
        vm.prank(verifier);
        registry.setVerifiedBacklog(id, sink, verified);

        assertEq(registry.effectiveCapacity(id, sink), units, "effective capacity");
        assertEq(distributionPool.getUnits(sink), units, "units");
        assertEq(registry.sinkOf(id, sink).backlog, declared, "what was declared stays");
    }

    function _assertDoesNothing(address sink, uint256 backlog) private {
        bytes memory before = abi.encode(registry.sinkOf(id, sink));
        vm.recordLogs();
        vm.prank(verifier);
        registry.setVerifiedBacklog(id, sink, backlog);
        assertEq(vm.getRecordedLogs().length, 0, "no event");
        assertEq(abi.encode(registry.sinkOf(id, sink)), before, "no change");
    }

    function _expectNotVerifier(address caller, address expected) private {
        vm.expectRevert(
            abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_NotVerifier.selector, caller, expected)
        );
    }
}
