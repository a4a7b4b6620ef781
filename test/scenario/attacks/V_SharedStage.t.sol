// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice Row V, which stays true: several task types feed one. A link knows nothing of the others, so that each is limited to
/// all that the stage behind can take, less what waits there over 3 T; with n of them that is in balance when
///
///     n * (I - B / 3T) = I,    B = 3T * I * (1 - 1/n):
///
/// a standing wait of 3T (1 - 1/n) in the escrow, below three horizons for any n; pay is right all the same, and divided
/// equally.
contract VSharedStageTest is MoneyAttackTest {
    uint64 private constant CAPACITY = 1000;
    uint256 private constant INTAKE = CAPACITY * uint256(UNIT_RATE);

    TaskTypeId[] private _upstreams;
    address[] private _workers;

    function test_V_OneUpstream() external {
        _standingWait(1);
    }

    function test_V_TwoUpstreams() external {
        _standingWait(2);
    }

    function test_V_FourUpstreams() external {
        _standingWait(4);
    }

    function _standingWait(uint256 n) private {
        _newSink(id, "taker", CAPACITY);
        for (uint256 i; i < n; ++i) {
            TaskTypeId upstream = _newTaskType(string.concat("upstream ", vm.toString(i)));
            address worker = _newSink(upstream, string.concat("worker ", vm.toString(i)), CAPACITY);
            _giveTokens(worker, SOURCE_BALANCE);
            books[id].sources.push(worker);
            vm.prank(creator);
            pipeline.setDownstream(upstream, id, 1e18);
            _newSource(upstream, string.concat("payer ", vm.toString(i)), 2 * INTAKE);
            _upstreams.push(upstream);
            _workers.push(worker);
        }
        for (uint256 i; i < 150; ++i) {
            _keepForAnEpoch();
        }
        uint256 wait = escrow.overflowOf(id) / INTAKE;
        uint256 pay;
        for (uint256 i; i < n; ++i) {
            uint256 one = _flowTo(_upstreams[i], _workers[i]);
            pay += one;
            assertApproxEqRel(one, INTAKE / n, 0.06e18, "an equal part");
        }
        _print(string.concat("V: ", vm.toString(n), " upstream: standing wait in the escrow, seconds"), wait);
        _print("V: pay of all of them, parts in 1000 of what the stage takes", pay * 1000 / INTAKE);
        assertApproxEqRel(pay, INTAKE, 0.06e18, "as much as the stage behind takes");
        assertApproxEqAbs(wait, 3 * HORIZON * (n - 1) / n, 2 * EPOCH, "3T (1 - 1/n)");
        _assertConserved();
    }

    /// @dev Workers pass on what they get.
    function _keepForAnEpoch() private {
        skip(EPOCH);
        _rebalance(id);
        if (escrow.drainable(id) != 0) escrow.drain(id);
        for (uint256 i; i < _upstreams.length; ++i) {
            pipeline.propagate(_upstreams[i]);
            _rebalance(_upstreams[i]);
            _stream(id, _workers[i], _flowTo(_upstreams[i], _workers[i]));
        }
    }
}
