// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice A pool before its first sink and after its last one.
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
contract EmptyPoolScenarioTest is LedgerTest {
    function testFuzz_StreamBeforeAnySink_PaysTheEscrowAndThenTheFirstSink(uint256 rate, uint256 alone, uint64 capacity)
        external
    {
        capacity = uint64(bound(capacity, 1000, 1e6));
        rate = bound(rate, uint256(capacity) * UNIT_RATE / 100, uint256(capacity) * UNIT_RATE / 2);
        alone = bound(alone, 1, EPOCH);
        address source = _newSource(id, "source", rate);
        skip(alone);
        assertEq(escrow.level(id), rate * alone, "all of it waits");

        address sink = _newSink(id, "sink", capacity);
        assertGe(_flowTo(id, sink), rate * capacity / (capacity + 1) - capacity, "the stream is the sink's");
        _stream(id, source, 0);
        for (uint256 i; i < 3; ++i) {
            skip(EPOCH);
            if (escrow.drainable(id) != 0) escrow.drain(id);
        }
        // Each drain gives the escrow's own unit its share back, and less than a wei per unit does not divide.
        uint256 total = _streamed(id);
        assertLe(escrow.level(id), total / capacity / capacity + 4 * uint256(capacity));
        assertGe(distributionPool.getTotalAmountReceivedByMember(sink), total * 99 / 100);
        _assertConserved();
    }

    function testFuzz_PoolThatNeverHadASink_ReturnsEverythingToItsSources(uint256[2] memory rates, uint256 time)
        external
    {
        address[2] memory sources;
        for (uint256 i; i < 2; ++i) {
            rates[i] = bound(rates[i], UNIT_RATE, 1e18);
            sources[i] = _newSource(id, vm.toString(i), rates[i]);
            escrow.syncSource(id, sources[i]);
        }
        skip(1 days + bound(time, 0, 30 days));
        _returnAll(sources);
    }

    function testFuzz_PoolWhoseLastSinkLeft_ReturnsEverythingToItsSources(
        uint256[2] memory rates,
        uint64 capacity,
        uint256 overload
    ) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        overload = bound(overload, 2, 10);
        address sink = _newSink(id, "sink", capacity);
        address[2] memory sources;
        for (uint256 i; i < 2; ++i) {
            rates[i] = bound(rates[i], uint256(capacity) * UNIT_RATE, uint256(capacity) * UNIT_RATE * overload);
            sources[i] = _newSource(id, vm.toString(i), rates[i]);
            escrow.syncSource(id, sources[i]);
        }
        _confirmInflow(id);
        skip(EPOCH);
        vm.prank(sink);
        registry.deregisterSink(id);
        skip(bound(overload, 0, 365 days));
        _returnAll(sources);
    }

    function testFuzz_DepositInAPoolWithoutCapacity_IsRefundable(uint256 amount, uint256 time) external {
        amount = bound(amount, uint256(UNIT_RATE) * EPOCH, 1e30);
        uint256 depositId = _deposit(id, stranger, amount);
        skip(bound(time, 0, 365 days));
        assertEq(escrow.drainable(id), 0);
        assertEq(escrow.releasable(id), 0);
        assertEq(_withdrawDeposit(id, stranger, depositId), amount);
        _assertConserved();
    }

    function _returnAll(address[2] memory sources) private {
        _sync(sources);
        for (uint256 i; i < 2; ++i) {
            _stream(id, sources[i], 0);
        }
        _sync(sources);
        uint256 overflow = escrow.overflowOf(id);
        skip(361);
        _sync(sources);
        assertLe(escrow.overflowOf(id), overflow / 1e6 + 4, "nothing stays");
        assertLe(escrow.setAsideOf(id), 8, "all of it to the sources");
        _assertConserved();
    }

    function _sync(address[2] memory sources) private {
        escrow.syncSource(id, sources[0]);
        escrow.syncSource(id, sources[1]);
    }
}
