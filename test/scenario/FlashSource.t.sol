// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { FlashSource } from "../utils/FlashSource.sol";
import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice A stream that exists within one transaction changes nothing for anybody else (I16).
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
contract FlashSourceScenarioTest is LedgerTest {
    /// @dev Everything that others have from the pool.
    struct World {
        uint256 sinkUnits;
        uint256 escrowUnits;
        uint256 feeUnits;
        uint256[2] units;
        uint256[2] flows;
        uint256 escrowFlow;
        uint256 sourceRate;
        uint256 spare;
        uint256 level;
    }

    /// @dev Superfluid's deposit for more does not fit its 96 bits.
    uint256 private constant HUGE = 5e24;

    FlashSource private _attacker;
    address[] private _sinks;
    address private _source;
    uint256 private _capacity;

    function setUp() public override {
        super.setUp();
        _attacker = new FlashSource(sf.host, sf.gda, registry, pool, escrow, id);
        _giveTokens(address(_attacker), SOURCE_BALANCE);
        books[id].sources.push(address(_attacker));
    }

    function testFuzz_OpenLookClose_ChangesNothing(uint64[2] memory capacities, uint256 rate, uint256 flashed)
        external
    {
        _start(capacities, rate);
        World memory before = _world();
        _attacker.flash(bound(flashed, 0, HUGE), _sinks);
        _assertSame(before);

        skip(pool.CONFIRM_DELAY());
        registry.rebalance(id, _sinks);
        skip(1 hours);
        registry.rebalance(id, _sinks);
        _assertSameUnits(before);
        _assertConserved();
    }

    function testFuzz_CloseLookReopen_ChangesNothing(uint64[2] memory capacities, uint256 rate, uint256 own) external {
        _attacker.stream(bound(own, 1e6 * uint256(UNIT_RATE), 1e7 * uint256(UNIT_RATE)));
        _count(id, address(_attacker));
        _start(capacities, rate);
        World memory before = _world();
        _attacker.flash(0, _sinks);
        _count(id, address(_attacker));
        _assertSame(before);

        skip(1 hours);
        _attacker.flash(0, _sinks);
        _assertSameUnits(before);
        _assertConserved();
    }

    function testFuzz_FlashWithDrain_IsAPlainDrain(uint64[2] memory capacities, uint256 rate, uint256 flashed)
        external
    {
        capacities[0] = uint64(bound(capacities[0], 1000, 1e6));
        rate = bound(rate, 0, uint256(capacities[0]) * UNIT_RATE / 2);
        _start(capacities, rate);
        _deposit(id, stranger, 1e24);
        skip(EPOCH);
        uint256 state = vm.snapshotState();
        uint256 drained = escrow.drain(id);
        World memory plain = _world();

        vm.revertToState(state);
        assertEq(_attacker.flashAndDrain(bound(flashed, 0, HUGE)), drained);
        _assertSame(plain);
        _assertConserved();
    }

    /// @dev Whoever flashes at every chance to keep the protocol from believing the money does its work instead.
    function testFuzz_FlashEveryTwelveSeconds_CannotBlockConfirmation(
        uint64[2] memory capacities,
        uint256 first,
        uint256 second,
        uint256 changedAt,
        uint256 flashed
    ) external {
        _start(capacities, first);
        flashed = bound(flashed, _capacity * UNIT_RATE * 20, HUGE);
        changedAt = bound(changedAt, 0, 11);
        uint256 delay = pool.CONFIRM_DELAY();
        _attacker.flash(flashed, _sinks);

        skip(changedAt);
        _stream(id, _source, bound(second, 0, 10 * _capacity) * UNIT_RATE);
        _rebalance(id);
        skip(delay - changedAt);
        for (uint256 i; i < 4; ++i) {
            _attacker.flash(flashed, _sinks);
            skip(delay / 2);
            _rebalance(id);
            skip(delay / 2);
        }
        _assertNoMoreThanNeeded();
        _assertConserved();
    }

    /// @dev The flash makes the protocol look at a past that nobody looked at while it lasted. The money of that past
    /// was real and went to the sinks; what they lose to the average until the next look is less than that.
    function testFuzz_FlashAfterABurstThatNobodyNoticed_TakesNothingFromTheSinks(
        uint64[2] memory capacities,
        uint256 rate,
        uint256 burst,
        uint256 lasted,
        uint256 waited
    ) external {
        capacities[0] = uint64(bound(capacities[0], 1000, 1e6));
        rate = bound(rate, uint256(capacities[0]) * UNIT_RATE / 10, uint256(capacities[0]) * UNIT_RATE);
        _start(capacities, rate);
        uint256 state = vm.snapshotState();
        lasted = bound(lasted, 1, 1 hours);
        waited = bound(waited, 0, 1 hours);
        uint256 delay = pool.CONFIRM_DELAY();
        skip(lasted + waited + 2 * delay);
        uint256 undisturbed = _receivedBySinks();

        vm.revertToState(state);
        _attacker.stream(bound(burst, 1, 1000) * _capacity * UNIT_RATE);
        _count(id, address(_attacker));
        skip(lasted);
        _count(id, address(_attacker));
        _attacker.stream(0);
        _count(id, address(_attacker));
        skip(waited);
        _attacker.flash(HUGE, _sinks);
        skip(delay);
        registry.rebalance(id, _sinks);
        _assertNoMoreThanNeeded();
        skip(delay);
        // Rounding to whole wei per second and unit.
        assertGe(_receivedBySinks() + _capacity * (lasted + waited + 2 * delay), undisturbed);
        _assertConserved();
    }

    // ------------------------------------------------------------------------------------------- Private

    /// @dev Two sinks and a source, long enough ago that every number is steady.
    function _start(uint64[2] memory capacities, uint256 rate) private {
        for (uint256 i; i < 2; ++i) {
            capacities[i] = uint64(bound(capacities[i], 100, 1e6));
            _sinks.push(_newSink(id, vm.toString(i), capacities[i]));
            _capacity += capacities[i];
        }
        _source = _newSource(id, "source", bound(rate, 0, 5 * _capacity * UNIT_RATE));
        for (uint256 i; i < 4; ++i) {
            _confirmInflow(id);
        }
        skip(EPOCH);
        _poke(id);
        _confirmInflow(id);
    }

    /// @dev No unit above the cap, and no more escrow units than that takes.
    function _assertNoMoreThanNeeded() private {
        _count(id, _source);
        (uint256 sinkUnits, uint256 escrowUnits,) = pool.unitsOfPool(id);
        uint256 needed = _ceil(streams[id][_source].rate, UNIT_RATE);
        assertLe(pool.spotPrice(id), UNIT_RATE);
        assertLe(escrowUnits, needed > sinkUnits ? needed - sinkUnits : 1);
    }

    function _receivedBySinks() private view returns (uint256 total) {
        for (uint256 i; i < _sinks.length; ++i) {
            total += distributionPool.getTotalAmountReceivedByMember(_sinks[i]);
        }
    }

    function _world() private view returns (World memory world) {
        (world.sinkUnits, world.escrowUnits, world.feeUnits) = pool.unitsOfPool(id);
        for (uint256 i; i < 2; ++i) {
            world.units[i] = distributionPool.getUnits(_sinks[i]);
            world.flows[i] = _flowTo(id, _sinks[i]);
        }
        world.escrowFlow = _flowTo(id, address(escrow));
        world.sourceRate = uint256(uint96(sf.gda.getFlowRate(superToken, _source, distributionPool)));
        world.spare = pool.spareOf(id);
        world.level = escrow.level(id);
    }

    function _assertSame(World memory before) private view {
        assertEq(keccak256(abi.encode(_world())), keccak256(abi.encode(before)));
    }

    function _assertSameUnits(World memory before) private view {
        World memory now_ = _world();
        assertEq(now_.sinkUnits, before.sinkUnits);
        assertEq(now_.escrowUnits, before.escrowUnits);
        assertEq(keccak256(abi.encode(now_.flows)), keccak256(abi.encode(before.flows)));
    }
}
