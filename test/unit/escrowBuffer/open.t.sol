// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool,
    PoolConfig
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/IGeneralDistributionAgreementV1.sol";

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 128
contract EscrowOpenTest is LedgerTest {
    function testFuzz_RevertWhen_TheCallerIsNotTheRegistry(address caller, TaskTypeId taskTypeId) external {
        vm.assume(caller != address(registry));
        vm.expectRevert(
            abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_NotAllowed.selector, caller, address(registry))
        );
        vm.prank(caller);
        escrow.open(taskTypeId, superToken);
    }

    function testFuzz_WhenTheCallerIsTheRegistry(TaskTypeId taskTypeId) external {
        vm.assume(taskTypeId != id);
        ISuperfluidPool expected =
            ISuperfluidPool(vm.computeCreateAddress(address(sf.gda), vm.getNonce(address(sf.gda)) + 1));

        vm.startPrank(address(registry));
        pool.open(taskTypeId, superToken, UNIT_RATE, EPOCH);
        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.ReturnPoolOpened(taskTypeId, expected);
        escrow.open(taskTypeId, superToken);
        vm.stopPrank();

        ISuperfluidPool opened = escrow.returnPoolOf(taskTypeId);
        assertEq(address(opened), address(expected));
        assertEq(opened.admin(), address(escrow));
        assertEq(address(opened.superToken()), address(superToken));
        assertFalse(opened.distributionFromAnyAddress());
        assertFalse(opened.transferabilityForUnitsOwner());
        assertEq(opened.getTotalUnits(), 0);
        assertEq(escrow.level(taskTypeId), 0);
    }

    function testFuzz_WhenAStrangerConnectsTheEscrowToAPool(address caller) external {
        vm.assume(caller != address(0));
        vm.startPrank(caller);
        ISuperfluidPool trap = sf.gda.createPool(superToken, caller, PoolConfig(false, true));
        trap.updateMemberUnits(address(escrow), 1);
        vm.stopPrank();

        assertFalse(_tryConnectFor(caller, trap, address(escrow)));
        assertFalse(_tryConnectFor(caller, distributionPool, address(escrow)));
        assertFalse(sf.gda.isMemberConnected(trap, address(escrow)));
        assertFalse(sf.gda.isMemberConnected(distributionPool, address(escrow)));
    }
}
