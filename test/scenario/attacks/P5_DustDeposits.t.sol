// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice P5: dust in the queue. A drain always gets through, and what it costs to fill the queue grows with the pool.
/// forge-config: default.fuzz.runs = 8
/// forge-config: deep.fuzz.runs = 80
contract P5DustDepositsTest is MoneyAttackTest {
    /// @dev Made while the pool was small, so that each is as small as can be; then the pool grows a thousandfold.
    function testFuzz_P5_DustFromWhenThePoolWasSmall(uint64 capacity, uint256 count) external {
        capacity = uint64(bound(capacity, 1e5, 1e6));
        count = bound(count, 17, 40);
        uint256 dust = escrow.minDepositOf(id);
        for (uint256 i; i < count; ++i) {
            _deposit(id, stranger, dust);
        }
        uint256 honest = _deposit(id, creator, 1000e18);
        address sink = _newSink(id, "sink", capacity);
        uint256 drains;
        (, uint256 left) = escrow.depositOf(id, honest);
        while (left == 1000e18) {
            skip(EPOCH);
            assertGt(escrow.drain(id), 0, "gets through");
            ++drains;
            (, left) = escrow.depositOf(id, honest);
        }
        _print("P5: drains until the honest deposit is spent", drains);
        assertLe(drains, count / 16 + 1);
        assertGt(_paidTo(sink), 0);
        _assertConserved();
    }

    /// @dev In a large pool sixteen of the smallest deposits are a sixteenth of what the sinks can be paid in an epoch.
    function testFuzz_P5_DustInALargePool(uint64 capacity) external {
        capacity = uint64(bound(capacity, 1e4, 1e6));
        _newSink(id, "sink", capacity);
        uint256 dust = escrow.minDepositOf(id);
        for (uint256 i; i < 16; ++i) {
            _deposit(id, stranger, dust);
        }
        skip(EPOCH);
        uint256 full = uint256(capacity) * UNIT_RATE * EPOCH;
        uint256 drained = escrow.drain(id);
        _print("P5: the smallest deposit, parts in 1e6 of an epoch's pay", dust * 1e6 / full);
        _print("P5: one drain of sixteen of them, parts in 1e6", drained * 1e6 / full);
        assertGe(drained, full / 16 - full / 1000);
        _assertConserved();
    }
}
