// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

/// @notice The moving average as a sink lives through it: many signals, silence, expiry.
/// @dev Many transactions per run, so fewer runs.
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
/// forge-config: deep.fuzz.runs = 10000
contract SmoothingTest is CapacityTest {
    uint256 internal constant SCALE = 1e9;
    uint256 internal constant TIME_TO_LIVE = 5 * EPOCH;

    /// @dev What the model counts in parts of a billionth of a unit, so that its own rounding does not show.
    uint256 internal constant PRECISION = 1e18;

    function _parameters() internal view override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.smoothing = 0.3e18;
        // Nobody fades for not being settled; see settle.t.sol.
        parameters.verifier = address(0);
    }

    // ------------------------------------------------------------------------------------------- Elapsed epochs

    struct Model {
        uint256 average;
        uint256 target;
        uint256 expiresAt;
        uint256 epoch;
    }

    /// @dev Against a loop over every single epoch. An epoch counts as live if the signal was alive when it began.
    /// Tolerance: a read smooths at most twice, to the expiry and on, each time less than one billionth of a unit off for
    /// rounding and, over n < 100 epochs and a distance of at most 1e18 billionths, n * 1e-18 of it for the power (see
    /// CapacityMath.t.sol); n epochs have already shrunk that distance by 0.7^n, so both together are below two.
    function testFuzz_MatchesALoopOverElapsedEpochs(uint64[8] memory capacities, uint256[8] memory gaps) external {
        address sink = _addSink(id, "sink", MAX_CAPACITY);
        Model memory model = Model({ average: 0, target: 0, expiresAt: 0, epoch: block.timestamp / EPOCH });
        uint256 tolerance;
        for (uint256 i; i < capacities.length; ++i) {
            skip(bound(gaps[i], 0, 4 * TIME_TO_LIVE));
            uint64 capacity = uint64(bound(capacities[i], 0, MAX_CAPACITY));
            _signalAndModel(sink, capacity, model);
            tolerance += 4;
            assertApproxEqAbs(registry.smoothedCapacity(id, sink), _average(model), tolerance, "after a signal");
        }
        skip(bound(gaps[0], 0, 40 * EPOCH));
        _advance(model, block.timestamp / EPOCH);
        assertApproxEqAbs(model.average / PRECISION, registry.smoothedCapacity(id, sink), tolerance + 4, "in the end");
    }

    /// @dev Nobody calls anything for a long time: the average first moves towards the signal, then, from its expiry
    /// within the silence on, towards zero.
    function testFuzz_ExpiryInsideALongSilence(uint64 first, uint64 second, uint256 timeToLive, uint256 silence)
        external
    {
        timeToLive = bound(timeToLive, 5 * EPOCH, 100 * EPOCH);
        silence = bound(silence, 0, 3 * timeToLive);
        TaskTypeParameters memory parameters = _parameters();
        parameters.signalTimeToLive = uint32(timeToLive);
        id = _registerTaskType(parameters, "long-lived work");
        address sink = _addSink(id, "sink", MAX_CAPACITY);
        _signal(id, sink, _boundCapacity(first), 0);
        skip(EPOCH);
        _signal(id, sink, _boundCapacity(second), 0);
        uint256 signalledAt = block.timestamp;
        uint256 average = _boundCapacity(first) * SCALE * PRECISION * 3 / 10;
        uint256 target = _boundCapacity(second) * SCALE * PRECISION;

        skip(silence);

        for (uint256 epoch = signalledAt / EPOCH; epoch <= block.timestamp / EPOCH; ++epoch) {
            bool alive = epoch * EPOCH <= signalledAt + timeToLive;
            average = (7 * average + (alive ? 3 * target : 0)) / 10;
        }
        assertApproxEqAbs(registry.smoothedCapacity(id, sink), average / PRECISION, 6);
    }

    function testFuzz_RampsFromZeroAndArrives(uint64 capacity) external {
        capacity = _boundCapacity(capacity);
        TaskTypeParameters memory parameters = _parameters();
        parameters.signalTimeToLive = 30 days;
        id = _registerTaskType(parameters, "long-lived work");
        address sink = _addSink(id, "sink", capacity);
        _signal(id, sink, capacity, 0);

        uint256 last;
        for (uint256 i; i < 10; ++i) {
            uint256 smoothed = registry.smoothedCapacity(id, sink);
            assertGt(smoothed, last, "it rises");
            assertLt(smoothed, capacity * SCALE, "and is not there yet");
            last = smoothed;
            skip(EPOCH);
        }
        skip(150 * EPOCH);
        assertEq(registry.smoothedCapacity(id, sink), capacity * SCALE, "it arrives exactly");
    }

    // ------------------------------------------------------------------------------------------- Many signals

    /// @dev A sink has one commitment at a time and cannot reveal it in its own block, so of fifty attempts in a block
    /// one succeeds.
    function testFuzz_FiftySignalsInOneBlock_MoveOneStep(uint64 before, uint64 capacity) external {
        address sink = _rampingSink(_boundCapacity(before));
        capacity = _boundCapacity(capacity);
        uint256 base = registry.smoothedCapacity(id, sink);
        _commit(id, sink, capacity, 0);
        skip(EPOCH);
        vm.roll(block.number + 1);

        uint256 counted;
        for (uint256 i; i < 50; ++i) {
            vm.prank(sink);
            try registry.revealCapacity(id, capacity, 0, SALT) {
                ++counted;
            } catch (bytes memory reason) {
                assertEq(
                    reason,
                    abi.encodeWithSelector(
                        ICapacityRegistry.CapacityRegistry_RevealTooEarly.selector, block.number, block.number + 1
                    )
                );
            }
            _commit(id, sink, capacity, 0);
        }

        assertEq(counted, 1, "one counts");
        _assertOneStep(sink, base, capacity);
    }

    /// @dev Anyone may carry attestations, so fifty in one transaction are possible.
    function testFuzz_FiftyAttestationsInOneBlock_MoveOneStep(uint64 before, uint64[50] memory capacities) external {
        (, uint256 key) = makeAddrAndKey("sink");
        address sink = _rampingSink(_boundCapacity(before));
        uint256 base = registry.smoothedCapacity(id, sink);
        skip(EPOCH);
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](50);
        for (uint256 i; i < batch.length; ++i) {
            batch[i] = _attestation(id, sink, key, _boundCapacity(capacities[i]), 0, block.timestamp - 49 + i);
        }

        assertEq(registry.submitAttestations(id, batch), 50, "all count as signals");

        _assertOneStep(sink, base, batch[49].capacity);
    }

    function testFuzz_FiftySignalsInOneEpoch_MoveOneStep(uint64 before, uint64[50] memory capacities) external {
        TaskTypeParameters memory parameters = _parameters();
        parameters.epochLength = 300;
        parameters.horizon = 1080;
        parameters.signalTimeToLive = 3000;
        id = _registerTaskType(parameters, "slow work");
        (uint256 minimumStake, uint256 bondPerUnit) = registry.bondTerms(id);
        address sink = makeAddr("slow sink");
        _stake(id, sink, minimumStake + MAX_CAPACITY * bondPerUnit);
        vm.prank(sink);
        registry.registerSink(id, "");
        _signal(id, sink, _boundCapacity(before), 0);
        vm.warp((block.timestamp / 300 + 4) * 300 - 1);
        uint256 base = registry.smoothedCapacity(id, sink);
        skip(1);

        for (uint256 i; i < 50; ++i) {
            _signal(id, sink, _boundCapacity(capacities[i]), 0);
        }

        _assertOneStep(sink, base, _boundCapacity(capacities[49]));
    }

    // ------------------------------------------------------------------------------------------- Silence

    /// @dev A billion units are below one after 59 epochs at 0.7 per epoch.
    function testFuzz_SilentSinkReachesZero_WithOnlyAStrangerRebalancing(uint64 capacity, uint256[6] memory waits)
        external
    {
        capacity = uint64(bound(capacity, 10, MAX_CAPACITY));
        address sink = _rampingSink(capacity);
        _rebalance(id, sink);
        _openPayingStream(id);
        assertGt(_payOf(id, sink), 0, "paid before");
        uint256 end = block.timestamp + TIME_TO_LIVE + 60 * EPOCH;

        for (uint256 i; i < waits.length; ++i) {
            skip(bound(waits[i], 0, 10 * EPOCH));
            vm.prank(stranger);
            _rebalance(id, sink);
            assertLe(pool.unitsOf(id, sink), capacity, "never above what was declared");
        }
        vm.warp(end);
        vm.prank(stranger);
        _rebalance(id, sink);

        assertEq(pool.unitsOf(id, sink), 0, "units");
        assertEq(_payOf(id, sink), 0, "pay");
    }

    // ------------------------------------------------------------------------------------------- Private

    /// @dev Has signalled `capacity` four epochs ago, so that its average is somewhere on the way.
    function _rampingSink(uint64 capacity) private returns (address sink) {
        sink = _addSink(id, "sink", MAX_CAPACITY);
        _signal(id, sink, capacity, 0);
        vm.warp((block.timestamp / EPOCH + 4) * EPOCH);
    }

    /// @dev One step of alpha = 0.3, rounded by less than one billionth of a unit.
    function _assertOneStep(address sink, uint256 base, uint256 capacity) private view {
        uint256 smoothed = registry.smoothedCapacity(id, sink);
        assertApproxEqAbs(smoothed, (7 * base + 3 * capacity * SCALE) / 10, 1, "one step towards the last signal");
    }

    function _signalAndModel(address sink, uint64 capacity, Model memory model) private {
        _signal(id, sink, capacity, 0);
        uint256 epoch = block.timestamp / EPOCH;
        _advance(model, epoch - 1);
        model.target = capacity * SCALE * PRECISION;
        model.expiresAt = block.timestamp + TIME_TO_LIVE;
    }

    /// @dev The average as it would stand at the end of the present epoch.
    function _average(Model memory model) private view returns (uint256) {
        Model memory copy = Model(model.average, model.target, model.expiresAt, model.epoch);
        _advance(copy, block.timestamp / EPOCH);
        return copy.average / PRECISION;
    }

    function _advance(Model memory model, uint256 toEpoch) private pure {
        for (; model.epoch <= toEpoch; ++model.epoch) {
            bool alive = model.epoch * EPOCH <= model.expiresAt;
            model.average = (7 * model.average + (alive ? 3 * model.target : 0)) / 10;
        }
    }
}
