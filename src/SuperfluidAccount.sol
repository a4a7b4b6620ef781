// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    IGeneralDistributionAgreementV1
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/IGeneralDistributionAgreementV1.sol";
import { ISuperfluid } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperfluid.sol";

/// @title SuperfluidAccount: a contract that holds super tokens
/// @notice Finds the General Distribution Agreement through the host and closes the account's connection slots, which
/// strangers could otherwise fill to make every balance of it dearer to read.
abstract contract SuperfluidAccount {
    ISuperfluid internal immutable HOST;
    IGeneralDistributionAgreementV1 internal immutable GDA;

    constructor(ISuperfluid host) {
        HOST = host;
        GDA = IGeneralDistributionAgreementV1(
            address(
                host.getAgreementClass(keccak256("org.superfluid-finance.agreements.GeneralDistributionAgreement.v1"))
            )
        );
        GDA.setConnectPermission(false);
    }
}
