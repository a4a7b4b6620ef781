// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

/// @title ERC-8004 Reputation Registry: what an admission contract asks it
interface IReputationRegistry {
    /// @notice Whose agents it is about.
    function getIdentityRegistry() external view returns (address);

    /// @notice How often `client` has given feedback to `agentId`.
    function getLastIndex(uint256 agentId, address client) external view returns (uint64);

    /// @notice One feedback; the first is 1.
    /// @return value In units of `10 ** -valueDecimals`.
    /// @return valueDecimals At most 18.
    function readFeedback(uint256 agentId, address client, uint64 feedbackIndex)
        external
        view
        returns (int128 value, uint8 valueDecimals, string memory tag1, string memory tag2, bool isRevoked);
}
