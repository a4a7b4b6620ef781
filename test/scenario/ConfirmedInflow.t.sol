// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ProtocolTest } from "../utils/ProtocolTest.sol";

/// @notice Spec 7.8: a change of inflow that a rebalance has seen counts from the confirmation delay on, whether or not
/// the escrow had to move when it was seen.
contract ConfirmedInflowTest is ProtocolTest {
    function test_SinkFallsBehind_AfterInflowRoseBelowCapacity_PriceStaysWithinCap() external {
        address sink = _addRampedSink(id, "sink", 1000);
        _openStream(id, "source", 500 * uint256(UNIT_RATE));
        _confirmInflow(id);
        skip(4 * EPOCH);

        _setStream(id, makeAddr("source"), 950 * uint256(UNIT_RATE));
        _rebalance(id);
        _commit(id, sink, 1000, 400 * 360);
        vm.roll(block.number + 1);
        skip(pool.CONFIRM_DELAY());
        _reveal(id, sink, 1000, 400 * 360);

        uint256 units = pool.unitsOf(id, sink);
        assertGt(units, 500, "the sink has not expired");
        assertLt(units, 650, "its units fell below the inflow");
        assertLe(pool.spotPrice(id), UNIT_RATE);
    }
}
