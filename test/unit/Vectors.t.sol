// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Test } from "forge-std/Test.sol";

import { MathHarness } from "../utils/MathHarness.sol";

/// @notice docs/vectors.json, asked of the libraries.
contract VectorsTest is Test {
    string private constant FILE = "docs/vectors.json";

    string private constant BOOK = "book.shares book.base book.setAsidePerShare book.setAsidePerRate book.claimed"
        " book.sharesPerRate book.scale book.owned book.unowned book.setAside book.rate book.income book.overflowTime";
    string private constant CLAIM = "claim.shares claim.setAsidePerShare claim.setAsidePerRate claim.sharesPerRate"
        " claim.scale claim.payableNow claim.rate claim.syncedAt claim.leaving claim.leavingSince";
    string private constant INFLOW = "book.received book.confirmed book.paid book.sinceAnchor book.spare book.leak"
        " book.recordedAt book.feeIncome book.overflowTime book.anchoredAt";

    /// @dev Of one function: the columns of its cases, and which word of what the library takes and returns is which.
    struct Vectors {
        string[] inputs;
        string[] outputs;
        string[][] cases;
        uint256[] words;
        uint256[] inputWords;
        uint256[] outputWords;
        uint256 returned;
    }

    MathHarness private harness = new MathHarness();

    function setUp() external {
        vm.warp(1_800_000_000);
    }

    function test_Capacity() external {
        _check("remainingShareDown", harness.remainingShareDown.selector);
        _check("smooth", harness.smooth.selector);
        _check("effectiveUnitsDown", harness.effectiveUnitsDown.selector);
        _check("capacityCapDown", harness.capacityCapDown.selector);
        _check("shouldMove", harness.shouldMove.selector);
        _check("bondPerUnit", harness.bondPerUnit.selector);
        _check("unbondingPeriod", harness.unbondingPeriod.selector);
        _check("minimumHorizonUp", harness.minimumHorizonUp.selector);
    }

    function test_Flow() external {
        _check("escrowUnitsUp", harness.escrowUnitsUp.selector);
        _check("priceCapDown", harness.priceCapDown.selector);
        _check("shouldHeal", harness.shouldHeal.selector);
        _check("minDepositUp", harness.minDepositUp.selector);
        _check("feeUnitsDown", harness.feeUnitsDown.selector);
        _check("fillBucket", harness.fillBucket.selector);
        _check("pipelineLimitDown", harness.pipelineLimitDown.selector);
        _check("totalAt", harness.totalAt.selector);
    }

    function test_Evidence() external {
        _check("participatingDown", harness.participatingDown.selector);
        _check("isQuorum", harness.isQuorum.selector);
        _check("shareDown", harness.shareDown.selector);
        _check("standardDown", harness.standardDown.selector);
        _check("debitDown", harness.debitDown.selector);
        _check("creditUp", harness.creditUp.selector);
        _check("peakAfterDown", harness.peakAfterDown.selector);
        _check("provenBacklogDown", harness.provenBacklogDown.selector);
        _check("isBeyondHorizon", harness.isBeyondHorizon.selector);
        _check("unearnedDown", harness.unearnedDown.selector);
        _check("withPenaltyDown", harness.withPenaltyDown.selector);
        _check("exitChargeDown", harness.exitChargeDown.selector);
    }

    function test_Books() external {
        string memory inflow = _join(INFLOW, "units.sinks units.escrow units.fee received priceCap depth seconds");
        this.check("asOfNow", harness.asOfNow.selector, inflow, INFLOW);
        this.check("accrue", harness.accrue.selector, _join(BOOK, "income overflowTime"), BOOK);
        this.check("drain", harness.drain.selector, _join(BOOK, "amount back"), BOOK);
        this.check("release", harness.release.selector, _join(BOOK, "excess"), _join(BOOK, "amount"));
        this.check("rescale", harness.rescale.selector, BOOK, _join(BOOK, "end"));
        this.check("worthUp", harness.worthUp.selector, _join(BOOK, "shares"), "worth");
    }

    function test_Claims() external {
        string memory both = _join(BOOK, CLAIM);
        this.check("redeem", harness.redeem.selector, _join(both, "shares"), _join(both, "value"));
        // `ends` is an array: 26 words from the first, of length 2.
        this.check("sync", harness.sync.selector, _join(both, "#832 stayed rate #2 ends1 ends2"), both);
    }

    /// @dev A function of numbers takes and returns what the file names, in its order.
    function _check(string memory name, bytes4 selector) private {
        this.check(name, selector, "", "");
    }

    /// @notice One function, in a call of its own: the file is large, and memory is never freed. Gas is
    /// not what is tested here.
    /// @param takes Names of the words of its arguments; `#n` is the number n. What the file does not name is zero.
    /// @param returns_ Names of the words that it returns.
    function check(string calldata name, bytes4 selector, string calldata takes, string calldata returns_) external {
        vm.pauseGasMetering();
        Vectors memory vectors = _read(name);
        string[] memory words = bytes(takes).length == 0 ? vectors.inputs : vm.split(takes, " ");
        string[] memory results = bytes(returns_).length == 0 ? vectors.outputs : vm.split(returns_, " ");
        vectors.words = _literals(words);
        vectors.inputWords = _positions(vectors.inputs, words);
        vectors.outputWords = _positions(vectors.outputs, results);
        vectors.returned = results.length;
        assertGe(vectors.cases.length, 100, name);
        for (uint256 i; i < vectors.cases.length; ++i) {
            _checkCase(name, selector, vectors, vectors.cases[i]);
        }
    }

    function _read(string calldata name) private view returns (Vectors memory vectors) {
        string memory path = string.concat(".functions.", name);
        string memory json = vm.readFile(FILE);
        vectors.inputs = vm.parseJsonStringArray(json, string.concat(path, ".inputs"));
        vectors.outputs = vm.parseJsonStringArray(json, string.concat(path, ".outputs"));
        bytes memory encoded = vm.parseJsonType(json, string.concat(path, ".cases"), "string[][]");
        vectors.cases = abi.decode(encoded, (string[][]));
    }

    function _checkCase(string calldata name, bytes4 selector, Vectors memory vectors, string[] memory row) private {
        for (uint256 k; k < vectors.inputs.length; ++k) {
            vectors.words[vectors.inputWords[k]] = _parse(row[k]);
        }
        // What a call leaves behind must not answer the next one.
        (bool success, bytes memory answer) = address(new MathHarness()).call(abi.encodePacked(selector, vectors.words));
        assertTrue(success, name);
        assertEq(answer.length, 32 * vectors.returned, name);
        for (uint256 k; k < vectors.outputs.length; ++k) {
            uint256 word = 32 * (1 + vectors.outputWords[k]);
            uint256 value;
            assembly ("memory-safe") {
                value := mload(add(answer, word))
            }
            uint256 expected = _parse(row[vectors.inputs.length + k]);
            if (value != expected) assertEq(value, expected, string.concat(name, ": ", vectors.outputs[k]));
        }
    }

    function _literals(string[] memory words) private pure returns (uint256[] memory values) {
        values = new uint256[](words.length);
        for (uint256 k; k < words.length; ++k) {
            if (bytes(words[k])[0] == "#") values[k] = vm.parseUint(vm.replace(words[k], "#", ""));
        }
    }

    /// @dev Where each name of `columns` is in `words`; it must be there.
    function _positions(string[] memory columns, string[] memory words) private pure returns (uint256[] memory found) {
        found = new uint256[](columns.length);
        for (uint256 k; k < columns.length; ++k) {
            while (keccak256(bytes(words[found[k]])) != keccak256(bytes(columns[k]))) ++found[k];
        }
    }

    function _parse(string memory text) private pure returns (uint256) {
        // A negative number is its word of two's complement.
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes(text)[0] == "-" ? uint256(vm.parseInt(text)) : vm.parseUint(text);
    }

    function _join(string memory a, string memory b) private pure returns (string memory) {
        return string.concat(a, " ", b);
    }
}
