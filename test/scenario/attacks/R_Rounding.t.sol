// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice R1 and R2: rounding alone used to promise more than there was, and whoever came last was cut in silence.
/// forge-config: default.fuzz.runs = 8
/// forge-config: deep.fuzz.runs = 80
contract RRoundingTest is MoneyAttackTest {
    /// @dev Prices of a few wei, where a wei per unit is most; units change between.
    function testFuzz_R1_AfterAnyRounding_TheLastIsPaidInFull(
        uint256[3] memory rates,
        uint256[6] memory capacities,
        bool reversed
    ) external {
        address sink = _newSink(id, "sink", 1, 1e6);
        address[3] memory sources;
        for (uint256 i; i < 3; ++i) {
            rates[i] = bound(rates[i], 1e7, i == 0 ? 1e9 : 1e17);
            sources[i] = _honest(vm.toString(i), rates[i]);
        }
        for (uint256 i; i < 6; ++i) {
            skip(EPOCH);
            _signal(id, sink, uint64(bound(capacities[i], 1, 2000)), 0);
            _rebalance(id);
            _assertClaimsCovered();
            if (escrow.drainable(id) != 0) escrow.drain(id);
        }
        _donate(id, stranger, 1001e18);
        _payAll(sources, reversed);
        _assertConserved();
    }

    /// @dev Any history of what makes shares cheaper or dearer; claims of all sources together never exceed what there is.
    function testFuzz_R2_AfterAnyHistory_ClaimsAreCovered(uint256 seed) external {
        address sink = _newSink(id, "sink", 100, 1e6);
        for (uint256 i; i < 3; ++i) {
            _honest(vm.toString(i), bound(uint256(keccak256(abi.encode(seed, i))), 1e7, 1e17));
        }
        uint256 slack = type(uint256).max;
        for (uint256 i; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _step(sink, seed);
            _assertClaimsCovered();
            uint256 left = _slack();
            if (left < slack) slack = left;
        }
        _print("R2: least that was set aside beyond all claims to it, wei", slack);
        _assertConserved();
    }

    function _step(address sink, uint256 seed) private {
        uint256 pick = seed % 7;
        address source = books[id].sources[(seed >> 8) % 3];
        uint256 amount = seed >> 16;
        skip(1 + amount % (2 * EPOCH));
        if (pick == 0) _changeRate(source, amount % 1e17);
        else if (pick == 1) _stream(id, source, amount % 1e17);
        else if (pick == 2) _donate(id, stranger, amount % 100e18);
        else if (pick == 3) _signal(id, sink, uint64(amount % 3000), 0);
        else if (pick == 4 && escrow.drainable(id) != 0) escrow.drain(id);
        else if (pick == 5 && escrow.releasable(id) != 0) escrow.release(id);
        else escrow.syncSource(id, source);
        _rebalance(id);
    }

    function _slack() private view returns (uint256) {
        uint256 claimed;
        for (uint256 i; i < 3; ++i) {
            (, uint256 due) = escrow.claimOf(id, books[id].sources[i]);
            claimed += due;
        }
        return escrow.setAsideOf(id) - claimed;
    }

    function _payAll(address[3] memory sources, bool reversed) private {
        for (uint256 i; i < 3; ++i) {
            escrow.syncSource(id, sources[i]);
        }
        if (escrow.releasable(id) != 0) escrow.release(id);
        uint256 setAside = escrow.setAsideOf(id);
        uint256 claimed;
        uint256[3] memory due;
        for (uint256 i; i < 3; ++i) {
            (, due[i]) = escrow.claimOf(id, sources[i]);
            claimed += due[i];
        }
        _print("R1: set aside, wei", setAside);
        _print("R1: claimed, wei", claimed);
        assertLe(claimed, setAside);
        for (uint256 i; i < 3; ++i) {
            uint256 pick = reversed ? 2 - i : i;
            uint256 before = escrow.returnedOf(id, sources[pick]);
            escrow.syncSource(id, sources[pick]);
            assertEq(escrow.returnedOf(id, sources[pick]) - before, due[pick], "whoever comes last too");
        }
    }
}
