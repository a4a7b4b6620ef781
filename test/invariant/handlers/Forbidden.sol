// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";
import {
    IGeneralDistributionAgreementV1
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/IGeneralDistributionAgreementV1.sol";
import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { IPipeline } from "../../../src/interfaces/IPipeline.sol";
import { IStakeManager } from "../../../src/interfaces/IStakeManager.sol";
import { EscrowTerms } from "../../../src/types/EscrowTerms.sol";
import { Target, TargetLib } from "../../../src/types/Target.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @notice Every call that belongs to one role, made by somebody else, with the error that must answer it.
abstract contract Forbidden is Handler {
    struct Attempt {
        address target;
        bytes call;
        bytes answer;
    }

    struct Attempts {
        Attempt[32] list;
        uint256 count;
    }

    function _forbidden(TaskTypeId id, address sink, address source, address eve)
        internal
        view
        returns (Attempts memory attempts)
    {
        _forbiddenStakes(attempts, id, eve);
        _forbiddenRegistry(attempts, id, sink, eve);
        _forbiddenPool(attempts, id, sink, eve);
        _forbiddenEscrow(attempts, id, eve);
        _forbiddenSuperfluid(attempts, id, source, eve);
    }

    function _forbiddenStakes(Attempts memory attempts, TaskTypeId id, address eve) private view {
        _add(
            attempts,
            address(stakes),
            abi.encodeCall(stakes.withdraw, (id)),
            abi.encodeWithSelector(IStakeManager.StakeManager_NothingUnbonding.selector, id, eve)
        );
        _add(
            attempts,
            address(stakes),
            abi.encodeCall(stakes.requestUnstake, (id, 1)),
            abi.encodeWithSelector(IStakeManager.StakeManager_InsufficientStake.selector, 1, 0)
        );
    }

    function _forbiddenRegistry(Attempts memory attempts, TaskTypeId id, address sink, address eve) private view {
        bytes memory notStakes =
            abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_NotStakeManager.selector, eve);
        bytes memory unknown = abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_UnknownSink.selector, id, eve);
        address target = address(registry);
        _add(attempts, target, abi.encodeCall(registry.stakeChanged, (id, sink, 0)), notStakes);
        _add(attempts, target, abi.encodeCall(registry.stakeSlashed, (id, sink, 0)), notStakes);
        _add(attempts, target, abi.encodeCall(registry.assess, (id, sink)), notStakes);
        _add(attempts, target, abi.encodeCall(registry.judgeLeaver, (id, sink)), notStakes);
        _add(attempts, target, abi.encodeCall(registry.setProfile, (id, "")), unknown);
        _add(attempts, target, abi.encodeCall(registry.deregisterSink, (id)), unknown);
        _add(attempts, target, abi.encodeCall(registry.commitCapacity, (id, bytes32("any"))), unknown);
        _add(attempts, target, abi.encodeCall(registry.revealCapacity, (id, 1, 0, bytes32("any"))), unknown);
        _add(
            attempts,
            target,
            abi.encodeCall(registry.registerSink, (id, "")),
            abi.encodeWithSelector(
                ICapacityRegistry.CapacityRegistry_StakeBelowMinimum.selector, 0, world.parametersOf(id).minimumStake
            )
        );
    }

    function _forbiddenPool(Attempts memory attempts, TaskTypeId id, address sink, address eve) private view {
        address target = address(pool);
        bytes memory notOwner = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, eve);
        _add(
            attempts,
            target,
            abi.encodeCall(pool.open, (id, world.tokenOf(id), 1e18, 60)),
            _notPool(eve, address(registry))
        );
        Target[] memory targets = new Target[](1);
        targets[0] = TargetLib.target(sink, 0);
        _add(attempts, target, abi.encodeCall(pool.move, (id, targets, true)), _notPool(eve, address(registry)));
        _add(attempts, target, abi.encodeCall(pool.record, (id)), _notPool(eve, address(escrow)));
        _add(attempts, target, abi.encodeCall(pool.setLimit, (id, 0)), _notPool(eve, address(pipeline)));
        _add(attempts, target, abi.encodeCall(pool.takeSpare, (id, 1)), _notPool(eve, address(escrow)));
        _add(attempts, target, abi.encodeCall(pool.setFee, (100, eve)), notOwner);
        _add(attempts, target, abi.encodeCall(pool.transferOwnership, (eve)), notOwner);
        _add(attempts, target, abi.encodeCall(pool.acceptOwnership, ()), notOwner);
        _add(attempts, target, abi.encodeCall(pool.renounceOwnership, ()), notOwner);
    }

    function _forbiddenEscrow(Attempts memory attempts, TaskTypeId id, address eve) private view {
        (address depositor,) = escrow.depositOf(id, 1);
        _add(
            attempts,
            address(escrow),
            abi.encodeCall(escrow.open, (id, EscrowTerms(world.tokenOf(id), 1e14, 60, 360, 0))),
            abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_NotAllowed.selector, eve, registry)
        );
        _add(
            attempts,
            address(escrow),
            abi.encodeCall(escrow.takeSlash, (id, 1e18)),
            abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_NotAllowed.selector, eve, stakes)
        );
        _add(
            attempts,
            address(escrow),
            abi.encodeCall(escrow.withdrawDeposit, (id, 1)),
            abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_NotDepositor.selector, 1, eve, depositor)
        );
        _add(
            attempts,
            address(pipeline),
            abi.encodeCall(pipeline.setDownstream, (id, world.ids(2), 1e18)),
            abi.encodeWithSelector(IPipeline.Pipeline_NotCreator.selector, eve, registry.creatorOf(id))
        );
    }

    function _forbiddenSuperfluid(Attempts memory attempts, TaskTypeId id, address source, address eve) private view {
        ISuperToken token = world.tokenOf(id);
        ISuperfluidPool paying = world.poolOf(id);
        bytes memory notAdmin = abi.encodeWithSelector(ISuperfluidPool.SUPERFLUID_POOL_NOT_POOL_ADMIN_OR_GDA.selector);
        _add(attempts, address(paying), abi.encodeCall(paying.updateMemberUnits, (eve, 1)), notAdmin);
        _add(
            attempts,
            address(paying),
            abi.encodeWithSignature("transfer(address,uint256)", source, 0),
            abi.encodeWithSelector(ISuperfluidPool.SUPERFLUID_POOL_TRANSFER_UNITS_NOT_ALLOWED.selector)
        );
        _add(
            attempts,
            address(superfluid),
            abi.encodeCall(superfluid.distributeFlow, (token, source, paying, 1e18, "")),
            abi.encodeWithSelector(IGeneralDistributionAgreementV1.GDA_DISTRIBUTE_FOR_OTHERS_NOT_ALLOWED.selector)
        );
        if (token.isAccountCriticalNow(source)) return;
        _add(
            attempts,
            address(superfluid),
            abi.encodeCall(superfluid.distributeFlow, (token, source, paying, 0, "")),
            abi.encodeWithSelector(IGeneralDistributionAgreementV1.GDA_NON_CRITICAL_SENDER.selector)
        );
    }

    function _notPool(address eve, address expected) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IBackpressurePool.BackpressurePool_NotAllowed.selector, eve, expected);
    }

    function _add(Attempts memory attempts, address target, bytes memory call, bytes memory answer) private pure {
        attempts.list[attempts.count++] = Attempt(target, call, answer);
    }
}
