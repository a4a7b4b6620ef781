// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice Drains never exceed spare capacity (I9).
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
contract DrainsScenarioTest is LedgerTest {
    uint256 private constant STEPS = 8;

    function testFuzz_DrainsAndStreams_NeverExceedCapacityOverAnyInterval(
        uint64 capacity,
        uint256[8] memory pauses,
        uint256[8] memory rates
    ) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        address sink = _newSink(id, "sink", capacity);
        uint256 full = uint256(capacity) * UNIT_RATE;
        _deposit(id, stranger, 100 * STEPS * full * EPOCH);
        address source = _newSource(id, "source", 0);

        uint256[STEPS + 1] memory times;
        uint256[STEPS + 1] memory paid;
        uint256[STEPS + 1] memory drained;
        times[0] = block.timestamp;
        for (uint256 i; i < STEPS; ++i) {
            // Up to capacity less the escrow's unit, so that nothing has to be confirmed.
            _stream(id, source, bound(rates[i], 0, full));
            skip(bound(pauses[i], 1, 2 * EPOCH));
            drained[i + 1] = drained[i];
            if (escrow.drainable(id) != 0) drained[i + 1] += escrow.drain(id);
            times[i + 1] = block.timestamp;
            paid[i + 1] = distributionPool.getTotalAmountReceivedByMember(sink);
        }
        for (uint256 from; from < STEPS; ++from) {
            for (uint256 to = from + 1; to <= STEPS; ++to) {
                uint256 bound_ = full * (times[to] - times[from]) + full * EPOCH;
                assertLe(drained[to] - drained[from], bound_);
                assertLe(paid[to] - paid[from], bound_);
            }
        }
        _assertConserved();
    }

    function testFuzz_IdleHours_DrainNoMoreThanOneEpochAtOnce(uint64 capacity, uint256 idle) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        uint256 full = uint256(capacity) * UNIT_RATE;
        _newSink(id, "sink", capacity);
        _deposit(id, stranger, 1e30);
        skip(bound(idle, EPOCH, 1 days - EPOCH));
        uint256 drained = escrow.drain(id);
        assertLe(drained, full * EPOCH);
        assertGt(drained, full * EPOCH - (capacity + 1));
        assertEq(escrow.drainable(id), 0);
        _assertConserved();
    }

    function testFuzz_OverflowOfABusyHour_DrainsInTheNextOne(uint64 capacity, uint256 overload) external {
        capacity = uint64(bound(capacity, 1000, 1e6));
        uint256 full = uint256(capacity) * UNIT_RATE;
        overload = bound(overload, 110, 150);
        address sink = _newSink(id, "sink", capacity);
        address source = _newSource(id, "source", full * overload / 100);
        _confirmInflow(id);
        skip(10 * EPOCH);
        _stream(id, source, 0);
        _confirmInflow(id);
        uint256 waiting = escrow.level(id);
        assertGt(waiting, 0);

        uint256 epochs = waiting / (full * EPOCH) + 2;
        for (uint256 i; i < epochs; ++i) {
            skip(EPOCH);
            if (escrow.drainable(id) != 0) escrow.drain(id);
        }
        // All but the share that the escrow's own unit gets of its own money, and indivisible wei.
        assertLe(escrow.level(id), waiting / capacity + 3 * uint256(capacity));
        assertGe(distributionPool.getTotalAmountReceivedByMember(sink), full * 10 * EPOCH - full / 100);
        _assertConserved();
    }
}
