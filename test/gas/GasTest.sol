// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ProtocolTest } from "../utils/ProtocolTest.sol";

/// @notice Measures whole transactions and holds them against the committed snapshots.
///
/// Every contract that inherits this must run with `isolate = true` (inline configuration): then each call from a test
/// is a transaction of its own, its storage slots start cold, and `vm.lastCallGas` counts what its sender would pay
/// for: the base fee of 21,000, calldata and execution, less refunds. The fee for data on the settlement layer is not
/// gas and not in it.
///
/// `npm run snapshot` writes new snapshots; review their difference like code.
abstract contract GasTest is ProtocolTest {
    /// @dev Gas is deterministic here; this leaves room for changes that nobody would care about.
    uint256 private constant DRIFT = 0.005e18;

    /// @dev Cost must not depend on the number of sinks. Addresses with a different number of zero bytes do cost a
    /// little more or less.
    uint256 private constant SPREAD = 0.02e18;

    /// @dev Where no figure is required beyond the snapshot.
    uint256 internal constant NO_TARGET = type(uint256).max;

    error GasTest_NotIsolated(uint256 gasOfEmptyTransaction);

    /// @notice How many sinks the measured pool has.
    function _sinkCount() internal pure virtual returns (uint256);

    /// @notice The size that the others are compared with.
    function _smallest() internal pure virtual returns (uint256) {
        return 10;
    }

    /// @dev Without isolation every figure below would be too low, so nothing would fail.
    function _requireIsolation() internal {
        (bool sent,) = makeAddr("nobody").call("");
        assertTrue(sent);
        uint256 used = vm.lastCallGas().gasTotalUsed;
        if (used != 21_000) revert GasTest_NotIsolated(used);
    }

    /// @notice Gas of the last transaction.
    function _lastGas() internal view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    /// @notice Checks the last transaction against target, snapshot, and the smallest pool.
    function _check(string memory operation, uint256 target) internal {
        _check(operation, target, _lastGas());
    }

    function _check(string memory operation, uint256 target, uint256 used) internal {
        _checkAlone(operation, target, used);
        if (vm.envOr("FORGE_SNAPSHOT_EMIT", false)) return;
        assertApproxEqRel(
            used, _snapshot(_smallest(), operation), SPREAD, string.concat(operation, ": depends on sinks")
        );
    }

    /// @notice As `_check`, for what is measured in one pool only.
    function _checkAlone(string memory operation, uint256 target, uint256 used) internal {
        vm.snapshotValue(_group(_sinkCount()), operation, used);
        assertLe(used, target, string.concat(operation, ": above its target"));

        if (vm.envOr("FORGE_SNAPSHOT_EMIT", false)) return;
        string memory hint = ", see `npm run snapshot`";
        assertApproxEqRel(used, _snapshot(_sinkCount(), operation), DRIFT, string.concat(operation, ": drifted", hint));
    }

    function _snapshot(uint256 sinks, string memory operation) private view returns (uint256) {
        string memory json = vm.readFile(string.concat("snapshots/", _group(sinks), ".json"));
        return vm.parseJsonUint(json, string.concat("['", operation, "']"));
    }

    function _group(uint256 sinks) private pure returns (string memory) {
        return string.concat("gas-", vm.toString(sinks));
    }
}
