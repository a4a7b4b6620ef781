// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { NO_TASK_TYPE, TaskTypeId } from "../../src/types/TaskType.sol";
import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice Three stages; the sink of each is the source of the next and passes its pay on, as agents do.
/// forge-config: default.fuzz.runs = 4
/// forge-config: ci.fuzz.runs = 16
contract PipelinesScenarioTest is LedgerTest {
    uint64 private constant CAPACITY = 100_000;

    TaskTypeId[3] private _stages;
    address[3] private _sinks;
    address private _source;

    function testFuzz_DownstreamBottleneck_LimitsUpstreamPayAndClears(uint64 bottleneck, uint256 demand) external {
        bottleneck = uint64(bound(bottleneck, CAPACITY / 10, CAPACITY * 8 / 10));
        demand = bound(demand, 100, 300) * CAPACITY * UNIT_RATE / 100;
        _build(demand);
        _run(3);
        uint256 free = _flowTo(_stages[0], _sinks[0]);
        assertApproxEqRel(free, uint256(CAPACITY) * UNIT_RATE, 0.01e18);

        _signal(_stages[2], _sinks[2], bottleneck, 0);
        _run(5);
        uint256 waiting = escrow.overflowOf(_stages[2]);
        _run(35);
        uint256 full = uint256(bottleneck) * UNIT_RATE;
        assertLe(pool.intakeOf(_stages[1]), full, "the stage before is limited");
        assertLe(pool.intakeOf(_stages[0]), full, "and so is the one before that");
        assertLe(_flowTo(_stages[0], _sinks[0]), full);
        assertLe(_flowTo(_stages[1], _sinks[1]), full);
        assertApproxEqRel(_flowTo(_stages[0], _sinks[0]), full, 0.1e18, "all that the last stage can take");
        // The limit leaves room for the escrow downstream to empty over three horizons (theory 9.3).
        assertLe(escrow.overflowOf(_stages[2]), waiting / 4 + full);

        _signal(_stages[2], _sinks[2], CAPACITY, 0);
        _run(30);
        assertApproxEqRel(_flowTo(_stages[0], _sinks[0]), free, 0.01e18, "the bottleneck has cleared");
        _assertConserved();
    }

    function testFuzz_DetachedStage_IsPaidInFullAtOnce(uint64 bottleneck) external {
        _build(2 * uint256(CAPACITY) * UNIT_RATE);
        _run(3);
        _signal(_stages[2], _sinks[2], uint64(bound(bottleneck, 100, CAPACITY / 2)), 0);
        _run(10);
        assertLt(_flowTo(_stages[0], _sinks[0]), uint256(CAPACITY) * UNIT_RATE * 6 / 10);

        vm.prank(creator);
        pipeline.setDownstream(_stages[0], NO_TASK_TYPE, 0);
        assertEq(pool.intakeOf(_stages[0]), uint256(CAPACITY) * UNIT_RATE);
        assertApproxEqRel(_flowTo(_stages[0], _sinks[0]), uint256(CAPACITY) * UNIT_RATE, 0.01e18);
        _assertConserved();
    }

    function _build(uint256 demand) private {
        _stages = [id, _newTaskType("second"), _newTaskType("third")];
        for (uint256 i; i < 3; ++i) {
            _sinks[i] = _newSink(_stages[i], vm.toString(i), CAPACITY, CAPACITY);
            _giveTokens(_sinks[i], SOURCE_BALANCE);
            if (i > 0) books[_stages[i]].sources.push(_sinks[i - 1]);
        }
        vm.startPrank(creator);
        pipeline.setDownstream(_stages[1], _stages[2], 1e18);
        pipeline.setDownstream(_stages[0], _stages[1], 1e18);
        vm.stopPrank();
        _source = _newSource(_stages[0], "source", demand);
    }

    /// @dev One epoch at a time: the keeper looks from the end to the beginning, the agents pass on what they get.
    function _run(uint256 epochs) private {
        for (uint256 i; i < epochs; ++i) {
            skip(EPOCH);
            for (uint256 stage = 3; stage > 0; --stage) {
                TaskTypeId stageId = _stages[stage - 1];
                _rebalance(stageId);
                if (escrow.drainable(stageId) != 0) escrow.drain(stageId);
                if (stage < 3) pipeline.propagate(stageId);
            }
            for (uint256 stage = 1; stage < 3; ++stage) {
                _stream(_stages[stage], _sinks[stage - 1], _flowTo(_stages[stage - 1], _sinks[stage - 1]));
            }
        }
    }
}
