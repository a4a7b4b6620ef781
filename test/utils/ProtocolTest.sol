// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";

import { Deploy } from "../../script/Deploy.s.sol";
import { BackpressurePool } from "../../src/BackpressurePool.sol";
import { CapacityRegistry } from "../../src/CapacityRegistry.sol";
import { CompletionTracker } from "../../src/CompletionTracker.sol";
import { EscrowBuffer } from "../../src/EscrowBuffer.sol";
import { Pipeline } from "../../src/Pipeline.sol";
import { StakeManager } from "../../src/StakeManager.sol";
import { ICapacityRegistry } from "../../src/interfaces/ICapacityRegistry.sol";
import { ICompletionTracker } from "../../src/interfaces/ICompletionTracker.sol";
import { ProtocolAddresses } from "../../src/types/ProtocolAddresses.sol";
import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { ScriptedVerifier } from "./ScriptedVerifier.sol";
import { SuperfluidTest } from "./SuperfluidTest.sol";

/// @notice The protocol, deployed through `Deploy`, with one task type and helpers for its actors.
abstract contract ProtocolTest is SuperfluidTest {
    /// @dev q: 0.36 USDCx per hour and unit.
    uint96 internal constant UNIT_RATE = 1e14;
    uint32 internal constant EPOCH = 60;
    uint256 internal constant BOND_PER_UNIT = uint256(UNIT_RATE) * (2 * (360 + 120 + EPOCH) + 5 * EPOCH);
    uint128 internal constant MINIMUM_STAKE = 10e18;
    bytes32 internal constant SALT = "salt";
    uint256 internal constant START = 1_800_000_000;

    BackpressurePool internal pool;
    CapacityRegistry internal registry;
    EscrowBuffer internal escrow;
    Pipeline internal pipeline;
    StakeManager internal stakes;
    CompletionTracker internal tracker;
    /// @dev The verifier of those tests that say what it finds.
    ScriptedVerifier internal verifier;

    address internal owner = makeAddr("owner");
    address internal creator = makeAddr("creator");
    address internal stranger = makeAddr("stranger");
    TaskTypeId internal id;
    ISuperfluidPool internal distributionPool;

    function setUp() public virtual {
        vm.warp(START);
        _deploySuperfluid();
        _deployProtocol();
        verifier = new ScriptedVerifier();
        id = _registerTaskType("work");
        distributionPool = pool.distributionPoolOf(id);
    }

    function _deployProtocol() internal {
        // Not `new`: that would compile the protocol into every test contract again, at every change of a test.
        Deploy script = Deploy(vm.deployCode("Deploy.s.sol:Deploy"));
        ProtocolAddresses memory addresses = script.deploy(sf.host, owner);
        stakes = StakeManager(address(addresses.stakeManager));
        registry = CapacityRegistry(address(addresses.capacityRegistry));
        pool = BackpressurePool(address(addresses.backpressurePool));
        escrow = EscrowBuffer(address(addresses.escrowBuffer));
        pipeline = Pipeline(address(addresses.pipeline));
        tracker = CompletionTracker(address(addresses.completionTracker));
    }

    // ------------------------------------------------------------------------------------------- Task types

    function _parameters() internal view virtual returns (TaskTypeParameters memory) {
        return TaskTypeParameters({
            superToken: superToken,
            unitRate: UNIT_RATE,
            epochLength: EPOCH,
            horizon: 360,
            acknowledgementGrace: 120,
            reportDelay: 60,
            signalTimeToLive: 5 * EPOCH,
            receiptEpochs: 5,
            smoothing: 0.3e18,
            verifier: address(0),
            admission: address(0),
            minimumStake: MINIMUM_STAKE,
            bufferMax: 1000e18
        });
    }

    function _registerTaskType(string memory metadata) internal returns (TaskTypeId) {
        return _registerTaskType(_parameters(), metadata);
    }

    function _registerTaskType(TaskTypeParameters memory parameters, string memory metadata)
        internal
        returns (TaskTypeId)
    {
        vm.prank(creator);
        return registry.registerTaskType(parameters, SALT, metadata);
    }

    // ------------------------------------------------------------------------------------------- Sinks

    /// @notice The stake that backs exactly `capacity` units.
    function _stakeFor(uint256 capacity) internal pure returns (uint256) {
        return MINIMUM_STAKE + capacity * BOND_PER_UNIT;
    }

    function _stake(TaskTypeId taskTypeId, address sink, uint256 amount) internal {
        _giveTokens(sink, amount);
        vm.startPrank(sink);
        superToken.approve(address(stakes), amount);
        stakes.stake(taskTypeId, amount);
        vm.stopPrank();
    }

    /// @notice A registered and connected sink whose bond backs `capacity` units; it has not signalled yet.
    function _addSink(TaskTypeId taskTypeId, string memory name, uint256 capacity) internal returns (address sink) {
        sink = makeAddr(name);
        _stake(taskTypeId, sink, _stakeFor(capacity));
        vm.prank(sink);
        registry.registerSink(taskTypeId, "");
        _connect(sink, pool.distributionPoolOf(taskTypeId));
    }

    function _commit(TaskTypeId taskTypeId, address sink, uint64 capacity, uint96 backlog) internal {
        bytes32 commitment = registry.hashSignal(taskTypeId, sink, capacity, backlog, SALT);
        vm.prank(sink);
        registry.commitCapacity(taskTypeId, commitment);
    }

    function _reveal(TaskTypeId taskTypeId, address sink, uint64 capacity, uint96 backlog) internal {
        vm.prank(sink);
        registry.revealCapacity(taskTypeId, capacity, backlog, SALT);
    }

    /// @notice Commits, waits one block (2 s), reveals.
    function _signal(TaskTypeId taskTypeId, address sink, uint64 capacity, uint96 backlog) internal {
        _commit(taskTypeId, sink, capacity, backlog);
        _nextBlock();
        _reveal(taskTypeId, sink, capacity, backlog);
    }

    /// @notice A sink whose moving average has reached `capacity` to within a thousandth of a unit.
    function _addRampedSink(TaskTypeId taskTypeId, string memory name, uint64 capacity)
        internal
        returns (address sink)
    {
        sink = _addSink(taskTypeId, name, capacity);
        _ramp(taskTypeId, sink, capacity);
    }

    /// @notice Signals `capacity` once per epoch until the moving average has caught up.
    function _ramp(TaskTypeId taskTypeId, address sink, uint64 capacity) internal {
        for (uint256 i; i < 60; ++i) {
            skip(EPOCH);
            _signal(taskTypeId, sink, capacity, 0);
        }
        _rebalance(taskTypeId, sink);
    }

    // ------------------------------------------------------------------------------------------- Sources

    function _openStream(TaskTypeId taskTypeId, string memory name, uint256 rate) internal returns (address source) {
        source = makeAddr(name);
        _giveTokens(source, 1_000_000e18);
        _setStream(taskTypeId, source, rate);
    }

    function _setStream(TaskTypeId taskTypeId, address source, uint256 rate) internal {
        _distributeFlow(source, pool.distributionPoolOf(taskTypeId), int96(int256(rate)));
    }

    // ------------------------------------------------------------------------------------------- Signed messages

    /// @notice The signal of a sink, signed with `key`.
    function _attestation(
        TaskTypeId taskTypeId,
        address sink,
        uint256 key,
        uint64 capacity,
        uint96 backlog,
        uint256 issuedAt
    ) internal view returns (ICapacityRegistry.Attestation memory attestation) {
        attestation = ICapacityRegistry.Attestation({
            sink: sink, capacity: capacity, backlog: backlog, issuedAt: uint32(issuedAt), signature: ""
        });
        attestation.signature = _sign(key, registry.hashAttestation(taskTypeId, attestation));
    }

    /// @notice An attestation that a key has signed as `submitPackedAttestations` takes it, whatever its values.
    function _pack(ICapacityRegistry.Attestation memory attestation) internal pure returns (bytes memory) {
        return abi.encodePacked(
            attestation.sink,
            uint40(attestation.capacity),
            uint64(attestation.backlog),
            attestation.issuedAt,
            attestation.signature
        );
    }

    function _pack(ICapacityRegistry.Attestation[] memory attestations) internal pure returns (bytes memory entries) {
        for (uint256 i; i < attestations.length; ++i) {
            entries = bytes.concat(entries, _pack(attestations[i]));
        }
    }

    /// @notice What the source with one key acknowledges to the sink with the other, signed by both.
    function _receipt(TaskTypeId taskTypeId, uint256 sourceKey, uint256 sinkKey, uint128 completed)
        internal
        view
        returns (ICompletionTracker.Receipt memory)
    {
        bytes32 digest = tracker.hashReceipt(taskTypeId, vm.addr(sourceKey), vm.addr(sinkKey), completed);
        return ICompletionTracker.Receipt({
            source: vm.addr(sourceKey),
            sink: vm.addr(sinkKey),
            completed: completed,
            sourceSignature: _sign(sourceKey, digest),
            sinkSignature: _sign(sinkKey, digest)
        });
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    // ------------------------------------------------------------------------------------------- Keepers, time

    function _rebalance(TaskTypeId taskTypeId) internal {
        registry.rebalance(taskTypeId, new address[](0));
    }

    function _rebalance(TaskTypeId taskTypeId, address sink) internal {
        address[] memory sinks = new address[](1);
        sinks[0] = sink;
        registry.rebalance(taskTypeId, sinks);
    }

    /// @notice Lets the pool see its inflow and, once money confirms it, act on it.
    function _confirmInflow(TaskTypeId taskTypeId) internal {
        _rebalance(taskTypeId);
        skip(pool.CONFIRM_DELAY());
        _rebalance(taskTypeId);
        skip(pool.CONFIRM_DELAY());
        _rebalance(taskTypeId);
    }

    function _settle(TaskTypeId taskTypeId, address sink) internal {
        address[] memory sinks = new address[](1);
        sinks[0] = sink;
        registry.settle(taskTypeId, sinks);
    }

    /// @notice The scripted verifier finds `backlog` unit-seconds unproven.
    function _owe(TaskTypeId taskTypeId, address sink, uint256 backlog) internal {
        verifier.owe(taskTypeId, sink, backlog);
        _settle(taskTypeId, sink);
    }

    /// @notice The scripted verifier says at an assessment that `amount` wei are to be taken.
    function _slash(TaskTypeId taskTypeId, address sink, uint256 amount) internal returns (uint256 slashed) {
        verifier.take(taskTypeId, sink, amount);
        slashed = stakes.assess(taskTypeId, sink);
    }

    function _nextBlock() internal {
        vm.roll(block.number + 1);
        skip(2);
    }
}
