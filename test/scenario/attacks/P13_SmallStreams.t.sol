// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice P13: a small stream into a throttled pool. Units are bounded by the stream that is there, over a ten-thousandth of
/// q, so that a stream of a ten-billionth of it still flows; `totalUnits` says what would not.
/// forge-config: default.fuzz.runs = 4
/// forge-config: ci.fuzz.runs = 16
/// forge-config: deep.fuzz.runs = 160
contract P13SmallStreamsTest is MoneyAttackTest {
    function testFuzz_P13_ASmallStreamFlows(uint256 rate) external {
        _throttle();
        _newSink(id, "sink", 1000);
        _newSource(id, "large", 1e18);
        _confirmInflow(id);
        uint256 least = pool.totalUnits(id);
        assertLe(least, 1e18 / (UNIT_RATE / 10_000) + 1000);
        rate = bound(rate, least, 1e15);
        address small = _newSource(id, "small", rate);
        _print("P13: smallest stream that flows, wei per second", least);
        _print("P13: what a small stream became, parts in 1000", streams[id][small].rate * 1000 / rate);
        assertGt(streams[id][small].rate, rate - least);
        assertEq(_flow(least - 1), 0, "and below it the view says so");
        _assertConserved();
    }

    function _flow(uint256 rate) private returns (uint256) {
        address tiny = _newSource(id, "tiny", rate);
        return streams[id][tiny].rate;
    }
}
