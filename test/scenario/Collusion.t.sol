// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICompletionTracker } from "../../src/interfaces/ICompletionTracker.sol";
import { LedgerMath } from "../../src/libraries/LedgerMath.sol";
import { EconomyTest } from "../utils/EconomyTest.sol";

/// @notice Sources that acknowledge what was not done: to a crony among the sinks, or to somebody who is not one.
contract CollusionTest is EconomyTest {
    uint256 private constant Q = UNIT_RATE;

    /// @dev The source that acknowledges only to its crony, everything that it streams; none while it is the last index.
    uint256 private briber = type(uint256).max;
    uint256 private crony;

    function _acknowledgedOf(uint256 source, uint256 worker) internal view override returns (uint256) {
        if (source != briber) return super._acknowledgedOf(source, worker);
        return worker == crony ? type(uint128).max : 0;
    }

    function _addBriber(uint256 rate) private {
        briber = sourceKeys.length;
        _addSource("briber", rate, 0);
    }

    /// @dev A crony gets what its source pays, divided by the share of pay that is expected of everybody: where all others
    /// acknowledge, about what it pays. What it got before it was found is covered by its bond.
    /// forge-config: default.fuzz.runs = 4
    function testFuzz_ACronyGetsWhatItsSourcePays_OverTheExpectedShare(uint256 share) external {
        share = bound(share, 2, 10);
        uint256 inflow = 1000 * Q;
        _addSource("honest", inflow * (100 - share) / 100, 100);
        _addBriber(inflow * share / 100);
        _addWorker("works", 600, 600);
        _addWorker("works too", 300, 300);
        crony = workers.length;
        _addWorker("crony", 300, 0);

        _epochs(100);
        uint256 received = workers[crony].received;
        uint256 streamed = escrow.streamedOf(id, vm.addr(sourceKeys[briber]));
        assertLe(received, streamed + _stakeFor(300), "the bond covers the rest");

        (uint256 acknowledged,) = tracker.totalsOf(id);
        uint256 paid = pool.paidOf(id);
        _epochs(100);
        received = workers[crony].received - received;
        streamed = escrow.streamedOf(id, vm.addr(sourceKeys[briber])) - streamed;
        (uint256 acknowledgedNow,) = tracker.totalsOf(id);
        uint256 standard = LedgerMath.shareDown(acknowledgedNow - acknowledged, pool.paidOf(id) - paid);
        (, uint256 expected,) = LedgerMath.standardDown(standard, 1e18);
        emit log_named_uint("pay of the crony, % of what its source streams", received * 100 / streamed);
        assertGt(received, 0);
        assertLe(received, streamed * 1e18 / expected * 102 / 100, "what its source acknowledges, over phi");
    }

    /// @dev Receipts for an account that the pool never pays must not raise what is expected of those it does pay.
    function test_ReceiptsForAnAccountThatIsNeverPaid_HurtNobody() external {
        (, uint256 strangerKey) = makeAddrAndKey("never a sink");
        _addSource("honest", 550 * Q, 100);
        _addSource("keeps silent", 400 * Q, 0);
        _addSource("attacker", 50 * Q, 0);
        _addWorker("first", 400, 400);
        _addWorker("second", 600, 600);
        ICompletionTracker.Receipt[] memory receipts = new ICompletionTracker.Receipt[](1);
        receipts[0] = _receipt(id, sourceKeys[2], strangerKey, type(uint128).max);

        for (uint256 i; i < 100; ++i) {
            _epoch();
            tracker.acknowledge(id, receipts);
            _settle(id, vm.addr(strangerKey));
        }
        assertEq(tracker.acknowledgedBy(id, vm.addr(sourceKeys[2])), 0, "nothing counts");
        for (uint256 i; i < workers.length; ++i) {
            (uint256 stake,,) = stakes.bondOf(id, workers[i].sink);
            assertEq(stake, _stakeFor(workers[i].declared), "not slashed");
            assertEq(registry.sinkOf(id, workers[i].sink).verifiedBacklog, 0, "and paid in full");
        }
    }

    /// @dev As long as the others' money is enough more; how much is enough, row A of the attacks shows.
    function test_ReceiptsBeyondASinksPay_HurtNobody() external {
        _addSource("honest", 550 * Q, 100);
        _addSource("keeps silent", 400 * Q, 0);
        _addBriber(50 * Q);
        _addWorker("first", 400, 400);
        _addWorker("second", 600, 600);
        crony = workers.length;
        _addWorker("crony", 10, 0);
        _epochs(100);
        assertLe(tracker.ledgerOf(id, workers[crony].sink).acknowledged, workers[crony].received, "no more counts");
        for (uint256 i; i < crony; ++i) {
            (uint256 stake,,) = stakes.bondOf(id, workers[i].sink);
            assertEq(stake, _stakeFor(workers[i].declared), "not slashed");
            assertEq(tracker.ledgerOf(id, workers[i].sink).strikes, 0);
        }
    }
}
