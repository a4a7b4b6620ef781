// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { IBackpressurePool } from "./interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "./interfaces/ICapacityRegistry.sol";
import { IEscrowBuffer } from "./interfaces/IEscrowBuffer.sol";
import { IPipeline } from "./interfaces/IPipeline.sol";
import { FlowMath } from "./libraries/FlowMath.sol";
import { InflowBook } from "./libraries/InflowBook.sol";
import { ProtocolAddresses } from "./types/ProtocolAddresses.sol";
import { NO_TASK_TYPE, TaskTypeId, TaskTypeParameters } from "./types/TaskType.sol";

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

    /// @dev What presses from downstream. One slot.
    ///
    /// @param lasting Overflow that had been there for `CONFIRM_DELAY` when it was last looked at, wei.
    /// @param seen Overflow when the present look began, wei.
    /// @param seenAt When that was, Unix seconds.
    struct Pressure {
        uint112 lasting;
        uint112 seen;
        uint32 seenAt;
    }

    ICapacityRegistry private immutable REGISTRY;
    IBackpressurePool private immutable POOL;
    IEscrowBuffer private immutable ESCROW;

    mapping(TaskTypeId upstream => Link) private _links;
    mapping(TaskTypeId downstream => Pressure) private _pressures;

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
        _apply(upstream, downstream);
    }

    /// @inheritdoc IPipeline
    function propagate(TaskTypeId upstream) external {
        TaskTypeId downstream = _links[upstream].downstream;
        if (downstream == NO_TASK_TYPE) revert Pipeline_NoDownstream(upstream);
        _apply(upstream, downstream);
    }

    /// @inheritdoc IPipeline
    function limitOf(TaskTypeId upstream) external view returns (uint256) {
        TaskTypeId downstream = _links[upstream].downstream;
        if (downstream == NO_TASK_TYPE) return NO_LIMIT;
        TaskTypeParameters memory parameters = REGISTRY.parametersOf(downstream);
        return _limit(upstream, downstream, parameters.horizon, _pressureNow(downstream, parameters.bufferMax).lasting);
    }

    /// @inheritdoc IPipeline
    function downstreamOf(TaskTypeId upstream) external view returns (TaskTypeId, uint256) {
        return (_links[upstream].downstream, _links[upstream].ratio);
    }

    function _apply(TaskTypeId upstream, TaskTypeId downstream) private {
        if (downstream == NO_TASK_TYPE) return POOL.setLimit(upstream, NO_LIMIT);
        TaskTypeParameters memory parameters = REGISTRY.parametersOf(downstream);
        Pressure memory pressure = _pressureNow(downstream, parameters.bufferMax);
        _pressures[downstream] = pressure;
        POOL.setLimit(upstream, _limit(upstream, downstream, parameters.horizon, pressure.lasting).toUint96());
    }

    function _limit(TaskTypeId upstream, TaskTypeId downstream, uint256 horizon, uint256 overflow)
        private
        view
        returns (uint256)
    {
        uint256 intake = POOL.intakeOf(downstream);
        uint256 limit = FlowMath.pipelineLimitDown(intake, overflow, horizon, _links[upstream].ratio);
        // One below the maximum, which means that there is no limit.
        return Math.min(limit, NO_LIMIT - 1);
    }

    /// @dev Deposits do not count: whoever deposits can take the money back, and so could throttle a stage for nothing. Nor
    /// does what anybody may release, nor what was not there at a look `CONFIRM_DELAY` ago: it could be borrowed money, gone
    /// in the same transaction.
    function _pressureNow(TaskTypeId downstream, uint256 bufferMax) private view returns (Pressure memory pressure) {
        pressure = _pressures[downstream];
        uint256 overflow = Math.min(ESCROW.overflowOf(downstream), bufferMax);
        uint112 present = Math.min(overflow, type(uint112).max).toUint112();
        if (block.timestamp < pressure.seenAt + InflowBook.CONFIRM_DELAY) {
            if (present < pressure.lasting) pressure.lasting = present;
        } else {
            pressure.lasting = present < pressure.seen ? present : pressure.seen;
            pressure.seen = present;
            pressure.seenAt = block.timestamp.toUint32();
        }
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
