// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { IBackpressurePool } from "./interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "./interfaces/ICapacityRegistry.sol";
import { IEscrowBuffer } from "./interfaces/IEscrowBuffer.sol";
import { IPipeline } from "./interfaces/IPipeline.sol";
import { FlowMath } from "./libraries/FlowMath.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { NO_TASK_TYPE, TaskTypeId } from "./types/TaskType.sol";

/// @title Pipeline: which pool feeds which
/// @notice Pressure travels upstream one link per call.
contract Pipeline is IPipeline {
    using SafeCast for uint256;

    /// @notice Stages that may lie below a task type when it is attached.
    uint256 public constant MAX_STAGES = 16;

    uint96 private constant NO_LIMIT = type(uint96).max;

    struct Link {
        TaskTypeId downstream;
        uint96 ratio;
    }

    ICapacityRegistry private immutable REGISTRY;
    IBackpressurePool private immutable POOL;
    IEscrowBuffer private immutable ESCROW;

    mapping(TaskTypeId upstream => Link) private _links;

    constructor(ProtocolAddresses memory addresses) {
        REGISTRY = addresses.capacityRegistry;
        POOL = addresses.backpressurePool;
        ESCROW = addresses.escrowBuffer;
    }

    /// @inheritdoc IPipeline
    function setDownstream(TaskTypeId upstream, TaskTypeId downstream, uint256 ratio) external {
        address creator = REGISTRY.creatorOf(upstream);
        if (msg.sender != creator) revert Pipeline_NotCreator(msg.sender, creator);
        if (downstream == NO_TASK_TYPE) {
            ratio = 0;
        } else {
            if (REGISTRY.creatorOf(downstream) == address(0)) revert Pipeline_UnknownTaskType(downstream);
            if (ratio == 0 || ratio > type(uint96).max) revert Pipeline_RatioOutOfRange(ratio, 1, type(uint96).max);
            _requireNoCycle(upstream, downstream);
        }
        _links[upstream] = Link({ downstream: downstream, ratio: ratio.toUint96() });
        emit DownstreamSet(upstream, downstream, ratio);
        _apply(upstream);
    }

    /// @inheritdoc IPipeline
    function propagate(TaskTypeId upstream) external {
        if (_links[upstream].downstream == NO_TASK_TYPE) revert Pipeline_NoDownstream(upstream);
        _apply(upstream);
    }

    /// @inheritdoc IPipeline
    function limitOf(TaskTypeId upstream) public view returns (uint256) {
        Link storage link = _links[upstream];
        TaskTypeId downstream = link.downstream;
        if (downstream == NO_TASK_TYPE) return NO_LIMIT;
        // Deposits do not count: whoever deposits can take the money back, and so could throttle a stage for nothing.
        uint256 limit = FlowMath.pipelineLimitDown(
            POOL.intakeOf(downstream),
            ESCROW.overflowOf(downstream),
            REGISTRY.parametersOf(downstream).horizon,
            link.ratio
        );
        // One below the maximum, which means that there is no limit.
        return Math.min(limit, NO_LIMIT - 1);
    }

    /// @inheritdoc IPipeline
    function downstreamOf(TaskTypeId upstream) external view returns (TaskTypeId, uint256) {
        return (_links[upstream].downstream, _links[upstream].ratio);
    }

    function _apply(TaskTypeId upstream) private {
        POOL.setLimit(upstream, limitOf(upstream).toUint96());
    }

    /// @dev Only the last link can close a cycle, so following the chain from the new downstream finds it.
    function _requireNoCycle(TaskTypeId upstream, TaskTypeId downstream) private view {
        TaskTypeId stage = downstream;
        for (uint256 i; i < MAX_STAGES; ++i) {
            if (stage == upstream) revert Pipeline_Cycle(upstream, downstream);
            stage = _links[stage].downstream;
            if (stage == NO_TASK_TYPE) return;
        }
        revert Pipeline_TooLong(MAX_STAGES);
    }
}
