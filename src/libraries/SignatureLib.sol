// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { IERC1271 } from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Signatures of accounts and of wallets that may be hostile
/// @notice OpenZeppelin's checker gives an ERC-1271 wallet all the gas there is; in a batch one wallet could then spoil
/// the rest. Here it gets a fixed amount, and no more than one word of its answer is read.
library SignatureLib {
    /// @dev Enough for a multi-signature or a passkey wallet; a batch of 50 hostile ones still fits a block.
    uint256 internal constant WALLET_GAS = 200_000;

    /// @notice Whether `signer` has signed `digest`: by a 65-byte ECDSA signature with low s, or, if it has code, by
    /// ERC-1271.
    /// @dev The key comes first: an account with code that also has one (EIP-7702) keeps it, and an account without code
    /// is never looked up, which costs more than recovering a signature.
    /// @return False for every malformed signature and for a wallet that reverts or runs out of its gas; never reverts.
    function isValid(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (problem == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return signer.code.length != 0 && _isValidForWallet(signer, digest, signature);
    }

    function _isValidForWallet(address wallet, bytes32 digest, bytes calldata signature)
        private
        view
        returns (bool valid)
    {
        bytes memory query = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        uint256 gasLimit = WALLET_GAS;
        bool success;
        bytes32 answer;
        // High-level calls copy everything the wallet returns; this one word.
        assembly ("memory-safe") {
            success := staticcall(gasLimit, wallet, add(query, 0x20), mload(query), 0x00, 0x20)
            success := and(success, gt(returndatasize(), 0x1f))
            answer := mload(0x00)
        }
        valid = success && answer == bytes32(IERC1271.isValidSignature.selector);
    }
}
