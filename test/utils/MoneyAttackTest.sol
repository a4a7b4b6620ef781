// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { console } from "forge-std/console.sol";

import { TaskTypeId } from "../../src/types/TaskType.sol";
import { FlashSource } from "./FlashSource.sol";
import { LedgerTest } from "./LedgerTest.sol";

/// @notice What attackers of the money side need, and how a row prints its figure.
abstract contract MoneyAttackTest is LedgerTest {
    uint256 internal constant HORIZON = 360;
    uint256 internal constant DELAY = 12;

    /// @notice A source that is synchronised as soon as its stream runs.
    function _honest(string memory name, uint256 rate) internal returns (address source) {
        source = _newSource(id, name, rate);
        escrow.syncSource(id, source);
    }

    /// @notice Synchronises around a change, as a source should.
    function _changeRate(address source, uint256 rate) internal {
        escrow.syncSource(id, source);
        _stream(id, source, rate);
        escrow.syncSource(id, source);
    }

    function _flashSource() internal returns (FlashSource attacker) {
        attacker = new FlashSource(sf.host, sf.gda, registry, pool, escrow, id);
        _giveTokens(address(attacker), SOURCE_BALANCE);
        books[id].sources.push(address(attacker));
    }

    /// @notice The pool may pay its sinks nothing: a stage behind it has nobody.
    function _throttle() internal {
        TaskTypeId nobody = _newTaskType("nobody works here");
        vm.prank(creator);
        pipeline.setDownstream(id, nobody, 1e18);
    }

    function _held(address source) internal view returns (uint256 held) {
        (held,) = escrow.claimOf(id, source);
    }

    /// @notice What all sources together can claim, and what there is for it.
    function _assertClaimsCovered() internal view {
        uint256 held;
        uint256 payableNow;
        for (uint256 i; i < books[id].sources.length; ++i) {
            (uint256 one, uint256 ready) = escrow.claimOf(id, books[id].sources[i]);
            held += one;
            payableNow += ready;
        }
        assertLe(held, escrow.bookOf(id).owned, "no more than what is owned");
        assertLe(payableNow, escrow.bookOf(id).setAside + escrow.bookOf(id).owned, "no more than there is");
    }

    function _paidTo(address sink) internal view returns (uint256) {
        return pool.distributionPoolOf(id).getTotalAmountReceivedByMember(sink);
    }

    function _print(string memory figure, uint256 value) internal pure {
        console.log(figure, value);
    }
}
