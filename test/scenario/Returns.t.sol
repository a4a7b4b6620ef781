// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";

import { FlashSource } from "../utils/FlashSource.sol";
import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice Overflow returns to the sources in proportion to what they streamed, whatever they do to their streams.
/// forge-config: default.fuzz.runs = 64
contract ReturnsScenarioTest is LedgerTest {
    address private _steady;
    address private _late;
    address private _changing;
    address private _liquidated;
    FlashSource private _flashing;
    ISuperfluidPool private _returnPool;

    /// @dev Rates from ten to a hundred tokens per second: more than `bufferMax` within minutes, with no sink to pay.
    function testFuzz_FiveKindsOfSources_GetTheirShareOfWhatTheyStreamed(
        uint256[5] memory rates,
        uint256 lateness,
        uint256 changeAt,
        uint256 flashed
    ) external {
        vm.warp((block.timestamp / 1 hours + 1) * 1 hours);
        for (uint256 i; i < 5; ++i) {
            rates[i] = bound(rates[i], 10e18, 100e18);
        }
        _open(rates);
        _live(rates, bound(lateness, 1, 20 minutes), bound(changeAt, 1, 10 minutes));
        uint256[4] memory streamed = _syncAll();

        uint256 units = _returnPool.getTotalUnits();
        bool abandoned = block.timestamp >= pool.emptySince(id) + GRACE;
        uint256 released = (escrow.overflowOf(id) - (abandoned ? 0 : 1000e18)) / units * units;
        _flashing.flashAndRelease(bound(flashed, 1e18, 1e24));
        (,, uint256 totalReleased) = escrow.totalsOf(id);
        assertEq(totalReleased, released);

        address[4] memory sources = [_steady, _late, _changing, _liquidated];
        uint256 total = streamed[0] + streamed[1] + streamed[2] + streamed[3];
        for (uint256 i; i < 4; ++i) {
            uint256 share = _returnPool.getTotalAmountReceivedByMember(sources[i]);
            assertEq(share, released / units * (streamed[i] / UNIT_RATE));
            // In proportion to money, but for one unit's worth in each sum.
            assertApproxEqAbs(share, released * streamed[i] / total, 4 * (released / units) + 4);
        }
        assertEq(_returnPool.getTotalAmountReceivedByMember(address(_flashing)), 0, "a flash is worth nothing");
        _assertConserved();
    }

    function testFuzz_ARateOfTheMoment_DoesNotRaiseAShare(uint256 rate, uint256 raised, uint256 time) external {
        _returnPool = escrow.returnPoolOf(id);
        rate = bound(rate, 1e18, 1e20);
        time = bound(time, 1 minutes, 1 hours);
        _steady = _newSource(id, "steady", rate);
        _changing = _newSource(id, "changing", rate);
        skip(time);
        escrow.syncSource(id, _steady);
        escrow.syncSource(id, _changing);
        _stream(id, _changing, bound(raised, 10, 1000) * rate);
        escrow.syncSource(id, _changing);
        assertEq(_returnPool.getUnits(_changing), _returnPool.getUnits(_steady));
    }

    // ------------------------------------------------------------------------------------------- Private

    function _open(uint256[5] memory rates) private {
        _returnPool = escrow.returnPoolOf(id);
        _steady = _newSource(id, "steady", rates[0]);
        _changing = _newSource(id, "changing", rates[1]);
        escrow.syncSource(id, _changing);
        _liquidated = makeAddr("liquidated");
        // Four hours' worth is Superfluid's deposit; the rest lasts for ten minutes.
        _giveTokens(_liquidated, rates[2] * (4 hours + 10 minutes));
        books[id].sources.push(_liquidated);
        _stream(id, _liquidated, rates[2]);
        _flashing = new FlashSource(sf.host, sf.gda, pool, escrow, id);
        _giveTokens(address(_flashing), SOURCE_BALANCE);
        books[id].sources.push(address(_flashing));
    }

    /// @dev Forty minutes: one source comes late, one changes its rate, one runs dry and is liquidated.
    function _live(uint256[5] memory rates, uint256 lateness, uint256 changeAt) private {
        uint256 began = block.timestamp;
        skip(changeAt);
        escrow.syncSource(id, _changing);
        _stream(id, _changing, rates[4]);
        escrow.syncSource(id, _changing);

        vm.warp(began + 10 minutes);
        escrow.syncSource(id, _liquidated);
        vm.warp(began + 11 minutes);
        _liquidate(id, _liquidated);

        skip(lateness);
        _late = _newSource(id, "late", rates[3]);
        vm.warp(began + 40 minutes);
    }

    /// @dev What each streamed by the test's own count; a liquidated source's since its last synchronisation is lost.
    function _syncAll() private returns (uint256[4] memory streamed) {
        escrow.syncSource(id, _steady);
        escrow.syncSource(id, _late);
        escrow.syncSource(id, _changing);
        escrow.syncSource(id, _liquidated);
        _streamed(id);
        streamed[0] = streams[id][_steady].streamed;
        streamed[1] = streams[id][_late].streamed;
        streamed[2] = streams[id][_changing].streamed;
        streamed[3] = streams[id][_liquidated].streamed * 10 / 11;
    }
}
