// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool,
    PoolConfig
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/IGeneralDistributionAgreementV1.sol";

import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract PoolConstructorTest is LedgerTest {
    function test_ShouldMakeTheGivenAccountTheOwner() external view {
        assertEq(pool.owner(), owner);
        assertEq(pool.pendingOwner(), address(0));
    }

    function test_ShouldChargeNoFee() external view {
        (uint256 basisPoints, address recipient) = pool.fee();
        assertEq(basisPoints, 0);
        assertEq(recipient, address(0));
    }

    function test_ShouldHaveTheConstantsOfTheSpecification() external view {
        assertEq(pool.CONFIRM_DELAY(), 12 seconds);
        assertEq(pool.MAX_FEE(), 100);
        assertEq(pool.OVERDUE_EPOCHS(), 10);
    }

    function testFuzz_ShouldRefuseConnectionsThatStrangersMakeForIt(address caller) external {
        vm.assume(caller != address(0));
        vm.startPrank(caller);
        ISuperfluidPool trap = sf.gda.createPool(superToken, caller, PoolConfig(false, true));
        trap.updateMemberUnits(address(pool), 1);
        vm.stopPrank();
        bool connected = _tryConnectFor(caller, trap, address(pool));

        assertFalse(connected);
        assertFalse(sf.gda.isMemberConnected(trap, address(pool)));
    }
}
