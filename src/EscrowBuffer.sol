// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

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
import { DepositQueue } from "./libraries/DepositQueue.sol";
import { StreamedAmount } from "./libraries/StreamedAmount.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { TaskTypeId, TaskTypeParameters } from "./types/TaskType.sol";

/// @title EscrowBuffer: what no sink could absorb
/// @notice Each task type has its own account; nothing is ever read from the shared token balance.
contract EscrowBuffer is IEscrowBuffer, SuperfluidAccount, ReentrancyGuardTransient {
    using SafeCast for int256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using DepositQueue for DepositQueue.Queue;
    using StreamedAmount for StreamedAmount.Account;

    /// @dev What a source has streamed (see `StreamedAmount`) and got back. One line per slot:
    ///
    ///     total 128 | returned 96 | syncedAt 32
    ///     current 128 | previous 128
    struct Source {
        uint128 total;
        uint96 returned;
        uint32 syncedAt;
        uint128 current;
        uint128 previous;
    }

    /// @param token The task type's super token.
    /// @param distributionPool Superfluid pool that the sources stream into.
    /// @param returnPool Superfluid pool whose members are the sources.
    /// @param donated Wei that came in as donations.
    /// @param drained Wei of overflow paid to the sinks.
    /// @param released Wei of overflow returned to the sources.
    /// @param feeCollected Wei of fee paid out.
    /// @param deposits Prepayments, oldest first.
    struct Account {
        ISuperToken token;
        ISuperfluidPool distributionPool;
        ISuperfluidPool returnPool;
        uint128 donated;
        uint128 drained;
        uint128 released;
        uint128 feeCollected;
        DepositQueue.Queue deposits;
        mapping(address source => Source) sources;
    }

    ICapacityRegistry private immutable REGISTRY;
    IBackpressurePool private immutable POOL;

    mapping(TaskTypeId taskTypeId => Account) private _accounts;

    constructor(ProtocolAddresses memory addresses) SuperfluidAccount(addresses.host) {
        REGISTRY = addresses.capacityRegistry;
        POOL = addresses.backpressurePool;
    }

    // --------------------------------------------------------------------------------------------- Anyone

    /// @inheritdoc IEscrowBuffer
    function drain(TaskTypeId taskTypeId) external nonReentrant returns (uint256 amount) {
        // Check
        Account storage account = _known(taskTypeId);
        uint256 overflow = _overflow(taskTypeId, account);
        uint256 available = overflow + account.deposits.ready();
        amount = POOL.takeSpare(taskTypeId, available);
        if (amount == 0) revert EscrowBuffer_NothingToDrain(available, POOL.spareOf(taskTypeId));

        // Effect
        uint256 fromOverflow = Math.min(amount, overflow);
        account.drained = (account.drained + fromOverflow).toUint128();
        account.deposits.spend(amount - fromOverflow);
        emit Drained(taskTypeId, fromOverflow, amount - fromOverflow);

        // Interaction
        account.distributionPool.claimAll(address(this));
        _distribute(account.token, account.distributionPool, amount);
    }

    /// @inheritdoc IEscrowBuffer
    function release(TaskTypeId taskTypeId) external nonReentrant returns (uint256 amount) {
        // Check
        Account storage account = _known(taskTypeId);
        uint256 excess;
        (excess, amount) = _releasable(taskTypeId, account);
        if (amount == 0) revert EscrowBuffer_NothingToRelease(excess, account.returnPool.getTotalUnits());

        // Effect
        account.released = (account.released + amount).toUint128();
        emit Released(taskTypeId, amount);

        // Interaction
        account.distributionPool.claimAll(address(this));
        _distribute(account.token, account.returnPool, amount);
    }

    /// @inheritdoc IEscrowBuffer
    function syncSource(TaskTypeId taskTypeId, address source) external nonReentrant {
        Account storage account = _known(taskTypeId);
        StreamedAmount.Account memory streamed = _streamed(account, source);
        uint256 returned = account.returnPool.getTotalAmountReceivedByMember(source);
        account.sources[source] = Source({
            total: streamed.total,
            // Saturates far above the supply of any token that is streamed for work.
            returned: Math.min(returned, type(uint96).max).toUint96(),
            syncedAt: streamed.syncedAt,
            current: streamed.current,
            previous: streamed.previous
        });
        // The same unit as everywhere: one unit's full pay for one second. Rounded down, which favours other sources.
        uint256 units = (uint256(streamed.current) + streamed.previous) / REGISTRY.parametersOf(taskTypeId).unitRate;
        emit SourceSynced(taskTypeId, source, streamed.total, units);
        if (units != account.returnPool.getUnits(source)) {
            account.returnPool.updateMemberUnits(source, units.toUint128());
        }
    }

    /// @inheritdoc IEscrowBuffer
    function deposit(TaskTypeId taskTypeId, uint256 amount) external nonReentrant returns (uint256 depositId) {
        // Check
        Account storage account = _known(taskTypeId);
        TaskTypeParameters memory parameters = REGISTRY.parametersOf(taskTypeId);
        uint256 min = uint256(parameters.unitRate) * parameters.epochLength;
        if (amount < min) revert EscrowBuffer_DepositTooSmall(amount, min);

        // Effect
        depositId = account.deposits.push(msg.sender, amount);
        emit Deposited(taskTypeId, msg.sender, depositId, amount);

        // Interaction
        _pull(account.token, amount);
    }

    /// @inheritdoc IEscrowBuffer
    function withdrawDeposit(TaskTypeId taskTypeId, uint256 depositId) external nonReentrant returns (uint256 amount) {
        // Check
        Account storage account = _known(taskTypeId);
        address owner = account.deposits.deposits[depositId].owner;
        if (msg.sender != owner) revert EscrowBuffer_NotDepositor(depositId, msg.sender, owner);

        // Effect
        amount = account.deposits.remove(depositId);
        emit DepositWithdrawn(taskTypeId, msg.sender, depositId, amount);

        // Interaction
        IERC20(address(account.token)).safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IEscrowBuffer
    function donate(TaskTypeId taskTypeId, uint256 amount) external nonReentrant {
        Account storage account = _known(taskTypeId);
        account.donated = (account.donated + amount).toUint128();
        emit Donated(taskTypeId, msg.sender, amount);
        _pull(account.token, amount);
    }

    /// @inheritdoc IEscrowBuffer
    function collectFee(TaskTypeId taskTypeId) external nonReentrant returns (uint256 amount) {
        // Check
        Account storage account = _known(taskTypeId);
        (, uint256 accrued) = POOL.incomeOf(taskTypeId);
        (, address recipient) = POOL.fee();
        amount = accrued - account.feeCollected;
        if (amount == 0 || recipient == address(0)) revert EscrowBuffer_NoFee(amount, recipient);

        // Effect
        account.feeCollected = accrued.toUint128();
        emit FeeCollected(taskTypeId, recipient, amount);

        // Interaction
        account.distributionPool.claimAll(address(this));
        IERC20(address(account.token)).safeTransfer(recipient, amount);
    }

    // --------------------------------------------------------------------------------------------- Registry

    /// @inheritdoc IEscrowBuffer
    function open(TaskTypeId taskTypeId, ISuperToken superToken) external {
        if (msg.sender != address(REGISTRY)) revert EscrowBuffer_NotAllowed(msg.sender, address(REGISTRY));
        ISuperfluidPool returnPool = GDA.createPool(
            superToken,
            address(this),
            PoolConfig({ transferabilityForUnitsOwner: false, distributionFromAnyAddress: false })
        );
        _accounts[taskTypeId].token = superToken;
        _accounts[taskTypeId].distributionPool = POOL.distributionPoolOf(taskTypeId);
        _accounts[taskTypeId].returnPool = returnPool;
        emit ReturnPoolOpened(taskTypeId, returnPool);
    }

    // --------------------------------------------------------------------------------------------- Views

    /// @inheritdoc IEscrowBuffer
    function level(TaskTypeId taskTypeId) external view returns (uint256) {
        Account storage account = _known(taskTypeId);
        return _overflow(taskTypeId, account) + account.deposits.total;
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
        Account storage account = _known(taskTypeId);
        uint256 available = _overflow(taskTypeId, account) + account.deposits.ready();
        uint256 units = POOL.minFlowRate(taskTypeId);
        return Math.min(available, POOL.spareOf(taskTypeId)) / units * units;
    }

    /// @inheritdoc IEscrowBuffer
    function releasable(TaskTypeId taskTypeId) external view returns (uint256 amount) {
        (, amount) = _releasable(taskTypeId, _known(taskTypeId));
    }

    /// @inheritdoc IEscrowBuffer
    function totalsOf(TaskTypeId taskTypeId) external view returns (uint256, uint256, uint256) {
        Account storage account = _known(taskTypeId);
        return (account.donated, account.drained, account.released);
    }

    /// @inheritdoc IEscrowBuffer
    function streamedOf(TaskTypeId taskTypeId, address source) external view returns (uint256) {
        return _streamed(_known(taskTypeId), source).total;
    }

    /// @inheritdoc IEscrowBuffer
    function spentOf(TaskTypeId taskTypeId, address source) external view returns (uint256) {
        Account storage account = _known(taskTypeId);
        Source storage stored = account.sources[source];
        (uint256 changedAt, uint256 rate) = _flowOf(account, source);
        uint256 total = StreamedAmount.totalAt(stored.total, stored.syncedAt, rate, changedAt, block.timestamp);
        uint256 returned = stored.returned;
        return total > returned ? total - returned : 0;
    }

    /// @inheritdoc IEscrowBuffer
    function returnPoolOf(TaskTypeId taskTypeId) external view returns (ISuperfluidPool) {
        return _accounts[taskTypeId].returnPool;
    }

    // --------------------------------------------------------------------------------------------- Private

    function _known(TaskTypeId taskTypeId) private view returns (Account storage account) {
        account = _accounts[taskTypeId];
        if (address(account.token) == address(0)) revert EscrowBuffer_UnknownTaskType(taskTypeId);
    }

    /// @dev From what the member really received, never from claims (anyone can claim for anyone) and never from this
    /// contract's balance (task types share it).
    function _overflow(TaskTypeId taskTypeId, Account storage account) private view returns (uint256) {
        (uint256 income,) = POOL.incomeOf(taskTypeId);
        return income + account.donated - account.drained - account.released;
    }

    function _releasable(TaskTypeId taskTypeId, Account storage account)
        private
        view
        returns (uint256 excess, uint256 amount)
    {
        TaskTypeParameters memory parameters = REGISTRY.parametersOf(taskTypeId);
        uint256 emptySince = POOL.emptySince(taskTypeId);
        // Less than a window, so that the sources of the money still have their shares.
        uint256 grace = Math.min(parameters.signalTimeToLive, StreamedAmount.WINDOW / 2);
        bool abandoned = emptySince != 0 && block.timestamp >= emptySince + grace;
        uint256 kept = abandoned ? 0 : parameters.bufferMax;
        excess = Math.saturatingSub(_overflow(taskTypeId, account), kept);
        uint256 units = account.returnPool.getTotalUnits();
        if (units != 0) amount = excess / units * units;
    }

    function _streamed(Account storage account, address source) private view returns (StreamedAmount.Account memory) {
        Source storage stored = account.sources[source];
        (uint256 changedAt, uint256 rate) = _flowOf(account, source);
        StreamedAmount.Account memory streamed = StreamedAmount.Account({
            total: stored.total, current: stored.current, previous: stored.previous, syncedAt: stored.syncedAt
        });
        return streamed.advance(rate, changedAt, block.timestamp);
    }

    /// @dev When the stream of a source got its present rate, Unix seconds, and that rate, wei per second.
    function _flowOf(Account storage account, address source) private view returns (uint256 changedAt, uint256 rate) {
        int96 flowRate;
        (changedAt, flowRate,) = GDA.getFlow(account.token, source, account.distributionPool);
        rate = int256(flowRate).toUint256();
    }

    function _pull(ISuperToken token, uint256 amount) private {
        IERC20(address(token)).safeTransferFrom(msg.sender, address(this), amount);
    }

    function _distribute(ISuperToken token, ISuperfluidPool to, uint256 amount) private {
        HOST.callAgreement(GDA, abi.encodeCall(GDA.distribute, (token, address(this), to, amount, "")), "");
    }
}
