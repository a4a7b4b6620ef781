// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool,
    PoolConfig
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/IGeneralDistributionAgreementV1.sol";

import { IEscrowBuffer } from "../../../src/interfaces/IEscrowBuffer.sol";
import { EscrowTerms } from "../../../src/types/EscrowTerms.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { LedgerTest } from "../../utils/LedgerTest.sol";

/// forge-config: default.fuzz.runs = 32

/// forge-config: ci.fuzz.runs = 128
/// forge-config: deep.fuzz.runs = 10000
contract EscrowOpenTest is LedgerTest {
    function testFuzz_RevertWhen_TheCallerIsNotTheRegistry(address caller, TaskTypeId taskTypeId) external {
        vm.assume(caller != address(registry));
        vm.expectRevert(
            abi.encodeWithSelector(IEscrowBuffer.EscrowBuffer_NotAllowed.selector, caller, address(registry))
        );
        vm.prank(caller);
        escrow.open(taskTypeId, _terms());
    }

    function testFuzz_WhenTheCallerIsTheRegistry(TaskTypeId taskTypeId) external {
        vm.assume(taskTypeId != id);
        vm.startPrank(address(registry));
        pool.open(taskTypeId, superToken, UNIT_RATE, EPOCH);
        escrow.open(taskTypeId, _terms());
        vm.stopPrank();

        assertEq(escrow.level(taskTypeId), 0);
        assertEq(escrow.setAsideOf(taskTypeId), 0);
        assertEq(escrow.releasable(taskTypeId), 0);
        // Its token is known: a donation arrives in this escrow and in no other.
        _donate(taskTypeId, stranger, 1e18);
        assertEq(escrow.overflowOf(taskTypeId), 1e18);
        assertEq(escrow.overflowOf(id), 0);
    }

    function _terms() private view returns (EscrowTerms memory) {
        return EscrowTerms({
            superToken: superToken, unitRate: UNIT_RATE, epochLength: EPOCH, horizon: 360, bufferMax: 1000e18
        });
    }

    function testFuzz_WhenAStrangerConnectsTheEscrowToAPool(address caller) external {
        // Superfluid lets no pool be the admin of another.
        vm.assume(caller != address(0) && !sf.gda.isPool(superToken, caller));
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
