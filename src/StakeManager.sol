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
import { CapacityMath } from "./libraries/CapacityMath.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { TaskTypeId, TaskTypeParameters } from "./types/TaskType.sol";

/// @title StakeManager: the bonds of sinks
/// @notice Bonds back capacity; unbonding money stays slashable. See the interface for what each call does.
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
    function withdraw(TaskTypeId taskTypeId) external returns (uint256 amount) {
        // Check
        Bond storage bond = _bonds[taskTypeId][msg.sender];
        amount = bond.unbonding;
        if (amount == 0) revert StakeManager_NothingUnbonding(taskTypeId, msg.sender);
        if (block.timestamp < bond.unbondedAt) revert StakeManager_StillUnbonding(bond.unbondedAt);

        // Effect
        bond.unbonding = 0;
        bond.unbondedAt = 0;
        emit Withdrawn(taskTypeId, msg.sender, amount);

        // Interaction
        _token(taskTypeId).safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakeManager
    function slash(TaskTypeId taskTypeId, address sink, uint256 amount) external returns (uint256 slashed) {
        // Check
        if (amount == 0) revert StakeManager_ZeroAmount(taskTypeId);
        TaskTypeParameters memory parameters = REGISTRY.parametersOf(taskTypeId);
        if (msg.sender != parameters.verifier) revert StakeManager_NotVerifier(msg.sender, parameters.verifier);

        // Effect
        Bond storage bond = _bonds[taskTypeId][sink];
        uint256 fromStake = Math.min(amount, bond.staked);
        uint256 fromUnbonding = Math.min(amount - fromStake, bond.unbonding);
        slashed = fromStake + fromUnbonding;
        if (slashed == 0) return 0;
        bond.staked = (bond.staked - fromStake).toUint112();
        bond.unbonding = (bond.unbonding - fromUnbonding).toUint112();
        emit Slashed(taskTypeId, sink, slashed);

        // Interaction
        REGISTRY.stakeSlashed(taskTypeId, sink, bond.staked);
        IERC20(address(parameters.superToken)).safeTransfer(address(ESCROW), slashed);
        ESCROW.takeSlash(taskTypeId, slashed);
    }

    /// @inheritdoc IStakeManager
    function bondOf(TaskTypeId taskTypeId, address sink) external view returns (uint256, uint256, uint256) {
        Bond storage bond = _bonds[taskTypeId][sink];
        return (bond.staked, bond.unbonding, bond.unbondedAt);
    }

    /// @inheritdoc IStakeManager
    function capacityCap(TaskTypeId taskTypeId, address sink) external view returns (uint256) {
        uint256 staked = _bonds[taskTypeId][sink].staked;
        if (staked == 0) return 0;
        (uint256 minimumStake, uint256 bondPerUnit) = REGISTRY.bondTerms(taskTypeId);
        return CapacityMath.capacityCapDown(staked, minimumStake, bondPerUnit);
    }

    function _token(TaskTypeId taskTypeId) private view returns (IERC20) {
        TaskTypeParameters memory parameters = REGISTRY.parametersOf(taskTypeId);
        if (address(parameters.superToken) == address(0)) {
            revert ICapacityRegistry.CapacityRegistry_UnknownTaskType(taskTypeId);
        }
        return IERC20(address(parameters.superToken));
    }
}
