// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";

import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { Ledger } from "../Ledger.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @notice The life of sinks: they join, signal, fall silent, leave.
contract SinkHandler is Handler {
    uint64 internal constant MAX_CAPACITY = 3000;
    uint256 internal constant REVEAL_BLOCKS = 20;

    mapping(TaskTypeId => mapping(address sink => bool)) public silent;

    constructor(World world_) Handler(world_) { }

    function selectors() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](9);
        list[0] = this.join.selector;
        list[1] = this.commit.selector;
        list[2] = this.reveal.selector;
        list[3] = this.signal.selector;
        list[4] = this.signalAll.selector;
        list[5] = this.fallSilent.selector;
        list[6] = this.quit.selector;
        list[7] = this.toggleConnection.selector;
        list[8] = this.signalOften.selector;
    }

    // ------------------------------------------------------------------------------------------- Joining, leaving

    function join(uint256 idSeed, uint256 sinkSeed, uint256 capacity) external action("sink: join") {
        for (uint256 i; i < 4; ++i) {
            TaskTypeId id = _id(idSeed);
            address sink = _sink(sinkSeed % 4 + i);
            if (_isRegistered(id, sink)) continue;
            _stake(id, sink, world.parametersOf(id).minimumStake + _bound(capacity, 1, MAX_CAPACITY) * _bondPerUnit(id));
            vm.prank(sink);
            registry.registerSink(id, "");
            world.joined(id, sink);
            silent[id][sink] = false;
            return _happens();
        }
    }

    function quit(uint256 idSeed, uint256 sinkSeed) external action("sink: quit") {
        TaskTypeId id = _id(idSeed);
        address sink = _sink(sinkSeed);
        if (!_isRegistered(id, sink)) return;
        vm.prank(sink);
        registry.deregisterSink(id);
        world.forget(id, sink);
        assertEq(world.poolOf(id).getMemberFlowRate(sink), 0, "leaving stops pay in that transaction");
        _happens();
    }

    /// @dev Connected or not, a member must be paid the same.
    function toggleConnection(uint256 idSeed, uint256 sinkSeed) external action("sink: toggle connection") {
        ISuperfluidPool distributionPool = world.poolOf(_id(idSeed));
        address sink = _sink(sinkSeed);
        bool connected = world.contracts().sf.gda.isMemberConnected(distributionPool, sink);
        vm.prank(sink);
        if (connected) superfluid.disconnectPool(distributionPool, "");
        else superfluid.connectPool(distributionPool, "");
        _happens();
    }

    // ------------------------------------------------------------------------------------------- Signalling

    function commit(uint256 idSeed, uint256 sinkSeed, uint256 capacity, uint256 backlog)
        external
        action("sink: commit")
    {
        TaskTypeId id = _id(idSeed);
        for (uint256 i; i < 4; ++i) {
            address sink = _sink(sinkSeed % 4 + i);
            if (!_isRegistered(id, sink)) continue;
            _commit(id, sink, _capacity(id, sink, capacity), _backlog(id, sink, backlog));
            return _happens();
        }
    }

    /// @dev Any commitment that waits, or one made for it; those of the same block wait for the next.
    function reveal(uint256 seed) external action("sink: reveal") {
        TaskTypeId own = _id(seed / 12);
        if (seed % 4 == 0 && _isRegistered(own, _sink(seed / 4))) {
            _commit(own, _sink(seed / 4), _capacity(own, _sink(seed / 4), seed), 0);
        }
        for (uint256 i; i < 12; ++i) {
            uint256 pick = seed % 12 + i;
            TaskTypeId id = _id(pick / 4);
            address sink = _sink(pick);
            Ledger.Commitment memory commitment = world.commitmentOf(id, sink);
            if (commitment.atBlock == 0 || block.number > commitment.atBlock + REVEAL_BLOCKS) continue;
            if (block.number == commitment.atBlock) world.pass(2);
            _reveal(id, sink);
            return _happens();
        }
    }

    function signal(uint256 idSeed, uint256 sinkSeed, uint256 capacity, uint256 blocks)
        external
        action("sink: signal")
    {
        for (uint256 i; i < 4; ++i) {
            TaskTypeId id = _id(idSeed);
            address sink = _sink(sinkSeed % 4 + i);
            if (!_isRegistered(id, sink)) continue;
            _commit(id, sink, _capacity(id, sink, capacity), _backlog(id, sink, blocks));
            world.pass(2 * _bound(blocks, 1, REVEAL_BLOCKS));
            _reveal(id, sink);
            silent[id][sink] = false;
            return _happens();
        }
    }

    /// @dev Several signals one block after another, most of them in the same epoch; or one unit that comes and goes.
    function signalOften(uint256 idSeed, uint256 sinkSeed, uint256 seed) external action("sink: signal often") {
        TaskTypeId id = _id(idSeed);
        address sink = _sink(sinkSeed);
        if (!_isRegistered(id, sink)) return;
        for (uint256 i; i < 3; ++i) {
            _commit(id, sink, seed % 2 == 0 ? uint64(i % 2) : _capacity(id, sink, _mix(seed, i)), 0);
            world.pass(2);
            _reveal(id, sink);
        }
        world.saw("seen: third signal of an epoch", world.signalOf(id, sink).count > 2);
        silent[id][sink] = false;
        _happens();
    }

    /// @dev What a healthy pool does: everybody signals most of what its bond backs, epoch after epoch.
    function signalAll(uint256 idSeed, uint256 epochs) external action("sink: signal all") {
        TaskTypeId id = _id(idSeed);
        epochs = _bound(epochs, 1, 3);
        for (uint256 i; i < epochs; ++i) {
            if (_signalRound(id)) _happens();
            world.pass(world.parametersOf(id).epochLength);
        }
    }

    function fallSilent(uint256 idSeed, uint256 sinkSeed) external action("sink: fall silent") {
        TaskTypeId id = _id(idSeed);
        address sink = _sink(sinkSeed);
        if (!_isRegistered(id, sink) || silent[id][sink]) return;
        silent[id][sink] = true;
        _happens();
    }

    function _signalRound(TaskTypeId id) private returns (bool any) {
        for (uint256 i; i < 4; ++i) {
            if (_speaks(id, _sink(i))) _commit(id, _sink(i), uint64(_cap(id, _sink(i))), 0);
        }
        world.pass(2);
        for (uint256 i; i < 4; ++i) {
            if (!_speaks(id, _sink(i))) continue;
            _reveal(id, _sink(i));
            any = true;
        }
    }

    function _speaks(TaskTypeId id, address sink) private view returns (bool) {
        return _isRegistered(id, sink) && !silent[id][sink];
    }

    function _commit(TaskTypeId id, address sink, uint64 capacity, uint96 backlog) private {
        bytes32 salt = keccak256(abi.encode(id, sink, block.timestamp));
        vm.startPrank(sink);
        registry.commitCapacity(id, registry.hashSignal(id, sink, capacity, backlog, salt));
        vm.stopPrank();
        world.committed(id, sink, Ledger.Commitment(block.number, capacity, backlog, salt));
    }

    function _reveal(TaskTypeId id, address sink) private {
        Ledger.Commitment memory commitment = world.commitmentOf(id, sink);
        uint256 base = _smoothedBefore(id, sink);
        vm.prank(sink);
        registry.revealCapacity(id, commitment.capacity, commitment.backlog, commitment.salt);
        world.revealed(id, sink);
        uint256 cap = _cap(id, sink);
        world.signalled(id, sink, commitment.capacity < cap ? commitment.capacity : cap, _epoch(id), base);
    }

    /// @dev Up to twice what the bond backs, zero now and then.
    function _capacity(TaskTypeId id, address sink, uint256 seed) private view returns (uint64) {
        return seed % 8 == 0 ? 0 : uint64(_mix(seed, 1) % (2 * _cap(id, sink) + 2));
    }

    /// @dev None half of the time, else up to more than the horizon.
    function _backlog(TaskTypeId id, address sink, uint256 seed) private view returns (uint96) {
        if (seed % 2 == 0) return 0;
        return uint96(_mix(seed, 2) % (2 * _cap(id, sink) * world.parametersOf(id).horizon + 2));
    }

    // ------------------------------------------------------------------------------------------- Stakes

    function _stake(TaskTypeId id, address sink, uint256 amount) internal {
        _giveAndApprove(id, sink, address(stakes), amount);
        vm.prank(sink);
        stakes.stake(id, amount);
        world.staked(id, sink, amount);
    }
}
