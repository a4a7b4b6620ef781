// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Vm } from "forge-std/Vm.sol";

/// @notice How often each action was called in this run, and how often it really happened. Runs forget each other, so
/// each adds a line per action to a file, if there is to be one; `npm run test:deep` adds them up.
contract Tallies {
    struct Tally {
        uint256 calls;
        uint256 successes;
    }

    Vm private constant CHEATS = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice Actions that came to an end.
    uint256 public turns;

    mapping(bytes32 action => Tally) private _tallies;
    bytes32[] private _actions;

    /// @notice What a fuzzer called.
    function count(bytes32 action, bool success) public {
        ++turns;
        saw(action, success);
    }

    /// @notice What an action found on its way: not an action of its own.
    function saw(bytes32 what, bool success) public {
        Tally storage tally = _tallies[what];
        if (tally.calls++ == 0) _actions.push(what);
        if (success) ++tally.successes;
    }

    function actions() external view returns (bytes32[] memory) {
        return _actions;
    }

    function tallyOf(bytes32 action) external view returns (Tally memory) {
        return _tallies[action];
    }

    /// @notice Adds this run to the tallies of its campaign: `action,calls,successes`.
    function report(string calldata campaign) external {
        string memory folder = CHEATS.envOr("INVARIANT_TALLIES", string(""));
        if (bytes(folder).length == 0) return;
        string memory lines;
        for (uint256 i; i < _actions.length; ++i) {
            Tally memory tally = _tallies[_actions[i]];
            string memory figures = string.concat(CHEATS.toString(tally.calls), ",", CHEATS.toString(tally.successes));
            lines = string.concat(lines, i == 0 ? "" : "\n", textOf(_actions[i]), ",", figures);
        }
        CHEATS.writeLine(string.concat(folder, "/", campaign, ".csv"), lines);
    }

    function textOf(bytes32 name) public pure returns (string memory) {
        uint256 length;
        while (length < 32 && name[length] != 0) ++length;
        bytes memory text = new bytes(length);
        for (uint256 i; i < length; ++i) {
            text[i] = name[i];
        }
        return string(text);
    }
}
