// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { GasTest } from "./GasTest.sol";

/// @notice What each operation costs in a pool with many sinks, all of which hold units. Steady state: everything has
/// happened before, so storage that stays in use is not zero; only what is new by nature is written for the first time.
abstract contract GasBenchmark is GasTest {
    uint64 private constant CAPACITY = 1000;

    /// @dev Far from the last declaration, so that units move whatever the moving average is.
    uint64 private constant CHANGED_CAPACITY = 400;

    address[] private sinks;

    /// @dev The sink that acts; one of the many.
    address private subject;
    address private source;

    function setUp() public override {
        super.setUp();
        _requireIsolation();
        _addSinks();
        subject = sinks[sinks.length / 2];
        source = _openStream(id, "source", _fullPay() / 2);
        _confirmInflow(id);
        // The subject's second and third signal, so that its later ones find nothing for the first time.
        for (uint256 i; i < 2; ++i) {
            skip(EPOCH);
            _signal(id, subject, CAPACITY, 1);
        }
    }

    function test_SetUp_EverySinkHoldsUnits() external view {
        assertEq(sinks.length, _sinkCount());
        for (uint256 i; i < sinks.length; ++i) {
            assertTrue(registry.sinkOf(id, sinks[i]).registered);
            assertGt(distributionPool.getUnits(sinks[i]), 0);
            assertTrue(sf.gda.isMemberConnected(distributionPool, sinks[i]));
        }
        assertGt(distributionPool.getTotalFlowRate(), 0);
    }

    // ------------------------------------------------------------------------------------------- Joining

    function test_RegisterTaskType() external {
        _registerTaskType("another");
        _check("registerTaskType", NO_TARGET);
    }

    function test_Stake() external {
        _giveTokens(subject, 1e18);
        vm.prank(subject);
        superToken.approve(address(stakes), 1e18);
        vm.prank(subject);
        stakes.stake(id, 0.5e18);
        _check("stake", NO_TARGET);
    }

    function test_RegisterSink() external {
        address newcomer = makeAddr("newcomer");
        _stake(id, newcomer, _stakeFor(CAPACITY));
        vm.prank(newcomer);
        registry.registerSink(id, "");
        _check("registerSink", NO_TARGET);
    }

    // ------------------------------------------------------------------------------------------- Signalling

    function test_Commit() external {
        skip(EPOCH);
        _commit(id, subject, CHANGED_CAPACITY, 1);
        _check("commit", 35_000);
    }

    function test_Reveal_Unsaturated() external {
        skip(EPOCH);
        (uint256 unitsBefore, uint256 escrowUnitsBefore) = _units();

        _signal(id, subject, CHANGED_CAPACITY, 60);
        _check("reveal (unsaturated)", 320_000);

        (uint256 unitsAfter, uint256 escrowUnitsAfter) = _units();
        assertNotEq(unitsAfter, unitsBefore, "the subject moves");
        assertEq(escrowUnitsAfter, escrowUnitsBefore, "the escrow does not");
    }

    function test_Reveal_Saturated() external {
        _saturate();
        skip(EPOCH);
        (uint256 unitsBefore, uint256 escrowUnitsBefore) = _units();

        _signal(id, subject, CHANGED_CAPACITY, 60);
        _check("reveal (saturated)", 475_000);

        (uint256 unitsAfter, uint256 escrowUnitsAfter) = _units();
        assertNotEq(unitsAfter, unitsBefore, "the subject moves");
        assertNotEq(escrowUnitsAfter, escrowUnitsBefore, "and so does the escrow");
    }

    // ------------------------------------------------------------------------------------------- Keeping

    function test_Rebalance_OneSink() external {
        skip(EPOCH);
        (uint256 unitsBefore,) = _units();

        _rebalance(id, subject);
        _check("rebalance (one sink)", NO_TARGET);

        (uint256 unitsAfter,) = _units();
        assertNotEq(unitsAfter, unitsBefore, "the subject moves");
    }

    function test_Rebalance_NothingToDo() external {
        address[] memory one = new address[](1);
        one[0] = subject;
        assertFalse(registry.needsRebalance(id, one));

        _rebalance(id, subject);
        _check("rebalance (nothing to do)", 60_000);
    }

    function test_Drain() external {
        _fillEscrow();
        _setStream(id, source, _fullPay() / 4);
        _confirmInflow(id);
        skip(EPOCH);
        escrow.drain(id);
        skip(EPOCH);

        uint256 amount = escrow.drain(id);
        _check("drain", NO_TARGET);
        assertGt(amount, 0);
    }

    function test_Release() external {
        _fillEscrow();
        escrow.syncSource(id, source);
        skip(EPOCH);
        escrow.release(id);
        skip(EPOCH);
        escrow.syncSource(id, source);

        uint256 amount = escrow.release(id);
        _check("release", NO_TARGET);
        assertGt(amount, 0);
    }

    function test_SyncSource() external {
        _fillEscrow();
        // In the steady state: it has been paid before.
        for (uint256 i; i < 2; ++i) {
            escrow.syncSource(id, source);
            skip(EPOCH);
            escrow.release(id);
        }
        uint256 before = superToken.balanceOf(source);

        escrow.syncSource(id, source);
        _check("sync source", NO_TARGET);
        assertGt(superToken.balanceOf(source), before, "with a payment");
    }

    /// @dev Two links, one transaction each: the keeper goes from the end of the chain to its beginning. The pool with
    /// many sinks is the stage in the middle, which is read as well as moved.
    function test_Propagate() external {
        (TaskTypeId first, TaskTypeId last, address lastSink) = _chain();
        skip(EPOCH);
        _signal(last, lastSink, CHANGED_CAPACITY, 0);
        (, uint256 escrowUnitsBefore,) = pool.unitsOfPool(id);
        (, uint256 firstEscrowUnitsBefore,) = pool.unitsOfPool(first);

        pipeline.propagate(id);
        uint256 used = _lastGas();
        pipeline.propagate(first);
        _check("propagate (3 stages)", NO_TARGET, used + _lastGas());

        (, uint256 escrowUnitsAfter,) = pool.unitsOfPool(id);
        (, uint256 firstEscrowUnitsAfter,) = pool.unitsOfPool(first);
        assertGt(escrowUnitsAfter, escrowUnitsBefore, "the stage in the middle is paid less");
        assertGt(firstEscrowUnitsAfter, firstEscrowUnitsBefore, "and so is the first");
    }

    // ------------------------------------------------------------------------------------------- Set-up

    /// @dev A small buffer, so that there is something to release at any number of sinks.
    function _parameters() internal view override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.bufferMax = 1e15;
    }

    /// @dev One thousand sinks need more gas than forge gives to a test. Metering within the transactions goes on.
    function _addSinks() private noGasMetering {
        _giveTokens(address(this), _sinkCount() * _stakeFor(CAPACITY));
        for (uint256 i; i < _sinkCount(); ++i) {
            sinks.push(vm.addr(i + 1));
            _join(sinks[i]);
        }
        for (uint256 i; i < sinks.length; ++i) {
            _commit(id, sinks[i], CAPACITY, 0);
        }
        _nextBlock();
        for (uint256 i; i < sinks.length; ++i) {
            _reveal(id, sinks[i], CAPACITY, 0);
        }
    }

    /// @dev As `_addSink`, without a wrapping of its own: one wrapping for all is faster.
    function _join(address sink) private {
        uint256 amount = _stakeFor(CAPACITY);
        superToken.transfer(sink, amount);
        vm.startPrank(sink);
        superToken.approve(address(stakes), amount);
        stakes.stake(id, amount);
        registry.registerSink(id, "");
        sf.gdaV1Forwarder.connectPool(distributionPool, "");
        vm.stopPrank();
    }

    /// @dev Twice what the sinks can absorb, seen and confirmed.
    function _saturate() private {
        _setStream(id, source, 2 * _fullPay());
        _confirmInflow(id);
    }

    /// @dev Ten epochs of full pay in the escrow.
    function _fillEscrow() private {
        _saturate();
        skip(10 * EPOCH);
    }

    /// @dev first -> id -> last. The ratios let each stage pay about half of what its sinks could absorb.
    function _chain() private returns (TaskTypeId first, TaskTypeId last, address lastSink) {
        first = _registerTaskType("first");
        last = _registerTaskType("last");
        _addRampedSink(first, "first sink", CAPACITY);
        lastSink = _addRampedSink(last, "last sink", CAPACITY);
        _openStream(first, "first source", 2 * pool.intakeOf(first));
        _saturate();
        uint256 ratioToLast = 2e18 * pool.intakeOf(last) / pool.intakeOf(id);
        uint256 ratioToMiddle = 1e18 * pool.intakeOf(id) / pool.intakeOf(first);
        vm.startPrank(creator);
        pipeline.setDownstream(id, last, ratioToLast);
        pipeline.setDownstream(first, id, ratioToMiddle);
        vm.stopPrank();
        _confirmInflow(first);
        _confirmInflow(id);
    }

    /// @dev What the sinks together can be paid, wei per second.
    function _fullPay() private view returns (uint256) {
        return pool.intakeOf(id);
    }

    function _units() private view returns (uint256 ofSubject, uint256 ofEscrow) {
        ofSubject = pool.unitsOf(id, subject);
        (, ofEscrow,) = pool.unitsOfPool(id);
    }
}

/// forge-config: default.isolate = true
contract Gas10Test is GasBenchmark {
    function _sinkCount() internal pure override returns (uint256) {
        return 10;
    }
}

/// forge-config: default.isolate = true
contract Gas100Test is GasBenchmark {
    function _sinkCount() internal pure override returns (uint256) {
        return 100;
    }
}

/// forge-config: default.isolate = true
contract Gas1000Test is GasBenchmark {
    function _sinkCount() internal pure override returns (uint256) {
        return 1000;
    }
}

