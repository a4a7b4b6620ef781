// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../src/interfaces/ICapacityRegistry.sol";
import { ICompletionTracker } from "../../src/interfaces/ICompletionTracker.sol";
import { GasTest } from "./GasTest.sol";
import { VerificationGasTest } from "./VerificationGasTest.sol";

/// @notice An hour of a pool of fifty sinks at load 1.3. The blocks are two seconds apart; every sink commits and reveals
/// once per epoch, at its own time, and its capacity has changed by up to a fifth since; a keeper looks after every epoch.
/// forge-config: default.isolate = true
contract SaturatedHourGasTest is GasTest {
    uint256 private constant EPOCHS = 60;
    uint256 private constant BLOCKS = EPOCH / 2;
    uint64 private constant CAPACITY = 1000;
    uint64 private constant MAX_CAPACITY = 2000;

    address[] private sinks;
    uint64[] private capacities;

    uint256 private reveals;
    uint256 private usedByAll;
    uint256 private moves;
    uint256 private usedByMoves;

    function setUp() public override {
        super.setUp();
        _requireIsolation();
        for (uint256 i; i < _sinkCount(); ++i) {
            sinks.push(_addSink(id, string.concat("sink ", vm.toString(i)), MAX_CAPACITY));
            capacities.push(CAPACITY);
        }
        _openStream(id, "source", _sinkCount() * CAPACITY * UNIT_RATE * 13 / 10);
        // The average gets there, and nothing below happens for the first time.
        _pass(10);
    }

    function test_Reveal_SaturatedHour() external {
        (reveals, usedByAll, moves, usedByMoves) = (0, 0, 0, 0);
        _pass(EPOCHS);
        _checkAlone("reveal (average over a saturated hour)", 440_000, usedByAll / reveals);
        _checkAlone("reveal (average of those that move units, saturated hour)", 475_000, usedByMoves / moves);
        (uint256 sinkUnits, uint256 escrowUnits,) = pool.unitsOfPool(id);
        assertGt(escrowUnits, sinkUnits / 20, "saturated to the end");
        assertGt(moves, reveals / 10, "many move");
    }

    function _pass(uint256 epochs) private noGasMetering {
        for (uint256 i; i < epochs * BLOCKS; ++i) {
            _nextBlock();
            for (uint256 j; j < sinks.length; ++j) {
                if ((i + BLOCKS - 1) % BLOCKS == j % BLOCKS) _revealChange(j);
                if (i % BLOCKS == j % BLOCKS) _commitChange(j);
            }
            if (i % BLOCKS == BLOCKS - 1 && registry.needsRebalance(id, sinks)) registry.rebalance(id, sinks);
        }
    }

    function _commitChange(uint256 j) private {
        uint256 permille = vm.randomUint(800, 1200);
        capacities[j] = uint64(_bound(capacities[j] * permille / 1000, CAPACITY / 2, MAX_CAPACITY));
        _commit(id, sinks[j], capacities[j], 0);
    }

    function _revealChange(uint256 j) private {
        if (registry.sinkOf(id, sinks[j]).committedAtBlock == 0) return;
        uint256 unitsBefore = pool.unitsOf(id, sinks[j]);
        vm.resumeGasMetering();
        _reveal(id, sinks[j], capacities[j], 0);
        vm.pauseGasMetering();
        uint256 used = _lastGas();
        reveals += 1;
        usedByAll += used;
        if (pool.unitsOf(id, sinks[j]) == unitsBefore) return;
        moves += 1;
        usedByMoves += used;
    }

    function _sinkCount() internal pure override returns (uint256) {
        return 50;
    }
}

/// @notice Twenty-four epochs in which nothing changes. Fifty sinks renew their signal every fourth epoch, the most often
/// that the SDK does; a relayer brings all fifty at once. Their signals settle them: nobody else has to call.
/// forge-config: default.isolate = true
contract SteadySinkGasTest is VerificationGasTest {
    uint256 private constant EPOCHS = 24;
    uint256 private constant RENEWAL = 4;

    function test_SteadySink() external {
        _pass(4 * RENEWAL);
        uint256 openedAt = tracker.ledgerOf(id, _sink(1)).openedAt;
        (uint256 unitsBefore,,) = pool.unitsOfPool(id);

        uint256 used = _pass(EPOCHS);
        _checkAlone("steady sink (signals and settlement, each epoch)", 25_000, used / BATCH / EPOCHS);

        (uint256 unitsAfter,,) = pool.unitsOfPool(id);
        assertEq(unitsAfter, unitsBefore, "nothing moves");
        assertGt(tracker.ledgerOf(id, _sink(1)).openedAt, openedAt + 2 * 5 * EPOCH, "windows close");
        for (uint256 i; i < BATCH; ++i) {
            assertEq(registry.effectiveCapacity(id, _sink(i)), CAPACITY, "and nobody fades");
        }
    }

    /// @return used Gas of all signals, which is all that anybody has to send.
    function _pass(uint256 epochs) private noGasMetering returns (uint256 used) {
        for (uint256 i; i < epochs; ++i) {
            if (i % RENEWAL == 0) used += _renew();
            skip(EPOCH);
            _acknowledge();
        }
    }

    function _renew() private returns (uint256) {
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](BATCH);
        for (uint256 i; i < BATCH; ++i) {
            batch[i] = _attestation(id, _sink(i), _sinkKey(i), CAPACITY, 0, block.timestamp);
        }
        bytes memory entries = _pack(batch);
        vm.resumeGasMetering();
        uint256 accepted = registry.submitPackedAttestations(id, entries);
        vm.pauseGasMetering();
        uint256 used = _lastGas();
        assertEq(accepted, BATCH);
        return used;
    }

    /// @dev Nine tenths of all pay, by the source that pays nearly all of it.
    function _acknowledge() private {
        ICompletionTracker.Receipt[] memory batch = new ICompletionTracker.Receipt[](BATCH);
        for (uint256 i; i < BATCH; ++i) {
            uint256 received = distributionPool.getTotalAmountReceivedByMember(_sink(i));
            batch[i] = _receipt(id, _sourceKey(0), _sinkKey(i), uint128(received * 9 / 10));
        }
        tracker.acknowledge(id, batch);
    }

    function _sinkCount() internal pure override returns (uint256) {
        return BATCH;
    }
}
