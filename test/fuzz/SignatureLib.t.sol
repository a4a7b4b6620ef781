// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IERC1271 } from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import { Test } from "forge-std/Test.sol";

import { SignatureLib } from "../../src/libraries/SignatureLib.sol";
import { HostileWallet, OwnedWallet, ThoroughWallet } from "../utils/Wallets.sol";

contract SignatureLibFuzzTest is Test {
    /// @dev Order of secp256k1: for every signature (r, s) there is (r, N - s), which must not count as another one.
    uint256 internal constant N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function testFuzz_AccountThatSigned(uint256 key, bytes32 digest) external view {
        key = boundPrivateKey(key);
        assertTrue(this.isValid(vm.addr(key), digest, _sign(key, digest)));
    }

    function testFuzz_AccountThatDidNotSign(uint256 key, uint256 otherKey, bytes32 digest, bytes32 otherDigest)
        external
        view
    {
        key = boundPrivateKey(key);
        otherKey = boundPrivateKey(otherKey);
        vm.assume(key != otherKey && digest != otherDigest);
        assertFalse(this.isValid(vm.addr(key), digest, _sign(otherKey, digest)), "somebody else");
        assertFalse(this.isValid(vm.addr(key), digest, _sign(key, otherDigest)), "something else");
    }

    function testFuzz_MalformedSignature(address signer, bytes32 digest, bytes calldata garbage) external view {
        vm.assume(signer.code.length == 0);
        assertFalse(this.isValid(signer, digest, garbage));
        assertFalse(this.isValid(address(0), digest, garbage), "what a failed recovery returns is nobody");
    }

    function testFuzz_MirroredSignature(uint256 key, bytes32 digest) external view {
        key = boundPrivateKey(key);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        bytes memory mirrored = abi.encodePacked(r, bytes32(N - uint256(s)), v == 27 ? uint8(28) : uint8(27));

        assertEq(ecrecover(digest, v == 27 ? 28 : 27, r, bytes32(N - uint256(s))), vm.addr(key), "it would recover");
        assertFalse(this.isValid(vm.addr(key), digest, mirrored), "but does not count");
    }

    function testFuzz_Wallet(uint256 key, uint256 otherKey, bytes32 digest) external {
        key = boundPrivateKey(key);
        otherKey = boundPrivateKey(otherKey);
        vm.assume(key != otherKey);
        address wallet = address(new OwnedWallet(vm.addr(key)));

        assertTrue(this.isValid(wallet, digest, _sign(key, digest)), "its owner signed");
        assertFalse(this.isValid(wallet, digest, _sign(otherKey, digest)), "its owner did not");
        assertFalse(this.isValid(vm.addr(key), digest, _sign(otherKey, digest)), "nor did the account");
    }

    /// @dev A multi-signature or passkey wallet needs most of what it is given.
    function testFuzz_ThoroughWallet(bytes32 digest, bytes calldata signature, uint256 needed) external {
        assertTrue(this.isValid(address(new ThoroughWallet(bound(needed, 0, 190_000))), digest, signature));
        assertFalse(this.isValid(address(new ThoroughWallet(bound(needed, 200_001, 1e6))), digest, signature));
    }

    /// @dev 200,000 gas for the wallet, and what the call itself costs; never more, however much it returns.
    function testFuzz_HostileWallet(bytes32 digest, bytes calldata signature, uint8 habit) external {
        HostileWallet wallet = new HostileWallet();
        wallet.become(HostileWallet.Habit(habit % (uint8(type(HostileWallet.Habit).max) + 1)));

        uint256 gas = gasleft();
        assertFalse(this.isValid(address(wallet), digest, signature));
        assertLt(gas - gasleft(), 250_000);
    }

    function testFuzz_ContractThatIsNoWallet(bytes32 digest, bytes calldata signature) external view {
        assertFalse(this.isValid(address(this), digest, signature));
    }

    /// @dev External, because the library takes the signature from calldata.
    function isValid(address signer, bytes32 digest, bytes calldata signature) external view returns (bool) {
        return SignatureLib.isValid(signer, digest, signature);
    }

    function _sign(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
