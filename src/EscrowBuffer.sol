// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import { ReentrancyGuardTransient } from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { SuperfluidAccount } from "./SuperfluidAccount.sol";
import { IBackpressurePool } from "./interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "./interfaces/ICapacityRegistry.sol";
import { IEscrowBuffer } from "./interfaces/IEscrowBuffer.sol";
import { DepositQueue } from "./libraries/DepositQueue.sol";
import { ReturnShares } from "./libraries/ReturnShares.sol";
import { StreamedAmount } from "./libraries/StreamedAmount.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { TaskTypeId, TaskTypeParameters } from "./types/TaskType.sol";

/// @title EscrowBuffer: what no sink could absorb
/// @notice Each task type has an escrow of its own; nothing is ever read from the shared token balance.
contract EscrowBuffer is IEscrowBuffer, SuperfluidAccount, ReentrancyGuardTransient {
    using SafeCast for int256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using DepositQueue for DepositQueue.Queue;
    using ReturnShares for ReturnShares.Book;

    /// @dev What a source has streamed (see `StreamedAmount`), what it got back, and what it may get (see `ReturnShares`).
    struct Source {
        uint128 streamed;
        uint96 returned;
        uint32 syncedAt;
        ReturnShares.Claim claim;
    }

    /// @param token The task type's super token.
    /// @param distributionPool Superfluid pool that the sources stream into.
    /// @param donated Wei that came in as donations.
    /// @param drained Wei of overflow paid to the sinks.
    /// @param released Wei of overflow set aside for the sources, less what came back unclaimed.
    /// @param feeCollected Wei of fee paid out.
    /// @param book Whose the overflow is.
    /// @param endOf The book's `setAsidePerShare` at the end of a generation.
    /// @param deposits Prepayments, oldest first.
    struct Escrow {
        ISuperToken token;
        ISuperfluidPool distributionPool;
        uint128 donated;
        uint128 drained;
        uint128 released;
        uint128 feeCollected;
        ReturnShares.Book book;
        mapping(uint256 generation => uint256) endOf;
        DepositQueue.Queue deposits;
        mapping(address source => Source) sources;
    }

    /// @dev The most that paying a source may cost: three transfers. Some tokens let the receiver run code of its own.
    uint256 private constant TRANSFER_GAS = 400_000;

    /// @dev The longest that an empty pool keeps the overflow, seconds.
    uint256 private constant MAX_GRACE = 30 minutes;

    ICapacityRegistry private immutable REGISTRY;
    IBackpressurePool private immutable POOL;

    mapping(TaskTypeId taskTypeId => Escrow) private _escrows;

    constructor(ProtocolAddresses memory addresses) SuperfluidAccount(addresses.host) {
        REGISTRY = addresses.capacityRegistry;
        POOL = addresses.backpressurePool;
    }

    // --------------------------------------------------------------------------------------------- Anyone

    /// @inheritdoc IEscrowBuffer
    function drain(TaskTypeId taskTypeId) external nonReentrant returns (uint256 amount) {
        // Check
        Escrow storage escrow = _known(taskTypeId);
        ReturnShares.Book memory book = _book(taskTypeId, escrow);
        uint256 overflow = book.overflow();
        uint256 available = overflow + escrow.deposits.ready();
        uint256 units = POOL.totalUnits(taskTypeId);
        amount = POOL.takeSpare(taskTypeId, available);
        if (amount == 0) revert EscrowBuffer_NothingToDrain(available, POOL.spareOf(taskTypeId));

        // Effect
        uint256 fromOverflow = Math.min(amount, overflow);
        // While anything is spare the escrow has one unit, which gets its share back.
        uint256 released = book.drain(fromOverflow, amount / units);
        _write(escrow, book);
        if (released != 0) _countReleased(taskTypeId, escrow, released);
        escrow.drained = (escrow.drained + fromOverflow).toUint128();
        escrow.deposits.spend(amount - fromOverflow);
        emit Drained(taskTypeId, fromOverflow, amount - fromOverflow);

        // Interaction
        escrow.distributionPool.claimAll(address(this));
        _distribute(escrow.token, escrow.distributionPool, amount);
        // What was set aside may be what the escrow's own unit has just got back.
        if (released != 0) escrow.distributionPool.claimAll(address(this));
    }

    /// @inheritdoc IEscrowBuffer
    function release(TaskTypeId taskTypeId) external nonReentrant returns (uint256 amount) {
        // Check
        Escrow storage escrow = _known(taskTypeId);
        ReturnShares.Book memory book = _book(taskTypeId, escrow);
        uint256 claimedShares = book.claimedShares();
        uint256 excess = _excess(taskTypeId, book.overflow());
        amount = book.release(excess);
        if (amount == 0) revert EscrowBuffer_NothingToRelease(excess, claimedShares);

        // Effect
        _write(escrow, book);
        _countReleased(taskTypeId, escrow, amount);

        // Interaction
        escrow.distributionPool.claimAll(address(this));
    }

    /// @inheritdoc IEscrowBuffer
    function syncSource(TaskTypeId taskTypeId, address source) external nonReentrant {
        // Check
        Escrow storage escrow = _known(taskTypeId);
        ReturnShares.Book memory book = _book(taskTypeId, escrow);
        Source memory synced = escrow.sources[source];
        uint256 unclaimed = _sync(escrow, book, synced, source);

        // Effect
        uint128 amount = book.pay(synced.claim);
        _write(escrow, book);
        escrow.sources[source] = synced;
        if (unclaimed != 0) escrow.released -= unclaimed.toUint128();
        emit SourceSynced(taskTypeId, source, synced.streamed, synced.claim.shares, amount);

        // Interaction
        if (amount != 0 && !_tryTransfer(escrow.token, source, amount)) _keep(taskTypeId, source, amount);
    }

    /// @inheritdoc IEscrowBuffer
    function deposit(TaskTypeId taskTypeId, uint256 amount) external nonReentrant returns (uint256 depositId) {
        // Check
        Escrow storage escrow = _known(taskTypeId);
        TaskTypeParameters memory parameters = REGISTRY.parametersOf(taskTypeId);
        uint256 min = uint256(parameters.unitRate) * parameters.epochLength;
        if (amount < min) revert EscrowBuffer_DepositTooSmall(amount, min);

        // Effect
        depositId = escrow.deposits.push(msg.sender, amount);
        emit Deposited(taskTypeId, msg.sender, depositId, amount);

        // Interaction
        _pull(escrow.token, amount);
    }

    /// @inheritdoc IEscrowBuffer
    function withdrawDeposit(TaskTypeId taskTypeId, uint256 depositId) external nonReentrant returns (uint256 amount) {
        // Check
        Escrow storage escrow = _known(taskTypeId);
        address owner = escrow.deposits.deposits[depositId].owner;
        if (msg.sender != owner) revert EscrowBuffer_NotDepositor(depositId, msg.sender, owner);

        // Effect
        amount = escrow.deposits.remove(depositId);
        emit DepositWithdrawn(taskTypeId, msg.sender, depositId, amount);

        // Interaction
        IERC20(address(escrow.token)).safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IEscrowBuffer
    function donate(TaskTypeId taskTypeId, uint256 amount) external nonReentrant {
        Escrow storage escrow = _known(taskTypeId);
        ReturnShares.Book memory book = _book(taskTypeId, escrow);
        book.donate(amount);
        _write(escrow, book);
        escrow.donated = (escrow.donated + amount).toUint128();
        emit Donated(taskTypeId, msg.sender, amount);
        _pull(escrow.token, amount);
    }

    /// @inheritdoc IEscrowBuffer
    function collectFee(TaskTypeId taskTypeId) external nonReentrant returns (uint256 amount) {
        // Check
        Escrow storage escrow = _known(taskTypeId);
        (, uint256 accrued) = POOL.incomeOf(taskTypeId);
        (, address recipient) = POOL.fee();
        amount = accrued - escrow.feeCollected;
        if (amount == 0 || recipient == address(0)) revert EscrowBuffer_NoFee(amount, recipient);

        // Effect
        escrow.feeCollected = accrued.toUint128();
        emit FeeCollected(taskTypeId, recipient, amount);

        // Interaction
        escrow.distributionPool.claimAll(address(this));
        IERC20(address(escrow.token)).safeTransfer(recipient, amount);
    }

    // --------------------------------------------------------------------------------------------- Registry

    /// @inheritdoc IEscrowBuffer
    function open(TaskTypeId taskTypeId, ISuperToken superToken) external {
        if (msg.sender != address(REGISTRY)) revert EscrowBuffer_NotAllowed(msg.sender, address(REGISTRY));
        _escrows[taskTypeId].token = superToken;
        _escrows[taskTypeId].distributionPool = POOL.distributionPoolOf(taskTypeId);
    }

    // --------------------------------------------------------------------------------------------- Views

    /// @inheritdoc IEscrowBuffer
    function level(TaskTypeId taskTypeId) external view returns (uint256) {
        Escrow storage escrow = _known(taskTypeId);
        return _overflow(taskTypeId, escrow) + escrow.deposits.total;
    }

    /// @inheritdoc IEscrowBuffer
    function overflowOf(TaskTypeId taskTypeId) external view returns (uint256) {
        return _overflow(taskTypeId, _known(taskTypeId));
    }

    /// @inheritdoc IEscrowBuffer
    function depositsOf(TaskTypeId taskTypeId) external view returns (uint256) {
        return _known(taskTypeId).deposits.total;
    }

    /// @inheritdoc IEscrowBuffer
    function depositOf(TaskTypeId taskTypeId, uint256 depositId) external view returns (address, uint256) {
        DepositQueue.Deposit storage entry = _known(taskTypeId).deposits.deposits[depositId];
        return (entry.owner, entry.amount);
    }

    /// @inheritdoc IEscrowBuffer
    function drainable(TaskTypeId taskTypeId) external view returns (uint256) {
        Escrow storage escrow = _known(taskTypeId);
        uint256 available = _overflow(taskTypeId, escrow) + escrow.deposits.ready();
        uint256 units = POOL.totalUnits(taskTypeId);
        return Math.min(available, POOL.spareOf(taskTypeId)) / units * units;
    }

    /// @inheritdoc IEscrowBuffer
    function releasable(TaskTypeId taskTypeId) external view returns (uint256) {
        ReturnShares.Book memory book = _book(taskTypeId, _known(taskTypeId));
        return book.release(_excess(taskTypeId, book.overflow()));
    }

    /// @inheritdoc IEscrowBuffer
    function setAsideOf(TaskTypeId taskTypeId) external view returns (uint256) {
        return _known(taskTypeId).book.setAside;
    }

    /// @inheritdoc IEscrowBuffer
    function claimOf(TaskTypeId taskTypeId, address source) external view returns (uint256 owned, uint256 payableNow) {
        Escrow storage escrow = _known(taskTypeId);
        ReturnShares.Book memory book = _book(taskTypeId, escrow);
        Source memory synced = escrow.sources[source];
        _sync(escrow, book, synced, source);
        return (book.valueOf(synced.claim), synced.claim.payableNow);
    }

    /// @inheritdoc IEscrowBuffer
    function totalsOf(TaskTypeId taskTypeId) external view returns (uint256, uint256, uint256) {
        Escrow storage escrow = _known(taskTypeId);
        return (escrow.donated, escrow.drained, escrow.released);
    }

    /// @inheritdoc IEscrowBuffer
    function streamedOf(TaskTypeId taskTypeId, address source) external view returns (uint256 streamed) {
        (streamed,) = _streamedAndReturned(taskTypeId, source);
    }

    /// @inheritdoc IEscrowBuffer
    function returnedOf(TaskTypeId taskTypeId, address source) external view returns (uint256) {
        return _known(taskTypeId).sources[source].returned;
    }

    /// @inheritdoc IEscrowBuffer
    function spentOf(TaskTypeId taskTypeId, address source) external view returns (uint256) {
        (uint256 streamed, uint256 returned) = _streamedAndReturned(taskTypeId, source);
        return streamed > returned ? streamed - returned : 0;
    }

    // --------------------------------------------------------------------------------------------- Private

    function _known(TaskTypeId taskTypeId) private view returns (Escrow storage escrow) {
        escrow = _escrows[taskTypeId];
        if (address(escrow.token) == address(0)) revert EscrowBuffer_UnknownTaskType(taskTypeId);
    }

    /// @dev From what the member really received, never from claims (anyone can claim for anyone) and never from this
    /// contract's balance (task types share it).
    function _overflow(TaskTypeId taskTypeId, Escrow storage escrow) private view returns (uint256) {
        (uint256 income,) = POOL.incomeOf(taskTypeId);
        return income + escrow.donated - escrow.drained - escrow.released;
    }

    /// @dev Whose the overflow is, as of now.
    function _book(TaskTypeId taskTypeId, Escrow storage escrow) private view returns (ReturnShares.Book memory book) {
        book = escrow.book;
        (uint256 income,) = POOL.incomeOf(taskTypeId);
        book.accrue(income, POOL.overflowTimeOf(taskTypeId));
    }

    function _write(Escrow storage escrow, ReturnShares.Book memory book) private {
        uint256 generation = escrow.book.generation;
        if (book.generation != generation) escrow.endOf[generation] = book.setAsidePerShare;
        escrow.book = book;
    }

    function _countReleased(TaskTypeId taskTypeId, Escrow storage escrow, uint256 amount) private {
        escrow.released = (escrow.released + amount).toUint128();
        emit Released(taskTypeId, amount);
    }

    function _excess(TaskTypeId taskTypeId, uint256 overflow) private view returns (uint256) {
        TaskTypeParameters memory parameters = REGISTRY.parametersOf(taskTypeId);
        uint256 emptySince = POOL.emptySince(taskTypeId);
        uint256 grace = Math.min(parameters.signalTimeToLive, MAX_GRACE);
        bool abandoned = emptySince != 0 && block.timestamp >= emptySince + grace;
        return abandoned ? overflow : Math.saturatingSub(overflow, parameters.bufferMax);
    }

    /// @dev Brings a source up to date, in memory. Its stream counts from `syncedAt` on if it still has that rate and
    /// has had no other in between.
    function _sync(Escrow storage escrow, ReturnShares.Book memory book, Source memory synced, address source)
        private
        view
        returns (uint256 unclaimed)
    {
        ReturnShares.Claim memory claim = synced.claim;
        (uint256 changedAt, uint256 rate) = _flowOf(escrow, source);
        uint256 before = claim.payableNow;
        bool stayed = rate == claim.rate && changedAt <= synced.syncedAt;
        unclaimed = book.sync(claim, escrow.endOf[claim.generation], stayed, rate.toUint96());

        // Saturates far above the supply of any token that is streamed for work.
        uint256 returned = synced.returned + Math.saturatingSub(claim.payableNow, before);
        synced.returned = Math.min(returned, type(uint96).max).toUint96();
        synced.streamed =
            StreamedAmount.totalAt(synced.streamed, synced.syncedAt, rate, changedAt, block.timestamp).toUint128();
        synced.syncedAt = block.timestamp.toUint32();
    }

    /// @dev A receiver that the token does not pay can be synchronised all the same: what it pretends must not stay in
    /// the book.
    function _tryTransfer(ISuperToken token, address to, uint256 amount) private returns (bool) {
        try token.transfer{ gas: TRANSFER_GAS }(to, amount) returns (bool done) {
            return done;
        } catch {
            return false;
        }
    }

    /// @dev What could not be paid stays set aside.
    function _keep(TaskTypeId taskTypeId, address source, uint128 amount) private {
        Escrow storage escrow = _escrows[taskTypeId];
        escrow.sources[source].claim.payableNow = amount;
        escrow.book.setAside += amount;
        escrow.book.claimed += amount;
        emit PaymentRefused(taskTypeId, source, amount);
    }

    /// @dev What a source has streamed up to now and got back, wei.
    function _streamedAndReturned(TaskTypeId taskTypeId, address source) private view returns (uint256, uint256) {
        Escrow storage escrow = _known(taskTypeId);
        Source storage stored = escrow.sources[source];
        (uint256 changedAt, uint256 rate) = _flowOf(escrow, source);
        uint256 streamed = stored.streamed;
        return (StreamedAmount.totalAt(streamed, stored.syncedAt, rate, changedAt, block.timestamp), stored.returned);
    }

    /// @dev When the stream of a source got its present rate, Unix seconds, and that rate, wei per second.
    function _flowOf(Escrow storage escrow, address source) private view returns (uint256 changedAt, uint256 rate) {
        int96 flowRate;
        (changedAt, flowRate,) = GDA.getFlow(escrow.token, source, escrow.distributionPool);
        // Safe: a pool is never streamed a negative rate.
        // forge-lint: disable-next-line(unsafe-typecast)
        rate = uint96(flowRate);
    }

    function _pull(ISuperToken token, uint256 amount) private {
        IERC20(address(token)).safeTransferFrom(msg.sender, address(this), amount);
    }

    // Slither does not see the call in `drain`.
    // slither-disable-next-line dead-code
    function _distribute(ISuperToken token, ISuperfluidPool to, uint256 amount) private {
        HOST.callAgreement(GDA, abi.encodeCall(GDA.distribute, (token, address(this), to, amount, "")), "");
    }
}
