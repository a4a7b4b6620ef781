// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

/// @dev A sink, and the units that it should have. One word, highest bits first: sink 160 | units 96.
type Target is uint256;

using TargetLib for Target global;

/// @title Fields of a target
library TargetLib {
    function target(address account, uint96 number) internal pure returns (Target) {
        return Target.wrap(uint256(uint160(account)) << 96 | number);
    }

    // Safe: a cast takes the field.
    // forge-lint: disable-start(unsafe-typecast)

    function sink(Target self) internal pure returns (address) {
        return address(uint160(Target.unwrap(self) >> 96));
    }

    function units(Target self) internal pure returns (uint96) {
        return uint96(Target.unwrap(self));
    }

    // forge-lint: disable-end(unsafe-typecast)
}
