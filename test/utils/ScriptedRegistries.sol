// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IIdentityRegistry } from "../../src/periphery/interfaces/IIdentityRegistry.sol";
import { IReputationRegistry } from "../../src/periphery/interfaces/IReputationRegistry.sol";

/// @notice Both registries of ERC-8004 for one good agent, one of whose answers is as bad as a test has told it to be.
contract ScriptedRegistries {
    enum Manner {
        Answers,
        Reverts,
        BurnsGas,
        Rambles
    }

    address private immutable SINK;
    bytes4 private _spoilt;
    Manner private _manner;
    bytes private _rambling;

    error ScriptedRegistries_Told();

    constructor(address sink) {
        SINK = sink;
    }

    function spoil(bytes4 selector, Manner manner, bytes calldata rambling) external {
        (_spoilt, _manner, _rambling) = (selector, manner, rambling);
    }

    // What it answers is decided by the selector alone.
    fallback(bytes calldata) external returns (bytes memory) {
        if (msg.sig == _spoilt && _manner != Manner.Answers) return _misbehave();
        if (msg.sig == IReputationRegistry.getIdentityRegistry.selector) return abi.encode(address(this));
        if (msg.sig == IReputationRegistry.getLastIndex.selector) return abi.encode(1);
        if (msg.sig == IReputationRegistry.readFeedback.selector) return abi.encode(int128(100), 0, "", "", false);
        // The wallet is somebody else's, so that the owner is asked too.
        if (msg.sig == IIdentityRegistry.getAgentWallet.selector) return abi.encode(address(1));
        return abi.encode(SINK);
    }

    function _misbehave() private view returns (bytes memory) {
        if (_manner == Manner.Reverts) revert ScriptedRegistries_Told();
        if (_manner == Manner.BurnsGas) {
            while (true) { }
        }
        return _rambling;
    }
}
