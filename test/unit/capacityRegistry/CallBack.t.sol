// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";
import { Puppet } from "../../utils/Wallets.sol";

/// @notice A verifier that is asked about one sink may change what is true of it, and of others of the same batch. What stands
/// afterwards is what is true then, not what was true when the batch came to them.
contract CallBackTest is CapacityTest {
    uint256 private constant SETTLE_EPOCHS = 3;

    /// @dev The first, an account with code, takes its stake back while the second, which is due, is settled.
    function testFuzz_LetsAnotherSinkOfABatchUnstake(bool packed, uint40 capacity) external {
        capacity = uint40(_boundCapacity(capacity));
        (address first, uint256 firstKey) = makeAddrAndKey("first");
        (, uint256 secondKey) = makeAddrAndKey("second");
        _addPaidSink(id, "first", capacity);
        address second = _addPaidSink(id, "second", capacity);
        skip(SETTLE_EPOCHS * EPOCH);
        _settle(id, first);
        assertEq(pool.unitsOf(id, first), capacity);
        vm.etch(first, address(new Puppet()).code);
        bytes memory unstake = abi.encodeCall(stakes.requestUnstake, (id, _stakeFor(capacity)));
        verifier.callBack(first, abi.encodeCall(Puppet.act, (address(stakes), unstake)));

        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](2);
        batch[0] = _attestation(id, first, firstKey, capacity, 0, block.timestamp);
        batch[1] = _attestation(id, second, secondKey, capacity, 0, block.timestamp);
        uint256 accepted =
            packed ? registry.submitPackedAttestations(id, _pack(batch)) : registry.submitAttestations(id, batch);

        assertTrue(verifier.calledBack());
        assertEq(accepted, 2);
        assertEq(registry.sinkOf(id, first).cap, 0);
        assertEq(pool.unitsOf(id, first), 0, "nothing backs it");
        assertEq(pool.unitsOf(id, second), capacity, "the other keeps its own");
    }

    /// @dev It is asked when the sink is due, in the middle of what the sink says.
    function testFuzz_LetsTheSinkLeave(bool revealed, uint40 capacity) external {
        capacity = uint40(_boundCapacity(capacity));
        address sink = address(new Puppet());
        vm.label(sink, "puppet");
        _stake(id, sink, _stakeFor(capacity));
        vm.prank(sink);
        registry.registerSink(id, "");
        skip(SETTLE_EPOCHS * EPOCH);
        bytes memory leave = abi.encodeCall(registry.deregisterSink, (id));
        verifier.callBack(sink, abi.encodeCall(Puppet.act, (address(registry), leave)));

        if (revealed) _signal(id, sink, capacity, 0);
        else _settle(id, sink);

        assertTrue(verifier.calledBack());
        ICapacityRegistry.Sink memory left = registry.sinkOf(id, sink);
        assertFalse(left.registered);
        assertEq(left.capacity + left.baseScaled + left.backlog, 0, "nothing is said of who has left");
        assertEq(pool.unitsOf(id, sink), 0, "nor paid to it");
    }
}
