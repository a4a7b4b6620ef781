// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice P3 and money row A: money that is borrowed, given and gone within a transaction throttles nobody, and given money
/// does not come back.
/// forge-config: default.fuzz.runs = 4
/// forge-config: ci.fuzz.runs = 16
/// forge-config: deep.fuzz.runs = 160
contract P3FlashPressureTest is MoneyAttackTest {
    uint64 private constant CAPACITY = 1000;
    uint256 private constant FULL = CAPACITY * uint256(UNIT_RATE);

    TaskTypeId private _upstream;
    address private _worker;

    /// @dev `id` is downstream, where the attacker gives.
    function setUp() public override {
        super.setUp();
        _upstream = _newTaskType("upstream");
        _newSink(id, "taker", CAPACITY);
        vm.prank(creator);
        pipeline.setDownstream(_upstream, id, 1e18);
        _worker = _newSink(_upstream, "worker", CAPACITY);
        _newSource(_upstream, "payer", 2 * FULL);
        _confirmInflow(_upstream);
        skip(EPOCH);
        pipeline.propagate(_upstream);
    }

    function testFuzz_P3_ADonationPressesNobodyAtOnce(uint256 amount, uint256 time) external {
        uint256 before = _flowTo(_upstream, _worker);
        _donate(id, stranger, bound(amount, 1, 1e24));
        pipeline.propagate(_upstream);
        skip(bound(time, 0, DELAY - 1));
        pipeline.propagate(_upstream);
        _print("P3: pay upstream before, wei per second", before);
        _print("P3: pay upstream after a donation and a look", _flowTo(_upstream, _worker));
        assertEq(_flowTo(_upstream, _worker), before);
        _assertConserved();
    }

    /// @dev One block of a stream buys shares; T later the attacker borrows, gives, lets it press, and synchronises itself.
    function testFuzz_MA_ABorrowedDonation_DoesNotComeBack(uint256 amount, uint256 rate) external {
        amount = bound(amount, 1e18, 1000e18);
        address attacker = _honest("attacker", bound(rate, FULL, 10 * FULL));
        skip(2);
        _changeRate(attacker, 0);
        uint256 spent = streams[id][attacker].streamed;
        skip(HORIZON);
        uint256 before = _flowTo(_upstream, _worker);
        _donate(id, attacker, amount);
        pipeline.propagate(_upstream);
        escrow.syncSource(id, attacker);
        uint256 back = escrow.returnedOf(id, attacker);
        _print("MA: given, wei", amount);
        _print("MA: came back, wei", back);
        assertLe(back, spent, "at most what it streamed");
        assertEq(_flowTo(_upstream, _worker), before, "and nobody was throttled");
        _assertConserved();
    }
}
