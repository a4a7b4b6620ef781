// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { InvariantTest } from "./InvariantTest.sol";
import { CrowdHandler } from "./handlers/CrowdHandler.sol";

/// @notice What calls cost. Two pools with the same terms, the same sink and the same source; one of them has a crowd
/// besides, and it grows.
contract InvariantGas is InvariantTest {
    uint256 private constant CROWD_SINKS = 40;
    uint256 private constant CROWD_SOURCES = 20;
    uint256 private constant MEASURED_EVERY = 32;

    struct Cost {
        uint256 rebalance;
        uint256 reveal;
        uint256 syncSource;
        uint256 release;
        uint256 deregister;
    }

    CrowdHandler private _crowdHandler;
    TaskTypeId private _few;
    TaskTypeId private _many;
    address[] private _probe = [makeAddr("probe")];
    address private _payer = makeAddr("payer");

    function setUp() public override {
        super.setUp();
        TaskTypeParameters memory p = parameters[0];
        p.bufferMax = 0;
        _few = _registerTaskType(p, "few");
        _many = _registerTaskType(p, "many");
        world.learn(_few);
        world.learn(_many);
        _crowdHandler = CrowdHandler(_deploy("CrowdHandler", abi.encode(world, _many)));
        targetContract(address(_crowdHandler));
        targetSelector(FuzzSelector(address(_crowdHandler), _crowdHandler.selectors()));

        _populate(_few);
        _populate(_many);
        for (uint256 i; i < CROWD_SINKS; ++i) {
            _crowdHandler.addSink();
        }
        for (uint256 i; i < CROWD_SOURCES; ++i) {
            _crowdHandler.addSource();
        }
    }

    /// @dev A second sink, which nobody rebalances, so that no pool is ever empty; and more money than both can take.
    function _populate(TaskTypeId id) private {
        _crowdHandler.join(id, _probe[0]);
        _crowdHandler.join(id, makeAddr("companion"));
        _crowdHandler.open(id, _payer, 1e8);
    }

    function invariant_I13_CostDoesNotDependOnMembers() external {
        // The measurement is dear. Two numbers in a row: a profile may look after every other call only.
        if ((_crowdHandler.sinks() + _crowdHandler.sources()) % MEASURED_EVERY > 1) return;
        // The probe fades first, so that it ramps up again from nothing.
        vm.warp(block.timestamp + 1 days);
        for (uint256 i; i < 2; ++i) {
            _signal();
            _warmUp(_few);
            _warmUp(_many);
        }
        _signal();
        Cost memory few = _measure(_few);
        Cost memory many = _measure(_many);
        _assertSame(many.rebalance, few.rebalance, "rebalance");
        _assertSame(many.reveal, few.reveal, "revealCapacity");
        // Whether a drop of rounding ends all shares, and so empties a slot that is filled again, is not for members to say.
        assertApproxEqAbs(many.syncSource, few.syncSource, 20_000 + few.syncSource / 50, "I13: syncSource");
        _assertSame(many.release, few.release, "release");
        _assertSame(many.deregister, few.deregister, "deregisterSink");
    }

    function afterInvariant() external {
        world.report("gas");
    }

    /// @dev The next epoch begins, so that the probe's capacity moves; a commitment waits to be revealed.
    function _signal() private {
        vm.warp((block.timestamp / EPOCH + 1) * EPOCH);
        _crowdHandler.commit(_few, _probe[0]);
        _crowdHandler.commit(_many, _probe[0]);
        vm.roll(block.number + 1);
    }

    /// @dev Writes every slot that the measurement writes: it compares the work, not who comes first.
    function _warmUp(TaskTypeId id) private {
        assertEq(registry.sinkOf(id, _probe[0]).committedAtBlock, block.number - 1, "a commitment waits");
        _crowdHandler.reveal(id, _probe[0]);
        escrow.syncSource(id, _payer);
        escrow.release(id);
        escrow.syncSource(id, _payer);
    }

    function _measure(TaskTypeId id) private returns (Cost memory cost) {
        assertTrue(registry.needsRebalance(id, _probe), "the rebalance has something to do");
        uint256 left = gasleft();
        registry.rebalance(id, _probe);
        cost.rebalance = left - gasleft();

        uint64 capacity = _crowdHandler.CAPACITY();
        vm.startPrank(_probe[0]);
        left = gasleft();
        registry.revealCapacity(id, capacity, 0, "");
        cost.reveal = left - gasleft();
        vm.stopPrank();

        left = gasleft();
        escrow.syncSource(id, _payer);
        cost.syncSource = left - gasleft();

        left = gasleft();
        escrow.release(id);
        cost.release = left - gasleft();

        vm.startPrank(_probe[0]);
        left = gasleft();
        registry.deregisterSink(id);
        cost.deregister = left - gasleft();
        vm.stopPrank();
    }

    function _assertSame(uint256 many, uint256 few, string memory call) private pure {
        assertApproxEqRel(many, few, 0.02e18, string.concat("I13: members make it dearer: ", call));
    }
}
