// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { TaskTypeId } from "../../src/types/TaskType.sol";
import { InvariantTest } from "./InvariantTest.sol";
import { Ledger } from "./Ledger.sol";

/// @notice Where the money is.
contract InvariantMoney is InvariantTest {
    function invariant_I1_NoWeiIsCreatedOrLost() external view {
        for (uint256 i; i < ids.length; ++i) {
            TaskTypeId id = ids[i];
            uint256 received = _receivedBy(id, world.allSinks()) + _receivedBy(id, world.allOthers());
            uint256 returned = _returnedTo(id, world.allSources()) + _returnedTo(id, world.allOthers());
            (, uint256 fee) = pool.incomeOf(id);
            (,, uint256 released) = escrow.totalsOf(id);
            assertEq(
                _in(id),
                received + fee + escrow.level(id) + returned + world.total(id, Ledger.Entry.Refunded)
                    + world.total(id, Ledger.Entry.Leaked),
                "in = out, per task type"
            );
            assertEq(returned, released, "whatever was released was returned");
        }
        _assertDust(superToken);
        _assertSupply(superToken);
        _assertDust(parameters[2].superToken);
        _assertSupply(parameters[2].superToken);
    }

    function invariant_EscrowAndStakesAreSolvent() external view {
        _assertSolvent(superToken);
        _assertSolvent(parameters[2].superToken);
    }

    function invariant_I9_DrainsFitTheBucketAndDepositsQueue() external {
        for (uint256 i; i < ids.length; ++i) {
            assertLe(world.drainedTooMuch(ids[i]), 0, "drained more than q * U * (time + h) in some interval");
            _checkDeposits(ids[i]);
        }
    }

    /// @dev Also that every depositor can take back what is left, now, all of them.
    function _checkDeposits(TaskTypeId id) private {
        Ledger.Deposit[] memory deposits = world.deposits(id);
        uint256 left;
        for (uint256 i; i < deposits.length; ++i) {
            (address owner, uint256 amount) = escrow.depositOf(id, i + 1);
            assertEq(amount, deposits[i].left, "spent oldest first");
            if (amount == 0) continue;
            left += amount;
            assertEq(owner, deposits[i].owner, "whose deposit it is");
        }
        assertEq(escrow.depositsOf(id), left, "the sum of deposits");

        for (uint256 i; i < deposits.length; ++i) {
            if (deposits[i].left == 0) continue;
            vm.prank(deposits[i].owner);
            assertEq(escrow.withdrawDeposit(id, i + 1), deposits[i].left, "refundable");
        }
        assertEq(escrow.depositsOf(id), 0, "all refunded");
    }

    /// @dev What would happen if all sinks and sources left now: after the grace, and although anyone may update the
    /// shares of those who left, the sources get everything but the rounding.
    /// forge-config: default.invariant.check-interval = 4
    function invariant_I15_AnAbandonedPoolReturnsEverything() external {
        uint256 pick = block.timestamp % 3;
        TaskTypeId id = ids[pick];
        _leave(id);
        if (world.poolOf(id).getTotalFlowRate() == 0) sourceHandler.open(pick, 0, 1);
        world.pass(1 minutes);
        _closeStreams(id);
        world.pass(_grace(id));
        _syncSources(id);
        if (escrow.releasable(id) != 0) escrow.release(id);
        assertLt(escrow.overflowOf(id), world.returnPoolOf(id).getTotalUnits(), "all but the rounding is returned");
    }

    function _grace(TaskTypeId id) private view returns (uint256) {
        uint256 timeToLive = registry.parametersOf(id).signalTimeToLive;
        return timeToLive < 30 minutes ? timeToLive : 30 minutes;
    }

    function _leave(TaskTypeId id) private {
        address[] memory sinks = world.allSinks();
        for (uint256 i; i < sinks.length; ++i) {
            if (!registry.sinkOf(id, sinks[i]).registered) continue;
            vm.prank(sinks[i]);
            registry.deregisterSink(id);
        }
        // A pipeline may have left so many escrow units that a new stream would round to nothing.
        world.pass(3 * pool.CONFIRM_DELAY());
        pool.rebalance(id, new address[](0));
    }

    /// @dev Each source counts its last stretch just before it closes.
    function _closeStreams(TaskTypeId id) private {
        _syncSources(id);
        address[] memory sources = world.allSources();
        for (uint256 i; i < sources.length; ++i) {
            if (world.rateOf(id, sources[i]) == 0) continue;
            vm.startPrank(sources[i]);
            sf.gdaV1Forwarder.distributeFlow(world.tokenOf(id), sources[i], world.poolOf(id), 0, "");
            vm.stopPrank();
        }
    }

    function _syncSources(TaskTypeId id) private {
        address[] memory sources = world.allSources();
        for (uint256 i; i < sources.length; ++i) {
            escrow.syncSource(id, sources[i]);
        }
    }

    // ------------------------------------------------------------------------------------------- Sums

    function _in(TaskTypeId id) private view returns (uint256) {
        return world.total(id, Ledger.Entry.Streamed) + world.total(id, Ledger.Entry.PaidOnce)
            + world.total(id, Ledger.Entry.Donated) + world.total(id, Ledger.Entry.Swept)
            + world.total(id, Ledger.Entry.Deposited);
    }

    function _receivedBy(TaskTypeId id, address[] memory members) private view returns (uint256 sum) {
        for (uint256 i; i < members.length; ++i) {
            sum += world.poolOf(id).getTotalAmountReceivedByMember(members[i]);
        }
    }

    function _returnedTo(TaskTypeId id, address[] memory members) private view returns (uint256 sum) {
        for (uint256 i; i < members.length; ++i) {
            sum += world.returnPoolOf(id).getTotalAmountReceivedByMember(members[i]);
        }
    }

    /// @dev Pools that share a token leak into one balance.
    function _assertDust(ISuperToken token) private view {
        uint256 leaked;
        uint256 swept;
        for (uint256 i; i < ids.length; ++i) {
            if (parameters[i].superToken != token) continue;
            leaked += world.total(ids[i], Ledger.Entry.Leaked);
            swept += world.total(ids[i], Ledger.Entry.Swept);
        }
        assertEq(token.balanceOf(address(pool)), leaked - swept, "what leaked waits to be swept");
    }

    /// @dev Every wei of the token is in an account that this test knows.
    function _assertSupply(ISuperToken token) private view {
        int256 sum = _wealth(token, address(escrow)) + _wealth(token, address(stakes)) + _wealth(token, address(pool))
            + _wealth(token, sf.governance.getRewardAddress(sf.host, token)) + _wealth(token, world.allSinks())
            + _wealth(token, world.allSources()) + _wealth(token, world.allOthers());
        for (uint256 i; i < ids.length; ++i) {
            if (parameters[i].superToken != token) continue;
            sum += _wealth(token, address(world.poolOf(ids[i]))) + _wealth(token, address(world.returnPoolOf(ids[i])));
        }
        assertEq(sum, int256(token.totalSupply()), "the whole supply");
    }

    function _wealth(ISuperToken token, address[] memory accounts) private view returns (int256 sum) {
        for (uint256 i; i < accounts.length; ++i) {
            sum += _wealth(token, accounts[i]);
        }
    }

    function _wealth(ISuperToken token, address account) private view returns (int256) {
        (int256 available, uint256 deposit,,) = token.realtimeBalanceOfNow(account);
        return available + int256(deposit);
    }

    function _assertSolvent(ISuperToken token) private view {
        uint256 owed;
        uint256 bonded;
        uint256 claimable;
        for (uint256 i; i < ids.length; ++i) {
            if (parameters[i].superToken != token) continue;
            (, uint256 fee) = pool.incomeOf(ids[i]);
            owed += escrow.level(ids[i]) + fee - world.total(ids[i], Ledger.Entry.FeePaid);
            (int256 now_,) = world.poolOf(ids[i]).getClaimableNow(address(escrow));
            claimable += uint256(now_);
            bonded += _bonded(ids[i], world.allSinks()) + _bonded(ids[i], world.allOthers());
        }
        assertEq(token.balanceOf(address(escrow)) + claimable, owed, "the escrow buffer has what it owes");
        assertEq(token.balanceOf(address(stakes)), bonded, "the stake manager has what is bonded");
    }

    function _bonded(TaskTypeId id, address[] memory accounts) private view returns (uint256 sum) {
        for (uint256 i; i < accounts.length; ++i) {
            (uint256 staked, uint256 unbonding,) = stakes.bondOf(id, accounts[i]);
            sum += staked + unbonding;
        }
    }
}
