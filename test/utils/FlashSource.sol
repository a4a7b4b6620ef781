// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    IGeneralDistributionAgreementV1
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/IGeneralDistributionAgreementV1.sol";
import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";
import { ISuperfluid } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperfluid.sol";

import { IBackpressurePool } from "../../src/interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "../../src/interfaces/ICapacityRegistry.sol";
import { IEscrowBuffer } from "../../src/interfaces/IEscrowBuffer.sol";
import { TaskTypeId } from "../../src/types/TaskType.sol";

/// @notice An attacker: changes its stream, makes the protocol look, and changes the stream back, all in one call.
contract FlashSource {
    ISuperfluid private immutable HOST;
    IGeneralDistributionAgreementV1 private immutable GDA;
    ICapacityRegistry private immutable REGISTRY;
    IEscrowBuffer private immutable ESCROW;
    TaskTypeId private immutable ID;
    ISuperfluidPool private immutable DISTRIBUTION_POOL;
    ISuperToken private immutable TOKEN;

    constructor(
        ISuperfluid host,
        IGeneralDistributionAgreementV1 gda,
        ICapacityRegistry registry,
        IBackpressurePool pool,
        IEscrowBuffer escrow,
        TaskTypeId taskTypeId
    ) {
        HOST = host;
        GDA = gda;
        REGISTRY = registry;
        ESCROW = escrow;
        ID = taskTypeId;
        DISTRIBUTION_POOL = pool.distributionPoolOf(taskTypeId);
        TOKEN = ISuperToken(address(DISTRIBUTION_POOL.superToken()));
    }

    function stream(uint256 rate) public {
        bytes memory call =
            abi.encodeCall(GDA.distributeFlow, (TOKEN, address(this), DISTRIBUTION_POOL, int96(int256(rate)), ""));
        HOST.callAgreement(GDA, call, "");
    }

    function flash(uint256 rate, address[] calldata sinks) external {
        uint256 before = _rate();
        stream(rate);
        REGISTRY.rebalance(ID, sinks);
        stream(before);
    }

    function flashAndDrain(uint256 rate) external returns (uint256 drained) {
        uint256 before = _rate();
        stream(rate);
        REGISTRY.rebalance(ID, new address[](0));
        drained = ESCROW.drain(ID);
        stream(before);
    }

    function flashAndSync(uint256 rate) external {
        stream(rate);
        ESCROW.syncSource(ID, address(this));
        stream(0);
    }

    function flashAndRelease(uint256 rate) external {
        stream(rate);
        ESCROW.syncSource(ID, address(this));
        ESCROW.release(ID);
        stream(0);
    }

    function _rate() private view returns (uint256) {
        return uint256(uint96(GDA.getFlowRate(TOKEN, address(this), DISTRIBUTION_POOL)));
    }
}
