// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IERC1271 } from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice The smallest wallet: what its owner signs, it has signed.
contract OwnedWallet is IERC1271 {
    address private immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        return ECDSA.recoverCalldata(digest, signature) == OWNER ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Agrees to everything, if it has the gas that it needs.
contract ThoroughWallet is IERC1271 {
    uint256 private immutable NEEDED;

    constructor(uint256 needed) {
        NEEDED = needed;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return gasleft() < NEEDED ? bytes4(0) : IERC1271.isValidSignature.selector;
    }
}

/// @notice Wallets that try to spoil a batch.
contract HostileWallet {
    enum Habit {
        Revert,
        RunOutOfGas,
        ReturnNothing,
        ReturnTooLittle,
        ReturnAnotherValue,
        ReturnDirtyValue,
        ReturnMuch
    }

    Habit public habit;

    function become(Habit habit_) external {
        habit = habit_;
    }

    fallback() external {
        Habit habit_ = habit;
        bytes32 answer = bytes32(IERC1271.isValidSignature.selector);
        uint256 length = 32;
        if (habit_ == Habit.Revert) revert("no");
        if (habit_ == Habit.RunOutOfGas) while (true) { }
        if (habit_ == Habit.ReturnNothing) length = 0;
        if (habit_ == Habit.ReturnTooLittle) length = 4;
        if (habit_ == Habit.ReturnAnotherValue) answer = bytes32(bytes4(0xdeadbeef));
        if (habit_ == Habit.ReturnDirtyValue) answer |= bytes32(uint256(1));
        if (habit_ == Habit.ReturnMuch) (answer, length) = (0, 100_000);
        assembly ("memory-safe") {
            mstore(0x00, answer)
            return(0x00, length)
        }
    }
}

/// @notice A wallet that calls somebody else when it is asked, and says yes only if that worked.
contract ReenteringWallet {
    address private _target;
    bytes private _call;

    function aim(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }

    fallback() external {
        (bool success,) = _target.call(_call);
        bytes32 answer = success ? bytes32(IERC1271.isValidSignature.selector) : bytes32(0);
        assembly ("memory-safe") {
            mstore(0x00, answer)
            return(0x00, 0x20)
        }
    }
}

/// @notice An account that does what anybody tells it.
contract Puppet {
    error Puppet_Failed();

    function act(address to, bytes calldata data) external {
        (bool success,) = to.call(data);
        if (!success) revert Puppet_Failed();
    }
}
