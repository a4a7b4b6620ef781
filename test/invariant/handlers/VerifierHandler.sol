// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { ScriptedVerifier } from "../../utils/ScriptedVerifier.sol";
import { Puppet } from "../../utils/Wallets.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @notice What the verifier of a task type does: it slashes, says what a sink owes, and lets others act while it is asked.
contract VerifierHandler is Handler {
    /// @dev After so many epochs a signal settles its sink, so that the verifier is asked.
    uint256 private constant SETTLE_EPOCHS = 3;

    /// @dev What a sink does while the verifier is asked.
    enum Move {
        UnstakeAll,
        UnstakeSome,
        Leave,
        Rebalance
    }

    uint256[4] private _keys;

    constructor(World world_) Handler(world_) {
        for (uint256 i; i < 4; ++i) {
            (, _keys[i]) = makeAddrAndKey(string.concat("sink ", vm.toString(i)));
        }
    }

    function selectors() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](3);
        list[0] = this.slash.selector;
        list[1] = this.verifyBacklog.selector;
        list[2] = this.callBack.selector;
    }

    /// @dev Up to twice what is there, but mostly a little: a slash costs all units.
    function slash(uint256 idSeed, uint256 sinkSeed, uint256 amount) external action("verifier: slash") {
        TaskTypeId id = _id(idSeed);
        address sink = _sink(sinkSeed);
        uint256 bond = world.bondOf(id, sink).staked + world.bondOf(id, sink).unbonding;
        amount = _bound(amount, 1, (amount % 4 == 0 ? 2 * bond : bond / 20) + 1);
        ScriptedVerifier(world.parametersOf(id).verifier).take(id, sink, amount);
        uint256 slashed = stakes.assess(id, sink);
        assertEq(slashed, amount < bond ? amount : bond, "all of it up to stake and unbonding stake");
        world.capSignal(id, sink, 0);
        if (slashed == 0) return;
        world.slashed(id, sink, slashed);
        assertEq(pool.unitsOf(id, sink), 0, "slashing cuts units at once");
        _happens();
    }

    function verifyBacklog(uint256 idSeed, uint256 sinkSeed, uint256 backlog) external action("verifier: set backlog") {
        TaskTypeId id = _id(idSeed);
        address sink = _sink(sinkSeed);
        if (!_isRegistered(id, sink)) return;
        uint256 horizon = world.parametersOf(id).horizon;
        backlog = backlog % 2 == 0 ? 0 : _bound(backlog, 1, 2 * (_cap(id, sink) + 1) * horizon);
        ScriptedVerifier(world.parametersOf(id).verifier).owe(id, sink, backlog);
        _settle(id, sink);
        _happens();
    }

    // ------------------------------------------------------------------------------------------- Calling back

    /// @dev All sinks are settled, or signal in one batch, and the verifier is asked about those who are due. When it is
    /// asked first, a sink acts, which is itself that first one or has signalled before it in the same batch.
    function callBack(uint256 idSeed, uint256 sinkSeed, uint256 seed, uint256 amount)
        external
        action("verifier: call back")
    {
        TaskTypeId id = _id(idSeed);
        address actor = _sink(sinkSeed);
        uint256 staked = world.bondOf(id, actor).staked;
        Move move = Move(seed % 4);
        if (!_isRegistered(id, actor) || staked == 0) return;
        amount = move == Move.UnstakeAll ? staked : _bound(amount, 1, staked);
        world.pass(SETTLE_EPOCHS * world.parametersOf(id).epochLength);
        if ((seed >> 8) % 2 == 0) _settle(id, actor);
        (address target, bytes memory call) = _callOf(id, move, amount);
        ScriptedVerifier verifier = ScriptedVerifier(world.parametersOf(id).verifier);
        vm.etch(actor, type(Puppet).runtimeCode);
        verifier.callBack(actor, abi.encodeCall(Puppet.act, (target, call)));

        if ((seed >> 16) % 3 == 0) registry.settle(id, world.allSinks());
        else _signalAll(id, sinkSeed % 4);

        vm.etch(actor, "");
        bool asked = verifier.manner() == ScriptedVerifier.Manner.Answers;
        verifier.behave(ScriptedVerifier.Manner.Answers);
        world.saw("seen: act within verifier call", asked && verifier.calledBack());
        if (asked && verifier.calledBack()) _book(id, actor, move, amount);
        ICapacityRegistry.Sink memory left = registry.sinkOf(id, actor);
        assertLe(pool.unitsOf(id, actor), left.registered ? _cap(id, actor) : 0, "paid for what it took away");
        if (!left.registered) assertEq(left.capacity, 0, "on record without being there");
        _happens();
    }

    function _settle(TaskTypeId id, address sink) private {
        address[] memory sinks = new address[](1);
        sinks[0] = sink;
        registry.settle(id, sinks);
    }

    function _callOf(TaskTypeId id, Move move, uint256 amount) private view returns (address, bytes memory) {
        if (move == Move.Leave) return (address(registry), abi.encodeCall(registry.deregisterSink, (id)));
        if (move != Move.Rebalance) return (address(stakes), abi.encodeCall(stakes.requestUnstake, (id, amount)));
        return (address(registry), abi.encodeCall(registry.rebalance, (id, world.allSinks())));
    }

    function _book(TaskTypeId id, address actor, Move move, uint256 amount) private {
        if (move == Move.Rebalance) return;
        if (move == Move.Leave) return world.forget(id, actor);
        world.unstaked(id, actor, amount, block.timestamp + _unbondingPeriod(id));
        world.capSignal(id, actor, _cap(id, actor));
    }

    /// @dev Each says what its bond backs, the one with index `first` before the others.
    function _signalAll(TaskTypeId id, uint256 first) private {
        bytes memory entries;
        for (uint256 i; i < 4; ++i) {
            address sink = _sink(first + i);
            if (!_isRegistered(id, sink)) continue;
            uint40 capacity = uint40(_cap(id, sink));
            entries = bytes.concat(entries, _entryOf(id, (first + i) % 4, capacity));
            world.signalled(id, sink, capacity, _epoch(id), _smoothedBefore(id, sink));
        }
        registry.submitPackedAttestations(id, entries);
    }

    function _entryOf(TaskTypeId id, uint256 index, uint40 capacity) private view returns (bytes memory) {
        ICapacityRegistry.Attestation memory attestation =
            ICapacityRegistry.Attestation(_sink(index), capacity, 0, uint32(block.timestamp), "");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keys[index], registry.hashAttestation(id, attestation));
        return abi.encodePacked(attestation.sink, capacity, uint64(0), attestation.issuedAt, r, s, v);
    }
}
