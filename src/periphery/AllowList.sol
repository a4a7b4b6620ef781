// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";
import { Ownable2Step } from "@openzeppelin/contracts/access/Ownable2Step.sol";

import { IAdmission } from "../interfaces/IAdmission.sol";
import { TaskTypeId } from "../types/TaskType.sol";

/// @title AllowList: sinks that a curator has named may register
/// @notice One list, for every task type that names this contract. The curator is its owner: the role passes on in two steps
/// (`transferOwnership`, `acceptOwnership`), and whoever gives it up (`renounceOwnership`) leaves the list as it is for ever.
/// A sink that is taken off the list and has registered already stays: it is asked for once.
contract AllowList is IAdmission, Ownable2Step {
    mapping(address sink => bool) private _listed;

    /// @notice `sink` may register from now on.
    event SinkListed(address indexed sink);
    /// @notice `sink` may not register any more; if it has, it stays.
    event SinkUnlisted(address indexed sink);

    /// @param curator Who may change the list; not 0 (`OwnableInvalidOwner`).
    constructor(address curator) Ownable(curator) { }

    /// @notice Puts sinks on the list; for one that is on it nothing changes.
    /// @dev Only the curator (`OwnableUnauthorizedAccount`). Emits `SinkListed` for each that is new.
    function list(address[] calldata sinks) external onlyOwner {
        for (uint256 i = 0; i < sinks.length; ++i) {
            if (_listed[sinks[i]]) continue;
            _listed[sinks[i]] = true;
            emit SinkListed(sinks[i]);
        }
    }

    /// @notice Takes sinks off the list; for one that is not on it nothing changes.
    /// @dev Only the curator (`OwnableUnauthorizedAccount`). Emits `SinkUnlisted` for each that was on it.
    function unlist(address[] calldata sinks) external onlyOwner {
        for (uint256 i = 0; i < sinks.length; ++i) {
            if (!_listed[sinks[i]]) continue;
            _listed[sinks[i]] = false;
            emit SinkUnlisted(sinks[i]);
        }
    }

    /// @inheritdoc IAdmission
    function admits(TaskTypeId, address sink) external view returns (bool) {
        return _listed[sink];
    }
}
