// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../src/interfaces/ICapacityRegistry.sol";
import { ICompletionTracker } from "../../src/interfaces/ICompletionTracker.sol";
import { TaskTypeParameters } from "../../src/types/TaskType.sol";
import { GasTest } from "./GasTest.sol";

/// @notice What signed messages and their consequences cost, per batch. Steady state, as in `GasBenchmark`: every sink
/// has signalled and has been acknowledged before. Batches hold fifty at most, so a pool of fifty is the smallest.
abstract contract VerificationGasBenchmark is GasTest {
    uint64 private constant CAPACITY = 1000;
    uint256 private constant BATCH = 50;
    uint256 private constant SOURCES = 50;

    function setUp() public override {
        super.setUp();
        _requireIsolation();
        _populate();
    }

    function _parameters() internal view override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.verifier = address(tracker);
        // A signal counts in full at once: no ramp is needed before hysteresis skips what does not change.
        parameters.smoothing = 1e18;
    }

    // ------------------------------------------------------------------------------------------- Attesting

    function test_Attest_One() external {
        _checkAttest("attest (batch of 1)", 1, NO_TARGET);
    }

    function test_Attest_Ten() external {
        _checkAttest("attest (batch of 10, each)", 10, NO_TARGET);
    }

    function test_Attest_Fifty() external {
        _checkAttest("attest (batch of 50, each)", BATCH, 24_500);
    }

    /// @dev The first look at the pool in an epoch records what has flowed; here it came with another transaction.
    function _checkAttest(string memory operation, uint256 size, uint256 target) private {
        _settleInEpochBefore();
        _rebalance(id, _sink(0));
        skip(pool.CONFIRM_DELAY());
        _attestAndCheck(operation, size, target);
    }

    function test_Attest_Fifty_FirstOfAnEpoch() external {
        _settleInEpochBefore();
        _attestAndCheck("attest (batch of 50, each, first of an epoch)", BATCH, NO_TARGET);
    }

    /// @dev So that nobody is due.
    function _settleInEpochBefore() private {
        _settleFifty();
        skip(EPOCH);
    }

    function _attestAndCheck(string memory operation, uint256 size, uint256 target) private {
        (uint256 unitsBefore,,) = pool.unitsOfPool(id);
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](size);
        for (uint256 i; i < size; ++i) {
            batch[i] = _attestation(id, vm.addr(_sinkKey(i)), _sinkKey(i), CAPACITY - 20, 0, block.timestamp);
        }
        uint256 accepted = registry.submitAttestations(id, batch);
        _check(operation, target, _lastGas() / size);

        assertEq(accepted, size);
        (uint256 unitsAfter,,) = pool.unitsOfPool(id);
        assertEq(unitsAfter, unitsBefore, "hysteresis skips the units");
    }

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
        _settleFifty();
        _check("settle (batch of 50, each)", 95_000, _lastGas() / BATCH);
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

    /// @dev Five epochs at whose end the first source acknowledges nine tenths of the pay of sinks 1 to 49, so that it has
    /// spent enough for all of them, and they are settled.
    function _interval() internal noGasMetering {
        _beforeSettling();
        for (uint256 i = 1; i < BATCH; ++i) {
            _settle(id, _sink(i));
        }
    }

    function _beforeSettling() internal noGasMetering {
        _attestFrom(0);
        skip(5 * EPOCH);
        ICompletionTracker.Receipt[] memory batch = new ICompletionTracker.Receipt[](BATCH - 1);
        for (uint256 i; i < batch.length; ++i) {
            uint256 received = distributionPool.getTotalAmountReceivedByMember(_sink(i + 1));
            batch[i] = _receipt(id, _sourceKey(0), _sinkKey(i + 1), uint128(received * 9 / 10));
        }
        tracker.acknowledge(id, batch);
    }

    function _settleFifty() private {
        address[] memory sinks = new address[](BATCH);
        for (uint256 i; i < BATCH; ++i) {
            sinks[i] = _sink(i);
        }
        registry.settle(id, sinks);
    }

    // ------------------------------------------------------------------------------------------- Set-up

    function _smallest() internal pure override returns (uint256) {
        return BATCH;
    }

    function _sinkKey(uint256 i) private pure returns (uint256) {
        return i + 1;
    }

    function _sink(uint256 i) internal pure returns (address) {
        return vm.addr(_sinkKey(i));
    }

    function _sourceKey(uint256 i) private pure returns (uint256) {
        return 1e6 + i;
    }

    /// @dev The first fifty do the work, and have the capacity; the others are there.
    function _capacityOf(uint256 i) private pure returns (uint64) {
        return i < BATCH ? CAPACITY : CAPACITY / 100;
    }

    /// @dev The first source pays nearly everything.
    function _populate() private noGasMetering {
        for (uint256 i; i < _sinkCount(); ++i) {
            _giveTokens(_sink(i), _stakeFor(CAPACITY));
            vm.startPrank(_sink(i));
            superToken.approve(address(stakes), _stakeFor(CAPACITY));
            stakes.stake(id, _stakeFor(CAPACITY));
            registry.registerSink(id, "");
            sf.gdaV1Forwarder.connectPool(distributionPool, "");
            vm.stopPrank();
        }
        skip(EPOCH);
        _attestAll();
        for (uint256 i; i < SOURCES; ++i) {
            address source = vm.addr(_sourceKey(i));
            _giveTokens(source, 1_000_000e18);
            _setStream(id, source, i == 0 ? pool.intakeOf(id) * 3 / 4 : pool.intakeOf(id) / 1000);
        }
        _confirmInflow(id);
        skip(EPOCH);
        _attestAll();
        skip(EPOCH);
        for (uint256 i; i < SOURCES; ++i) {
            escrow.syncSource(id, vm.addr(_sourceKey(i)));
        }
    }

    function _attestAll() private {
        for (uint256 from; from < _sinkCount(); from += BATCH) {
            _attestFrom(from);
        }
    }

    function _attestFrom(uint256 from) private {
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](BATCH);
        for (uint256 i; i < BATCH; ++i) {
            batch[i] = _attestation(id, _sink(from + i), _sinkKey(from + i), _capacityOf(from + i), 0, block.timestamp);
        }
        registry.submitAttestations(id, batch);
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
        _check("assess (with slash)", 610_000);

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
