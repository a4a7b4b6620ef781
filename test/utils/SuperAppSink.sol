// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";
import {
    ISuperfluid,
    SuperAppDefinitions
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperfluid.sol";

/// @notice A sink that Superfluid calls back whenever somebody opens a CFA stream to it, and that then makes one call.
contract SuperAppSink {
    address private _target;
    bytes private _call;

    constructor(ISuperfluid host) {
        uint256 noop = SuperAppDefinitions.BEFORE_AGREEMENT_CREATED_NOOP
            | SuperAppDefinitions.BEFORE_AGREEMENT_UPDATED_NOOP | SuperAppDefinitions.BEFORE_AGREEMENT_TERMINATED_NOOP
            | SuperAppDefinitions.AFTER_AGREEMENT_TERMINATED_NOOP;
        host.registerApp(SuperAppDefinitions.APP_LEVEL_FINAL | noop);
    }

    function does(address target, bytes calldata call) external {
        _target = target;
        _call = call;
    }

    /// @notice Makes any call as itself, outside callbacks.
    function run(address target, bytes calldata call) external {
        _run(target, call);
    }

    function afterAgreementCreated(ISuperToken, address, bytes32, bytes calldata, bytes calldata, bytes calldata ctx)
        external
        returns (bytes memory)
    {
        _run(_target, _call);
        return ctx;
    }

    function afterAgreementUpdated(ISuperToken, address, bytes32, bytes calldata, bytes calldata, bytes calldata ctx)
        external
        returns (bytes memory)
    {
        _run(_target, _call);
        return ctx;
    }

    function _run(address target, bytes memory call) private {
        (bool done, bytes memory answer) = target.call(call);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }
}
