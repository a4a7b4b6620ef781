// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";
import { ISuperfluid } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperfluid.sol";

import { IAdmission } from "./interfaces/IAdmission.sol";
import { IBackpressurePool } from "./interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "./interfaces/ICapacityRegistry.sol";
import { IEscrowBuffer } from "./interfaces/IEscrowBuffer.sol";
import { IVerifier } from "./interfaces/IVerifier.sol";
import { BoundedCall } from "./libraries/BoundedCall.sol";
import { CapacityMath } from "./libraries/CapacityMath.sol";
import { SignatureLib } from "./libraries/SignatureLib.sol";
import { TaskTypeLib } from "./libraries/TaskTypeLib.sol";
import { EscrowTerms } from "./types/EscrowTerms.sol";
import { PackedAttestation, PackedAttestationLib } from "./types/PackedAttestation.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { Signal, SignalLib } from "./types/Signal.sol";
import { Target, TargetLib } from "./types/Target.sol";
import { TaskTypeId, TaskTypeParameters } from "./types/TaskType.sol";
import { VerifierTerms } from "./types/VerifierTerms.sol";

/// @title CapacityRegistry: task types, sinks, and what sinks say they can absorb
/// @notice Signals are smoothed when they are read, not when they are written, so silence fades by itself.
/// @dev A verifier may be anybody's contract. It is called after everything else of that sink has been written, what it
/// answers is all that is written afterwards, and from storage as it then is: called back, nothing can be overwritten.
contract CapacityRegistry is ICapacityRegistry, EIP712 {
    using SafeCast for uint256;
    using TaskTypeLib for TaskTypeParameters;

    /// @dev Blocks within which a commitment must be revealed: 40 s on Base, less than the shortest usual epoch.
    uint256 private constant REVEAL_BLOCKS = 20;

    /// @dev Epochs after which a signal settles its sink.
    uint256 private constant SETTLE_EPOCHS = 3;

    /// @dev What a verifier may use to settle or judge one sink; the default one needs a third.
    uint256 private constant VERIFIER_GAS = 400_000;

    /// @dev What an admission contract may use to answer.
    uint256 private constant ADMISSION_GAS = 200_000;

    bytes32 private constant ATTESTATION_TYPEHASH = keccak256(
        "CapacityAttestation(bytes32 taskTypeId,address sink,uint64 capacity,uint96 backlog,uint32 issuedAt)"
    );

    struct TaskType {
        TaskTypeParameters parameters;
        address creator;
    }

    /// @dev One slot: stake 112 | verifiedBacklog 64 | cap 40. The stake manager pushes stake and cap; they outlast a
    /// registration.
    struct Standing {
        uint112 stake;
        uint64 verifiedBacklog;
        uint40 cap;
    }

    /// @dev One slot: block 40 | digest 216. To open one in two ways takes 2^108 hashes. The digest is never cleared:
    /// overwriting a used slot costs a quarter of filling an empty one.
    /// @param atBlock Block of a commitment that waits for its reveal; 0 for none.
    /// @param digest The first 27 bytes of the commitment.
    struct Commitment {
        uint40 atBlock;
        bytes27 digest;
    }

    struct SinkState {
        Signal signal;
        Standing standing;
    }

    /// @dev The parameters that smoothing needs, read once per call.
    /// @param asked Whether the verifier has been called since: then what was read of a sink before may no longer be true.
    struct Terms {
        uint256 epochLength;
        uint256 epoch;
        uint256 horizon;
        uint256 reportDelay;
        uint256 signalTimeToLive;
        uint256 receiptEpochs;
        uint256 settleEpochs;
        uint256 smoothing;
        address verifier;
        bool asked;
    }

    ISuperfluid private immutable HOST;
    address private immutable STAKE_MANAGER;
    IBackpressurePool private immutable POOL;
    IEscrowBuffer private immutable ESCROW;

    mapping(TaskTypeId taskTypeId => TaskType) private _taskTypes;
    mapping(TaskTypeId taskTypeId => mapping(address sink => SinkState)) private _sinks;

    mapping(TaskTypeId taskTypeId => mapping(address sink => Commitment)) private _commitments;

    modifier onlyStakeManager() {
        if (msg.sender != STAKE_MANAGER) revert CapacityRegistry_NotStakeManager(msg.sender);
        _;
    }

    constructor(ProtocolAddresses memory addresses) EIP712("Backpressure Economics", "1") {
        HOST = addresses.host;
        STAKE_MANAGER = address(addresses.stakeManager);
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
        _requireContract(parameters.verifier);
        _requireContract(parameters.admission);
        taskTypeId = TaskTypeId.wrap(keccak256(abi.encode(msg.sender, salt, metadata)));
        TaskType storage taskType = _taskTypes[taskTypeId];
        if (taskType.creator != address(0)) revert CapacityRegistry_TaskTypeExists(taskTypeId);

        // Effect
        taskType.parameters = parameters;
        taskType.creator = msg.sender;
        emit TaskTypeRegistered(taskTypeId, msg.sender, parameters, metadata);

        // Interaction
        _handDown(taskTypeId, parameters);
    }

    // --------------------------------------------------------------------------------------------- Sinks

    /// @inheritdoc ICapacityRegistry
    function registerSink(TaskTypeId taskTypeId, string calldata profileUri) external {
        // Check
        Terms memory terms = _knownTerms(taskTypeId);
        TaskTypeParameters storage parameters = _taskTypes[taskTypeId].parameters;
        SinkState storage sink = _sinks[taskTypeId][msg.sender];
        if (sink.signal.isRegistered()) revert CapacityRegistry_SinkExists(taskTypeId, msg.sender);
        uint256 stake = sink.standing.stake;
        uint256 minimumStake = parameters.minimumStake;
        if (stake < minimumStake) revert CapacityRegistry_StakeBelowMinimum(stake, minimumStake);
        _requireAdmitted(taskTypeId, parameters.admission);

        // Effect
        // What was signed before must not count again after leaving and coming back.
        sink.signal = SignalLib.registeredAt(block.timestamp.toUint32(), terms.epoch.toUint32());
        emit SinkRegistered(taskTypeId, msg.sender);
        emit ProfileSet(taskTypeId, msg.sender, profileUri);

        // Interaction: its ledger opens now, or is what it left behind.
        _settle(taskTypeId, msg.sender, sink, terms);
    }

    /// @inheritdoc ICapacityRegistry
    function setProfile(TaskTypeId taskTypeId, string calldata profileUri) external {
        _registered(taskTypeId, msg.sender);
        emit ProfileSet(taskTypeId, msg.sender, profileUri);
    }

    /// @inheritdoc ICapacityRegistry
    function deregisterSink(TaskTypeId taskTypeId) external {
        SinkState storage sink = _registered(taskTypeId, msg.sender);
        sink.signal = Signal.wrap(0);
        sink.standing.verifiedBacklog = 0;
        _commitments[taskTypeId][msg.sender].atBlock = 0;
        emit SinkDeregistered(taskTypeId, msg.sender);
        _move(taskTypeId, msg.sender, 0, true);
    }

    /// @inheritdoc ICapacityRegistry
    function commitCapacity(TaskTypeId taskTypeId, bytes32 commitment) external {
        _registered(taskTypeId, msg.sender);
        // Safe: what is cut off is not kept, here and at the reveal.
        // forge-lint: disable-next-line(unsafe-typecast)
        _commitments[taskTypeId][msg.sender] = Commitment(block.number.toUint40(), bytes27(commitment));
        emit CapacityCommitted(taskTypeId, msg.sender, commitment);
    }

    /// @inheritdoc ICapacityRegistry
    function revealCapacity(TaskTypeId taskTypeId, uint64 capacity, uint96 backlog, bytes32 salt) external {
        // Check
        SinkState storage sink = _registered(taskTypeId, msg.sender);
        Commitment storage commitment = _commitments[taskTypeId][msg.sender];
        _checkReveal(taskTypeId, commitment, hashSignal(taskTypeId, msg.sender, capacity, backlog, salt));

        // Effect and interaction
        commitment.atBlock = 0;
        Terms memory terms = _terms(taskTypeId);
        uint32 issuedAt = block.timestamp.toUint32();
        Signal signal = _declare(taskTypeId, msg.sender, sink, sink.signal, terms, capacity, backlog, issuedAt);
        emit CapacitySignalled(taskTypeId, msg.sender, signal.capacity(), backlog);
        _move(taskTypeId, msg.sender, _declaredCapacity(signal, sink, terms), false);
    }

    /// @inheritdoc ICapacityRegistry
    function submitAttestations(TaskTypeId taskTypeId, Attestation[] calldata attestations)
        external
        returns (uint256 accepted)
    {
        Terms memory terms = _terms(taskTypeId);
        mapping(address => SinkState) storage states = _sinks[taskTypeId];
        Target[] memory targets = new Target[](attestations.length);
        for (uint256 i; i < attestations.length; ++i) {
            Attestation calldata attestation = attestations[i];
            (Skipped reason, uint96 units) = _attest(taskTypeId, states[attestation.sink], terms, attestation);
            if (reason == Skipped.No) targets[accepted++] = TargetLib.target(attestation.sink, units);
            else emit AttestationSkipped(taskTypeId, attestation.sink, i, reason);
        }
        if (accepted != 0) _moveFirst(taskTypeId, targets, accepted, terms);
    }

    /// @inheritdoc ICapacityRegistry
    function submitPackedAttestations(TaskTypeId taskTypeId, bytes calldata entries)
        external
        returns (uint256 accepted)
    {
        Terms memory terms = _terms(taskTypeId);
        bytes32 separator = _domainSeparatorV4();
        mapping(address => SinkState) storage states = _sinks[taskTypeId];
        PackedAttestation memory entry;
        (entry.typeHash, entry.taskTypeId) = (ATTESTATION_TYPEHASH, taskTypeId);
        Target[] memory targets = new Target[](PackedAttestationLib.countOf(entries));
        bytes memory signals = PackedAttestationLib.newSignals(targets.length);
        for (uint256 i; i < targets.length; ++i) {
            entry.read(entries, i);
            (Skipped reason, uint96 units) = _attestPacked(entry, states[entry.sink], terms, separator);
            if (reason == Skipped.No) {
                entry.write(signals, accepted);
                targets[accepted++] = TargetLib.target(entry.sink, units);
            } else {
                emit AttestationSkipped(taskTypeId, entry.sink, i, reason);
            }
        }
        if (accepted == 0) return 0;
        PackedAttestationLib.shorten(signals, accepted);
        emit CapacitiesSignalled(taskTypeId, signals);
        _moveFirst(taskTypeId, targets, accepted, terms);
    }

    // --------------------------------------------------------------------------------------------- Keepers

    /// @inheritdoc ICapacityRegistry
    function rebalance(TaskTypeId taskTypeId, address[] calldata sinks) external {
        POOL.move(taskTypeId, _targets(taskTypeId, sinks), false);
    }

    /// @inheritdoc ICapacityRegistry
    function settle(TaskTypeId taskTypeId, address[] calldata sinks) external {
        Terms memory terms = _knownTerms(taskTypeId);
        for (uint256 i; i < sinks.length; ++i) {
            SinkState storage sink = _sinks[taskTypeId][sinks[i]];
            if (sink.signal.isRegistered()) _settle(taskTypeId, sinks[i], sink, terms);
        }
        POOL.move(taskTypeId, _targets(taskTypeId, sinks), false);
    }

    // --------------------------------------------------------------------------------------------- Stake manager

    /// @inheritdoc ICapacityRegistry
    function stakeChanged(TaskTypeId taskTypeId, address sinkAddress, uint256 stake) external onlyStakeManager {
        SinkState storage sink = _sinks[taskTypeId][sinkAddress];
        uint40 oldCap = sink.standing.cap;
        uint40 cap = _setStake(taskTypeId, sink, stake);
        if (!sink.signal.isRegistered() || cap >= oldCap) return;

        Signal signal = sink.signal.cappedAt(cap);
        sink.signal = signal;
        _move(taskTypeId, sinkAddress, _effectiveCapacity(signal, sink, _terms(taskTypeId)), true);
    }

    /// @inheritdoc ICapacityRegistry
    function stakeSlashed(TaskTypeId taskTypeId, address sinkAddress, uint256 stake) external onlyStakeManager {
        SinkState storage sink = _sinks[taskTypeId][sinkAddress];
        _setStake(taskTypeId, sink, stake);
        if (!sink.signal.isRegistered()) return;

        sink.signal = sink.signal.cappedAt(0);
        _setVerifiedBacklog(taskTypeId, sinkAddress, sink, 0);
        _move(taskTypeId, sinkAddress, 0, true);
    }

    /// @inheritdoc ICapacityRegistry
    function assess(TaskTypeId taskTypeId, address sinkAddress) external onlyStakeManager returns (uint256 amount) {
        Terms memory terms = _knownTerms(taskTypeId);
        if (terms.verifier == address(0)) return 0;
        SinkState storage sink = _sinks[taskTypeId][sinkAddress];
        (, amount) = _judge(taskTypeId, sinkAddress, sink, terms, false);
        // Who is slashed is moved when the stake manager says so.
        if (amount != 0 || !sink.signal.isRegistered()) return amount;
        _settle(taskTypeId, sinkAddress, sink, terms);
        _move(taskTypeId, sinkAddress, _effectiveCapacity(sink.signal, sink, terms), false);
    }

    /// @inheritdoc ICapacityRegistry
    function judgeLeaver(TaskTypeId taskTypeId, address sinkAddress)
        external
        onlyStakeManager
        returns (bool ready, uint256 amount)
    {
        SinkState storage sink = _sinks[taskTypeId][sinkAddress];
        Terms memory terms = _terms(taskTypeId);
        if (terms.verifier == address(0)) return (true, 0);
        (ready, amount) = _judge(taskTypeId, sinkAddress, sink, terms, true);
        // What it owed is charged. Its units follow at the next look: nothing here may keep anybody from leaving.
        if (ready && sink.signal.isRegistered()) _setVerifiedBacklog(taskTypeId, sinkAddress, sink, 0);
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
        bytes32 typeHash = ATTESTATION_TYPEHASH;
        bytes32 structHash;
        // EIP-712 and the ABI encode these four values alike, so they are hashed as they came. Whoever uses one of them
        // reads it through the ABI decoder, which refuses any that is out of its range.
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, typeHash)
            mstore(add(data, 0x20), taskTypeId)
            calldatacopy(add(data, 0x40), attestation, 0x80)
            structHash := keccak256(data, 0xc0)
        }
        return _hashTypedDataV4(structHash);
    }

    /// @inheritdoc ICapacityRegistry
    function needsRebalance(TaskTypeId taskTypeId, address[] calldata sinks) external view returns (bool) {
        return POOL.needsMove(taskTypeId, _targets(taskTypeId, sinks));
    }

    /// @inheritdoc ICapacityRegistry
    function effectiveCapacity(TaskTypeId taskTypeId, address sinkAddress) external view returns (uint256) {
        SinkState storage sink = _sinks[taskTypeId][sinkAddress];
        return _effectiveCapacity(sink.signal, sink, _terms(taskTypeId));
    }

    /// @inheritdoc ICapacityRegistry
    function smoothedCapacity(TaskTypeId taskTypeId, address sink) external view returns (uint256) {
        return _smoothedCapacity(_sinks[taskTypeId][sink].signal, _terms(taskTypeId));
    }

    /// @inheritdoc ICapacityRegistry
    function sinkOf(TaskTypeId taskTypeId, address sink) external view returns (Sink memory) {
        Signal signal = _sinks[taskTypeId][sink].signal;
        Standing memory standing = _sinks[taskTypeId][sink].standing;
        return Sink({
            baseScaled: signal.baseScaled(),
            capacity: signal.capacity(),
            baseEpoch: signal.baseEpoch(),
            signalledAt: signal.signalledAt(),
            settledEpoch: signal.isRegistered() ? signal.settledEpoch().toUint32() : 0,
            backlog: signal.backlog(),
            committedAtBlock: _commitments[taskTypeId][sink].atBlock,
            verifiedBacklog: standing.verifiedBacklog,
            cap: standing.cap,
            stake: standing.stake,
            registered: signal.isRegistered()
        });
    }

    /// @inheritdoc ICapacityRegistry
    function parametersOf(TaskTypeId taskTypeId) external view returns (TaskTypeParameters memory) {
        return _taskTypes[taskTypeId].parameters;
    }

    /// @inheritdoc ICapacityRegistry
    function superTokenOf(TaskTypeId taskTypeId) external view returns (ISuperToken) {
        return _taskTypes[taskTypeId].parameters.superToken;
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

    // --------------------------------------------------------------------------------------------- Private: checks

    function _knownTerms(TaskTypeId taskTypeId) private view returns (Terms memory terms) {
        terms = _terms(taskTypeId);
        if (terms.epochLength == 0) revert CapacityRegistry_UnknownTaskType(taskTypeId);
    }

    function _registered(TaskTypeId taskTypeId, address sinkAddress) private view returns (SinkState storage sink) {
        sink = _sinks[taskTypeId][sinkAddress];
        if (!sink.signal.isRegistered()) revert CapacityRegistry_UnknownSink(taskTypeId, sinkAddress);
    }

    function _requireContract(address named) private view {
        if (named != address(0) && named.code.length == 0) revert CapacityRegistry_NotAContract(named);
    }

    function _requireAdmitted(TaskTypeId taskTypeId, address admission) private view {
        if (admission == address(0)) return;
        bytes memory question = abi.encodeCall(IAdmission.admits, (taskTypeId, msg.sender));
        if (!BoundedCall.asks(admission, ADMISSION_GAS, question)) {
            revert CapacityRegistry_NotAdmitted(taskTypeId, msg.sender, admission);
        }
    }

    function _checkReveal(TaskTypeId taskTypeId, Commitment storage commitment, bytes32 revealed) private view {
        uint256 committedAtBlock = commitment.atBlock;
        if (committedAtBlock == 0) revert CapacityRegistry_NothingCommitted(taskTypeId, msg.sender);
        if (block.number <= committedAtBlock) {
            revert CapacityRegistry_RevealTooEarly(block.number, committedAtBlock + 1);
        }
        if (block.number > committedAtBlock + REVEAL_BLOCKS) {
            revert CapacityRegistry_RevealTooLate(block.number, committedAtBlock + REVEAL_BLOCKS);
        }
        bytes27 digest = commitment.digest;
        // Safe: as much of it as is kept.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (bytes27(revealed) != digest) revert CapacityRegistry_CommitmentMismatch(digest, bytes27(revealed));
    }

    // --------------------------------------------------------------------------------------------- Private: signals

    function _attest(
        TaskTypeId taskTypeId,
        SinkState storage sink,
        Terms memory terms,
        Attestation calldata attestation
    ) private returns (Skipped reason, uint96 units) {
        // Check: a wallet is only asked if everything else is right.
        uint32 issuedAt = attestation.issuedAt;
        Signal signal = sink.signal;
        reason = _whySkipped(signal, terms, issuedAt);
        if (reason != Skipped.No) return (reason, 0);
        bytes32 digest = hashAttestation(taskTypeId, attestation);
        if (!SignatureLib.isValid(attestation.sink, digest, attestation.signature)) return (Skipped.BadSignature, 0);

        // Interaction and effect
        signal = _declare(
            taskTypeId, attestation.sink, sink, signal, terms, attestation.capacity, attestation.backlog, issuedAt
        );
        emit CapacitySignalled(taskTypeId, attestation.sink, signal.capacity(), attestation.backlog);
        units = _declaredCapacity(signal, sink, terms);
    }

    /// @dev Likewise; the entry's capacity is capped.
    function _attestPacked(
        PackedAttestation memory entry,
        SinkState storage sink,
        Terms memory terms,
        bytes32 separator
    ) private returns (Skipped reason, uint96 units) {
        // Check
        Signal signal = sink.signal;
        reason = _whySkipped(signal, terms, entry.issuedAt);
        if (reason != Skipped.No) return (reason, 0);
        if (!entry.isSigned(separator)) return (Skipped.BadSignature, 0);

        // Interaction and effect
        signal = _declare(
            entry.taskTypeId, entry.sink, sink, signal, terms, entry.capacity, entry.backlog, entry.issuedAt
        );
        entry.capacity = signal.capacity();
        units = _declaredCapacity(signal, sink, terms);
    }

    /// @dev All but the signature, which is dear.
    function _whySkipped(Signal signal, Terms memory terms, uint256 issuedAt) private view returns (Skipped) {
        if (!signal.isRegistered()) return Skipped.UnknownSink;
        if (issuedAt > block.timestamp) return Skipped.FromTheFuture;
        if (issuedAt + terms.reportDelay < block.timestamp) return Skipped.TooOld;
        return issuedAt <= signal.signalledAt() ? Skipped.OutOfOrder : Skipped.No;
    }

    /// @dev A signal settles its sink before it would fade, so that whoever signals needs nobody else.
    ///
    /// The base is the average at the end of the previous epoch and moves once per epoch; within the epoch only the
    /// target changes. So any number of signals makes one step, towards the last of them. Returns the signal as it is stored.
    function _declare(
        TaskTypeId taskTypeId,
        address sinkAddress,
        SinkState storage sink,
        Signal signal,
        Terms memory terms,
        uint256 capacity,
        uint96 backlog,
        uint32 issuedAt
    ) private returns (Signal) {
        uint256 settled = terms.verifier == address(0) ? terms.epoch : signal.settledEpoch();
        if (terms.epoch >= settled + terms.settleEpochs) {
            _settle(taskTypeId, sinkAddress, sink, terms);
            signal = sink.signal;
            // It left meanwhile, and nothing may be written of it.
            if (!signal.isRegistered()) return signal;
        } else if (terms.epoch > uint256(signal.baseEpoch()) + 1) {
            signal = _rebased(signal, terms, settled);
        }
        // Without the cap a huge declaration would skip the ramp up and, once silent, fade for hundreds of epochs. What
        // was declared before is within it.
        if (capacity > signal.capacity()) capacity = Math.min(capacity, sink.standing.cap);
        if (backlog > type(uint64).max) backlog = type(uint64).max;
        // Safe: at most the cap or the previous capacity, both of 40 bits; and what 64 bits hold.
        // forge-lint: disable-next-line(unsafe-typecast)
        signal = signal.withDeclared(uint40(capacity), uint64(backlog), issuedAt);
        sink.signal = signal;
        return signal;
    }

    // --------------------------------------------------------------------------------------------- Private: verifier

    /// @dev Counts as a settlement even if the verifier fails: then what it said before stands, and nobody fades for it.
    function _settle(TaskTypeId taskTypeId, address sinkAddress, SinkState storage sink, Terms memory terms) private {
        if (terms.verifier == address(0)) return;
        // Effect
        Signal signal = sink.signal;
        uint256 smoothed = _smoothedAt(signal, terms, terms.epoch);
        sink.signal = _rebased(signal, terms, terms.epoch);
        terms.asked = true;

        // Interaction
        bytes memory question = abi.encodeCall(IVerifier.settle, (taskTypeId, sinkAddress, smoothed));
        (bool success, uint256 backlog,) = BoundedCall.tryCall(terms.verifier, VERIFIER_GAS, question, 1);
        if (success) _setVerifiedBacklog(taskTypeId, sinkAddress, sink, backlog);
        else emit VerifierFailed(taskTypeId, sinkAddress, terms.verifier);
    }

    function _judge(
        TaskTypeId taskTypeId,
        address sinkAddress,
        SinkState storage sink,
        Terms memory terms,
        bool leaving
    ) private returns (bool ready, uint256 amount) {
        uint256 smoothed = _smoothedCapacity(sink.signal, terms);
        bytes memory question = abi.encodeCall(IVerifier.judge, (taskTypeId, sinkAddress, smoothed, leaving));
        (bool success, uint256 answer, uint256 asked) = BoundedCall.tryCall(terms.verifier, VERIFIER_GAS, question, 2);
        if (!success) emit VerifierFailed(taskTypeId, sinkAddress, terms.verifier);
        ready = success && answer == 1;
        if (ready) amount = asked;
    }

    function _setVerifiedBacklog(TaskTypeId taskTypeId, address sinkAddress, SinkState storage sink, uint256 backlog)
        private
    {
        uint64 verified = Math.min(backlog, type(uint64).max).toUint64();
        if (!sink.signal.isRegistered() || sink.standing.verifiedBacklog == verified) return;
        sink.standing.verifiedBacklog = verified;
        bool any = verified != 0;
        if (sink.signal.isBacklogVerified() != any) sink.signal = sink.signal.withBacklogVerified(any);
        emit BacklogVerified(taskTypeId, sinkAddress, verified);
    }

    // --------------------------------------------------------------------------------------------- Private: others

    function _handDown(TaskTypeId taskTypeId, TaskTypeParameters calldata parameters) private {
        POOL.open(taskTypeId, parameters.superToken, parameters.unitRate, parameters.epochLength);
        EscrowTerms memory escrowTerms = EscrowTerms({
            superToken: parameters.superToken,
            unitRate: parameters.unitRate,
            epochLength: parameters.epochLength,
            horizon: parameters.horizon,
            bufferMax: parameters.bufferMax
        });
        ESCROW.open(taskTypeId, escrowTerms);
        if (parameters.verifier == address(0)) return;
        VerifierTerms memory verifierTerms = VerifierTerms({
            unitRate: parameters.unitRate,
            epochLength: parameters.epochLength,
            horizon: parameters.horizon,
            acknowledgementGrace: parameters.acknowledgementGrace,
            receiptInterval: parameters.receiptEpochs * parameters.epochLength
        });
        IVerifier(parameters.verifier).open(taskTypeId, verifierTerms);
    }

    function _move(TaskTypeId taskTypeId, address sink, uint96 units, bool exact) private {
        Target[] memory targets = new Target[](1);
        targets[0] = TargetLib.target(sink, units);
        POOL.move(taskTypeId, targets, exact);
    }

    /// @dev The first `count` of `targets`. Where a verifier was asked, targets are read again: it may have called back, and
    /// somebody of the batch may have unstaked or left.
    function _moveFirst(TaskTypeId taskTypeId, Target[] memory targets, uint256 count, Terms memory terms) private {
        // Safe: shortens an array of the caller, which does not need the rest.
        assembly ("memory-safe") {
            mstore(targets, count)
        }
        for (uint256 i; terms.asked && i < count; ++i) {
            address account = targets[i].sink();
            SinkState storage sink = _sinks[taskTypeId][account];
            targets[i] = TargetLib.target(account, _effectiveCapacity(sink.signal, sink, terms));
        }
        POOL.move(taskTypeId, targets, false);
    }

    /// @dev Returns the capacity that the stake backs.
    function _setStake(TaskTypeId taskTypeId, SinkState storage sink, uint256 stake) private returns (uint40 cap) {
        TaskTypeParameters storage parameters = _taskTypes[taskTypeId].parameters;
        uint256 backed = CapacityMath.capacityCapDown(stake, parameters.minimumStake, parameters.bondPerUnit());
        cap = Math.min(backed, type(uint40).max).toUint40();
        sink.standing.stake = stake.toUint112();
        sink.standing.cap = cap;
    }

    // --------------------------------------------------------------------------------------------- Private: capacity

    function _terms(TaskTypeId taskTypeId) private view returns (Terms memory terms) {
        TaskTypeParameters storage parameters = _taskTypes[taskTypeId].parameters;
        terms.epochLength = parameters.epochLength;
        // Nobody is registered for an unknown task type, so nothing is computed for it.
        if (terms.epochLength == 0) return terms;
        terms.epoch = block.timestamp / terms.epochLength;
        terms.horizon = parameters.horizon;
        terms.reportDelay = parameters.reportDelay;
        terms.signalTimeToLive = parameters.signalTimeToLive;
        terms.receiptEpochs = parameters.receiptEpochs;
        terms.settleEpochs = Math.min(SETTLE_EPOCHS, terms.receiptEpochs);
        terms.smoothing = parameters.smoothing;
        terms.verifier = parameters.verifier;
    }

    function _targets(TaskTypeId taskTypeId, address[] calldata sinks) private view returns (Target[] memory targets) {
        Terms memory terms = _terms(taskTypeId);
        targets = new Target[](sinks.length);
        for (uint256 i; i < sinks.length; ++i) {
            SinkState storage sink = _sinks[taskTypeId][sinks[i]];
            targets[i] = TargetLib.target(sinks[i], _effectiveCapacity(sink.signal, sink, terms));
        }
    }

    function _effectiveCapacity(Signal signal, SinkState storage sink, Terms memory terms)
        private
        view
        returns (uint96)
    {
        if (!signal.isRegistered()) return 0;
        uint256 smoothed = _smoothedAt(signal, terms, terms.epoch);
        return CapacityMath.effectiveUnitsDown(smoothed, _backlog(signal, sink), terms.horizon);
    }

    /// @dev As `_effectiveCapacity`, right after `_declare`: the base is that of the epoch before, and the signal lives,
    /// because the time-to-live is at least the report delay and an epoch. So it is one step.
    function _declaredCapacity(Signal signal, SinkState storage sink, Terms memory terms)
        private
        view
        returns (uint96)
    {
        uint256 target = signal.capacity() * CapacityMath.SCALE;
        uint256 smoothed = CapacityMath.smooth(signal.baseScaled(), target, terms.smoothing, 1);
        return CapacityMath.effectiveUnitsDown(smoothed, _backlog(signal, sink), terms.horizon);
    }

    /// @dev The larger of declared and verified.
    function _backlog(Signal signal, SinkState storage sink) private view returns (uint256) {
        return signal.isBacklogVerified() ? Math.max(signal.backlog(), sink.standing.verifiedBacklog) : signal.backlog();
    }

    function _smoothedCapacity(Signal signal, Terms memory terms) private pure returns (uint256) {
        return signal.isRegistered() ? _smoothedAt(signal, terms, terms.epoch) : 0;
    }

    /// @dev With the base at the end of the previous epoch: how it faded until then stays, whatever is settled now.
    function _rebased(Signal signal, Terms memory terms, uint256 settledEpoch) private pure returns (Signal) {
        uint256 previous = terms.epoch - 1;
        // Safe: the average lies between two values of 72 bits; epochs are fewer than seconds.
        // forge-lint: disable-next-line(unsafe-typecast)
        return signal.withBase(uint72(_smoothedAt(signal, terms, previous)), uint32(previous), settledEpoch);
    }

    /// @dev Moving average at `epoch`: steps towards the declared capacity while the signal lives and its sink is settled,
    /// then towards zero.
    function _smoothedAt(Signal signal, Terms memory terms, uint256 epoch) private pure returns (uint256 scaled) {
        // Safe: sums and products of values below 2^72; the base is never later than an epoch that counts.
        unchecked {
            uint256 base = signal.baseEpoch();
            uint256 liveUntil = (signal.signalledAt() + terms.signalTimeToLive) / terms.epochLength;
            if (terms.verifier != address(0)) {
                uint256 settledUntil = signal.settledEpoch() + terms.receiptEpochs;
                if (settledUntil < liveUntil) liveUntil = settledUntil;
            }
            if (epoch < liveUntil) liveUntil = epoch;
            // A settlement may have moved the base beyond the life of the signal.
            if (liveUntil < base) liveUntil = base;
            uint256 target = signal.capacity() * CapacityMath.SCALE;
            scaled = CapacityMath.smooth(signal.baseScaled(), target, terms.smoothing, liveUntil - base);
            if (epoch > liveUntil) scaled = CapacityMath.smooth(scaled, 0, terms.smoothing, epoch - liveUntil);
        }
    }
}
