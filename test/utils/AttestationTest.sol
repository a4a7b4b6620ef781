// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../src/interfaces/ICapacityRegistry.sol";
import { CapacityTest } from "./CapacityTest.sol";

/// @notice A sink with its key, and what both forms of a batch of attestations are tried with.
abstract contract AttestationTest is CapacityTest {
    uint256 internal constant REPORT_DELAY = 60;

    address internal sink;
    uint256 internal key;

    function setUp() public override {
        super.setUp();
        (, key) = makeAddrAndKey("sink");
        sink = _addSink(id, "sink", MAX_CAPACITY);
        skip(2 * REPORT_DELAY);
    }

    /// @notice One sink in any order of its own times. The newest says so little more than the one that stands before it
    /// that the units stay where that one has put them.
    /// @return batch As many as there are capacities.
    /// @return accepted How many of them count: those that are newer than all before them.
    function _batchOfOneSink(uint64[8] memory capacities, uint256[8] memory times)
        internal
        view
        returns (ICapacityRegistry.Attestation[] memory batch, uint256 accepted)
    {
        batch = new ICapacityRegistry.Attestation[](capacities.length);
        uint256 last;
        uint64 standing;
        for (uint256 i; i < batch.length; ++i) {
            bool newest = i == batch.length - 1;
            uint256 issuedAt =
                newest ? block.timestamp : bound(times[i], block.timestamp - REPORT_DELAY, block.timestamp - 1);
            uint64 capacity = newest ? standing * 104 / 100 : _boundCapacity(capacities[i]);
            batch[i] = _attestation(id, sink, key, capacity, 0, issuedAt);
            if (issuedAt > last) (last, standing, accepted) = (issuedAt, capacity, accepted + 1);
        }
    }

    /// @notice The first `length` bytes.
    function _cut(bytes memory data, uint256 length) internal pure returns (bytes memory cut) {
        cut = new bytes(length);
        for (uint256 i; i < length; ++i) {
            cut[i] = data[i];
        }
    }
}
