// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { SuperfluidAccount } from "./SuperfluidAccount.sol";
import { ICapacityRegistry } from "./interfaces/ICapacityRegistry.sol";
import { IEscrowBuffer } from "./interfaces/IEscrowBuffer.sol";
import { IStakeManager } from "./interfaces/IStakeManager.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { TaskTypeId } from "./types/TaskType.sol";

/// @title StakeManager: the bonds of sinks
/// @notice Bonds back capacity; unbonding money stays slashable. See the interface for what each call does.
/// @dev Amounts are read after a verifier was asked, which may be anybody's contract and call back.
contract StakeManager is IStakeManager, SuperfluidAccount {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev One slot: staked 112 | unbonding 112 | unbondedAt 32. 2^112 wei is more than any super token's supply.
    struct Bond {
        uint112 staked;
        uint112 unbonding;
        uint32 unbondedAt;
    }

    ICapacityRegistry private immutable REGISTRY;
    IEscrowBuffer private immutable ESCROW;

    // Written through storage pointers, which Slither does not follow.
    // slither-disable-next-line uninitialized-state
    mapping(TaskTypeId taskTypeId => mapping(address sink => Bond)) private _bonds;

    constructor(ProtocolAddresses memory addresses) SuperfluidAccount(addresses.host) {
        REGISTRY = addresses.capacityRegistry;
        ESCROW = addresses.escrowBuffer;
    }

    /// @inheritdoc IStakeManager
    function stake(TaskTypeId taskTypeId, uint256 amount) external {
        // Check
        if (amount == 0) revert StakeManager_ZeroAmount(taskTypeId);
        IERC20 token = _token(taskTypeId);

        // Effect
        Bond storage bond = _bonds[taskTypeId][msg.sender];
        bond.staked = (bond.staked + amount).toUint112();
        emit Staked(taskTypeId, msg.sender, amount, bond.staked);

        // Interaction
        REGISTRY.stakeChanged(taskTypeId, msg.sender, bond.staked);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IStakeManager
    function requestUnstake(TaskTypeId taskTypeId, uint256 amount) external {
        // Check
        if (amount == 0) revert StakeManager_ZeroAmount(taskTypeId);
        Bond storage bond = _bonds[taskTypeId][msg.sender];
        if (amount > bond.staked) revert StakeManager_InsufficientStake(amount, bond.staked);

        // Effect
        uint256 unbondedAt = block.timestamp + REGISTRY.unbondingPeriod(taskTypeId);
        bond.staked = (bond.staked - amount).toUint112();
        bond.unbonding = (bond.unbonding + amount).toUint112();
        bond.unbondedAt = unbondedAt.toUint32();
        emit UnstakeRequested(taskTypeId, msg.sender, amount, unbondedAt);

        // Interaction
        REGISTRY.stakeChanged(taskTypeId, msg.sender, bond.staked);
    }

    /// @inheritdoc IStakeManager
    // slither-disable-next-line reentrancy-no-eth,reentrancy-events
    function withdraw(TaskTypeId taskTypeId) external returns (uint256 amount) {
        // Check
        Bond storage bond = _bonds[taskTypeId][msg.sender];
        uint256 unbondedAt = bond.unbondedAt;
        if (bond.unbonding == 0) revert StakeManager_NothingUnbonding(taskTypeId, msg.sender);
        if (block.timestamp < unbondedAt) revert StakeManager_StillUnbonding(unbondedAt);
        (bool ready, uint256 charge) = REGISTRY.judgeLeaver(taskTypeId, msg.sender);
        uint256 patience = unbondedAt + REGISTRY.unbondingPeriod(taskTypeId);
        if (!ready && block.timestamp < patience) revert StakeManager_NotJudged(taskTypeId, msg.sender, patience);

        // Effect and interaction
        if (charge != 0) {
            uint256 staked = bond.staked;
            emit Charged(taskTypeId, msg.sender, _take(taskTypeId, bond, charge));
            if (bond.staked != staked) REGISTRY.stakeChanged(taskTypeId, msg.sender, bond.staked);
        }
        amount = bond.unbonding;
        bond.unbonding = 0;
        bond.unbondedAt = 0;
        emit Withdrawn(taskTypeId, msg.sender, amount);
        _token(taskTypeId).safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakeManager
    // slither-disable-next-line reentrancy-no-eth,reentrancy-events
    function assess(TaskTypeId taskTypeId, address sink) external returns (uint256 slashed) {
        uint256 amount = REGISTRY.assess(taskTypeId, sink);
        if (amount == 0) return 0;
        Bond storage bond = _bonds[taskTypeId][sink];
        slashed = _take(taskTypeId, bond, amount);
        emit Slashed(taskTypeId, sink, slashed);
        REGISTRY.stakeSlashed(taskTypeId, sink, bond.staked);
    }

    /// @inheritdoc IStakeManager
    function bondOf(TaskTypeId taskTypeId, address sink) external view returns (uint256, uint256, uint256) {
        Bond storage bond = _bonds[taskTypeId][sink];
        return (bond.staked, bond.unbonding, bond.unbondedAt);
    }

    /// @dev Takes up to `amount` for the escrow, where it is nobody's: first what is about to leave, then stake. What no
    /// bond is left for is not taken.
    function _take(TaskTypeId taskTypeId, Bond storage bond, uint256 amount) private returns (uint256 taken) {
        // Effect
        uint256 fromUnbonding = Math.min(amount, bond.unbonding);
        uint256 fromStake = Math.min(amount - fromUnbonding, bond.staked);
        taken = fromUnbonding + fromStake;
        if (taken == 0) return 0;
        bond.unbonding = (bond.unbonding - fromUnbonding).toUint112();
        bond.staked = (bond.staked - fromStake).toUint112();

        // Interaction
        _token(taskTypeId).safeTransfer(address(ESCROW), taken);
        ESCROW.takeSlash(taskTypeId, taken);
    }

    function _token(TaskTypeId taskTypeId) private view returns (IERC20) {
        address token = address(REGISTRY.superTokenOf(taskTypeId));
        if (token == address(0)) revert ICapacityRegistry.CapacityRegistry_UnknownTaskType(taskTypeId);
        return IERC20(token);
    }
}
