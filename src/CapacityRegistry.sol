// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import { ISuperfluid } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperfluid.sol";

import { IBackpressurePool } from "./interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "./interfaces/ICapacityRegistry.sol";
import { IEscrowBuffer } from "./interfaces/IEscrowBuffer.sol";
import { IStakeManager } from "./interfaces/IStakeManager.sol";
import { CapacityMath } from "./libraries/CapacityMath.sol";
import { SignatureLib } from "./libraries/SignatureLib.sol";
import { TaskTypeLib } from "./libraries/TaskTypeLib.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { TaskTypeId, TaskTypeParameters } from "./types/TaskType.sol";

/// @title CapacityRegistry: task types, sinks, and what sinks say they can absorb
/// @notice Signals are smoothed when they are read, not when they are written, so silence fades by itself.
contract CapacityRegistry is ICapacityRegistry, EIP712 {
    using SafeCast for uint256;
    using TaskTypeLib for TaskTypeParameters;

    /// @dev Blocks within which a commitment must be revealed: 40 s on Base, less than the shortest usual epoch.
    uint256 private constant REVEAL_BLOCKS = 20;

    bytes32 private constant ATTESTATION_TYPEHASH = keccak256(
        "CapacityAttestation(bytes32 taskTypeId,address sink,uint64 capacity,uint96 backlog,uint32 issuedAt)"
    );

    struct TaskType {
        TaskTypeParameters parameters;
        address creator;
    }

    ISuperfluid private immutable HOST;
    IStakeManager private immutable STAKE_MANAGER;
    IBackpressurePool private immutable POOL;
    IEscrowBuffer private immutable ESCROW;

    mapping(TaskTypeId taskTypeId => TaskType) private _taskTypes;
    mapping(TaskTypeId taskTypeId => mapping(address sink => Sink)) private _sinks;

    /// @dev Never cleared: overwriting a used slot costs a quarter of filling an empty one.
    mapping(TaskTypeId taskTypeId => mapping(address sink => bytes32)) private _commitments;

    modifier onlyStakeManager() {
        if (msg.sender != address(STAKE_MANAGER)) revert CapacityRegistry_NotStakeManager(msg.sender);
        _;
    }

    constructor(ProtocolAddresses memory addresses) EIP712("Backpressure Economics", "1") {
        HOST = addresses.host;
        STAKE_MANAGER = addresses.stakeManager;
        POOL = addresses.backpressurePool;
        ESCROW = addresses.escrowBuffer;
    }

    // --------------------------------------------------------------------------------------------- Task types

    /// @inheritdoc ICapacityRegistry
    function registerTaskType(TaskTypeParameters calldata parameters, bytes32 salt, string calldata metadata)
        external
        returns (TaskTypeId taskTypeId)
    {
        // Check
        TaskTypeLib.validate(parameters);
        if (address(parameters.superToken).code.length == 0 || parameters.superToken.getHost() != address(HOST)) {
            revert CapacityRegistry_SuperTokenNotOnHost(address(parameters.superToken), address(HOST));
        }
        taskTypeId = TaskTypeId.wrap(keccak256(abi.encode(msg.sender, salt, metadata)));
        TaskType storage taskType = _taskTypes[taskTypeId];
        if (taskType.creator != address(0)) revert CapacityRegistry_TaskTypeExists(taskTypeId);

        // Effect
        taskType.parameters = parameters;
        taskType.creator = msg.sender;
        emit TaskTypeRegistered(taskTypeId, msg.sender, parameters, metadata);

        // Interaction
        POOL.open(taskTypeId, parameters.superToken, parameters.unitRate, parameters.epochLength);
        ESCROW.open(taskTypeId, parameters.superToken);
    }

    // --------------------------------------------------------------------------------------------- Sinks

    /// @inheritdoc ICapacityRegistry
    function registerSink(TaskTypeId taskTypeId) external {
        TaskType storage taskType = _taskTypes[taskTypeId];
        if (taskType.creator == address(0)) revert CapacityRegistry_UnknownTaskType(taskTypeId);
        Sink storage sink = _sinks[taskTypeId][msg.sender];
        if (sink.registered) revert CapacityRegistry_SinkExists(taskTypeId, msg.sender);
        (uint256 stake,,) = STAKE_MANAGER.bondOf(taskTypeId, msg.sender);
        uint256 minimumStake = taskType.parameters.minimumStake;
        if (stake < minimumStake) revert CapacityRegistry_StakeBelowMinimum(stake, minimumStake);

        sink.registered = true;
        // What was signed before must not count again after leaving and coming back.
        sink.signalledAt = block.timestamp.toUint32();
        sink.cap = _cap(taskTypeId, msg.sender);
        emit SinkRegistered(taskTypeId, msg.sender);
    }

    /// @inheritdoc ICapacityRegistry
    function deregisterSink(TaskTypeId taskTypeId) external {
        _registered(taskTypeId, msg.sender);
        delete _sinks[taskTypeId][msg.sender];
        emit SinkDeregistered(taskTypeId, msg.sender);
        POOL.refresh(taskTypeId, msg.sender);
    }

    /// @inheritdoc ICapacityRegistry
    function commitCapacity(TaskTypeId taskTypeId, bytes32 commitment) external {
        Sink storage sink = _registered(taskTypeId, msg.sender);
        sink.committedAtBlock = block.number.toUint64();
        _commitments[taskTypeId][msg.sender] = commitment;
        emit CapacityCommitted(taskTypeId, msg.sender, commitment);
    }

    /// @inheritdoc ICapacityRegistry
    function revealCapacity(TaskTypeId taskTypeId, uint64 capacity, uint96 backlog, bytes32 salt) external {
        // Check
        Sink storage sink = _registered(taskTypeId, msg.sender);
        _checkReveal(taskTypeId, sink, hashSignal(taskTypeId, msg.sender, capacity, backlog, salt));

        // Effect
        sink.committedAtBlock = 0;
        _signal(taskTypeId, msg.sender, capacity, backlog, block.timestamp.toUint32());

        // Interaction
        _rebalance(taskTypeId, msg.sender);
    }

    /// @inheritdoc ICapacityRegistry
    function submitAttestations(TaskTypeId taskTypeId, Attestation[] calldata attestations)
        external
        returns (uint256 accepted)
    {
        address[] memory sinks = new address[](attestations.length);
        for (uint256 i; i < attestations.length; ++i) {
            Attestation calldata attestation = attestations[i];
            address sink = attestation.sink;
            Skipped reason = _skipped(taskTypeId, attestation);
            if (reason != Skipped.No) {
                emit AttestationSkipped(taskTypeId, sink, i, reason);
                continue;
            }
            _signal(taskTypeId, sink, attestation.capacity, attestation.backlog, attestation.issuedAt);
            sinks[accepted++] = sink;
        }
        if (accepted == 0) return 0;
        // Safe: shortens an array of this function, to what was written of it.
        assembly ("memory-safe") {
            mstore(sinks, accepted)
        }
        POOL.rebalance(taskTypeId, sinks);
    }

    // --------------------------------------------------------------------------------------------- Verifier, stakes

    /// @inheritdoc ICapacityRegistry
    function setVerifiedBacklog(TaskTypeId taskTypeId, address sinkAddress, uint256 backlog) external {
        address verifier = _taskTypes[taskTypeId].parameters.verifier;
        if (msg.sender != verifier) revert CapacityRegistry_NotVerifier(msg.sender, verifier);
        Sink storage sink = _sinks[taskTypeId][sinkAddress];
        uint64 verified = Math.min(backlog, type(uint64).max).toUint64();
        if (!sink.registered || sink.verifiedBacklog == verified) return;
        sink.verifiedBacklog = verified;
        emit BacklogVerified(taskTypeId, sinkAddress, verified);
        _rebalance(taskTypeId, sinkAddress);
    }

    /// @inheritdoc ICapacityRegistry
    function stakeSlashed(TaskTypeId taskTypeId, address sinkAddress) external onlyStakeManager {
        Sink storage sink = _sinks[taskTypeId][sinkAddress];
        if (!sink.registered) return;
        sink.baseScaled = 0;
        sink.capacity = 0;
        sink.verifiedBacklog = 0;
        sink.cap = _cap(taskTypeId, sinkAddress);
        POOL.refresh(taskTypeId, sinkAddress);
    }

    /// @inheritdoc ICapacityRegistry
    function stakeChanged(TaskTypeId taskTypeId, address sinkAddress) external onlyStakeManager {
        Sink storage sink = _sinks[taskTypeId][sinkAddress];
        if (!sink.registered) return;

        uint40 oldCap = sink.cap;
        uint40 cap = _cap(taskTypeId, sinkAddress);
        sink.cap = cap;
        if (cap >= oldCap) return;

        // The moving average lies between its base and its target, so capping both caps it now and for ever.
        if (sink.capacity > cap) sink.capacity = cap;
        sink.baseScaled = Math.min(sink.baseScaled, cap * CapacityMath.SCALE).toUint72();
        POOL.refresh(taskTypeId, sinkAddress);
    }

    // --------------------------------------------------------------------------------------------- Views

    /// @inheritdoc ICapacityRegistry
    function hashSignal(TaskTypeId taskTypeId, address sink, uint64 capacity, uint96 backlog, bytes32 salt)
        public
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(this), taskTypeId, sink, capacity, backlog, salt));
    }

    /// @inheritdoc ICapacityRegistry
    function hashAttestation(TaskTypeId taskTypeId, Attestation calldata attestation) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    ATTESTATION_TYPEHASH,
                    taskTypeId,
                    attestation.sink,
                    attestation.capacity,
                    attestation.backlog,
                    attestation.issuedAt
                )
            )
        );
    }

    /// @inheritdoc ICapacityRegistry
    function effectiveCapacity(TaskTypeId taskTypeId, address sinkAddress) external view returns (uint256) {
        Sink storage sink = _sinks[taskTypeId][sinkAddress];
        if (!sink.registered) return 0;
        TaskTypeParameters storage parameters = _taskTypes[taskTypeId].parameters;
        uint256 capacityScaled = _smoothedAt(sink, parameters, block.timestamp / parameters.epochLength);
        uint256 backlog = Math.max(sink.backlog, sink.verifiedBacklog);
        return CapacityMath.effectiveUnitsDown(capacityScaled, backlog, parameters.horizon);
    }

    /// @inheritdoc ICapacityRegistry
    function smoothedCapacity(TaskTypeId taskTypeId, address sinkAddress) external view returns (uint256) {
        Sink storage sink = _sinks[taskTypeId][sinkAddress];
        if (!sink.registered) return 0;
        TaskTypeParameters storage parameters = _taskTypes[taskTypeId].parameters;
        return _smoothedAt(sink, parameters, block.timestamp / parameters.epochLength);
    }

    /// @inheritdoc ICapacityRegistry
    function sinkOf(TaskTypeId taskTypeId, address sink) external view returns (Sink memory) {
        return _sinks[taskTypeId][sink];
    }

    /// @inheritdoc ICapacityRegistry
    function parametersOf(TaskTypeId taskTypeId) external view returns (TaskTypeParameters memory) {
        return _taskTypes[taskTypeId].parameters;
    }

    /// @inheritdoc ICapacityRegistry
    function creatorOf(TaskTypeId taskTypeId) external view returns (address) {
        return _taskTypes[taskTypeId].creator;
    }

    /// @inheritdoc ICapacityRegistry
    function bondTerms(TaskTypeId taskTypeId) external view returns (uint256, uint256) {
        TaskTypeParameters storage parameters = _taskTypes[taskTypeId].parameters;
        return (parameters.minimumStake, parameters.bondPerUnit());
    }

    /// @inheritdoc ICapacityRegistry
    function unbondingPeriod(TaskTypeId taskTypeId) external view returns (uint256) {
        return _taskTypes[taskTypeId].parameters.unbondingPeriod();
    }

    // --------------------------------------------------------------------------------------------- Private

    function _registered(TaskTypeId taskTypeId, address sinkAddress) private view returns (Sink storage sink) {
        sink = _sinks[taskTypeId][sinkAddress];
        if (!sink.registered) revert CapacityRegistry_UnknownSink(taskTypeId, sinkAddress);
    }

    function _cap(TaskTypeId taskTypeId, address sinkAddress) private view returns (uint40) {
        return Math.min(STAKE_MANAGER.capacityCap(taskTypeId, sinkAddress), type(uint40).max).toUint40();
    }

    function _checkReveal(TaskTypeId taskTypeId, Sink storage sink, bytes32 revealed) private view {
        uint256 committedAtBlock = sink.committedAtBlock;
        if (committedAtBlock == 0) revert CapacityRegistry_NothingCommitted(taskTypeId, msg.sender);
        if (block.number <= committedAtBlock) {
            revert CapacityRegistry_RevealTooEarly(block.number, committedAtBlock + 1);
        }
        if (block.number > committedAtBlock + REVEAL_BLOCKS) {
            revert CapacityRegistry_RevealTooLate(block.number, committedAtBlock + REVEAL_BLOCKS);
        }
        bytes32 commitment = _commitments[taskTypeId][msg.sender];
        if (revealed != commitment) revert CapacityRegistry_CommitmentMismatch(commitment, revealed);
    }

    /// @dev Cheap checks first; a wallet is only asked if everything else is right.
    function _skipped(TaskTypeId taskTypeId, Attestation calldata attestation) private view returns (Skipped) {
        Sink storage sink = _sinks[taskTypeId][attestation.sink];
        if (!sink.registered) return Skipped.UnknownSink;
        uint256 issuedAt = attestation.issuedAt;
        if (issuedAt > block.timestamp) return Skipped.FromTheFuture;
        if (block.timestamp - issuedAt > _taskTypes[taskTypeId].parameters.reportDelay) return Skipped.TooOld;
        if (issuedAt <= sink.signalledAt) return Skipped.OutOfOrder;
        bool valid =
            SignatureLib.isValid(attestation.sink, hashAttestation(taskTypeId, attestation), attestation.signature);
        return valid ? Skipped.No : Skipped.BadSignature;
    }

    function _rebalance(TaskTypeId taskTypeId, address sink) private {
        address[] memory sinks = new address[](1);
        sinks[0] = sink;
        POOL.rebalance(taskTypeId, sinks);
    }

    /// @dev The base is the average at the end of the previous epoch and moves once per epoch; within the epoch only the
    /// target changes. So any number of signals makes one step, towards the last of them.
    function _signal(TaskTypeId taskTypeId, address sinkAddress, uint64 capacity, uint96 backlog, uint32 issuedAt)
        private
    {
        Sink storage sink = _sinks[taskTypeId][sinkAddress];
        TaskTypeParameters storage parameters = _taskTypes[taskTypeId].parameters;
        uint256 previousEpoch = block.timestamp / parameters.epochLength - 1;
        if (sink.baseEpoch == 0) {
            sink.baseEpoch = previousEpoch.toUint32();
        } else if (previousEpoch > sink.baseEpoch) {
            sink.baseScaled = _smoothedAt(sink, parameters, previousEpoch).toUint72();
            sink.baseEpoch = previousEpoch.toUint32();
        }
        // Without the cap a huge declaration would skip the ramp up and, once silent, fade for hundreds of epochs.
        uint40 capped = Math.min(capacity, sink.cap).toUint40();
        sink.capacity = capped;
        sink.signalledAt = issuedAt;
        sink.backlog = Math.min(backlog, type(uint64).max).toUint64();
        emit CapacitySignalled(taskTypeId, sinkAddress, capped, backlog);
    }

    /// @dev Moving average at `epoch`: steps towards the declared capacity while the signal lives, then towards zero.
    function _smoothedAt(Sink storage sink, TaskTypeParameters storage parameters, uint256 epoch)
        private
        view
        returns (uint256 scaled)
    {
        uint256 baseEpoch = sink.baseEpoch;
        uint256 lastLiveEpoch = (uint256(sink.signalledAt) + parameters.signalTimeToLive) / parameters.epochLength;
        uint256 liveEpochs = Math.min(epoch, lastLiveEpoch) - baseEpoch;
        uint256 smoothing = parameters.smoothing;
        scaled = CapacityMath.smooth(sink.baseScaled, sink.capacity * CapacityMath.SCALE, smoothing, liveEpochs);
        if (epoch > lastLiveEpoch) scaled = CapacityMath.smooth(scaled, 0, smoothing, epoch - lastLiveEpoch);
    }
}
