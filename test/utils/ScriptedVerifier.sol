// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IVerifier } from "../../src/interfaces/IVerifier.sol";
import { TaskTypeId } from "../../src/types/TaskType.sol";
import { VerifierTerms } from "../../src/types/VerifierTerms.sol";

/// @notice An operator's own verifier: it says what a test has told it to say, or fails as a test has told it to fail.
contract ScriptedVerifier is IVerifier {
    enum Manner {
        Answers,
        NotReady,
        Reverts,
        BurnsGas,
        AnswersNothing,
        AnswersHugely,
        CallsBack
    }

    Manner public manner;
    /// What it calls before it answers.
    address public target;
    bytes public message;
    /// Whether that succeeded.
    bool public calledBack;
    mapping(TaskTypeId taskTypeId => VerifierTerms) private _terms;
    mapping(TaskTypeId taskTypeId => mapping(address sink => uint256)) public backlogOf;
    mapping(TaskTypeId taskTypeId => mapping(address sink => uint256)) public amountOf;
    /// What it was asked with last.
    uint256 public capacityScaled;
    bool public leaving;

    error ScriptedVerifier_Told();

    function open(TaskTypeId taskTypeId, VerifierTerms calldata terms) external {
        _terms[taskTypeId] = terms;
    }

    function settle(TaskTypeId taskTypeId, address sink, uint256 smoothedCapacityScaled) external returns (uint256) {
        capacityScaled = smoothedCapacityScaled;
        _behave();
        return backlogOf[taskTypeId][sink];
    }

    /// @dev What is taken is taken once.
    function judge(TaskTypeId taskTypeId, address sink, uint256 smoothedCapacityScaled, bool leaves)
        external
        returns (bool ready, uint256 amount)
    {
        capacityScaled = smoothedCapacityScaled;
        leaving = leaves;
        _behave();
        if (manner == Manner.NotReady) return (false, 1);
        amount = amountOf[taskTypeId][sink];
        delete amountOf[taskTypeId][sink];
        ready = leaves || amount != 0;
    }

    function termsOf(TaskTypeId taskTypeId) external view returns (VerifierTerms memory) {
        return _terms[taskTypeId];
    }

    function behave(Manner value) external {
        manner = value;
    }

    function callBack(address to, bytes calldata data) external {
        manner = Manner.CallsBack;
        target = to;
        message = data;
    }

    function owe(TaskTypeId taskTypeId, address sink, uint256 backlog) external {
        backlogOf[taskTypeId][sink] = backlog;
    }

    function take(TaskTypeId taskTypeId, address sink, uint256 amount) external {
        amountOf[taskTypeId][sink] = amount;
    }

    function _behave() private {
        if (manner == Manner.Reverts) revert ScriptedVerifier_Told();
        if (manner == Manner.BurnsGas) {
            while (true) { }
        }
        if (manner == Manner.AnswersNothing) {
            assembly {
                return(0, 0)
            }
        }
        if (manner == Manner.AnswersHugely) {
            assembly {
                mstore(0x00, 1)
                return(0, 100000)
            }
        }
        if (manner == Manner.CallsBack) {
            // Once: what it calls may ask it again.
            manner = Manner.Answers;
            (calledBack,) = target.call(message);
        }
    }
}
