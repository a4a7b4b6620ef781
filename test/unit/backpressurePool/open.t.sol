// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";

import { IBackpressurePool } from "../../../src/interfaces/IBackpressurePool.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract PoolOpenTest is LedgerTest {
    function testFuzz_RevertWhen_TheCallerIsNotTheRegistry(address caller, TaskTypeId taskTypeId) external {
        vm.assume(caller != address(registry));
        vm.expectRevert(
            abi.encodeWithSelector(IBackpressurePool.BackpressurePool_NotAllowed.selector, caller, address(registry))
        );
        vm.prank(caller);
        pool.open(taskTypeId, superToken, UNIT_RATE, EPOCH);
    }

    function testFuzz_WhenTheCallerIsTheRegistry(TaskTypeId taskTypeId, uint96 unitRate, uint32 epochLength) external {
        vm.assume(taskTypeId != id);
        unitRate = uint96(bound(unitRate, 1e6, 1e24));
        epochLength = uint32(bound(epochLength, 12, 1 days));
        ISuperfluidPool expected =
            ISuperfluidPool(vm.computeCreateAddress(address(sf.gda), vm.getNonce(address(sf.gda))));

        vm.expectEmit(address(pool));
        emit IBackpressurePool.PoolOpened(taskTypeId, expected);
        vm.prank(address(registry));
        pool.open(taskTypeId, superToken, unitRate, epochLength);

        ISuperfluidPool opened = pool.distributionPoolOf(taskTypeId);
        assertEq(address(opened), address(expected));
        assertEq(opened.admin(), address(pool));
        assertEq(address(opened.superToken()), address(superToken));
        assertTrue(opened.distributionFromAnyAddress());
        assertFalse(opened.transferabilityForUnitsOwner());
        assertEq(opened.getUnits(address(escrow)), 1);
        assertEq(opened.getTotalUnits(), 1);
        (uint256 sinkUnits, uint256 escrowUnits, uint256 feeUnits) = pool.unitsOfPool(taskTypeId);
        assertEq(sinkUnits, 0);
        assertEq(escrowUnits, 1);
        assertEq(feeUnits, 0);
        assertEq(pool.paidOf(taskTypeId), 0);
        assertEq(pool.priceCap(taskTypeId), unitRate);
        assertEq(pool.intakeOf(taskTypeId), 0);
        assertEq(pool.spareOf(taskTypeId), 0);
    }
}
