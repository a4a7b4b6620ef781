// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

/// @title Calls to contracts that may be hostile
/// @notice A call that fails, or answers too little, tells so and does no harm: it gets a fixed amount of gas, and no more
/// than two words of its answer are read.
library BoundedCall {
    /// @dev What the call itself costs before the target gets its gas: a cold account and the checks around it.
    uint256 private constant OVERHEAD = 5000;

    /// @notice The transaction has too little gas left to give the target what it may use; send more. With less, whoever
    /// sends a transaction could make an honest target fail.
    error BoundedCall_TooLittleGas(uint256 left, uint256 needed);

    /// @notice Calls `target` with exactly `gasLimit` gas.
    /// @param words Words that the answer must have: one or two.
    /// @return success False if it reverts, has no code, or answers less.
    /// @return first First word of the answer.
    /// @return second Second word.
    function tryCall(address target, uint256 gasLimit, bytes memory data, uint256 words)
        internal
        returns (bool success, uint256 first, uint256 second)
    {
        // A caller passes on at most 63/64 of what it has.
        uint256 needed = gasLimit + gasLimit / 63 + OVERHEAD;
        if (gasleft() < needed) revert BoundedCall_TooLittleGas(gasleft(), needed);
        // High-level calls copy everything the target returns, and revert where it has no code.
        assembly ("memory-safe") {
            success := call(gasLimit, target, 0, add(data, 0x20), mload(data), 0x00, 0x40)
            success := and(success, iszero(lt(returndatasize(), shl(5, words))))
            first := mload(0x00)
            second := mload(0x20)
        }
    }

    /// @notice Asks `target` a question whose answer is true or false, with at most `gasLimit` gas; it can change nothing.
    /// @return False if it reverts, has no code, or answers anything but true.
    function asks(address target, uint256 gasLimit, bytes memory question) internal view returns (bool) {
        bool success;
        uint256 answer;
        assembly ("memory-safe") {
            success := staticcall(gasLimit, target, add(question, 0x20), mload(question), 0x00, 0x20)
            success := and(success, gt(returndatasize(), 0x1f))
            answer := mload(0x00)
        }
        return success && answer == 1;
    }
}
