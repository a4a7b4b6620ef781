// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { IStakeManager } from "../../../src/interfaces/IStakeManager.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

/// @notice What a bond promises, over several calls and contracts: one wei backs one thing, it cannot run away, and who
/// only borrows it gains nothing.
/// @dev Many transactions per run, so fewer runs.
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
/// forge-config: deep.fuzz.runs = 10000
contract BondingTest is CapacityTest {
    function testFuzz_StakeIsNotCountedTwice_AcrossTaskTypes(uint64 capacity) external {
        capacity = _boundCapacity(capacity);
        TaskTypeId other = _registerTaskType("other work");
        address sink = _addPaidSink(id, "sink", capacity);

        assertEq(registry.sinkOf(other, sink).cap, 0, "no cap elsewhere");
        vm.expectRevert(
            abi.encodeWithSelector(
                ICapacityRegistry.CapacityRegistry_StakeBelowMinimum.selector, 0, uint256(MINIMUM_STAKE)
            )
        );
        vm.prank(sink);
        registry.registerSink(other, "");

        _stake(other, sink, MINIMUM_STAKE);
        vm.prank(sink);
        registry.registerSink(other, "");
        _signal(other, sink, capacity, 0);
        assertEq(pool.unitsOf(other, sink), 0, "the minimum elsewhere backs nothing");
        assertEq(pool.unitsOf(id, sink), capacity, "where the stake is, it counts");
    }

    function testFuzz_StakeIsNotCountedTwice_AcrossSinks(uint64 capacity) external {
        capacity = _boundCapacity(capacity);
        _addPaidSink(id, "sink", capacity);
        address twin = makeAddr("twin");

        assertEq(registry.sinkOf(id, twin).cap, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICapacityRegistry.CapacityRegistry_StakeBelowMinimum.selector, 0, uint256(MINIMUM_STAKE)
            )
        );
        vm.prank(twin);
        registry.registerSink(id, "");
    }

    function testFuzz_StakeIsNotCountedTwice_UnbondingBacksNothing(uint64 capacity, uint64 unbondingUnits) external {
        capacity = _boundCapacity(capacity);
        unbondingUnits = uint64(bound(unbondingUnits, 1, capacity));
        address sink = _addPaidSink(id, "sink", capacity);
        _unstake(id, sink, unbondingUnits * BOND_PER_UNIT);

        _signal(id, sink, capacity, 0);

        assertEq(registry.sinkOf(id, sink).cap, capacity - unbondingUnits, "cap");
        assertEq(pool.unitsOf(id, sink), capacity - unbondingUnits, "units, whatever is declared");
    }

    function testFuzz_SplittingAStakeNeverRaisesTheTotal(uint256 whole, uint256[5] memory parts) external {
        // The cap of a sink saturates at 40 bits.
        whole = bound(whole, parts.length, type(uint40).max * BOND_PER_UNIT);
        uint256 total;
        uint256 left = whole;
        for (uint256 i; i < parts.length; ++i) {
            uint256 part = i == parts.length - 1 ? left : bound(parts[i], 1, left - (parts.length - 1 - i));
            left -= part;
            address identity = makeAddr(string.concat("identity ", vm.toString(i)));
            _stake(id, identity, part);
            total += registry.sinkOf(id, identity).cap;
        }
        address undivided = makeAddr("undivided");
        _stake(id, undivided, whole);

        assertLe(total, registry.sinkOf(id, undivided).cap);
    }

    function testFuzz_UnstakedMoneyWaitsAndStaysSlashable(uint64 capacity, uint256 wait) external {
        capacity = _boundCapacity(capacity);
        uint256 period = registry.unbondingPeriod(id);
        wait = bound(wait, 0, 2 * period);
        address sink = _addPaidSink(id, "sink", capacity);
        uint256 bond = _stakeFor(capacity);
        _unstake(id, sink, bond);
        vm.prank(sink);
        registry.deregisterSink(id);
        skip(wait);

        if (wait < period) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IStakeManager.StakeManager_StillUnbonding.selector, block.timestamp - wait + period
                )
            );
            vm.prank(sink);
            stakes.withdraw(id);
        }

        assertEq(_slash(id, sink, bond), bond, "all of it, also after leaving and after the wait");
        assertEq(escrow.overflowOf(id), bond, "and it is in the escrow buffer");
    }

    function testFuzz_UnbondingWaitsLongerThanDetection(uint32 epoch, uint32 delay, uint32 horizon, uint32 grace)
        external
    {
        TaskTypeParameters memory parameters = _parameters();
        parameters.epochLength = uint32(bound(epoch, 12, 1 days));
        parameters.reportDelay = uint32(bound(delay, 0, 1 days));
        uint256 minHorizon = 3 * (uint256(parameters.epochLength) + parameters.reportDelay);
        parameters.horizon = uint32(bound(horizon, minHorizon, 30 days));
        parameters.acknowledgementGrace = uint32(bound(grace, 30, 30 days));
        parameters.signalTimeToLive = 30 days;
        TaskTypeId slow = _registerTaskType(parameters, "slow");

        uint256 detection =
            uint256(parameters.horizon) + parameters.acknowledgementGrace + 3 * 5 * uint256(parameters.epochLength);
        assertGt(registry.unbondingPeriod(slow), detection);
    }

    /// @dev Both declare the same, one with a loan behind it. Within the transaction the loan makes units; it cannot be
    /// paid back from the bond, and whoever starts to try is where the other one is.
    function testFuzz_BorrowedStakeEarnsNothingLasting(uint64 capacity, uint256 loan, uint64 declared) external {
        capacity = _boundCapacity(capacity);
        loan = bound(loan, 1, MAX_STAKE);
        declared = uint64(bound(declared, 0, type(uint40).max));
        TaskTypeParameters memory parameters = _parameters();
        parameters.smoothing = 0.3e18;
        TaskTypeId smooth = _registerTaskType(parameters, "smooth");
        address honest = _addSink(smooth, "honest", capacity);
        address borrower = _addSink(smooth, "borrower", capacity);
        _signal(smooth, honest, capacity, 0);
        _signal(smooth, borrower, capacity, 0);
        _openPayingStream(smooth);
        skip(EPOCH);
        _commit(smooth, honest, declared, 0);
        _commit(smooth, borrower, declared, 0);
        _nextBlock();
        _reveal(smooth, honest, declared, 0);

        uint256 earned = _earned(smooth, borrower);
        _stake(smooth, borrower, loan);
        _reveal(smooth, borrower, declared, 0);
        _unstake(smooth, borrower, loan);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeManager.StakeManager_StillUnbonding.selector, block.timestamp + registry.unbondingPeriod(smooth)
            )
        );
        vm.prank(borrower);
        stakes.withdraw(smooth);

        assertEq(_earned(smooth, borrower), earned, "nothing earned meanwhile");
        assertEq(
            abi.encode(registry.sinkOf(smooth, borrower)),
            abi.encode(registry.sinkOf(smooth, honest)),
            "what the registry knows"
        );
        uint256 honestUnits = registry.effectiveCapacity(smooth, honest);
        assertLe(pool.unitsOf(smooth, borrower) * 20, honestUnits * 21, "units, within the hysteresis");
    }

    /// @dev The only way out of a bond within a transaction is slashing; here the verifier helps the borrower.
    function testFuzz_BorrowedStakeSlashedAtOnce_EarnsNothingLasting(uint64 capacity, uint64 borrowed) external {
        capacity = _boundCapacity(capacity);
        borrowed = _boundCapacity(borrowed);
        address borrower = _addPaidSink(id, "borrower", capacity);
        _openPayingStream(id);
        _commit(id, borrower, capacity + borrowed, 0);
        _nextBlock();

        uint256 earned = _earned(id, borrower);
        _stake(id, borrower, borrowed * BOND_PER_UNIT);
        _reveal(id, borrower, capacity + borrowed, 0);
        assertEq(registry.effectiveCapacity(id, borrower), uint256(capacity) + borrowed, "backed for a moment");
        _slash(id, borrower, borrowed * BOND_PER_UNIT);

        assertEq(_earned(id, borrower), earned, "nothing earned meanwhile");
        assertEq(pool.unitsOf(id, borrower), 0, "units");
        assertEq(_payOf(id, borrower), 0, "pay");
    }

    function _earned(TaskTypeId taskTypeId, address sink) private view returns (uint256) {
        return pool.distributionPoolOf(taskTypeId).getTotalAmountReceivedByMember(sink);
    }
}
