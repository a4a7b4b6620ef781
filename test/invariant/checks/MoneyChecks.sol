// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { ReturnShares } from "../../../src/libraries/ReturnShares.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { InvariantTest } from "../InvariantTest.sol";
import { Ledger } from "../Ledger.sol";

/// @notice Where the money is.
abstract contract MoneyChecks is InvariantTest {
    /// @dev Wei that three claims and one release round off.
    uint256 private constant ROUNDING = 4;

    /// @dev Wei that all releases and synchronisations of a run together round off.
    uint256 private constant DUST = 1000;

    /// @dev The part of what came in that rounding and what leaked may keep from a source, at most.
    uint256 private constant STATED = 10_000;

    function _I1_NoWeiIsCreatedOrLost() internal view {
        for (uint256 i; i < ids.length; ++i) {
            TaskTypeId id = ids[i];
            uint256 received = _receivedBy(id, world.allSinks()) + _receivedBy(id, world.allOthers());
            (, uint256 fee) = pool.incomeOf(id);
            uint256 returned = _returned(id);
            assertEq(
                _in(id),
                received + fee + escrow.level(id) + escrow.setAsideOf(id) + returned
                    + world.total(id, Ledger.Entry.Refunded) + world.total(id, Ledger.Entry.Leaked),
                "I1: in = out, per task type"
            );
        }
        _assertDust(superToken);
        _assertSupply(superToken);
        _assertDust(parameters[2].superToken);
        _assertSupply(parameters[2].superToken);
    }

    /// @dev By balances alone, over all pools and whatever moves they made in whatever order: of those who do no work, what
    /// each has, has bonded, has deposited and may claim is no more than it was given. So nobody took what is another's.
    function _I21_WhoDoesNoWorkGainsNothing() internal view {
        address[] memory payers = world.allPayers();
        for (uint256 i; i < payers.length; ++i) {
            _assertNoGain(superToken, payers[i]);
            _assertNoGain(parameters[2].superToken, payers[i]);
        }
    }

    function _assertNoGain(ISuperToken token, address account) private view {
        int256 has = _wealth(token, account);
        for (uint256 i; i < ids.length; ++i) {
            if (parameters[i].superToken == token) has += int256(_ownedIn(ids[i], account));
        }
        assertLe(has, int256(world.given(token, account)), "I21: more than it was given");
    }

    /// @dev Beside its balance, wei.
    function _ownedIn(TaskTypeId id, address account) private view returns (uint256 amount) {
        (uint256 held, uint256 payableNow) = escrow.claimOf(id, account);
        (uint256 staked, uint256 unbonding,) = stakes.bondOf(id, account);
        (int256 pay,) = world.poolOf(id).getClaimableNow(account);
        amount = held + payableNow + staked + unbonding + uint256(pay);
        Ledger.Deposit[] memory deposits = world.deposits(id);
        for (uint256 i; i < deposits.length; ++i) {
            if (deposits[i].owner == account) amount += deposits[i].left;
        }
    }

    function _EscrowAndStakesAreSolvent() internal view {
        _assertSolvent(superToken);
        _assertSolvent(parameters[2].superToken);
    }

    function _I9_DrainsFitTheBucket() internal view {
        for (uint256 i; i < ids.length; ++i) {
            assertLe(world.drainedTooMuch(ids[i]), 0, "I9: drained more than q * U * (time + h) in some interval");
        }
    }

    function _I9_DepositsQueue() internal {
        for (uint256 i; i < ids.length; ++i) {
            _checkDeposits(ids[i]);
        }
    }

    /// @dev Also that every depositor can take back what is left, now, all of them.
    function _checkDeposits(TaskTypeId id) private {
        Ledger.Deposit[] memory deposits = world.deposits(id);
        uint256 left;
        for (uint256 i; i < deposits.length; ++i) {
            (address owner, uint256 amount) = escrow.depositOf(id, i + 1);
            assertEq(amount, deposits[i].left, "I9: spent oldest first");
            if (amount == 0) continue;
            left += amount;
            assertEq(owner, deposits[i].owner, "I9: whose deposit it is");
        }
        assertEq(escrow.depositsOf(id), left, "I9: the sum of deposits");

        for (uint256 i; i < deposits.length; ++i) {
            if (deposits[i].left == 0) continue;
            vm.prank(deposits[i].owner);
            assertEq(escrow.withdrawDeposit(id, i + 1), deposits[i].left, "I9: refundable");
        }
        assertEq(escrow.depositsOf(id), 0, "I9: all refunded");
    }

    /// @dev What would happen if all sources left now: one horizon later they get back everything that is theirs, to the wei
    /// but for rounding; what they paid without ever being synchronised stays.
    function _I15_ClosedSourcesGetEverythingBack(uint256 pick) internal {
        TaskTypeId id = ids[pick];
        _leave(id);
        if (world.poolOf(id).getTotalFlowRate() == 0) sourceHandler.open(pick, 0, 1);
        _syncSources(id);
        world.pass(1 minutes);
        _closeStreams(id);
        uint256 held = _held(id);
        uint256 setAside = escrow.setAsideOf(id);
        assertGt(held, 0, "I15: the last minute's money at least is theirs");
        assertLe(held, escrow.bookOf(id).owned, "I18: and no more than there is");
        world.pass(registry.parametersOf(id).horizon);

        uint256 paid = _pay(id);
        assertGe(paid + ROUNDING, held, "I15: all of it");
        assertLe(paid, held + setAside + ROUNDING, "I15: and no more than that");
        assertLe(_held(id), ROUNDING, "I15: nothing is left to have");
        assertLe(escrow.setAsideOf(id), DUST, "I15: nor kept");
    }

    /// @dev I15 for one source while everybody else goes on: from its closing to one horizon later others do what they like,
    /// except that nobody drains. And I18 for the time before, in which it stays as it is, and synchronised.
    function _I15_I18_ASynchronisedSourceHasItsPart(uint256 pick, uint256 seed) internal {
        TaskTypeId id = ids[pick];
        address source = world.sources(seed % 3);
        if (world.rateOf(id, source) == 0) sourceHandler.open(pick, seed % 3, seed >> 8);
        escrow.syncSource(id, source);
        uint256 before = _worthOf(id, source);
        world.watch(id, source);
        _othersAct(pick, seed % 3, seed);
        escrow.syncSource(id, source);
        uint256 part = world.watchedDue();
        assertGe(_worthOf(id, source) + part / STATED + ROUNDING, before + part, "I18: its part of what came in");

        _close(id, source);
        before = _worthOf(id, source);
        uint256 closedAt = block.timestamp;
        world.watch(id, address(0));
        _othersAct(pick, seed % 3, uint256(keccak256(abi.encode(seed))));
        uint256 horizon = registry.parametersOf(id).horizon;
        if (block.timestamp < closedAt + horizon) world.pass(closedAt + horizon - block.timestamp);
        escrow.syncSource(id, source);
        assertGe(escrow.returnedOf(id, source) + ROUNDING, before, "I15: all of it, one horizon later");
        assertLe(escrow.returnedOf(id, source), before + ROUNDING, "I15: and no more");
    }

    /// @dev Some of what attackers, and all sources but one, can do, in any order; none of it drains.
    function _othersAct(uint256 pick, uint256 except, uint256 seed) private {
        for (uint256 i; i < 4; ++i) {
            uint256 mix = uint256(keccak256(abi.encode(seed, i)));
            uint256 other = except + 1 + i % 2;
            uint256 what = mix % 12;
            if (what == 0) attackerHandler.poke(pick);
            else if (what == 1) attackerHandler.flashSource(pick, mix, mix >> 8);
            else if (what == 2) grieferHandler.streamTinily(pick, mix);
            else if (what == 3) grieferHandler.syncAtBadMoments(pick, other, mix);
            else if (what == 4) grieferHandler.bracket(pick, mix, mix >> 8);
            else if (what == 5) sourceHandler.give(pick, mix);
            else if (what == 6) sourceHandler.change(pick, other, mix);
            else if (what == 7) sourceHandler.close(pick, other);
            else if (what == 8) sinkHandler.signalOften(pick, mix, mix >> 8);
            else if (what == 9) keeperHandler.rebalance(pick, mix, mix >> 8);
            else if (what == 10) keeperHandler.release(pick);
            else sinkHandler.quit(pick, mix);
            world.pass(1 + mix % 40);
        }
    }

    function _worthOf(TaskTypeId id, address source) private view returns (uint256) {
        (uint256 held, uint256 payableNow) = escrow.claimOf(id, source);
        return held + payableNow + escrow.returnedOf(id, source);
    }

    // ------------------------------------------------------------------------------------------- I18

    /// @dev Always, for all histories: what sources can claim is there, and what they were paid came in.
    function _I18_ClaimsAreCovered() internal view {
        for (uint256 i; i < ids.length; ++i) {
            TaskTypeId id = ids[i];
            ReturnShares.Book memory book = escrow.bookOf(id);
            (uint256 held, uint256 payableNow) = _claims(id);
            assertLe(held, book.owned, "I18: claims are worth no more than what is owned");
            assertLe(held + payableNow, uint256(book.owned) + book.setAside, "I18: nor together than there is");
            (uint256 income,) = pool.incomeOf(id);
            assertLe(_returned(id) + book.setAside + book.owned, income, "I18: paid no more than what came in");
        }
    }

    function _claims(TaskTypeId id) private view returns (uint256 held, uint256 payableNow) {
        address[] memory payers = world.allPayers();
        for (uint256 i; i < payers.length; ++i) {
            (uint256 one, uint256 ready) = escrow.claimOf(id, payers[i]);
            held += one;
            payableNow += ready;
        }
    }

    function _returned(TaskTypeId id) private view returns (uint256 sum) {
        address[] memory payers = world.allPayers();
        for (uint256 i; i < payers.length; ++i) {
            sum += escrow.returnedOf(id, payers[i]);
        }
    }

    function _held(TaskTypeId id) private view returns (uint256 sum) {
        (sum,) = _claims(id);
    }

    function _pay(TaskTypeId id) private returns (uint256 paid) {
        uint256 before = _returned(id);
        _syncSources(id);
        return _returned(id) - before;
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
        registry.rebalance(id, new address[](0));
    }

    /// @dev Each source counts its last stretch just before it closes.
    function _closeStreams(TaskTypeId id) private {
        _syncSources(id);
        address[] memory sources = world.allSources();
        for (uint256 i; i < sources.length; ++i) {
            if (world.rateOf(id, sources[i]) != 0) _close(id, sources[i]);
        }
    }

    function _close(TaskTypeId id, address source) private {
        escrow.syncSource(id, source);
        vm.startPrank(source);
        sf.gdaV1Forwarder.distributeFlow(world.tokenOf(id), source, world.poolOf(id), 0, "");
        vm.stopPrank();
        world.inflowTouched(id);
        escrow.syncSource(id, source);
    }

    function _syncSources(TaskTypeId id) private {
        address[] memory payers = world.allPayers();
        for (uint256 i; i < payers.length; ++i) {
            escrow.syncSource(id, payers[i]);
        }
    }

    // ------------------------------------------------------------------------------------------- Sums

    function _in(TaskTypeId id) private view returns (uint256) {
        return world.total(id, Ledger.Entry.Streamed) + world.total(id, Ledger.Entry.PaidOnce)
            + world.total(id, Ledger.Entry.Donated) + world.total(id, Ledger.Entry.Deposited);
    }

    function _receivedBy(TaskTypeId id, address[] memory members) private view returns (uint256 sum) {
        for (uint256 i; i < members.length; ++i) {
            sum += world.poolOf(id).getTotalAmountReceivedByMember(members[i]);
        }
    }

    /// @dev Pools that share a token leak into one balance.
    function _assertDust(ISuperToken token) private view {
        uint256 leaked;
        for (uint256 i; i < ids.length; ++i) {
            if (parameters[i].superToken != token) continue;
            leaked += world.total(ids[i], Ledger.Entry.Leaked);
        }
        assertEq(token.balanceOf(address(pool)), leaked, "I1: what leaked is nobody's, and all there is");
    }

    /// @dev Every wei of the token is in an account that this test knows.
    function _assertSupply(ISuperToken token) private view {
        int256 sum = _wealth(token, address(escrow)) + _wealth(token, address(stakes)) + _wealth(token, address(pool))
            + _wealth(token, sf.governance.getRewardAddress(sf.host, token)) + _wealth(token, world.allSinks())
            + _wealth(token, world.allSources()) + _wealth(token, world.allOthers());
        for (uint256 i; i < ids.length; ++i) {
            if (parameters[i].superToken != token) continue;
            sum += _wealth(token, address(world.poolOf(ids[i])));
        }
        assertEq(sum, int256(token.totalSupply()), "I1: the whole supply");
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
            owed += escrow.level(ids[i]) + escrow.setAsideOf(ids[i]) + fee - world.total(ids[i], Ledger.Entry.FeePaid);
            (int256 now_,) = world.poolOf(ids[i]).getClaimableNow(address(escrow));
            claimable += uint256(now_);
            bonded += _bonded(ids[i], world.allSinks()) + _bonded(ids[i], world.allOthers());
        }
        assertEq(token.balanceOf(address(escrow)) + claimable, owed, "Solvency: the escrow buffer has what it owes");
        assertEq(token.balanceOf(address(stakes)), bonded, "Solvency: the stake manager has what is bonded");
    }

    function _bonded(TaskTypeId id, address[] memory accounts) private view returns (uint256 sum) {
        for (uint256 i; i < accounts.length; ++i) {
            (uint256 staked, uint256 unbonding,) = stakes.bondOf(id, accounts[i]);
            sum += staked + unbonding;
        }
    }
}
