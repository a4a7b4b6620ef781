// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";

import { BoundedCall } from "../../src/libraries/BoundedCall.sol";

/// @notice Answers what it was told to, whatever it is asked; or the gas that it was given.
contract Answering {
    enum Manner {
        Returns,
        Reverts,
        TellsGas
    }

    bytes private _answer;
    Manner private _manner;

    fallback() external {
        uint256 gas = gasleft();
        if (_manner == Manner.TellsGas) _return(abi.encode(gas));
        if (_manner == Manner.Returns) _return(_answer);
        bytes memory answer = _answer;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    function tell(Manner manner, bytes calldata answer) external {
        (_manner, _answer) = (manner, answer);
    }

    function _return(bytes memory answer) private pure {
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }
}

contract BoundedCallFuzzTest is Test {
    uint256 private constant GAS = 100_000;

    /// @dev What a call costs before its target gets gas.
    uint256 private constant NEEDED = GAS + GAS / 63 + 5000;

    Answering private _target = new Answering();

    /// @dev 31 bytes are no word, whatever memory held where the rest of it would be.
    function testFuzz_Asks(uint256 word, uint256 rest, uint256 length, bytes calldata question) external {
        uint256[4] memory words = [0, 1, 2, word];
        uint256[4] memory lengths = [31, 32, 64, bound(length, 0, 64)];
        for (uint256 i; i < 16; ++i) {
            (word, length) = (words[i / 4], lengths[i % 4]);
            bytes memory answer = _cut(abi.encode(word, rest), length);
            _target.tell(Answering.Manner.Returns, answer);
            assertEq(this.asks(address(_target), question), word == 1 && length >= 32, "answer");
            _target.tell(Answering.Manner.Reverts, answer);
            assertFalse(this.asks(address(_target), question), "failure");
        }
        assertFalse(this.asks(makeAddr("nobody"), question), "no code");
    }

    function testFuzz_TryCall(uint256 first, uint256 second, uint256 length, bytes calldata data) external {
        uint256[4] memory lengths = [31, 32, 63, bound(length, 0, 1000)];
        for (uint256 i; i < 8; ++i) {
            length = lengths[i % 4];
            uint256 words = i / 4 + 1;
            bytes memory answer = _cut(bytes.concat(abi.encode(first, second), new bytes(936)), length);
            _target.tell(Answering.Manner.Returns, answer);
            vm.expectCall(address(_target), 0, uint64(GAS), data);
            (bool success, uint256 a, uint256 b) = this.tryCall(address(_target), data, words);
            assertEq(success, length >= 32 * words, "as many words as were asked for");
            if (success) assertEq(a, first, "first");
            if (length >= 64) assertEq(b, second, "second");

            _target.tell(Answering.Manner.Reverts, answer);
            (success,,) = this.tryCall(address(_target), data, words);
            assertFalse(success, "failure");
        }
        (bool called,,) = this.tryCall(makeAddr("nobody"), data, 1);
        assertFalse(called, "no code");
    }

    /// @dev Whoever sends a transaction cannot make an honest target fail: with whatever gas, it gets what it may use or is
    /// not called.
    function testFuzz_TryCallWithLittleGas(uint256 gas) external {
        _target.tell(Answering.Manner.TellsGas, "");
        gas = bound(gas, NEEDED - 1000, NEEDED + 5000);
        try this.tryCall{ gas: gas }(address(_target), "", 1) returns (bool success, uint256 given, uint256) {
            assertTrue(success);
            assertGt(given, GAS - 500, "given");
        } catch (bytes memory reason) {
            (uint256 left, uint256 needed) = abi.decode(_cutFront(reason, 4), (uint256, uint256));
            assertEq(bytes4(reason), BoundedCall.BoundedCall_TooLittleGas.selector);
            assertEq(needed, NEEDED, "needed");
            assertLt(left, needed, "left");
        }
    }

    /// @dev External, because what memory held must be known.
    function asks(address target, bytes calldata question) external view returns (bool) {
        bytes memory copy = question;
        assembly ("memory-safe") {
            mstore(0x00, 1)
        }
        return BoundedCall.asks(target, GAS, copy);
    }

    /// @dev External, because it may revert.
    function tryCall(address target, bytes calldata data, uint256 words) external returns (bool, uint256, uint256) {
        return BoundedCall.tryCall(target, GAS, data, words);
    }

    function _cut(bytes memory data, uint256 length) private pure returns (bytes memory) {
        assembly ("memory-safe") {
            mstore(data, length)
        }
        return data;
    }

    function _cutFront(bytes memory data, uint256 count) private pure returns (bytes memory rest) {
        rest = new bytes(data.length - count);
        for (uint256 i; i < rest.length; ++i) {
            rest[i] = data[count + i];
        }
    }
}
