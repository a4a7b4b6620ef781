// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";
import { VmSafe } from "forge-std/Vm.sol";

/// @notice No contract grows unnoticed. `npm run snapshot` accepts new sizes.
contract ContractSizesTest is Test {
    /// @dev EIP-170, bytes.
    uint256 private constant MAX_RUNTIME_SIZE = 24_576;

    /// @dev EIP-3860, bytes.
    uint256 private constant MAX_CREATION_SIZE = 49_152;

    function test_Sizes() external {
        VmSafe.DirEntry[] memory files = vm.readDir("src", 1);
        uint256 contracts;
        for (uint256 i; i < files.length; ++i) {
            string memory name = _contractIn(files[i]);
            if (bytes(name).length == 0) continue;
            ++contracts;
            _checkSize(name);
        }
        assertGe(contracts, 5, "found the contracts");
    }

    function _checkSize(string memory name) private {
        string memory artifact = string.concat(name, ".sol:", name);
        uint256 size = vm.getDeployedCode(artifact).length;
        vm.snapshotValue("sizes", name, size);
        assertLe(size, MAX_RUNTIME_SIZE, string.concat(name, ": EIP-170"));
        assertLe(vm.getCode(artifact).length, MAX_CREATION_SIZE, string.concat(name, ": EIP-3860"));

        if (vm.envOr("FORGE_SNAPSHOT_EMIT", false)) return;
        uint256 committed = vm.parseJsonUint(vm.readFile("snapshots/sizes.json"), string.concat(".", name));
        assertLe(size, committed, string.concat(name, ": grew, see `npm run snapshot`"));
    }

    /// @dev The name of the contract that can be deployed from a file; empty for anything else.
    function _contractIn(VmSafe.DirEntry memory file) private returns (string memory name) {
        string[] memory path = vm.split(file.path, "/");
        string memory fileName = path[path.length - 1];
        if (file.isDir || !vm.contains(fileName, ".sol")) return "";
        name = vm.replace(fileName, ".sol", "");
        if (vm.contains(vm.readFile(file.path), string.concat("abstract contract ", name))) return "";
    }
}
