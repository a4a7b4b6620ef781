// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

/// @title ERC-8004 Identity Registry: what an admission contract asks it
/// @notice An agent is an ERC-721 token, numbered from 0. Who owns it may say where it is paid.
interface IIdentityRegistry {
    /// @notice Who owns agent `agentId`; reverts where there is none.
    function ownerOf(uint256 agentId) external view returns (address);

    /// @notice Where agent `agentId` is paid, which that account has agreed to; 0 for nowhere, as after a transfer.
    function getAgentWallet(uint256 agentId) external view returns (address);
}
