// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { InvariantTest } from "../InvariantTest.sol";
import { Ledger } from "../Ledger.sol";

/// @notice Who can change what.
abstract contract RolesChecks is InvariantTest {
    function _I14_OnlyRolesChangeAnything(uint256 pick) internal {
        attackerHandler.callWrongly(pick, block.number);

        assertEq(pool.owner(), owner, "I14: owner");
        (uint256 fee, address recipient) = pool.fee();
        assertEq(fee, ownerHandler.fee(), "I14: fee");
        assertEq(recipient, ownerHandler.recipient(), "I14: recipient of the fee");
        (TaskTypeId downstream, uint256 ratio) = pipeline.downstreamOf(ids[0]);
        assertTrue(downstream == ownerHandler.downstream(), "I14: downstream");
        assertEq(ratio, ownerHandler.ratio(), "I14: ratio");
        for (uint256 i; i < ids.length; ++i) {
            assertEq(
                keccak256(abi.encode(registry.parametersOf(ids[i]))),
                keccak256(abi.encode(parameters[i])),
                "I14: parameters"
            );
            assertEq(registry.creatorOf(ids[i]), creator, "I14: creator");
            assertEq(address(pool.distributionPoolOf(ids[i])), address(world.poolOf(ids[i])), "I14: pool");
            for (uint256 s; s < 4; ++s) {
                _checkTimers(ids[i], world.sinks(s));
            }
        }
    }

    /// @dev Everything in the registry that a sink's own calls set, and nobody else's.
    function _checkTimers(TaskTypeId id, address sink) private view {
        ICapacityRegistry.Sink memory known = registry.sinkOf(id, sink);
        Ledger.Signal memory signal = world.signalOf(id, sink);
        assertEq(known.signalledAt, signal.signalledAt, "I14: when it signalled");
        assertEq(known.capacity, signal.capacity, "I14: what it declared");
        assertEq(known.committedAtBlock, world.commitmentOf(id, sink).atBlock, "I14: when it committed");
        (,, uint256 unbondedAt) = stakes.bondOf(id, sink);
        assertEq(unbondedAt, world.bondOf(id, sink).unbondedAt, "I14: when it can withdraw");
    }

    /// @dev Whatever somebody does in one task type: in the others everything is as if only time had passed.
    function _I19_TaskTypesAreApart(uint256 pick, uint256 seed) internal {
        uint256 began = block.timestamp;
        uint256 state = vm.snapshotState();
        _actIn(pick, seed);
        uint256 time = block.timestamp - began;
        bytes32[2] memory acted = [_accountsOf(ids[(pick + 1) % 3]), _accountsOf(ids[(pick + 2) % 3])];
        vm.revertToState(state);
        if (time != 0) world.pass(time);
        for (uint256 i; i < 2; ++i) {
            assertEq(acted[i], _accountsOf(ids[(pick + 1 + i) % 3]), "I19: another task type changed");
        }
    }

    function _actIn(uint256 pick, uint256 seed) private {
        uint256 what = seed % 16;
        if (what == 0) attackerHandler.poke(pick);
        else if (what == 1) attackerHandler.flashSource(pick, seed, seed >> 8);
        else if (what == 2) attackerHandler.flashStake(pick, seed);
        else if (what == 3) grieferHandler.streamTinily(pick, seed);
        else if (what == 4) grieferHandler.syncAtBadMoments(pick, seed >> 8, seed);
        else if (what == 5) grieferHandler.flashEverything(pick, seed, seed >> 8);
        else if (what == 6) sourceHandler.give(pick, seed);
        else if (what == 7) sourceHandler.change(pick, seed >> 8, seed);
        else if (what == 8) sourceHandler.close(pick, seed >> 8);
        else if (what == 9) sourceHandler.beLiquidated(pick, seed >> 8, seed);
        else if (what == 10) sourceHandler.deposit(pick, seed >> 8, seed);
        else if (what == 11) sinkHandler.signalOften(pick, seed >> 8, seed);
        else if (what == 12) sinkHandler.quit(pick, seed >> 8);
        else if (what == 13) keeperHandler.rebalance(pick, seed, seed >> 8);
        else if (what == 14) keeperHandler.drainDown(pick);
        else verifierHandler.slash(pick, seed >> 8, seed);
    }

    /// @dev Everything that a task type's own books say, of the pool and of everybody in it.
    function _accountsOf(TaskTypeId id) private view returns (bytes32 hash) {
        hash = keccak256(abi.encode(_poolOf(id), world.leakOf(id), escrow.bookOf(id), escrow.depositsOf(id)));
        hash = keccak256(abi.encode(hash, escrow.drainable(id), escrow.releasable(id)));
        address[] memory payers = world.allPayers();
        for (uint256 i; i < payers.length; ++i) {
            hash = keccak256(abi.encode(hash, _payerOf(id, payers[i])));
        }
        address[] memory sinks = world.allSinks();
        for (uint256 i; i < sinks.length; ++i) {
            hash = keccak256(abi.encode(hash, _sinkOf(id, sinks[i])));
        }
    }

    function _poolOf(TaskTypeId id) private view returns (bytes32) {
        (uint256 sinkUnits, uint256 escrowUnits, uint256 feeUnits) = pool.unitsOfPool(id);
        (uint256 income, uint256 fee) = pool.incomeOf(id);
        bytes32 units = keccak256(abi.encode(sinkUnits, escrowUnits, feeUnits, income, fee));
        return keccak256(abi.encode(units, pool.paidOf(id), pool.spareOf(id), pool.streamedOf(id)));
    }

    function _payerOf(TaskTypeId id, address payer) private view returns (bytes32) {
        (uint256 held, uint256 payableNow) = escrow.claimOf(id, payer);
        bytes32 claims = keccak256(abi.encode(held, payableNow, escrow.returnedOf(id, payer)));
        return keccak256(abi.encode(claims, escrow.spentOf(id, payer), world.rateOf(id, payer)));
    }

    function _sinkOf(TaskTypeId id, address sink) private view returns (bytes32) {
        (uint256 staked, uint256 unbonding, uint256 unbondedAt) = stakes.bondOf(id, sink);
        bytes32 bond = keccak256(abi.encode(staked, unbonding, unbondedAt, registry.sinkOf(id, sink)));
        uint256 received = world.poolOf(id).getTotalAmountReceivedByMember(sink);
        return keccak256(abi.encode(bond, pool.unitsOf(id, sink), received));
    }

    /// @dev The attack asserts its own failure.
    function _I16_AFlashStreamChangesNothing(uint256 pick) internal {
        attackerHandler.flashSource(pick, block.timestamp, block.number);
    }
}
