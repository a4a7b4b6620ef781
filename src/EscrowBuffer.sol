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
import { IEscrowBuffer } from "./interfaces/IEscrowBuffer.sol";
import { DepositQueue } from "./libraries/DepositQueue.sol";
import { FlowMath } from "./libraries/FlowMath.sol";
import { ReturnShares } from "./libraries/ReturnShares.sol";
import { StreamedAmount } from "./libraries/StreamedAmount.sol";
import { EscrowTerms } from "./types/EscrowTerms.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { TaskTypeId } from "./types/TaskType.sol";

/// @title EscrowBuffer: what no sink could absorb
/// @notice Keeps one book per task type; nothing is ever read from the token balance that they share. What is set aside
/// for a source has been claimed from the pool before, so that no task type pays with another's money.
contract EscrowBuffer is IEscrowBuffer, SuperfluidAccount, ReentrancyGuardTransient {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using DepositQueue for DepositQueue.Queue;
    using ReturnShares for ReturnShares.Book;

    /// @dev What a source has streamed (see `StreamedAmount`) and was paid back, wei, and what it has in the overflow.
    struct Source {
        uint128 streamed;
        uint128 returned;
        ReturnShares.Claim claim;
    }

    /// @param token The task type's super token.
    /// @param distributionPool Superfluid pool that the sources stream into.
    /// @param horizon How long overflow waits for the sinks before its source may take it back, seconds.
    /// @param bufferMax Overflow above which money returns to the sources without waiting, wei.
    /// @param unitEpoch q * h, wei.
    /// @param feeCollected Wei of fee paid out.
    /// @param book Whose the overflow is.
    /// @param ends See `ReturnShares.rescale`.
    /// @param deposits Prepayments, oldest first.
    struct Escrow {
        ISuperToken token;
        ISuperfluidPool distributionPool;
        uint32 horizon;
        uint128 bufferMax;
        uint128 unitEpoch;
        uint128 feeCollected;
        ReturnShares.Book book;
        mapping(uint256 scale => uint256) ends;
        DepositQueue.Queue deposits;
        mapping(address source => Source) sources;
    }

    /// @dev The most that paying a source may cost: three transfers. Some tokens let the receiver run code of its own.
    uint256 private constant TRANSFER_GAS = 400_000;

    /// @dev A caller gives this much before it, of which the transfer may use 63/64, so that the claim, the transfer and
    /// what follows have enough.
    uint256 private constant MIN_GAS = 600_000;

    address private immutable REGISTRY;
    address private immutable STAKE_MANAGER;
    IBackpressurePool private immutable POOL;

    mapping(TaskTypeId taskTypeId => Escrow) private _escrows;

    modifier only(address expected) {
        if (msg.sender != expected) revert EscrowBuffer_NotAllowed(msg.sender, expected);
        _;
    }

    constructor(ProtocolAddresses memory addresses) SuperfluidAccount(addresses.host) {
        REGISTRY = address(addresses.capacityRegistry);
        STAKE_MANAGER = address(addresses.stakeManager);
        POOL = addresses.backpressurePool;
    }

    // --------------------------------------------------------------------------------------------- Anyone

    /// @inheritdoc IEscrowBuffer
    function drain(TaskTypeId taskTypeId) external nonReentrant returns (uint256 amount) {
        // Check
        Escrow storage escrow = _known(taskTypeId);
        ReturnShares.Book memory book = _record(taskTypeId, escrow);
        uint256 overflow = book.overflow();
        uint256 available = overflow + escrow.deposits.ready();
        uint256 back;
        (amount, back) = POOL.takeSpare(taskTypeId, available);
        if (amount == 0) revert EscrowBuffer_NothingToDrain(available, POOL.spareOf(taskTypeId));

        // Effect
        uint256 fromOverflow = Math.min(amount, overflow);
        book.drain(fromOverflow, back);
        _write(escrow, book);
        escrow.deposits.spend(amount - fromOverflow);
        emit Drained(taskTypeId, fromOverflow, amount - fromOverflow);

        // Interaction
        escrow.distributionPool.claimAll(address(this));
        _distribute(escrow.token, escrow.distributionPool, amount);
    }

    /// @inheritdoc IEscrowBuffer
    function release(TaskTypeId taskTypeId) external nonReentrant returns (uint256 amount) {
        // Check
        Escrow storage escrow = _known(taskTypeId);
        ReturnShares.Book memory book = _record(taskTypeId, escrow);
        uint256 claimedShares = book.claimedShares();
        uint256 excess = _excess(escrow, book);
        amount = book.release(excess);
        if (amount == 0) revert EscrowBuffer_NothingToRelease(excess, claimedShares);

        // Effect
        _write(escrow, book);
        emit Released(taskTypeId, amount);

        // Interaction
        escrow.distributionPool.claimAll(address(this));
    }

    /// @inheritdoc IEscrowBuffer
    function syncSource(TaskTypeId taskTypeId, address account) external nonReentrant {
        // Check
        Escrow storage escrow = _known(taskTypeId);
        ReturnShares.Book memory book = _record(taskTypeId, escrow);
        Source memory source = escrow.sources[account];
        uint256 leaving = _sync(escrow, book, source, account);

        // Effect
        uint256 released = leaving == 0 ? 0 : book.redeem(source.claim, leaving);
        uint128 amount = book.pay(source.claim);
        source.returned = _saturate(uint256(source.returned) + amount);
        _write(escrow, book);
        escrow.sources[account] = source;
        if (released != 0) emit Released(taskTypeId, released);
        emit SourceSynced(taskTypeId, account, source.streamed, source.claim.shares, amount);

        // Interaction
        if (amount == 0) return;
        // Whoever calls must not be able to make a payment fail by giving too little gas.
        if (gasleft() < MIN_GAS) revert EscrowBuffer_TooLittleGas(gasleft(), MIN_GAS);
        if (released != 0) escrow.distributionPool.claimAll(address(this));
        if (!_tryTransfer(escrow.token, account, amount)) _keep(taskTypeId, escrow, account, amount);
    }

    /// @inheritdoc IEscrowBuffer
    function bookSource(TaskTypeId taskTypeId, address account) external nonReentrant returns (uint256 spent) {
        (spent,) = _bookSource(taskTypeId, _known(taskTypeId), account);
    }

    /// @inheritdoc IEscrowBuffer
    function requestReturn(TaskTypeId taskTypeId) external nonReentrant {
        Escrow storage escrow = _known(taskTypeId);
        (, uint256 shares) = _bookSource(taskTypeId, escrow, msg.sender);
        uint256 leaving = Math.min(shares, type(uint224).max);
        if (leaving == 0) revert EscrowBuffer_NothingToReturn(taskTypeId, msg.sender);
        ReturnShares.Claim storage claim = escrow.sources[msg.sender].claim;
        claim.leaving = leaving.toUint224();
        claim.leavingSince = block.timestamp.toUint32();
        emit ReturnRequested(taskTypeId, msg.sender, leaving, block.timestamp + escrow.horizon);
    }

    /// @inheritdoc IEscrowBuffer
    function deposit(TaskTypeId taskTypeId, uint256 amount) external nonReentrant returns (uint256 depositId) {
        // Check
        Escrow storage escrow = _known(taskTypeId);
        uint256 min = _minDeposit(taskTypeId, escrow);
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
        _donate(taskTypeId, escrow, amount);
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

    // --------------------------------------------------------------------------------------------- Registry, stakes

    /// @inheritdoc IEscrowBuffer
    function open(TaskTypeId taskTypeId, EscrowTerms calldata terms) external only(REGISTRY) {
        Escrow storage escrow = _escrows[taskTypeId];
        escrow.token = terms.superToken;
        escrow.distributionPool = POOL.distributionPoolOf(taskTypeId);
        escrow.horizon = terms.horizon;
        escrow.bufferMax = terms.bufferMax;
        escrow.unitEpoch = (uint256(terms.unitRate) * terms.epochLength).toUint128();
    }

    /// @inheritdoc IEscrowBuffer
    function takeSlash(TaskTypeId taskTypeId, uint256 amount) external only(STAKE_MANAGER) nonReentrant {
        _donate(taskTypeId, _known(taskTypeId), amount);
    }

    // --------------------------------------------------------------------------------------------- Views

    /// @inheritdoc IEscrowBuffer
    function level(TaskTypeId taskTypeId) external view returns (uint256) {
        Escrow storage escrow = _known(taskTypeId);
        return _bookNow(taskTypeId, escrow).overflow() + escrow.deposits.total;
    }

    /// @inheritdoc IEscrowBuffer
    function overflowOf(TaskTypeId taskTypeId) external view returns (uint256) {
        return _bookNow(taskTypeId, _known(taskTypeId)).overflow();
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
    function minDepositOf(TaskTypeId taskTypeId) external view returns (uint256) {
        return _minDeposit(taskTypeId, _known(taskTypeId));
    }

    /// @inheritdoc IEscrowBuffer
    function drainable(TaskTypeId taskTypeId) external view returns (uint256) {
        Escrow storage escrow = _known(taskTypeId);
        uint256 available = _bookNow(taskTypeId, escrow).overflow() + escrow.deposits.ready();
        uint256 units = POOL.totalUnits(taskTypeId);
        return Math.min(available, POOL.spareOf(taskTypeId)) / units * units;
    }

    /// @inheritdoc IEscrowBuffer
    function releasable(TaskTypeId taskTypeId) external view returns (uint256) {
        Escrow storage escrow = _known(taskTypeId);
        ReturnShares.Book memory book = _bookNow(taskTypeId, escrow);
        return book.release(_excess(escrow, book));
    }

    /// @inheritdoc IEscrowBuffer
    function setAsideOf(TaskTypeId taskTypeId) external view returns (uint256) {
        return _known(taskTypeId).book.setAside;
    }

    /// @inheritdoc IEscrowBuffer
    function claimOf(TaskTypeId taskTypeId, address account) external view returns (uint256 held, uint256 payableNow) {
        Escrow storage escrow = _known(taskTypeId);
        ReturnShares.Book memory book = _bookNow(taskTypeId, escrow);
        Source memory source = escrow.sources[account];
        uint256 leaving = _sync(escrow, book, source, account);
        if (leaving != 0) book.redeem(source.claim, leaving);
        return (book.valueOf(source.claim.shares, Math.Rounding.Floor), source.claim.payableNow);
    }

    /// @inheritdoc IEscrowBuffer
    function bookOf(TaskTypeId taskTypeId) external view returns (ReturnShares.Book memory) {
        return _bookNow(taskTypeId, _known(taskTypeId));
    }

    /// @inheritdoc IEscrowBuffer
    function streamedOf(TaskTypeId taskTypeId, address account) external view returns (uint256) {
        Escrow storage escrow = _known(taskTypeId);
        (uint256 changedAt, uint256 rate) = _flowOf(escrow, account);
        Source storage source = escrow.sources[account];
        return StreamedAmount.totalAt(source.streamed, source.claim.syncedAt, rate, changedAt, block.timestamp);
    }

    /// @inheritdoc IEscrowBuffer
    function returnedOf(TaskTypeId taskTypeId, address account) external view returns (uint256) {
        return _known(taskTypeId).sources[account].returned;
    }

    /// @inheritdoc IEscrowBuffer
    function spentOf(TaskTypeId taskTypeId, address account) external view returns (uint256) {
        Escrow storage escrow = _known(taskTypeId);
        ReturnShares.Book memory book = _bookNow(taskTypeId, escrow);
        Source memory source = escrow.sources[account];
        _sync(escrow, book, source, account);
        return _spent(escrow, book, source, account);
    }

    // --------------------------------------------------------------------------------------------- Private

    function _known(TaskTypeId taskTypeId) private view returns (Escrow storage escrow) {
        escrow = _escrows[taskTypeId];
        if (address(escrow.token) == address(0)) revert EscrowBuffer_UnknownTaskType(taskTypeId);
    }

    /// @dev Whose the overflow is, as of now, for whoever changes it. The pool writes down what flowed until now, so that
    /// what is credited between two changes of this book is bounded by the money of that time. What counts is what the
    /// member really received, never claims (anyone can claim for anyone) nor this contract's balance (task types share
    /// it).
    function _record(TaskTypeId taskTypeId, Escrow storage escrow) private returns (ReturnShares.Book memory book) {
        (uint256 income, uint256 overflowTime) = POOL.record(taskTypeId);
        book = escrow.book;
        book.accrue(income, overflowTime);
    }

    /// @dev The same for views.
    function _bookNow(TaskTypeId taskTypeId, Escrow storage escrow)
        private
        view
        returns (ReturnShares.Book memory book)
    {
        (uint256 income,) = POOL.incomeOf(taskTypeId);
        book = escrow.book;
        book.accrue(income, POOL.overflowTimeOf(taskTypeId));
    }

    function _write(Escrow storage escrow, ReturnShares.Book memory book) private {
        book.rescale(escrow.ends);
        escrow.book = book;
    }

    function _excess(Escrow storage escrow, ReturnShares.Book memory book) private view returns (uint256) {
        return Math.saturatingSub(book.overflow(), escrow.bufferMax);
    }

    /// @dev Brings a source up to date and stores it. Pays nothing.
    function _bookSource(TaskTypeId taskTypeId, Escrow storage escrow, address account)
        private
        returns (uint256 spent, uint256 shares)
    {
        ReturnShares.Book memory book = _record(taskTypeId, escrow);
        Source memory source = escrow.sources[account];
        _sync(escrow, book, source, account);
        (spent, shares) = (_spent(escrow, book, source, account), source.claim.shares);
        _write(escrow, book);
        escrow.sources[account] = source;
        emit SourceSynced(taskTypeId, account, source.streamed, shares, 0);
    }

    /// @dev Brings a source up to date, in memory. Its stream counts from `syncedAt` on if it still has that rate and
    /// has had no other in between.
    /// @return leaving Those of its shares that may return now: all of a stream that ended, or those that it asked for, one
    /// horizon later. A bid is not free: what it could not buy waits for the sinks so long.
    function _sync(Escrow storage escrow, ReturnShares.Book memory book, Source memory source, address account)
        private
        view
        returns (uint256 leaving)
    {
        ReturnShares.Claim memory claim = source.claim;
        (uint256 changedAt, uint256 rate) = _flowOf(escrow, account);
        uint256 streamed = StreamedAmount.totalAt(source.streamed, claim.syncedAt, rate, changedAt, block.timestamp);
        source.streamed = _saturate(streamed);
        bool stayed = rate == claim.rate && changedAt <= claim.syncedAt;
        book.sync(claim, escrow.ends, stayed, rate.toUint96());

        if (rate == 0 && changedAt != 0 && block.timestamp >= changedAt + escrow.horizon) return claim.shares;
        if (claim.leavingSince != 0 && block.timestamp >= claim.leavingSince + escrow.horizon) return claim.leaving;
        return 0;
    }

    /// @dev Of a source that is up to date.
    function _spent(Escrow storage escrow, ReturnShares.Book memory book, Source memory source, address account)
        private
        view
        returns (uint256)
    {
        uint256 gone = uint256(source.streamed) + escrow.deposits.spentOf[account];
        uint256 held = book.valueOf(source.claim.shares, Math.Rounding.Ceil) + source.claim.payableNow;
        return Math.saturatingSub(gone, held + source.returned);
    }

    function _minDeposit(TaskTypeId taskTypeId, Escrow storage escrow) private view returns (uint256) {
        (uint256 sinkUnits,,) = POOL.unitsOfPool(taskTypeId);
        return FlowMath.minDepositUp(escrow.unitEpoch, sinkUnits);
    }

    /// @dev What is nobody's needs no record: it changes neither shares nor their price.
    function _donate(TaskTypeId taskTypeId, Escrow storage escrow, uint256 amount) private {
        escrow.book.unowned = _saturate(escrow.book.unowned + Math.min(amount, type(uint128).max));
        emit Donated(taskTypeId, msg.sender, amount);
    }

    /// @dev A receiver that the token does not pay can be synchronised all the same: what it pretends must not stay in the
    /// book.
    function _tryTransfer(ISuperToken token, address to, uint256 amount) private returns (bool) {
        try token.transfer{ gas: TRANSFER_GAS }(to, amount) returns (bool done) {
            return done;
        } catch {
            return false;
        }
    }

    /// @dev What could not be paid stays set aside.
    function _keep(TaskTypeId taskTypeId, Escrow storage escrow, address account, uint128 amount) private {
        Source storage source = escrow.sources[account];
        source.returned -= amount;
        source.claim.payableNow = amount;
        escrow.book.setAside += amount;
        escrow.book.claimed += amount;
        emit PaymentRefused(taskTypeId, account, amount);
    }

    /// @dev When the stream of a source got its present rate, Unix seconds, and that rate, wei per second.
    function _flowOf(Escrow storage escrow, address account) private view returns (uint256 changedAt, uint256 rate) {
        int96 flowRate;
        (changedAt, flowRate,) = GDA.getFlow(escrow.token, account, escrow.distributionPool);
        // Safe: a pool is never streamed a negative rate.
        // forge-lint: disable-next-line(unsafe-typecast)
        rate = uint96(flowRate);
    }

    function _pull(ISuperToken token, uint256 amount) private {
        IERC20(address(token)).safeTransferFrom(msg.sender, address(this), amount);
    }

    function _saturate(uint256 value) private pure returns (uint128) {
        return Math.min(value, type(uint128).max).toUint128();
    }

    // Slither does not see the call in `drain`.
    // slither-disable-next-line dead-code
    function _distribute(ISuperToken token, ISuperfluidPool to, uint256 amount) private {
        HOST.callAgreement(GDA, abi.encodeCall(GDA.distribute, (token, address(this), to, amount, "")), "");
    }
}
