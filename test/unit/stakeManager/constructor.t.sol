// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool,
    PoolConfig
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/IGeneralDistributionAgreementV1.sol";

import { CapacityTest } from "../../utils/CapacityTest.sol";

contract StakeManagerConstructorTest is CapacityTest {
    /// @dev Strangers could otherwise fill its connection slots and make every transfer of a bond dearer.
    function testFuzz_WhenAStrangerConnectsAPoolForIt(uint128 units) external {
        units = uint128(bound(units, 1, 1e12));
        vm.startPrank(stranger);
        ISuperfluidPool trap = sf.gda.createPool(superToken, stranger, PoolConfig(false, true));
        trap.updateMemberUnits(address(stakes), units);
        bytes memory result =
            sf.host.callAgreement(sf.gda, abi.encodeCall(sf.gda.tryConnectPoolFor, (trap, address(stakes), "")), "");
        vm.stopPrank();

        (bool connected,) = abi.decode(result, (bool, bytes));
        assertFalse(connected, "by its own account");
        assertFalse(sf.gda.isMemberConnected(trap, address(stakes)), "by Superfluid's");
    }
}
