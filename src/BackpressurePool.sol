// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Ownable, Ownable2Step } from "@openzeppelin/contracts/access/Ownable2Step.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import { ReentrancyGuardTransient } from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {
    PoolConfig
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/IGeneralDistributionAgreementV1.sol";
import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { SuperfluidAccount } from "./SuperfluidAccount.sol";
import { IBackpressurePool } from "./interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "./interfaces/ICapacityRegistry.sol";
import { IEscrowBuffer } from "./interfaces/IEscrowBuffer.sol";
import { CapacityMath } from "./libraries/CapacityMath.sol";
import { FlowMath } from "./libraries/FlowMath.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { TaskTypeId } from "./types/TaskType.sol";

/// @title BackpressurePool: who gets which share of the stream
/// @notice Read `rebalance` first; everything else here serves it.
/// @dev State is written after calls to Superfluid's pool, which calls nobody back; everything that anybody can reach is
/// guarded all the same. `open` is called once per task type, by the registry.
contract BackpressurePool is IBackpressurePool, SuperfluidAccount, Ownable2Step, ReentrancyGuardTransient {
    using SafeCast for int256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @notice How long money must confirm a change of inflow before the escrow follows it, seconds. Six blocks on Base.
    uint256 public constant CONFIRM_DELAY = 12 seconds;

    /// @notice The highest fee, basis points.
    uint256 public constant MAX_FEE = 100;

    /// @notice Age at which units move however small the difference, epochs.
    uint256 public constant OVERDUE_EPOCHS = 10;

    uint96 private constant NO_LIMIT = type(uint96).max;

    /// @dev One line per slot. A rebalance with nothing to do reads the first two.
    ///
    ///     distributionPool 160 | unitRate 96
    ///     sinkUnits 80 | escrowUnits 80 | feeUnits 80 | limited 8
    ///     received 128 | inflow 128
    ///     spare 128 | recordedAt 32 | epochLength 32 | emptySince 32 | filledAt 32
    ///     anchorInflow 128 | confirmedInflow 96 | anchoredAt 32
    ///     feeIncome 128 | limit 96
    ///     drained 128 | overflowTime 128
    struct Pool {
        ISuperfluidPool distributionPool;
        uint96 unitRate;
        uint80 sinkUnits;
        uint80 escrowUnits;
        uint80 feeUnits;
        bool limited;
        uint128 received;
        uint128 inflow;
        uint128 spare;
        uint32 recordedAt;
        uint32 epochLength;
        uint32 emptySince;
        uint32 filledAt;
        uint128 anchorInflow;
        uint96 confirmedInflow;
        uint32 anchoredAt;
        uint128 feeIncome;
        uint96 limit;
        uint128 drained;
        uint128 overflowTime;
    }

    struct SinkUnits {
        uint80 units;
        uint32 movedAtEpoch;
    }

    /// @dev What happened since the last record, in wei.
    struct Delta {
        uint256 received;
        uint256 inflow;
        uint256 feeIncome;
        uint256 spare;
    }

    ICapacityRegistry private immutable REGISTRY;
    IEscrowBuffer private immutable ESCROW;
    address private immutable PIPELINE;

    mapping(TaskTypeId taskTypeId => Pool) private _pools;
    mapping(TaskTypeId taskTypeId => mapping(address sink => SinkUnits)) private _sinks;
    uint16 private _fee;
    address private _feeRecipient;

    modifier only(address expected) {
        if (msg.sender != expected) revert BackpressurePool_NotAllowed(msg.sender, expected);
        _;
    }

    constructor(ProtocolAddresses memory addresses, address owner) SuperfluidAccount(addresses.host) Ownable(owner) {
        REGISTRY = addresses.capacityRegistry;
        ESCROW = addresses.escrowBuffer;
        PIPELINE = address(addresses.pipeline);
    }

    // --------------------------------------------------------------------------------------------- Anyone

    /// @inheritdoc IBackpressurePool
    // slither-disable-next-line reentrancy-no-eth
    function rebalance(TaskTypeId taskTypeId, address[] calldata sinks) external nonReentrant {
        Pool storage pool = _known(taskTypeId);
        mapping(address => SinkUnits) storage units = _sinks[taskTypeId];
        bool recorded;
        for (uint256 i; i < sinks.length; ++i) {
            uint256 target = REGISTRY.effectiveCapacity(taskTypeId, sinks[i]);
            if (!_shouldMove(pool, units[sinks[i]], target)) continue;
            _moveSink(taskTypeId, pool, sinks[i], target, recorded);
            recorded = true;
        }
        _moveEscrow(taskTypeId, pool, recorded);
    }

    /// @inheritdoc IBackpressurePool
    function sweep(TaskTypeId taskTypeId) external nonReentrant returns (uint256 amount) {
        ISuperfluidPool distributionPool = _known(taskTypeId).distributionPool;
        ISuperToken token = ISuperToken(address(distributionPool.superToken()));
        // A distribution of zero from the admin makes Superfluid split the adjustment flow among the members again.
        HOST.callAgreement(GDA, abi.encodeCall(GDA.distributeFlow, (token, address(this), distributionPool, 0, "")), "");
        amount = token.balanceOf(address(this));
        emit DustSwept(taskTypeId, amount);
        if (amount == 0) return 0;
        IERC20(address(token)).forceApprove(address(ESCROW), amount);
        ESCROW.donate(taskTypeId, amount);
    }

    // --------------------------------------------------------------------------------------------- Owner

    /// @inheritdoc IBackpressurePool
    function setFee(uint256 basisPoints, address recipient) external onlyOwner {
        if (basisPoints > MAX_FEE) revert BackpressurePool_FeeTooHigh(basisPoints, MAX_FEE);
        if (basisPoints != 0 && recipient == address(0)) revert BackpressurePool_NoFeeRecipient(basisPoints);
        _fee = basisPoints.toUint16();
        _feeRecipient = recipient;
        emit FeeChanged(basisPoints, recipient);
    }

    // --------------------------------------------------------------------------------------------- Other contracts

    /// @inheritdoc IBackpressurePool
    // slither-disable-next-line reentrancy-benign,reentrancy-events
    function open(TaskTypeId taskTypeId, ISuperToken superToken, uint96 unitRate, uint32 epochLength)
        external
        only(address(REGISTRY))
    {
        ISuperfluidPool distributionPool = GDA.createPool(
            superToken,
            address(this),
            PoolConfig({ transferabilityForUnitsOwner: false, distributionFromAnyAddress: true })
        );
        Pool storage pool = _pools[taskTypeId];
        pool.distributionPool = distributionPool;
        pool.unitRate = unitRate;
        pool.escrowUnits = 1;
        pool.recordedAt = block.timestamp.toUint32();
        pool.epochLength = epochLength;
        pool.emptySince = block.timestamp.toUint32();
        pool.anchoredAt = block.timestamp.toUint32();
        pool.limit = NO_LIMIT;
        emit PoolOpened(taskTypeId, distributionPool);
        distributionPool.updateMemberUnits(address(ESCROW), 1);
    }

    /// @inheritdoc IBackpressurePool
    // slither-disable-next-line reentrancy-no-eth
    function move(TaskTypeId taskTypeId, address[] calldata sinks, uint256[] calldata targets)
        external
        only(address(REGISTRY))
        nonReentrant
    {
        Pool storage pool = _pools[taskTypeId];
        mapping(address => SinkUnits) storage units = _sinks[taskTypeId];
        bool recorded;
        for (uint256 i; i < sinks.length; ++i) {
            address sink = sinks[i];
            uint256 target = targets[i];
            if (!_shouldMove(pool, units[sink], target)) continue;
            _moveSink(taskTypeId, pool, sink, target, recorded);
            recorded = true;
        }
        _moveEscrow(taskTypeId, pool, recorded);
    }

    /// @inheritdoc IBackpressurePool
    // slither-disable-next-line reentrancy-no-eth
    function moveExactly(TaskTypeId taskTypeId, address sink) external only(address(REGISTRY)) nonReentrant {
        Pool storage pool = _pools[taskTypeId];
        uint256 target = REGISTRY.effectiveCapacity(taskTypeId, sink);
        bool moves = target != _sinks[taskTypeId][sink].units;
        if (moves) _moveSink(taskTypeId, pool, sink, target, false);
        _moveEscrow(taskTypeId, pool, moves);
    }

    /// @inheritdoc IBackpressurePool
    function setLimit(TaskTypeId taskTypeId, uint96 limit) external only(PIPELINE) nonReentrant {
        Pool storage pool = _pools[taskTypeId];
        if (limit != pool.limit) {
            // The bucket fills at the old cap up to now.
            _record(pool);
            pool.limit = limit;
            pool.limited = limit != NO_LIMIT;
            emit LimitUpdated(taskTypeId, limit);
        }
        _moveEscrow(taskTypeId, pool, false);
    }

    /// @inheritdoc IBackpressurePool
    function takeSpare(TaskTypeId taskTypeId, uint256 available)
        external
        only(address(ESCROW))
        nonReentrant
        returns (uint256 amount)
    {
        Pool storage pool = _pools[taskTypeId];
        _record(pool);
        uint256 perUnit = Math.min(_drainable(pool, pool.spare), available) / _totalUnits(pool);
        amount = perUnit * _totalUnits(pool);
        pool.spare -= amount.toUint128();
        pool.drained += amount.toUint128();
        // What comes back to the escrow's own units is not inflow: it must not confirm a stream that is not there.
        pool.received += (perUnit * _heldUnits(pool)).toUint128();
        pool.feeIncome += (perUnit * pool.feeUnits).toUint128();
    }

    // --------------------------------------------------------------------------------------------- Views

    /// @inheritdoc IBackpressurePool
    function needsRebalance(TaskTypeId taskTypeId, address[] calldata sinks) external view returns (bool) {
        Pool storage pool = _known(taskTypeId);
        for (uint256 i; i < sinks.length; ++i) {
            uint256 target = REGISTRY.effectiveCapacity(taskTypeId, sinks[i]);
            if (_shouldMove(pool, _sinks[taskTypeId][sinks[i]], target)) return true;
        }
        return _escrowDue(pool, _flowRate(pool));
    }

    /// @inheritdoc IBackpressurePool
    function distributionPoolOf(TaskTypeId taskTypeId) external view returns (ISuperfluidPool) {
        return _pools[taskTypeId].distributionPool;
    }

    /// @inheritdoc IBackpressurePool
    function unitsOf(TaskTypeId taskTypeId, address sink) external view returns (uint256) {
        return _sinks[taskTypeId][sink].units;
    }

    /// @inheritdoc IBackpressurePool
    function unitsOfPool(TaskTypeId taskTypeId) external view returns (uint256, uint256, uint256) {
        Pool storage pool = _pools[taskTypeId];
        return (pool.sinkUnits, pool.escrowUnits, pool.feeUnits);
    }

    /// @inheritdoc IBackpressurePool
    function spotPrice(TaskTypeId taskTypeId) external view returns (uint256) {
        Pool storage pool = _known(taskTypeId);
        return _flowRate(pool) / _totalUnits(pool);
    }

    /// @inheritdoc IBackpressurePool
    function priceCap(TaskTypeId taskTypeId) external view returns (uint256) {
        return _priceCap(_known(taskTypeId));
    }

    /// @inheritdoc IBackpressurePool
    function totalUnits(TaskTypeId taskTypeId) external view returns (uint256) {
        return _totalUnits(_known(taskTypeId));
    }

    /// @inheritdoc IBackpressurePool
    function intakeOf(TaskTypeId taskTypeId) external view returns (uint256) {
        Pool storage pool = _known(taskTypeId);
        return Math.min(uint256(pool.unitRate) * pool.sinkUnits, pool.limit);
    }

    /// @inheritdoc IBackpressurePool
    function inflowOf(TaskTypeId taskTypeId) external view returns (uint256) {
        Pool storage pool = _known(taskTypeId);
        return pool.inflow + _sinceRecord(pool).inflow;
    }

    /// @inheritdoc IBackpressurePool
    function paidOf(TaskTypeId taskTypeId) external view returns (uint256) {
        Pool storage pool = _known(taskTypeId);
        Delta memory delta = _sinceRecord(pool);
        return uint256(pool.inflow) + delta.inflow + pool.drained - pool.received - delta.received;
    }

    /// @inheritdoc IBackpressurePool
    function spareOf(TaskTypeId taskTypeId) external view returns (uint256) {
        Pool storage pool = _known(taskTypeId);
        return _drainable(pool, _sinceRecord(pool).spare);
    }

    /// @inheritdoc IBackpressurePool
    function incomeOf(TaskTypeId taskTypeId) external view returns (uint256 escrowIncome, uint256 feeIncome) {
        Pool storage pool = _known(taskTypeId);
        Delta memory delta = _sinceRecord(pool);
        feeIncome = pool.feeIncome + delta.feeIncome;
        escrowIncome = pool.received + delta.received - feeIncome;
    }

    /// @inheritdoc IBackpressurePool
    function overflowTimeOf(TaskTypeId taskTypeId) external view returns (uint256) {
        return _overflowTime(_known(taskTypeId));
    }

    /// @inheritdoc IBackpressurePool
    function emptySince(TaskTypeId taskTypeId) external view returns (uint256) {
        Pool storage pool = _known(taskTypeId);
        return pool.sinkUnits == 0 ? pool.emptySince : 0;
    }

    /// @inheritdoc IBackpressurePool
    function fee() external view returns (uint256, address) {
        return (_fee, _feeRecipient);
    }

    // --------------------------------------------------------------------------------------------- Private: moves

    /// @dev Moves one sink to its effective capacity. The pool's record is up to date afterwards.
    function _moveSink(TaskTypeId taskTypeId, Pool storage pool, address sink, uint256 target, bool recorded) private {
        // Effect
        if (!recorded) _record(pool);
        uint256 current = _sinks[taskTypeId][sink].units;
        uint256 sinkUnits = pool.sinkUnits - current + target;
        // Capacity that comes and goes within one transaction does not restart the grace.
        if (pool.sinkUnits == 0) pool.filledAt = block.timestamp.toUint32();
        if (sinkUnits == 0 && pool.filledAt != block.timestamp) pool.emptySince = block.timestamp.toUint32();
        pool.sinkUnits = sinkUnits.toUint80();
        _sinks[taskTypeId][sink] = SinkUnits({ units: target.toUint80(), movedAtEpoch: _epoch(pool).toUint32() });
        emit UnitsUpdated(taskTypeId, sink, current, target);

        // Interaction
        pool.distributionPool.updateMemberUnits(sink, target.toUint128());
    }

    /// @dev Moves escrow and fee to where the confirmed inflow leaves no unit above the cap. The rate of this moment only
    /// tells whether to look: a rate that exists within one transaction has no money behind it and changes nothing.
    function _moveEscrow(TaskTypeId taskTypeId, Pool storage pool, bool recorded) private {
        uint256 inflow = _flowRate(pool);
        if (!recorded) {
            if (!_escrowDue(pool, inflow)) return;
            _record(pool);
        }

        // Effect
        uint256 heldBefore = _heldUnits(pool);
        uint256 escrowBefore = pool.escrowUnits;
        uint256 feeUnits = FlowMath.feeUnitsDown(pool.sinkUnits, _fee);
        bool inflowMoved = _escrowTarget(pool, inflow) != escrowBefore;
        if (CapacityMath.shouldMove(pool.feeUnits, feeUnits, inflowMoved)) pool.feeUnits = feeUnits.toUint80();
        // Asked again: units that the fee gives up would otherwise raise the price of all others.
        if (_escrowTarget(pool, inflow) != escrowBefore) {
            pool.escrowUnits = _escrowTarget(pool, pool.confirmedInflow).toUint80();
        }
        uint256 held = _heldUnits(pool);
        if (held == heldBefore && pool.escrowUnits == escrowBefore) return;
        emit EscrowUnitsUpdated(taskTypeId, pool.escrowUnits, pool.feeUnits, pool.confirmedInflow);

        // Interaction
        if (held != heldBefore) pool.distributionPool.updateMemberUnits(address(ESCROW), held.toUint128());
    }

    /// @dev Writes down what happened since the last record. Must run before any unit changes. Once the anchor is old
    /// enough, the money since then becomes the confirmed inflow, and the anchor moves here.
    function _record(Pool storage pool) private {
        Delta memory delta = _sinceRecord(pool);
        uint256 inflow = pool.inflow + delta.inflow;
        pool.received += delta.received.toUint128();
        pool.inflow = inflow.toUint128();
        pool.spare = delta.spare.toUint128();
        pool.overflowTime = _overflowTime(pool).toUint128();
        pool.recordedAt = block.timestamp.toUint32();
        if (delta.feeIncome != 0) pool.feeIncome += delta.feeIncome.toUint128();
        if (_witnessDue(pool)) {
            pool.confirmedInflow = _isSteady(pool)
                ? _flowRate(pool).toUint96()
                : ((inflow - pool.anchorInflow) / (block.timestamp - pool.anchoredAt)).toUint96();
            pool.anchorInflow = inflow.toUint128();
            pool.anchoredAt = block.timestamp.toUint32();
        }
    }

    // --------------------------------------------------------------------------------------------- Private: reads

    function _known(TaskTypeId taskTypeId) private view returns (Pool storage pool) {
        pool = _pools[taskTypeId];
        if (address(pool.distributionPool) == address(0)) revert BackpressurePool_UnknownTaskType(taskTypeId);
    }

    function _shouldMove(Pool storage pool, SinkUnits storage sink, uint256 target) private view returns (bool) {
        uint256 units = sink.units;
        if (units == target) return false;
        bool overdue = _epoch(pool) >= uint256(sink.movedAtEpoch) + OVERDUE_EPOCHS;
        return CapacityMath.shouldMove(units, target, overdue);
    }

    function _escrowTarget(Pool storage pool, uint256 inflow) private view returns (uint256) {
        return FlowMath.escrowUnitsUp(inflow, _priceCap(pool), pool.sinkUnits, pool.feeUnits);
    }

    /// @dev The rate at which the members are paid. Superfluid's adjustment flow, the remainder of the last division,
    /// is not part of it: it cannot raise what a unit is paid until the next change of a stream, and `sweep` returns it.
    function _flowRate(Pool storage pool) private view returns (uint256) {
        return int256(pool.distributionPool.getTotalFlowRate()).toUint256();
    }

    /// @dev Whether neither a stream nor a unit has changed for the delay. Then the present rate is what money confirms,
    /// exactly; the average since an old anchor would mix it with what was before.
    function _isSteady(Pool storage pool) private view returns (bool) {
        ISuperToken token = ISuperToken(address(pool.distributionPool.superToken()));
        (uint256 changedAt,,) = GDA.getAccountFlowInfo(token, address(pool.distributionPool));
        return block.timestamp >= changedAt + CONFIRM_DELAY;
    }

    /// @dev Whether the escrow should move, or witness an inflow that would move it.
    function _escrowDue(Pool storage pool, uint256 inflow) private view returns (bool) {
        if (_escrowTarget(pool, inflow) == pool.escrowUnits) return false;
        return _witnessDue(pool) || _escrowTarget(pool, pool.confirmedInflow) != pool.escrowUnits;
    }

    function _witnessDue(Pool storage pool) private view returns (bool) {
        return block.timestamp >= pool.anchoredAt + CONFIRM_DELAY;
    }

    function _priceCap(Pool storage pool) private view returns (uint256) {
        return pool.limited ? FlowMath.priceCapDown(pool.unitRate, pool.limit, pool.sinkUnits) : pool.unitRate;
    }

    function _totalUnits(Pool storage pool) private view returns (uint256) {
        return pool.sinkUnits + _heldUnits(pool);
    }

    /// @dev Units of the escrow buffer as a member: its own, and those whose income is the fee.
    function _heldUnits(Pool storage pool) private view returns (uint256) {
        return uint256(pool.escrowUnits) + pool.feeUnits;
    }

    /// @dev While overflow runs into the escrow, sinks are paid in full already and nothing is spare.
    function _drainable(Pool storage pool, uint256 spare) private view returns (uint256) {
        return pool.escrowUnits > 1 ? 0 : spare;
    }

    function _epoch(Pool storage pool) private view returns (uint256) {
        return block.timestamp / pool.epochLength;
    }

    /// @dev Between two records the units stay, so the escrow's share of every stream does.
    function _overflowTime(Pool storage pool) private view returns (uint256) {
        uint256 time = block.timestamp - pool.recordedAt;
        return pool.overflowTime + time * 1e18 * pool.escrowUnits / _totalUnits(pool);
    }

    /// @dev Every unit has been paid the same whole number of wei since the last record, so the escrow's own income
    /// tells, exactly, what all members were paid: no rate is trusted.
    function _sinceRecord(Pool storage pool) private view returns (Delta memory delta) {
        uint256 held = _heldUnits(pool);
        uint256 sinkUnits = pool.sinkUnits;
        delta.received = pool.distributionPool.getTotalAmountReceivedByMember(address(ESCROW)) - pool.received;
        uint256 perUnit = delta.received / held;
        delta.inflow = perUnit * (sinkUnits + held);
        delta.feeIncome = perUnit * pool.feeUnits;
        uint256 capacity = _priceCap(pool) * sinkUnits * (block.timestamp - pool.recordedAt);
        uint256 depth = Math.min(uint256(pool.unitRate) * sinkUnits * pool.epochLength, type(uint128).max);
        delta.spare = FlowMath.fillBucket(pool.spare, capacity, perUnit * sinkUnits, depth);
    }
}
