// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice Superfluid liquidates a source without telling the protocol; the chain's state alone tells it.
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
contract LiquidationScenarioTest is LedgerTest {
    function testFuzz_SourceLiquidatedMidStream_PoolFollowsTheMoney(
        uint64 capacity,
        uint256 solvent,
        uint256 dying,
        uint256 late
    ) external {
        capacity = uint64(bound(capacity, 1000, 1e6));
        uint256 full = uint256(capacity) * UNIT_RATE;
        solvent = bound(solvent, full / 10, 3 * full);
        dying = bound(dying, 2 * full, 10 * full);
        address sink = _newSink(id, "sink", capacity);
        _newSource(id, "solvent", solvent);
        address poor = _newPoorSource(dying);
        _confirmInflow(id);
        _assertNoMoreThanNeeded(solvent + dying, capacity);

        // Late enough to be liquidated, early enough that the deposit pays for it.
        skip(1 hours + bound(late, 1 minutes, 3 hours));
        assertTrue(superToken.isAccountCriticalNow(poor));
        _liquidate(id, poor);
        _confirmInflow(id);
        _confirmInflow(id);
        _poke(id);
        _confirmInflow(id);
        _assertNoMoreThanNeeded(solvent, capacity);
        uint256 expected = _min(solvent, full);
        assertApproxEqAbs(_flowTo(id, sink), expected, expected / capacity + 2 * uint256(capacity));
        _assertConserved();
    }

    function testFuzz_SourceInsolventBeforeLiquidation_ConservesMoney(uint64 capacity, uint256 rate, uint256 late)
        external
    {
        capacity = uint64(bound(capacity, 1000, 1e6));
        _newSink(id, "sink", capacity);
        address poor = _newPoorSource(bound(rate, 1, 10) * capacity * UNIT_RATE);
        _confirmInflow(id);
        // The reward account pays what the deposit does not; nothing of it is the protocol's.
        _giveTokens(address(sf.toga), SOURCE_BALANCE);
        skip(5 hours + bound(late, 1 minutes, 10 hours));
        assertTrue(superToken.isAccountCriticalNow(poor));
        _liquidate(id, poor);
        _confirmInflow(id);
        assertEq(distributionPool.getTotalFlowRate(), 0);
        _assertConserved();
    }

    function _newPoorSource(uint256 rate) private returns (address poor) {
        poor = makeAddr("poor");
        _giveTokens(poor, rate * 5 hours);
        books[id].sources.push(poor);
        _stream(id, poor, rate);
    }

    /// @dev No unit above the cap, and no more escrow units than that takes.
    function _assertNoMoreThanNeeded(uint256 inflow, uint256 capacity) private view {
        (, uint256 escrowUnits,) = pool.unitsOfPool(id);
        uint256 needed = _ceil(inflow, UNIT_RATE);
        assertLe(pool.spotPrice(id), UNIT_RATE);
        assertLe(escrowUnits, needed > capacity ? needed - capacity : 1);
    }
}
