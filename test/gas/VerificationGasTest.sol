// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../src/interfaces/ICapacityRegistry.sol";
import { ICompletionTracker } from "../../src/interfaces/ICompletionTracker.sol";
import { TaskTypeParameters } from "../../src/types/TaskType.sol";
import { GasTest } from "./GasTest.sol";

/// @notice A pool in which signed messages are exchanged. Steady state, as in `GasBenchmark`: every sink has signalled and
/// has been acknowledged before. Batches hold fifty where nothing else is said, so a pool of fifty is the smallest.
abstract contract VerificationGasTest is GasTest {
    uint64 internal constant CAPACITY = 1000;
    uint256 internal constant BATCH = 50;
    uint256 internal constant SOURCES = 50;

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

    // ------------------------------------------------------------------------------------------- What happens

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

    function _settleFirst(uint256 count) internal {
        address[] memory sinks = new address[](count);
        for (uint256 i; i < count; ++i) {
            sinks[i] = _sink(i);
        }
        registry.settle(id, sinks);
    }

    // ------------------------------------------------------------------------------------------- Set-up

    function _smallest() internal pure override returns (uint256) {
        return BATCH;
    }

    function _sinkKey(uint256 i) internal pure returns (uint256) {
        return i + 1;
    }

    function _sink(uint256 i) internal pure returns (address) {
        return vm.addr(_sinkKey(i));
    }

    function _sourceKey(uint256 i) internal pure returns (uint256) {
        return 1e6 + i;
    }

    /// @notice Those who do the work, and have the capacity; the others are there.
    function _workers() internal pure virtual returns (uint256) {
        return BATCH;
    }

    function _capacityOf(uint256 i) private pure returns (uint64) {
        return i < _workers() ? CAPACITY : CAPACITY / 100;
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
