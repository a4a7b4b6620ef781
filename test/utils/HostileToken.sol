// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

/// @notice A super token in the hands of an attacker: Superfluid's real logic behind a proxy that reverts, lies or
/// calls back as a test tells it. Any token's admin can do that with an upgrade, so no more has to be pretended.
contract HostileToken {
    /// @custom:storage-location erc7201:backpressure.HostileToken
    struct Mood {
        address logic;
        bool refuses;
        bytes4 revertsOn;
        mapping(bytes4 selector => bytes answer) lies;
        bytes4 callsBackFrom;
        address target;
        bytes call;
        bool calledBack;
        bool succeeded;
        bytes answer;
    }

    /// @dev Out of the way of the real token's storage.
    bytes32 private constant SLOT = keccak256("backpressure.HostileToken");

    error HostileToken_Refused();

    constructor(address logic) {
        _mood().logic = logic;
    }

    /// @notice Every call reverts from now on.
    function refuse(bool refuses) external {
        _mood().refuses = refuses;
    }

    /// @notice Calls of `selector` revert from now on; of none, if it is zero.
    function revertOn(bytes4 selector) external {
        _mood().revertsOn = selector;
    }

    /// @notice Answers calls of `selector` with `lie` and does nothing.
    function lieTo(bytes4 selector, bytes calldata lie) external {
        _mood().lies[selector] = lie;
    }

    /// @notice At the next call of `selector`, calls `target` first.
    function callBackFrom(bytes4 selector, address target, bytes calldata call) external {
        Mood storage mood = _mood();
        (mood.callsBackFrom, mood.target, mood.call) = (selector, target, call);
        mood.calledBack = false;
    }

    /// @notice What came of it.
    function outcome() external view returns (bool calledBack, bool succeeded, bytes memory answer) {
        Mood storage mood = _mood();
        return (mood.calledBack, mood.succeeded, mood.answer);
    }

    fallback() external payable {
        Mood storage mood = _mood();
        if (mood.refuses || (mood.revertsOn != 0 && msg.sig == mood.revertsOn)) revert HostileToken_Refused();
        if (mood.lies[msg.sig].length != 0) _return(mood.lies[msg.sig]);
        if (mood.callsBackFrom != 0 && msg.sig == mood.callsBackFrom && !mood.calledBack) {
            mood.calledBack = true;
            (mood.succeeded, mood.answer) = mood.target.call(mood.call);
        }
        (bool success, bytes memory result) = mood.logic.delegatecall(msg.data);
        if (success) _return(result);
        assembly ("memory-safe") {
            revert(add(result, 0x20), mload(result))
        }
    }

    function _return(bytes memory data) private pure {
        assembly ("memory-safe") {
            return(add(data, 0x20), mload(data))
        }
    }

    function _mood() private pure returns (Mood storage mood) {
        bytes32 slot = SLOT;
        assembly ("memory-safe") {
            mood.slot := slot
        }
    }
}
