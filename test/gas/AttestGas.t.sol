// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../src/interfaces/ICapacityRegistry.sol";
import { VerificationGasTest } from "./VerificationGasTest.sol";

/// @notice What attestations cost, per batch and by their form. Nobody is due to be settled, and units wait.
abstract contract AttestGasBenchmark is VerificationGasTest {
    function test_Attest_One() external {
        _look(1);
        _check("attest (batch of 1)", NO_TARGET, _attest(1));
    }

    function test_Attest_Ten() external {
        _look(10);
        _check("attest (batch of 10, each)", NO_TARGET, _attest(10));
    }

    function test_Attest_Fifty() external {
        _look(BATCH);
        _check("attest (batch of 50, each)", 24_500, _attest(BATCH));
    }

    function test_Attest_Fifty_FirstOfAnEpoch() external {
        _settleInEpochBefore(BATCH);
        _check("attest (batch of 50, each, first of an epoch)", NO_TARGET, _attest(BATCH));
    }

    function test_AttestPacked_One() external {
        _look(1);
        _check("attest packed (batch of 1)", NO_TARGET, _attestPacked(1));
    }

    function test_AttestPacked_Fifty() external {
        _look(BATCH);
        _check("attest packed (batch of 50, each)", 19_000, _attestPacked(BATCH));
    }

    function test_AttestPacked_Fifty_FirstOfAnEpoch() external {
        _settleInEpochBefore(BATCH);
        _check("attest packed (batch of 50, each, first of an epoch)", NO_TARGET, _attestPacked(BATCH));
    }

    /// @dev The first look at the pool in an epoch records what has flowed; here it came with another transaction.
    function _look(uint256 size) internal {
        _settleInEpochBefore(size);
        _rebalance(id, _sink(0));
        skip(pool.CONFIRM_DELAY());
    }

    function _settleInEpochBefore(uint256 size) private {
        _settleFirst(size < BATCH ? BATCH : size);
        skip(EPOCH);
    }

    /// @return Gas of each.
    function _attest(uint256 size) private returns (uint256) {
        ICapacityRegistry.Attestation[] memory batch = _batch(size);
        (uint256 unitsBefore,,) = pool.unitsOfPool(id);
        uint256 accepted = registry.submitAttestations(id, batch);
        return _each(size, accepted, unitsBefore);
    }

    function _attestPacked(uint256 size) internal returns (uint256) {
        bytes memory entries = _pack(_batch(size));
        (uint256 unitsBefore,,) = pool.unitsOfPool(id);
        uint256 accepted = registry.submitPackedAttestations(id, entries);
        return _each(size, accepted, unitsBefore);
    }

    /// @dev Gas comes first: a view is a call too.
    function _each(uint256 size, uint256 accepted, uint256 unitsBefore) private view returns (uint256 used) {
        used = _lastGas() / size;
        assertEq(accepted, size);
        (uint256 unitsAfter,,) = pool.unitsOfPool(id);
        assertEq(unitsAfter, unitsBefore, "hysteresis skips the units");
    }

    function _batch(uint256 size) private view returns (ICapacityRegistry.Attestation[] memory batch) {
        batch = new ICapacityRegistry.Attestation[](size);
        for (uint256 i; i < size; ++i) {
            batch[i] = _attestation(id, _sink(i), _sinkKey(i), CAPACITY - 20, 0, block.timestamp);
        }
    }
}

/// forge-config: default.isolate = true
contract AttestGas50Test is AttestGasBenchmark {
    function _sinkCount() internal pure override returns (uint256) {
        return 50;
    }
}

/// forge-config: default.isolate = true
contract AttestGas1000Test is AttestGasBenchmark {
    uint256 private constant LARGE_BATCH = 200;

    function _sinkCount() internal pure override returns (uint256) {
        return 1000;
    }

    function _workers() internal pure override returns (uint256) {
        return LARGE_BATCH;
    }

    /// @dev Its cost per entry has no smaller pool to compare with. The target was 17,500 (docs/gaps.md, Gas).
    function test_AttestPacked_TwoHundred() external {
        _look(LARGE_BATCH);
        _checkAlone("attest packed (batch of 200, each)", 18_050, _attestPacked(LARGE_BATCH));
    }
}
