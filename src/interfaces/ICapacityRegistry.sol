// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { TaskTypeId, TaskTypeParameters } from "../types/TaskType.sol";

/// @title CapacityRegistry: task types, sinks, and what sinks say they can absorb
/// @notice Knows the immutable parameters of each task type, the latest signal of each sink, and its smoothed capacity.
/// Smoothing and expiry are computed when asked for, so a silent sink fades without anyone's help.
interface ICapacityRegistry {
    /// @notice What is known of a sink.
    /// @param baseScaled Smoothed capacity at the end of `baseEpoch`, billionths of a unit.
    /// @param capacity c: capacity of the latest signal, capped by the bond, units.
    /// @param baseEpoch Epoch number (Unix time / h) before that of the latest signal.
    /// @param signalledAt When the latest signal was revealed, or signed, Unix seconds.
    /// @param settledEpoch Epoch of the latest settlement; without a verifier it means nothing.
    /// @param backlog Q of the latest signal, unit-seconds; at most 2^64 - 1, which stops the pay of any capacity.
    /// @param committedAtBlock Block of the commitment that waits for its reveal; 0 for none.
    /// @param verifiedBacklog Q by the verifier's ledger, unit-seconds; the larger of the two backlogs counts.
    /// @param cap What the sink's stake backs, (S - m) / b, units; at most 2^40 - 1.
    /// @param stake S, wei, as the stake manager has pushed it.
    /// @param registered False for strangers and for those who left.
    struct Sink {
        uint72 baseScaled;
        uint40 capacity;
        uint32 baseEpoch;
        uint32 signalledAt;
        uint32 settledEpoch;
        uint64 backlog;
        uint40 committedAtBlock;
        uint64 verifiedBacklog;
        uint40 cap;
        uint112 stake;
        bool registered;
    }

    /// @notice A signal that its sink signed and anybody may carry; see `submitAttestations`.
    /// @param sink Who declares.
    /// @param capacity c, units.
    /// @param backlog Q, unit-seconds.
    /// @param issuedAt When it was signed, Unix seconds.
    /// @param signature Of the sink over `hashAttestation`: 65 bytes, or whatever its ERC-1271 wallet accepts.
    struct Attestation {
        address sink;
        uint64 capacity;
        uint96 backlog;
        uint32 issuedAt;
        bytes signature;
    }

    /// @notice Why an attestation was skipped.
    enum Skipped {
        No,
        UnknownSink,
        FromTheFuture,
        TooOld,
        OutOfOrder,
        BadSignature
    }

    /// @notice A task type exists from now on, with its pool and its escrow buffer.
    event TaskTypeRegistered(
        TaskTypeId indexed taskTypeId, address indexed creator, TaskTypeParameters parameters, string metadata
    );
    /// @notice `sink` may signal for `taskTypeId`.
    event SinkRegistered(TaskTypeId indexed taskTypeId, address indexed sink);
    /// @notice `sink` says who it is and how to reach it: a URI of its own, which nothing here trusts.
    event ProfileSet(TaskTypeId indexed taskTypeId, address indexed sink, string profileUri);
    /// @notice `sink` left `taskTypeId`; its units are zero.
    event SinkDeregistered(TaskTypeId indexed taskTypeId, address indexed sink);
    /// @notice `sink` has hidden a signal behind `commitment`.
    event CapacityCommitted(TaskTypeId indexed taskTypeId, address indexed sink, bytes32 commitment);
    /// @notice `sink` declared; `capacity` (units) is already capped by its bond, `backlog` is in unit-seconds.
    event CapacitySignalled(TaskTypeId indexed taskTypeId, address indexed sink, uint256 capacity, uint256 backlog);
    /// @notice The sinks of a batch of packed attestations declared: 37 bytes for each, sink 20 | capacity 5 | backlog 8 |
    /// issuedAt 4, in their order. Capacity (units) is already capped by the bond, backlog is in unit-seconds, issuedAt is
    /// Unix seconds. An attestation counts within `reportDelay` or never, so whoever knows when it signed finds its own in the
    /// logs of its task type of that time.
    event CapacitiesSignalled(TaskTypeId indexed taskTypeId, bytes signals);
    /// @notice Entry `index` of a batch was skipped; nothing of it counts.
    event AttestationSkipped(TaskTypeId indexed taskTypeId, address indexed sink, uint256 index, Skipped reason);
    /// @notice The verifier found `backlog` unit-seconds paid for and not acknowledged.
    event BacklogVerified(TaskTypeId indexed taskTypeId, address indexed sink, uint256 backlog);
    /// @notice The task type's verifier failed to settle or judge `sink`; what it said before stands.
    event VerifierFailed(TaskTypeId indexed taskTypeId, address indexed sink, address indexed verifier);

    /// @notice The token does not belong to the Superfluid host that this deployment runs on.
    error CapacityRegistry_SuperTokenNotOnHost(address superToken, address host);
    /// @notice This creator has already used this salt and metadata; choose another salt.
    error CapacityRegistry_TaskTypeExists(TaskTypeId taskTypeId);
    /// @notice No such task type; register it or check the identifier.
    error CapacityRegistry_UnknownTaskType(TaskTypeId taskTypeId);
    /// @notice The sink is already registered for this task type.
    error CapacityRegistry_SinkExists(TaskTypeId taskTypeId, address sink);
    /// @notice Not a registered sink of this task type; call `registerSink` first.
    error CapacityRegistry_UnknownSink(TaskTypeId taskTypeId, address sink);
    /// @notice A sink needs the minimum stake before it registers; both in wei.
    error CapacityRegistry_StakeBelowMinimum(uint256 stake, uint256 minimumStake);
    /// @notice No commitment waits to be revealed; call `commitCapacity` first.
    error CapacityRegistry_NothingCommitted(TaskTypeId taskTypeId, address sink);
    /// @notice A commitment can be revealed from the block after it on.
    error CapacityRegistry_RevealTooEarly(uint256 blockNumber, uint256 firstBlock);
    /// @notice The commitment is too old; commit again.
    error CapacityRegistry_RevealTooLate(uint256 blockNumber, uint256 lastBlock);
    /// @notice The revealed values, salt, sender, task type, registry or chain differ from the committed ones. Of both
    /// commitments, the first 27 bytes.
    error CapacityRegistry_CommitmentMismatch(bytes32 commitment, bytes32 revealed);
    /// @notice Verifier and admission must be contracts, or 0.
    error CapacityRegistry_NotAContract(address named);
    /// @notice The admission contract of the task type did not admit the sink, or failed.
    error CapacityRegistry_NotAdmitted(TaskTypeId taskTypeId, address sink, address admission);
    /// @notice Only the stake manager may report a stake.
    error CapacityRegistry_NotStakeManager(address caller);

    /// @notice Registers a task type, creates its pool and its escrow buffer, and tells its verifier. The caller becomes its
    /// creator.
    /// @dev Emits `TaskTypeRegistered`. Requires every parameter in the range stated in `TaskTypeLib` (each has its own
    /// error), a super token of this deployment's host, and contracts as verifier and admission where they are not 0.
    /// @param salt Any value; lets one creator register the same metadata again.
    /// @param metadata What the work is, free text or a URI.
    /// @return taskTypeId `keccak256(abi.encode(creator, salt, metadata))`.
    function registerTaskType(TaskTypeParameters calldata parameters, bytes32 salt, string calldata metadata)
        external
        returns (TaskTypeId taskTypeId);

    /// @notice Registers the caller as a sink. Its smoothed capacity starts at zero and ramps; its ledger opens now.
    /// @dev Emits `SinkRegistered` and `ProfileSet`. Requires the minimum stake and, where the task type names an admission
    /// contract, that this admits the caller now. Only for the caller itself: pool addresses are predictable and a pool
    /// cannot be paid.
    /// @param profileUri Where the sink describes itself; may be empty.
    function registerSink(TaskTypeId taskTypeId, string calldata profileUri) external;

    /// @notice Changes the caller's profile.
    /// @dev Emits `ProfileSet`.
    function setProfile(TaskTypeId taskTypeId, string calldata profileUri) external;

    /// @notice Removes the caller; its pay stops in this transaction. Its stake stays until it is unbonded.
    /// @dev Emits `SinkDeregistered` and the pool's `UnitsUpdated`.
    function deregisterSink(TaskTypeId taskTypeId) external;

    /// @notice Hides a signal behind its hash, to be revealed 1 to 20 blocks later. Replaces an earlier commitment.
    /// @dev Emits `CapacityCommitted`.
    /// @param commitment From `hashSignal`.
    function commitCapacity(TaskTypeId taskTypeId, bytes32 commitment) external;

    /// @notice Reveals the committed signal. Money moves in this transaction. Several signals in one epoch count once: the
    /// last one stands. Settles the sink first if it was last settled three epochs ago or earlier (two, where V is two).
    /// @dev Emits `CapacitySignalled` and, where units move, the pool's `UnitsUpdated`.
    /// @param capacity c, units.
    /// @param backlog Q, unit-seconds: work paid for and not finished.
    /// @param salt The value that hid the signal.
    function revealCapacity(TaskTypeId taskTypeId, uint64 capacity, uint96 backlog, bytes32 salt) external;

    /// @notice Takes a batch of signed signals of one task type, carried by anyone, and moves money for all of them at
    /// once, settling who is due as `revealCapacity` does. An entry counts if its sink is registered, it is neither from the
    /// future nor older than `reportDelay`, newer than the sink's latest signal, and signed by the sink. Any other entry is
    /// skipped.
    /// @dev Emits `CapacitySignalled` or `AttestationSkipped` per entry. An ERC-1271 wallet gets a fixed amount of gas and
    /// one word of return data, so none can hurt the rest of a batch.
    /// @return accepted Entries that counted.
    function submitAttestations(TaskTypeId taskTypeId, Attestation[] calldata attestations)
        external
        returns (uint256 accepted);

    /// @notice As `submitAttestations`, at four fifths of its gas, for sinks that sign by key and declare less than 2^40 units and
    /// 2^64 unit-seconds. The messages that they sign are the same. What a wallet has signed is skipped here.
    /// @dev Emits `AttestationSkipped` per entry that was skipped, and one `CapacitiesSignalled` for all that counted. Reverts
    /// with `PackedAttestation_PartialEntry` if `entries` is not a whole number of entries.
    /// @param entries 102 bytes each: sink 20 | capacity 5 | backlog 8 | issuedAt 4 | r 32 | s 32 | v 1.
    /// @return accepted Entries that counted.
    function submitPackedAttestations(TaskTypeId taskTypeId, bytes calldata entries) external returns (uint256 accepted);

    /// @notice Brings the pool up to date: sets the units of the named sinks to their effective capacity, then the units of
    /// escrow and fee. Anyone may call it for any sinks; its cost depends on `sinks.length` only.
    /// @dev Emits the pool's `UnitsUpdated` per sink that moved and `EscrowUnitsUpdated` if the escrow moved. A change below
    /// 5 % waits (see `CapacityMath.shouldMove`). Never reverts for strangers in `sinks`; they have no capacity. A change of
    /// inflow counts once money confirms it: call once when the inflow changed, and again after the pool's confirm delay.
    /// @param sinks Sinks to look at; may be empty.
    function rebalance(TaskTypeId taskTypeId, address[] calldata sinks) external;

    /// @notice Asks the verifier to settle the named sinks, then rebalances them. Whoever wants to be paid is settled at
    /// least every V epochs (see `receiptEpochs`): from then on its capacity fades. A signal does that too, when it is due.
    /// @dev Anyone, for any sinks; strangers in `sinks` are skipped. Emits `BacklogVerified` where it changed and
    /// `VerifierFailed` where the verifier failed, which counts as settled.
    function settle(TaskTypeId taskTypeId, address[] calldata sinks) external;

    /// @notice Takes the stake of a sink, wei, into account: a higher cap counts from the next signal on; with a lower one
    /// smoothed capacity and units fall at once.
    /// @dev Only the stake manager, after every change, registered or not.
    function stakeChanged(TaskTypeId taskTypeId, address sink, uint256 stake) external;

    /// @notice As `stakeChanged`, and forgets the signal of a slashed sink and the backlog that the slash has paid for: its
    /// pay stops at once, and it starts again from zero at its next signal.
    /// @dev Only the stake manager.
    function stakeSlashed(TaskTypeId taskTypeId, address sink, uint256 stake) external;

    /// @notice Has the verifier judge a sink. One that is not to be slashed is settled and rebalanced.
    /// @dev Only the stake manager, which takes what is returned and reports it with `stakeSlashed`.
    /// @return amount Wei.
    function assess(TaskTypeId taskTypeId, address sink) external returns (uint256 amount);

    /// @notice Has the verifier settle a sink before a part of its bond is paid out. Its verified backlog is charged with
    /// it; its signal stays.
    /// @dev Only the stake manager, which takes what is returned.
    /// @return ready False if the verifier failed or cannot know yet.
    /// @return amount Wei; 0 if not ready.
    function judgeLeaver(TaskTypeId taskTypeId, address sink) external returns (bool ready, uint256 amount);

    /// @notice The hash to commit to. It binds the signal to this chain, this registry, the task type and the sink, so a
    /// copied commitment cannot be revealed.
    function hashSignal(TaskTypeId taskTypeId, address sink, uint64 capacity, uint96 backlog, bytes32 salt)
        external
        view
        returns (bytes32);

    /// @notice The EIP-712 digest that a sink signs: `CapacityAttestation(bytes32 taskTypeId,address sink,uint64
    /// capacity,uint96 backlog,uint32 issuedAt)` in the domain ("Backpressure Economics", "1", chain, this contract).
    function hashAttestation(TaskTypeId taskTypeId, Attestation calldata attestation) external view returns (bytes32);

    /// @notice Whether `rebalance` with these arguments would do something: move units, or witness an inflow that has yet to
    /// be confirmed.
    function needsRebalance(TaskTypeId taskTypeId, address[] calldata sinks) external view returns (bool);

    /// @notice u: smoothed capacity less backpressure, now. The larger of declared and verified backlog counts.
    /// @return Units, rounded down, which favours the payer. 0 for a stranger.
    function effectiveCapacity(TaskTypeId taskTypeId, address sink) external view returns (uint256);

    /// @notice The moving average of declared capacity, now.
    /// @return Billionths of a unit. 0 for a stranger.
    function smoothedCapacity(TaskTypeId taskTypeId, address sink) external view returns (uint256);

    /// @notice What is stored of a sink; all zero for a stranger.
    function sinkOf(TaskTypeId taskTypeId, address sink) external view returns (Sink memory);

    /// @notice The parameters of a task type; all zero if it does not exist.
    function parametersOf(TaskTypeId taskTypeId) external view returns (TaskTypeParameters memory);

    /// @notice Super token that the sinks of a task type bond; 0 if it does not exist.
    function superTokenOf(TaskTypeId taskTypeId) external view returns (ISuperToken);

    /// @notice Who registered the task type; 0 if it does not exist.
    function creatorOf(TaskTypeId taskTypeId) external view returns (address);

    /// @notice What a bond is measured by.
    /// @return minimumStake m, wei.
    /// @return bondPerUnit b, wei per unit.
    function bondTerms(TaskTypeId taskTypeId) external view returns (uint256 minimumStake, uint256 bondPerUnit);

    /// @notice How long unstaked money waits, seconds.
    function unbondingPeriod(TaskTypeId taskTypeId) external view returns (uint256);
}
