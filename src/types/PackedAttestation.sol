// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import { TaskTypeId } from "./TaskType.sol";

/// @dev An attestation that a key has signed, without padding: 102 bytes, and its signal alone is the first 37 of them.
///
///     sink 20 | capacity 5 | backlog 8 | issuedAt 4 | r 32 | s 32 | v 1
///
/// In memory the first six words are what EIP-712 hashes, in its order. One is enough for a batch.
// solhint-disable-next-line gas-struct-packing
struct PackedAttestation {
    bytes32 typeHash;
    TaskTypeId taskTypeId;
    address sink;
    uint40 capacity;
    uint64 backlog;
    uint32 issuedAt;
    bytes32 r;
    bytes32 s;
    uint8 v;
}

using PackedAttestationLib for PackedAttestation global;

/// @title Reading packed attestations, and writing down their signals
library PackedAttestationLib {
    uint256 private constant ENTRY = 102;
    uint256 private constant SIGNAL = 37;

    /// @notice The length of `entries` is no multiple of that of an entry, bytes.
    error PackedAttestation_PartialEntry(uint256 length, uint256 entryLength);

    function countOf(bytes calldata entries) internal pure returns (uint256) {
        if (entries.length % ENTRY != 0) revert PackedAttestation_PartialEntry(entries.length, ENTRY);
        return entries.length / ENTRY;
    }

    // Safe: a batch fits calldata, so no offset comes near 256 bits; a cast takes the lowest bits of what was shifted.
    // forge-lint: disable-start(unsafe-typecast)

    /// @notice Takes over entry `index`, which must be one.
    function read(PackedAttestation memory self, bytes calldata entries, uint256 index) internal pure {
        unchecked {
            uint256 start = index * ENTRY;
            // Ends where the signal ends.
            uint256 signal = _word(entries, start + SIGNAL - 32);
            self.sink = address(uint160(_word(entries, start) >> 96));
            self.capacity = uint40(signal >> 96);
            self.backlog = uint64(signal >> 32);
            self.issuedAt = uint32(signal);
            self.r = bytes32(_word(entries, start + SIGNAL));
            self.s = bytes32(_word(entries, start + SIGNAL + 32));
            self.v = uint8(_word(entries, start + ENTRY - 32));
        }
    }

    // forge-lint: disable-end(unsafe-typecast)

    /// @notice Whether the key of its sink has signed it, with low s, in the domain of `separator`.
    function isSigned(PackedAttestation memory self, bytes32 separator) internal pure returns (bool) {
        bytes32 structHash;
        assembly ("memory-safe") {
            structHash := keccak256(self, 0xc0)
        }
        bytes32 digest = MessageHashUtils.toTypedDataHash(separator, structHash);
        (address signer, ECDSA.RecoverError problem,) = ECDSA.tryRecover(digest, self.v, self.r, self.s);
        return problem == ECDSA.RecoverError.NoError && signer == self.sink;
    }

    /// @notice Room for as many signals.
    function newSignals(uint256 count) internal pure returns (bytes memory) {
        return new bytes(count * SIGNAL);
    }

    /// @notice Writes its signal as number `index` of `signals`, which has room for it.
    function write(PackedAttestation memory self, bytes memory signals, uint256 index) internal pure {
        uint256 signal = uint256(self.capacity) << 96 | uint256(self.backlog) << 32 | self.issuedAt;
        address sink = self.sink;
        // Safe: two words within the signal; the second repeats what it overwrites of the first.
        assembly ("memory-safe") {
            let at := add(add(signals, 0x20), mul(index, SIGNAL))
            mstore(at, shl(96, sink))
            mstore(add(at, sub(SIGNAL, 0x20)), or(shl(136, sink), signal))
        }
    }

    /// @notice Cuts `signals` to the first `count`, which it has.
    function shorten(bytes memory signals, uint256 count) internal pure {
        assembly ("memory-safe") {
            mstore(signals, mul(count, SIGNAL))
        }
    }

    function _word(bytes calldata data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, offset))
        }
    }
}
