// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Ownable, Ownable2Step } from "@openzeppelin/contracts/access/Ownable2Step.sol";
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
import { CapacityMath } from "./libraries/CapacityMath.sol";
import { FlowMath } from "./libraries/FlowMath.sol";
import { InflowBook } from "./libraries/InflowBook.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { Target } from "./types/Target.sol";
import { TaskTypeId } from "./types/TaskType.sol";

/// @title BackpressurePool: who gets which share of the stream
/// @notice Read `move` first; everything else here serves it. It calls no other contract of the protocol; the registry,
/// the escrow buffer and the pipeline call it.
/// @dev State is written after calls to Superfluid's pool, which calls nobody back; everything is guarded all the same.
/// What Superfluid cannot split after a unit update goes to this contract, which is the admin of all pools. It is
/// nobody's, because one balance for all task types must not be anybody's; it is at most a millionth of a stream, or
/// one wei per second and unit (see `_countLeak`).
contract BackpressurePool is IBackpressurePool, SuperfluidAccount, Ownable2Step, ReentrancyGuardTransient {
    using SafeCast for int256;
    using SafeCast for uint256;
    using InflowBook for InflowBook.Book;
    using InflowBook for InflowBook.Units;

    /// @notice How long money must confirm a change of inflow before the escrow follows it, seconds. Six blocks on Base.
    uint256 public constant CONFIRM_DELAY = InflowBook.CONFIRM_DELAY;

    /// @notice The highest fee, basis points.
    uint256 public constant MAX_FEE = 100;

    /// @notice Age at which units move however small the difference, epochs.
    uint256 public constant OVERDUE_EPOCHS = 10;

    /// @dev Healing a pool takes about 360,000 gas. It may fail only for another reason than too little of it.
    uint256 private constant HEAL_GAS = 450_000;

    uint96 private constant NO_LIMIT = type(uint96).max;

    /// @dev One line per slot.
    ///
    ///     distributionPool 160 | unitRate 96
    ///     sinkUnits 80 | escrowUnits 80 | feeUnits 80 | limited 8
    ///     drained 128 | limit 96 | epochLength 32
    ///     book: four slots
    ///
    /// @param distributionPool Superfluid's pool.
    /// @param unitRate q, wei per second and unit.
    /// @param sinkUnits U.
    /// @param limited Whether `limit` is one.
    /// @param drained Wei that drains have paid to all members.
    /// @param limit What the sinks together may be paid, wei per second.
    /// @param epochLength h, seconds.
    /// @param book What has flowed in.
    struct Pool {
        ISuperfluidPool distributionPool;
        uint96 unitRate;
        uint80 sinkUnits;
        uint80 escrowUnits;
        uint80 feeUnits;
        bool limited;
        uint128 drained;
        uint96 limit;
        uint32 epochLength;
        InflowBook.Book book;
    }

    /// @dev The pool just before units move: what the members are paid, wei per second, and how many units they have.
    struct Before {
        uint256 flow;
        uint256 units;
    }

    struct SinkUnits {
        uint80 units;
        uint32 movedAtEpoch;
    }

    address private immutable REGISTRY;
    address private immutable ESCROW;
    address private immutable PIPELINE;

    // Written through storage pointers, which Slither does not follow.
    // slither-disable-next-line uninitialized-state
    mapping(TaskTypeId taskTypeId => Pool) private _pools;
    mapping(TaskTypeId taskTypeId => mapping(address sink => SinkUnits)) private _sinks;
    uint16 private _fee;
    address private _feeRecipient;

    modifier only(address expected) {
        if (msg.sender != expected) revert BackpressurePool_NotAllowed(msg.sender, expected);
        _;
    }

    constructor(ProtocolAddresses memory addresses, address owner) SuperfluidAccount(addresses.host) Ownable(owner) {
        REGISTRY = address(addresses.capacityRegistry);
        ESCROW = address(addresses.escrowBuffer);
        PIPELINE = address(addresses.pipeline);
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

    // --------------------------------------------------------------------------------------------- Registry, pipeline

    /// @inheritdoc IBackpressurePool
    // slither-disable-next-line reentrancy-benign,reentrancy-events
    function open(TaskTypeId taskTypeId, ISuperToken superToken, uint96 unitRate, uint32 epochLength)
        external
        only(REGISTRY)
        nonReentrant
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
        pool.epochLength = epochLength;
        pool.book.recordedAt = block.timestamp.toUint32();
        pool.book.anchoredAt = block.timestamp.toUint32();
        pool.limit = NO_LIMIT;
        emit PoolOpened(taskTypeId, distributionPool);
        distributionPool.updateMemberUnits(ESCROW, 1);
    }

    /// @inheritdoc IBackpressurePool
    // slither-disable-next-line reentrancy-no-eth
    function move(TaskTypeId taskTypeId, Target[] calldata targets, bool exact) external only(REGISTRY) nonReentrant {
        Pool storage pool = _known(taskTypeId);
        mapping(address => SinkUnits) storage stored = _sinks[taskTypeId];
        uint256 epoch = _epoch(pool);
        Before memory before;
        for (uint256 i; i < targets.length; ++i) {
            (address sink, uint256 target) = (targets[i].sink(), targets[i].units());
            if (!_shouldMove(epoch, stored[sink], target, exact)) continue;
            if (before.units == 0) before = _record(pool);
            _moveSink(taskTypeId, pool, stored[sink], sink, target);
        }
        if (before.units == 0) _moveEscrowIfDue(taskTypeId, pool);
        else _moveEscrow(taskTypeId, pool, before);
    }

    /// @inheritdoc IBackpressurePool
    function setLimit(TaskTypeId taskTypeId, uint96 limit) external only(PIPELINE) nonReentrant {
        Pool storage pool = _pools[taskTypeId];
        if (limit == pool.limit) return _moveEscrowIfDue(taskTypeId, pool);
        // The bucket fills at the old cap up to now.
        Before memory before = _record(pool);
        pool.limit = limit;
        pool.limited = limit != NO_LIMIT;
        emit LimitUpdated(taskTypeId, limit);
        _moveEscrow(taskTypeId, pool, before);
    }

    // --------------------------------------------------------------------------------------------- Escrow buffer

    /// @inheritdoc IBackpressurePool
    function record(TaskTypeId taskTypeId)
        external
        only(ESCROW)
        nonReentrant
        returns (uint256 income, uint256 overflowTime)
    {
        Pool storage pool = _pools[taskTypeId];
        _recordOnce(pool);
        return (pool.book.income(), pool.book.overflowTime);
    }

    /// @inheritdoc IBackpressurePool
    function takeSpare(TaskTypeId taskTypeId, uint256 available)
        external
        only(ESCROW)
        nonReentrant
        returns (uint256 amount, uint256 back)
    {
        Pool storage pool = _pools[taskTypeId];
        _recordOnce(pool);
        InflowBook.Units memory units = _units(pool);
        uint256 perUnit = Math.min(_drainable(pool, pool.book.spare), available) / units.total();
        amount = perUnit * units.total();
        back = perUnit * units.escrow;
        pool.drained = Math.min(pool.drained + amount, type(uint128).max).toUint128();
        pool.book.countDrain(units, perUnit);
    }

    // --------------------------------------------------------------------------------------------- Views

    /// @inheritdoc IBackpressurePool
    function needsMove(TaskTypeId taskTypeId, Target[] calldata targets) external view returns (bool) {
        Pool storage pool = _known(taskTypeId);
        uint256 epoch = _epoch(pool);
        for (uint256 i; i < targets.length; ++i) {
            if (_shouldMove(epoch, _sinks[taskTypeId][targets[i].sink()], targets[i].units(), false)) return true;
        }
        return _escrowDue(pool);
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
        return _flowRate(pool) / _units(pool).total();
    }

    /// @inheritdoc IBackpressurePool
    function priceCap(TaskTypeId taskTypeId) external view returns (uint256) {
        return _priceCap(_known(taskTypeId));
    }

    /// @inheritdoc IBackpressurePool
    function totalUnits(TaskTypeId taskTypeId) external view returns (uint256) {
        return _units(_known(taskTypeId)).total();
    }

    /// @inheritdoc IBackpressurePool
    function intakeOf(TaskTypeId taskTypeId) external view returns (uint256) {
        Pool storage pool = _known(taskTypeId);
        return Math.min(uint256(pool.unitRate) * pool.sinkUnits, pool.limit);
    }

    /// @inheritdoc IBackpressurePool
    function streamedOf(TaskTypeId taskTypeId) external view returns (uint256) {
        Pool storage pool = _known(taskTypeId);
        InflowBook.Book memory book = _bookNow(pool);
        return Math.saturatingSub(uint256(book.paid) + book.received, pool.drained);
    }

    /// @inheritdoc IBackpressurePool
    function paidOf(TaskTypeId taskTypeId) external view returns (uint256) {
        Pool storage pool = _known(taskTypeId);
        return pool.book.paidNow(_units(pool), _received(pool));
    }

    /// @inheritdoc IBackpressurePool
    function spareOf(TaskTypeId taskTypeId) external view returns (uint256) {
        Pool storage pool = _known(taskTypeId);
        return _drainable(pool, _bookNow(pool).spare);
    }

    /// @inheritdoc IBackpressurePool
    function incomeOf(TaskTypeId taskTypeId) external view returns (uint256 escrowIncome, uint256 feeIncome) {
        InflowBook.Book memory book = _bookNow(_known(taskTypeId));
        return (book.income(), book.feeIncome);
    }

    /// @inheritdoc IBackpressurePool
    function overflowTimeOf(TaskTypeId taskTypeId) external view returns (uint256) {
        return _bookNow(_known(taskTypeId)).overflowTime;
    }

    /// @inheritdoc IBackpressurePool
    function fee() external view returns (uint256, address) {
        return (_fee, _feeRecipient);
    }

    // --------------------------------------------------------------------------------------------- Private: moves

    /// @dev Moves one sink. The pool has been recorded.
    function _moveSink(TaskTypeId taskTypeId, Pool storage pool, SinkUnits storage stored, address sink, uint256 target)
        private
    {
        uint256 current = stored.units;
        pool.sinkUnits = (pool.sinkUnits - current + target).toUint80();
        stored.units = target.toUint80();
        stored.movedAtEpoch = _epoch(pool).toUint32();
        emit UnitsUpdated(taskTypeId, sink, current, target);
        pool.distributionPool.updateMemberUnits(sink, target.toUint128());
    }

    function _moveEscrowIfDue(TaskTypeId taskTypeId, Pool storage pool) private {
        if (!_isAnchorOld(pool) && !_shouldLook(pool)) return;
        Before memory before = _record(pool);
        if (_escrowTarget(pool, pool.book.confirmed) != pool.escrowUnits) _moveEscrow(taskTypeId, pool, before);
    }

    /// @dev Moves escrow and fee to where the confirmed inflow leaves no unit above the cap. The rate of this moment has
    /// no say. The pool has been recorded.
    function _moveEscrow(TaskTypeId taskTypeId, Pool storage pool, Before memory before) private {
        // Effect
        InflowBook.Units memory units = _units(pool);
        (uint256 escrowBefore, uint256 heldBefore) = (units.escrow, units.held());
        (uint256 confirmed, uint256 cap) = (pool.book.confirmed, _priceCap(pool));
        uint256 feeUnits = FlowMath.feeUnitsDown(units.sinks, _fee);
        units.escrow = FlowMath.escrowUnitsUp(confirmed, cap, units.sinks, units.fee);
        if (CapacityMath.shouldMove(units.fee, feeUnits, units.escrow != escrowBefore)) {
            units.fee = feeUnits;
            units.escrow = FlowMath.escrowUnitsUp(confirmed, cap, units.sinks, feeUnits);
            pool.feeUnits = feeUnits.toUint80();
        }

        // Interaction
        uint256 held = units.held();
        if (held != heldBefore || units.escrow != escrowBefore) {
            pool.escrowUnits = units.escrow.toUint80();
            emit EscrowUnitsUpdated(taskTypeId, units.escrow, units.fee, confirmed);
            if (held != heldBefore) pool.distributionPool.updateMemberUnits(ESCROW, held.toUint128());
        }
        _countLeak(pool, before, units.total());
    }

    /// @dev After units have changed. Superfluid has taken what it could not split, which is what the members get less
    /// than before. Where that is worth it, it splits it again. What others changed since the record before has left at
    /// most one wei per second and unit, which is why units count: the last of these is gone, the next may come.
    function _countLeak(Pool storage pool, Before memory before, uint256 units) private {
        uint256 flow = _flowRate(pool);
        uint256 leakBefore = pool.book.leak;
        uint256 leak = Math.saturatingSub(leakBefore + before.flow + before.units, flow + units);
        if (FlowMath.shouldHeal(leak, flow, units) && _heal(pool)) leak = 0;
        if (leak != leakBefore) pool.book.leak = Math.min(leak, type(uint96).max).toUint96();
    }

    /// @dev A distribution of zero by the admin makes Superfluid split everything again. It refuses any while it calls a
    /// sink or a source back, and whoever moves units then must be able to: the next move heals.
    function _heal(Pool storage pool) private returns (bool) {
        if (gasleft() < HEAL_GAS) revert BackpressurePool_TooLittleGas(gasleft(), HEAL_GAS);
        ISuperToken token = ISuperToken(address(pool.distributionPool.superToken()));
        bytes memory data = abi.encodeCall(GDA.distributeFlow, (token, address(this), pool.distributionPool, 0, ""));
        try HOST.callAgreement(GDA, data, "") returns (bytes memory) {
            return true;
        } catch {
            return false;
        }
    }

    /// @dev Writes down what happened since the last record. Must run before any unit changes.
    function _record(Pool storage pool) private returns (Before memory) {
        return _record(pool, _received(pool));
    }

    function _record(Pool storage pool, uint256 received) private returns (Before memory before) {
        InflowBook.Units memory units = _units(pool);
        before = Before({ flow: _flowRate(pool), units: units.total() });
        InflowBook.Book memory book = _bookNow(pool, units, received);
        if (book.isRipe()) {
            // Asking Superfluid is dear and tells nothing new where money and rate agree.
            bool steady = !book.confirms(before.flow, before.units) && _isSteady(pool);
            book.confirm(steady ? before.flow : book.average());
        }
        pool.book = book;
    }

    /// @dev For whoever may come often in a block. What the bucket holds beyond its depth went with units of this block, and
    /// must go before it is drained once more.
    function _recordOnce(Pool storage pool) private {
        uint256 received = _received(pool);
        bool upToDate = pool.book.recordedAt == block.timestamp && pool.book.received == received
            && pool.book.spare <= _depth(pool);
        if (!upToDate) _record(pool, received);
    }

    // --------------------------------------------------------------------------------------------- Private: reads

    function _known(TaskTypeId taskTypeId) private view returns (Pool storage pool) {
        pool = _pools[taskTypeId];
        if (address(pool.distributionPool) == address(0)) revert BackpressurePool_UnknownTaskType(taskTypeId);
    }

    function _shouldMove(uint256 epoch, SinkUnits storage stored, uint256 target, bool exact)
        private
        view
        returns (bool)
    {
        uint256 units = stored.units;
        if (units == target) return false;
        return exact || CapacityMath.shouldMove(units, target, epoch >= stored.movedAtEpoch + OVERDUE_EPOCHS);
    }

    /// @dev Whether the escrow would move, or witness an inflow that would move it.
    function _escrowDue(Pool storage pool) private view returns (bool) {
        return
            _shouldLook(pool)
                || (_isAnchorOld(pool) && _escrowTarget(pool, _bookNow(pool).average()) != pool.escrowUnits);
    }

    /// @dev The rate of this moment may ask for a look, but only money decides.
    function _shouldLook(Pool storage pool) private view returns (bool) {
        uint256 units = pool.escrowUnits;
        if (_escrowTarget(pool, pool.book.confirmed) != units) return true;
        bool ripe = block.timestamp >= pool.book.anchoredAt + CONFIRM_DELAY;
        return ripe && _escrowTarget(pool, _flowRate(pool)) != units;
    }

    /// @dev Once per epoch whoever comes looks: a rate that exists only while others look hides nothing.
    function _isAnchorOld(Pool storage pool) private view returns (bool) {
        return block.timestamp >= pool.book.anchoredAt + Math.max(pool.epochLength, CONFIRM_DELAY);
    }

    function _escrowTarget(Pool storage pool, uint256 inflow) private view returns (uint256) {
        return FlowMath.escrowUnitsUp(inflow, _priceCap(pool), pool.sinkUnits, pool.feeUnits);
    }

    /// @dev The rate at which the members are paid. Superfluid's adjustment flow, the remainder of the last division,
    /// is not part of it: it cannot raise what a unit is paid until the next change of a stream.
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

    function _bookNow(Pool storage pool) private view returns (InflowBook.Book memory) {
        return _bookNow(pool, _units(pool), _received(pool));
    }

    function _bookNow(Pool storage pool, InflowBook.Units memory units, uint256 received)
        private
        view
        returns (InflowBook.Book memory)
    {
        return pool.book.asOfNow(units, received, _priceCap(pool), _depth(pool));
    }

    /// @dev What the escrow member has received in all, wei.
    function _received(Pool storage pool) private view returns (uint256) {
        return pool.distributionPool.getTotalAmountReceivedByMember(ESCROW);
    }

    function _units(Pool storage pool) private view returns (InflowBook.Units memory) {
        return InflowBook.Units({ sinks: pool.sinkUnits, escrow: pool.escrowUnits, fee: pool.feeUnits });
    }

    function _priceCap(Pool storage pool) private view returns (uint256) {
        return pool.limited ? FlowMath.priceCapDown(pool.unitRate, pool.limit, pool.sinkUnits) : pool.unitRate;
    }

    /// @dev While overflow runs into the escrow, sinks are paid in full already and nothing is spare. Units that went in
    /// this block take their part of the bucket with them.
    function _drainable(Pool storage pool, uint256 spare) private view returns (uint256) {
        return pool.escrowUnits > 1 ? 0 : Math.min(spare, _depth(pool));
    }

    /// @dev One epoch of full pay, wei.
    function _depth(Pool storage pool) private view returns (uint256) {
        return uint256(pool.unitRate) * pool.sinkUnits * pool.epochLength;
    }

    function _epoch(Pool storage pool) private view returns (uint256) {
        return block.timestamp / pool.epochLength;
    }
}
