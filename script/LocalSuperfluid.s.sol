// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";
import {
    ERC1820RegistryCompiled
} from "@superfluid-finance/ethereum-contracts/contracts/libs/ERC1820RegistryCompiled.sol";
import {
    SuperfluidFrameworkDeployer
} from "@superfluid-finance/ethereum-contracts/contracts/utils/SuperfluidFrameworkDeployer.t.sol";
import { TestToken } from "@superfluid-finance/ethereum-contracts/contracts/utils/TestToken.sol";
import { Script } from "forge-std/Script.sol";

/// @notice Puts Superfluid, a dollar token and its super token on a fresh anvil, and writes their addresses to a file.
/// @dev The deployer is larger than a chain allows, and its steps together need more gas than a block has. So:
///      anvil --disable-code-size-limit
///      forge script script/LocalSuperfluid.s.sol --rpc-url … --broadcast --slow --disable-code-size-limit \
///        --unlocked --sender <an account of anvil>
contract LocalSuperfluid is Script {
    function run() external {
        // The registry's own deployment transaction has a fixed gas price and sender; writing its code is simpler.
        vm.rpc(
            "anvil_setCode",
            string.concat(
                '["',
                vm.toString(ERC1820RegistryCompiled.ADDRESS),
                '","',
                vm.toString(ERC1820RegistryCompiled.BYTECODE),
                '"]'
            )
        );
        // The script runs on its own copy of the chain first, which does not see what was written after it began.
        vm.etch(ERC1820RegistryCompiled.ADDRESS, ERC1820RegistryCompiled.BYTECODE);

        vm.startBroadcast();
        SuperfluidFrameworkDeployer deployer = new SuperfluidFrameworkDeployer();
        for (uint8 step = 0; step < deployer.getNumSteps(); ++step) {
            deployer.executeStep(step);
        }
        (TestToken underlying, ISuperToken superToken) =
            deployer.deployWrapperSuperToken("USD Coin", "USDC", 6, type(uint256).max, address(0));
        vm.stopBroadcast();

        _write(deployer.getFramework(), underlying, superToken);
    }

    function _write(SuperfluidFrameworkDeployer.Framework memory sf, TestToken underlying, ISuperToken superToken)
        private
    {
        string memory json = "superfluid";
        vm.serializeUint(json, "chainId", block.chainid);
        vm.serializeAddress(json, "host", address(sf.host));
        vm.serializeAddress(json, "cfaV1", address(sf.cfa));
        vm.serializeAddress(json, "gdaV1", address(sf.gda));
        vm.serializeAddress(json, "cfaV1Forwarder", address(sf.cfaV1Forwarder));
        vm.serializeAddress(json, "gdaV1Forwarder", address(sf.gdaV1Forwarder));
        vm.serializeAddress(json, "superTokenFactory", address(sf.superTokenFactory));
        vm.serializeAddress(json, "underlying", address(underlying));
        vm.writeJson(
            vm.serializeAddress(json, "superToken", address(superToken)),
            vm.envOr("LOCAL_SUPERFLUID_FILE", string("deployments/local-superfluid.json"))
        );
    }
}
