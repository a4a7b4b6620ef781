// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { console } from "forge-std/console.sol";

import { InvariantTest } from "./InvariantTest.sol";
import { Tallies } from "./Tallies.sol";

/// @notice That the handlers do what they are there for.
contract InvariantReach is InvariantTest {
    uint256 private constant ACTIONS = 3000;

    /// @dev After so many actions the world begins anew, as it does in every run of an invariant: what nobody claims
    /// waits for the sinks, and in an old world nothing but that is ever drained.
    uint256 private constant LIFETIME = 75;

    uint256 private constant MAX_NAMES = 100;

    struct Call {
        address handler;
        bytes4 selector;
    }

    /// @dev In memory: storage begins anew too.
    struct Sums {
        bytes32[] names;
        Tallies.Tally[] of_;
        uint256 count;
    }

    Call[] private _calls;

    function test_HandlersReachEveryAction() external {
        vm.pauseGasMetering();
        _collectCalls();
        uint256 birth = vm.snapshotState();
        Sums memory tallies = Sums(new bytes32[](MAX_NAMES), new Tallies.Tally[](MAX_NAMES), 0);
        for (uint256 i; i < ACTIONS; ++i) {
            if (i % LIFETIME == 0) {
                _add(tallies);
                vm.revertToState(birth);
            }
            uint256 seed = uint256(keccak256(abi.encode("reach", i)));
            Call memory next = _calls[seed % _calls.length];
            (bool success, bytes memory answer) = next.handler.call(_arguments(next.selector, seed));
            if (success) continue;
            console.log("action", i);
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        _add(tallies);
        _printAndCheck(tallies);
    }

    function _add(Sums memory tallies) private view {
        bytes32[] memory actions = world.actions();
        for (uint256 i; i < actions.length; ++i) {
            uint256 k;
            while (k < tallies.count && tallies.names[k] != actions[i]) ++k;
            if (k == tallies.count) tallies.names[tallies.count++] = actions[i];
            Tallies.Tally memory tally = world.tallyOf(actions[i]);
            tallies.of_[k].calls += tally.calls;
            tallies.of_[k].successes += tally.successes;
        }
    }

    function _printAndCheck(Sums memory tallies) private view {
        assertGe(tallies.count, _calls.length, "every action was called");
        console.log("| action | calls | successes |");
        console.log("|---|---:|---:|");
        for (uint256 i; i < tallies.count; ++i) {
            Tallies.Tally memory tally = tallies.of_[i];
            string memory name = world.textOf(tallies.names[i]);
            console.log(
                string.concat("| ", name, " | ", vm.toString(tally.calls), " | ", vm.toString(tally.successes), " |")
            );
        }
        for (uint256 i; i < tallies.count; ++i) {
            Tallies.Tally memory tally = tallies.of_[i];
            assertGt(tally.successes, 0, world.textOf(tallies.names[i]));
            assertGe(20 * tally.successes, tally.calls, world.textOf(tallies.names[i]));
        }
    }

    function _collectCalls() private {
        for (uint256 i; i < handlers.length; ++i) {
            bytes4[] memory selectors = handlers[i].selectors();
            for (uint256 j; j < selectors.length; ++j) {
                _calls.push(Call(address(handlers[i]), selectors[j]));
            }
        }
    }

    /// @dev Four words; whoever takes fewer ignores the rest.
    function _arguments(bytes4 selector, uint256 seed) private pure returns (bytes memory) {
        uint256 small = uint64(uint256(keccak256(abi.encode(seed, 2))));
        return abi.encodeWithSelector(selector, seed >> 8, small, uint256(keccak256(abi.encode(seed, 3))), seed >> 16);
    }
}
