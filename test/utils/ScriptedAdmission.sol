// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IAdmission } from "../../src/interfaces/IAdmission.sol";
import { TaskTypeId } from "../../src/types/TaskType.sol";

/// @notice Admits whom a test has told it to admit, or answers as badly as a test has told it to.
contract ScriptedAdmission is IAdmission {
    enum Answer {
        Yes,
        No,
        Revert,
        Burn,
        Nothing,
        Two
    }

    Answer private _answer;

    error ScriptedAdmission_Told();

    function give(Answer answer) external {
        _answer = answer;
    }

    function admits(TaskTypeId, address) external view returns (bool) {
        if (_answer == Answer.Revert) revert ScriptedAdmission_Told();
        if (_answer == Answer.Burn) {
            while (true) { }
        }
        uint256 word = _answer == Answer.Yes ? 1 : _answer == Answer.Two ? 2 : 0;
        uint256 length = _answer == Answer.Nothing ? 0 : 32;
        assembly {
            mstore(0x00, word)
            return(0x00, length)
        }
    }
}
