// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { LedgerTest } from "../utils/LedgerTest.sol";
import { ProtocolTest } from "../utils/ProtocolTest.sol";
import { SuperfluidChecks } from "../utils/SuperfluidChecks.sol";

/// @notice Superfluid's own books after every step of what this protocol does with it: as a pool's admin, as its member
/// and as a distributor. One sink is not connected, so that the pool holds its pay.
/// forge-config: default.fuzz.runs = 12
contract SuperfluidBooksScenarioTest is LedgerTest, SuperfluidChecks {
    uint64 private constant CAPACITY = 10_000;
    uint256 private constant FULL = uint256(CAPACITY) * UNIT_RATE;

    address private _sink;
    address private _disconnected;
    address[] private _holderList;

    function setUp() public override(LedgerTest, ProtocolTest) {
        super.setUp();
        _sink = _newSink(id, "sink", CAPACITY * 3 / 4);
        _disconnected = _newSink(id, "disconnected", CAPACITY / 4);
        vm.prank(_disconnected);
        sf.gdaV1Forwarder.disconnectPool(distributionPool, "");
        _check();
    }

    function testFuzz_Saturation(uint256[2] memory rates, uint64 halved, uint256 time) external {
        _open("first", bound(rates[0], FULL / 2, 3 * FULL));
        _open("second", bound(rates[1], FULL / 2, 3 * FULL));
        _confirm();
        _signal(id, _sink, uint64(bound(halved, 1, CAPACITY)), 0);
        _pass(0);
        _confirm();
        _pass(bound(time, 1, 1 days));
        distributionPool.claimAll(_disconnected);
        _pass(0);
        assertGt(escrow.overflowOf(id), 0);
    }

    function testFuzz_Drain(uint256 given, uint256 deposited, uint256 time) external {
        _open("source", FULL / 10);
        _donate(id, stranger, bound(given, 0, 2 * FULL * EPOCH));
        _deposit(id, stranger, bound(deposited, 2 * FULL, 2 * FULL * EPOCH));
        _pass(bound(time, EPOCH, 1 hours));
        assertGt(escrow.drain(id), 0);
        _pass(0);
        _pass(EPOCH);
        _withdrawDeposit(id, stranger, 1);
        _pass(0);
    }

    function testFuzz_Release(uint256 rate, uint256 time) external {
        rate = bound(rate, 2 * FULL, 10 * FULL);
        address source = _open("source", rate);
        escrow.syncSource(id, source);
        _confirm();
        _pass(bound(time, 2000 * 1e18 / FULL, 4000 * 1e18 / FULL));
        escrow.syncSource(id, source);
        assertGt(escrow.release(id), 0);
        _pass(0);
        escrow.syncSource(id, source);
        assertGt(escrow.returnedOf(id, source), 0);
        _pass(0);
    }

    /// @dev In time, and so late that the deposit is gone and the reward account pays.
    function testFuzz_LiquidatedSource(uint256 rate, uint256 late) external {
        rate = bound(rate, FULL / 10, 10 * FULL);
        address solvent = _open("solvent", FULL / 2);
        address poor = _openPoor("poor", rate);
        _confirm();
        assertFalse(_liquidateIfCritical(id, poor), "its money lasts for an hour");
        _pass(1 hours + bound(late, 1 minutes, 12 hours));
        assertFalse(_liquidateIfCritical(id, solvent), "solvent");
        assertTrue(_liquidateIfCritical(id, poor), "has spent all");
        _confirm();
        _poke(id);
        _pass(1 days);
    }

    /// @dev A sink streams its pay on to the next stage. When its own source dies it cannot, and is liquidated in turn.
    function testFuzz_PipelineWhoseSourceDies(uint256 rate, uint256 share, uint256 late) external {
        TaskTypeId next = _newTaskType("next");
        _newSink(next, "last", CAPACITY);
        vm.prank(creator);
        pipeline.setDownstream(id, next, 1e18);
        address source = _openPoor("source", bound(rate, FULL / 10, FULL / 2));
        uint256 passedOn = _flowTo(id, _sink) * bound(share, 50, 100) / 100;
        // Four hours of deposit, and a little to go on with.
        _giveTokens(_sink, passedOn * 4 hours + passedOn * 30 minutes);
        books[next].sources.push(_sink);
        _stream(next, _sink, passedOn);
        _pass(50 minutes);
        pipeline.propagate(id);
        assertFalse(_liquidateIfCritical(next, _sink), "it gets what it passes on");

        _pass(1 hours);
        assertTrue(_liquidateIfCritical(id, source), "the source has spent all");
        assertFalse(_liquidateIfCritical(next, _sink), "it has what it earned");
        _pass(1 days + bound(late, 0, 12 hours));
        assertTrue(_liquidateIfCritical(next, _sink), "and has spent it");
        _confirmInflow(next);
        pipeline.propagate(id);
        _confirm();
        assertEq(pool.distributionPoolOf(next).getTotalFlowRate(), 0);
    }

    /// @dev Superfluid leaks what does not divide by the units to the admin, our contract, which nobody can liquidate.
    function testFuzz_Leak(uint256 rate, uint64 capacity, uint256 time) external {
        _open("source", bound(rate, FULL / 10, FULL) / CAPACITY * (CAPACITY + 1));
        _signal(id, _sink, uint64(bound(capacity, 1, CAPACITY / 2)) * 2 - 1, 0);
        _pass(bound(time, 1, 1 days));
        uint256 leaked = superToken.balanceOf(address(pool));
        vm.assume(leaked != 0);
        _poke(id);
        _pass(0);
        int256 leaking = sf.gda.getPoolAdjustmentFlowRate(address(distributionPool));
        assertLt(leaking, int256(uint256(distributionPool.getTotalUnits())), "only what does not divide still leaks");
        _pass(1 days);
    }

    function testFuzz_Fee(uint256 basisPoints, uint256 rate, uint256 time) external {
        _setFee(bound(basisPoints, 1, pool.MAX_FEE()));
        _open("source", bound(rate, 2 * FULL, 3 * FULL));
        _confirm();
        _pass(bound(time, 1 minutes, 1 days));
        assertGt(_collectFee(id), 0);
        _pass(0);
        _setFee(0);
        _confirm();
        _pass(1 hours);
    }

    /// @dev Until only the escrow is left.
    function testFuzz_EverybodyLeaves(uint256 rate, uint256 time) external {
        address source = _open("source", bound(rate, FULL / 10, 3 * FULL));
        _confirm();
        address[2] memory sinks = [_sink, _disconnected];
        for (uint256 i; i < 2; ++i) {
            _pass(bound(time, 1, 1 days));
            vm.prank(sinks[i]);
            registry.deregisterSink(id);
            _pass(0);
        }
        _confirm();
        _stream(id, source, 0);
        _pass(1 days);
        _confirm();
        _poke(id);
        _pass(0);
        assertEq(distributionPool.getTotalUnits(), 1);
    }

    function _parameters() internal view override(LedgerTest, ProtocolTest) returns (TaskTypeParameters memory) {
        return LedgerTest._parameters();
    }

    // ------------------------------------------------------------------------------------------- Steps

    function _pass(uint256 time) private {
        skip(time);
        _check();
    }

    function _confirm() private {
        _confirmInflow(id);
        _check();
    }

    function _open(string memory name, uint256 rate) private returns (address source) {
        source = _newSource(id, name, rate);
        _check();
    }

    /// @dev A source whose money lasts for its deposit of four hours and one hour more.
    function _openPoor(string memory name, uint256 rate) private returns (address source) {
        source = makeAddr(name);
        _giveTokens(source, rate * 5 hours);
        // Whoever is liquidated late owes more than the deposit; Superfluid's reward account pays it.
        _giveTokens(sf.governance.getRewardAddress(sf.host, superToken), rate * 2 days);
        books[id].sources.push(source);
        _stream(id, source, rate);
        _check();
    }

    function _liquidateIfCritical(TaskTypeId taskTypeId, address source) private returns (bool critical) {
        _count(taskTypeId, source);
        critical = _S6_OnlyTheCriticalAreLiquidated(pool.distributionPoolOf(taskTypeId), source);
        _count(taskTypeId, source);
        _check();
    }

    // ------------------------------------------------------------------------------------------- Checks

    /// @dev And that no wei is lost between the protocol and Superfluid (I1).
    function _check() private {
        address[] memory holders = _holders();
        _S1_LiquiditySumIsTheSupply(superToken, holders);
        _S2_NetFlowsSumToZero(superToken, holders);
        _S3_UnderlyingBacksTheSupply(superToken);
        for (uint256 i; i < ids.length; ++i) {
            _S4_ThePoolAddsUp(pool.distributionPoolOf(ids[i]), holders, holders);
        }
        address[6] memory ours = _ours();
        for (uint256 i; i < ours.length; ++i) {
            _S5_OwesNothing(superToken, ours[i]);
            assertFalse(_S6_OnlyTheCriticalAreLiquidated(distributionPool, ours[i]), "S6: one of our contracts");
        }
        _assertConserved();
    }

    /// @dev Each once: a sink may be the source of another task type.
    function _holders() private returns (address[] memory) {
        address[] storage list = _holderList;
        while (list.length != 0) list.pop();
        _addHolder(LIQUIDATOR);
        _addHolder(stranger);
        _addHolder(sf.governance.getRewardAddress(sf.host, superToken));
        address[6] memory ours = _ours();
        for (uint256 i; i < ours.length; ++i) {
            _addHolder(ours[i]);
        }
        for (uint256 i; i < ids.length; ++i) {
            _addHolder(address(pool.distributionPoolOf(ids[i])));
            _addHolders(books[ids[i]].sinks);
            _addHolders(books[ids[i]].sources);
        }
        return list;
    }

    function _addHolders(address[] storage more) private {
        for (uint256 i; i < more.length; ++i) {
            _addHolder(more[i]);
        }
    }

    function _addHolder(address holder) private {
        for (uint256 i; i < _holderList.length; ++i) {
            if (_holderList[i] == holder) return;
        }
        _holderList.push(holder);
    }
}
