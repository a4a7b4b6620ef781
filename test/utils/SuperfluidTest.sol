// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";
import {
    ERC1820RegistryCompiled
} from "@superfluid-finance/ethereum-contracts/contracts/libs/ERC1820RegistryCompiled.sol";
import {
    SuperfluidFrameworkDeployer
} from "@superfluid-finance/ethereum-contracts/contracts/utils/SuperfluidFrameworkDeployer.t.sol";
import { TestToken } from "@superfluid-finance/ethereum-contracts/contracts/utils/TestToken.sol";
import { Test } from "forge-std/Test.sol";

/// @notice A test against the real Superfluid framework, with a dollar token and its super token.
abstract contract SuperfluidTest is Test {
    /// @dev One unit of a 6-decimals token in wei of its super token, which always has 18 decimals.
    uint256 internal constant WEI_PER_UNDERLYING = 1e12;

    SuperfluidFrameworkDeployer.Framework internal sf;
    TestToken internal underlying;
    ISuperToken internal superToken;

    function _deploySuperfluid() internal {
        vm.etch(ERC1820RegistryCompiled.ADDRESS, ERC1820RegistryCompiled.BYTECODE);

        // Not `new`: that would compile the framework into every test contract again, at every change of a test.
        SuperfluidFrameworkDeployer deployer =
            SuperfluidFrameworkDeployer(vm.deployCode("SuperfluidFrameworkDeployer.t.sol:SuperfluidFrameworkDeployer"));
        deployer.deployTestFramework();
        sf = deployer.getFramework();
        (underlying, superToken) =
            deployer.deployWrapperSuperToken("USD Coin", "USDC", 6, type(uint256).max, address(0));
    }

    /// @notice Mints super tokens, rounded up to a whole number of underlying units.
    function _giveTokens(address to, uint256 amountWei) internal {
        uint256 underlyingAmount = (amountWei + WEI_PER_UNDERLYING - 1) / WEI_PER_UNDERLYING;
        underlying.mint(address(this), underlyingAmount);
        underlying.approve(address(superToken), underlyingAmount);
        // upgradeTo needs no prank as `to`, so callers may be inside a prank of their own.
        superToken.upgradeTo(to, underlyingAmount * WEI_PER_UNDERLYING, "");
    }

    /// @notice Sets what `from` streams into `pool`. Superfluid rounds the rate down, see SuperfluidFacts.t.sol.
    /// @param rate wei/s
    function _distributeFlow(address from, ISuperfluidPool pool, int96 rate) internal {
        vm.prank(from);
        sf.gdaV1Forwarder.distributeFlow(superToken, from, pool, rate, "");
    }

    /// @notice Connects `member`, so that its balance counts what the pool pays without a claim.
    function _connect(address member, ISuperfluidPool pool) internal {
        vm.prank(member);
        sf.gdaV1Forwarder.connectPool(pool, "");
    }
}
