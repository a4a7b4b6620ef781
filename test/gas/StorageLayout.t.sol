// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICompletionTracker } from "../../src/interfaces/ICompletionTracker.sol";
import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { ProtocolTest } from "../utils/ProtocolTest.sol";

/// @notice Pins the packed layouts that the comments of the contracts draw. Every gas figure rests on them, and so does
/// whoever reads storage directly. Each field holds a value that differs from its neighbours', and the expected words
/// are put together here, lowest bits first, as drawn.
contract StorageLayoutTest is ProtocolTest {
    // Positions of the mappings in their contracts.
    uint256 private constant POOLS = 2;
    uint256 private constant POOL_SINKS = 3;
    uint256 private constant FEE = 4;
    uint256 private constant TASK_TYPES = 2;
    uint256 private constant SINKS = 3;
    uint256 private constant COMMITMENTS = 4;
    uint256 private constant BONDS = 0;

    uint256 private constant EVIDENCE = 2;

    function _parameters() internal view override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.verifier = address(verifier);
    }

    function test_TaskTypeParameters() external {
        TaskTypeParameters memory parameters = _parameters();
        parameters.acknowledgementGrace = 45;
        parameters.reportDelay = 50;
        parameters.receiptEpochs = 4;
        parameters.admission = address(distributionPool);
        bytes32 slot = _slotOf(_registerTaskType(parameters, "distinct"), TASK_TYPES);

        uint256 durations =
            uint256(60) | uint256(360) << 32 | uint256(45) << 64 | uint256(50) << 96 | uint256(300) << 128;
        assertEq(_load(address(registry), slot, 0), _word(address(superToken)) | uint256(UNIT_RATE) << 160);
        assertEq(_load(address(registry), slot, 1), durations | uint256(4) << 160 | uint256(0.3e18) << 192);
        assertEq(_load(address(registry), slot, 2), _word(address(verifier)));
        assertEq(_load(address(registry), slot, 3), _word(address(distributionPool)));
        assertEq(_load(address(registry), slot, 4), uint256(MINIMUM_STAKE) | uint256(1000e18) << 128);
        assertEq(_load(address(registry), slot, 5), _word(creator));
    }

    function test_Sink() external {
        address sink = _addSink(id, "sink", 5000);
        _signal(id, sink, 3000, 0);
        _owe(id, sink, 99);
        skip(EPOCH);
        _signal(id, sink, 4000, 1234);
        uint256 signalledAt = block.timestamp;
        _commit(id, sink, 2000, 0);
        uint256 committedAtBlock = block.number;
        uint256 baseScaled = 3000 * 0.3e9;

        bytes32 slot = _slotOf(id, SINKS, sink);
        uint256 times = (signalledAt / EPOCH - 1) << 112 | signalledAt << 144;
        // Registered, with a verified backlog, and settled an epoch ago.
        uint256 flags = uint256(1) << 240 | uint256(1) << 241 | uint256(1) << 248;
        assertEq(
            _load(address(registry), slot, 0), baseScaled | uint256(4000) << 72 | times | uint256(1234) << 176 | flags
        );
        assertEq(_load(address(registry), slot, 1), _stakeFor(5000) | uint256(99) << 112 | uint256(5000) << 176);
        uint256 digest = uint256(registry.hashSignal(id, sink, 2000, 0, SALT)) >> 40;
        assertEq(_load(address(registry), _slotOf(id, COMMITMENTS, sink), 0), committedAtBlock | digest << 40);
    }

    function test_Bond() external {
        address sink = makeAddr("sink");
        _stake(id, sink, 7e18);
        vm.prank(sink);
        stakes.requestUnstake(id, 2e18);

        uint256 unbondedAt = block.timestamp + registry.unbondingPeriod(id);
        assertEq(
            _load(address(stakes), _slotOf(id, BONDS, sink), 0),
            uint256(5e18) | uint256(2e18) << 112 | unbondedAt << 224
        );
    }

    /// @dev Two windows close, and the checkpoints move on once.
    function test_Evidence() external {
        TaskTypeParameters memory parameters = _parameters();
        parameters.verifier = address(tracker);
        parameters.acknowledgementGrace = 45;
        id = _registerTaskType(parameters, "acknowledged");
        uint256 openedAt = block.timestamp;
        (address sink, uint256 sinkKey) = makeAddrAndKey("sink");
        (address source, uint256 sourceKey) = makeAddrAndKey("source");
        _addSink(id, "sink", 5000);
        _signal(id, sink, 5000, 0);
        _openStream(id, "source", 1000 * uint256(UNIT_RATE));
        ICompletionTracker.Receipt[] memory receipts = new ICompletionTracker.Receipt[](1);
        for (uint256 i; i < 5; ++i) {
            skip(5 * EPOCH);
            receipts[0] = _receipt(id, sourceKey, sinkKey, uint128((i + 1) * 1e18));
            tracker.acknowledge(id, receipts);
            _settle(id, sink);
        }

        bytes32 slot = _slotOf(id, EVIDENCE);
        uint256 durations = uint256(60) << 96 | uint256(360) << 128 | uint256(45) << 160 | uint256(300) << 192;
        (uint256 acknowledged, uint256 participating) = tracker.totalsOf(id);
        assertEq(acknowledged, 5e18);
        uint256 laterAt = block.timestamp - 5 * EPOCH;
        assertEq(_load(address(tracker), slot, 0), uint256(UNIT_RATE) | durations | laterAt << 224);
        assertEq(_load(address(tracker), slot, 1), _word(address(pool.distributionPoolOf(id))) | openedAt << 160);
        assertEq(_load(address(tracker), slot, 2), acknowledged | participating << 128);
        assertEq(_load(address(tracker), slot, 3), 0, "the earlier checkpoint is the opening");
        assertGt(_load(address(tracker), slot, 4) >> 128, 0, "what took part at the later one");
        assertGt(_load(address(tracker), slot, 4) & type(uint128).max, 0, "and what was paid by then");
        uint256 payer = _load(address(tracker), keccak256(abi.encode(source, uint256(slot) + 5)), 0);
        assertEq(payer, 5e18 | escrow.spentOf(id, source) << 112 | block.timestamp << 224);
        _assertLedger(keccak256(abi.encode(sink, uint256(slot) + 6)), tracker.ledgerOf(id, sink));
    }

    function _assertLedger(bytes32 slot, ICompletionTracker.Ledger memory ledger) private view {
        assertGt(ledger.owed, 0);
        assertGt(ledger.earned, 0);
        uint256[5] memory words = [
            ledger.acknowledged | uint256(ledger.owed) << 128,
            ledger.acknowledgedMark | uint256(ledger.receivedMark) << 128,
            ledger.poolAcknowledgedMark | uint256(ledger.poolPaidMark) << 128,
            ledger.poolParticipatingMark | uint256(ledger.earned) << 128,
            ledger.clearReceived | uint256(ledger.peakScaled) << 128 | uint256(ledger.openedAt) << 200
                | uint256(ledger.strikes) << 232
        ];
        for (uint256 i; i < words.length; ++i) {
            assertEq(_load(address(tracker), slot, i), words[i]);
        }
    }

    /// @dev Two records: the first confirms the inflow, the second comes too early to do so again. All divisions are
    /// exact, so that every wei is known in advance.
    function test_Pool() external {
        uint256 limit = _openPool();
        // Total units are 3000 (sink) + 30 (fee) + 1 (escrow), then 5100 + 30 + 1, then 5100 + 51 + 1.
        uint256 rate = 3031 * 5131 * 5152 * 2e5;
        uint256 perUnit = rate / 3031;
        uint256 perUnitAfter = rate / 5152;
        _openStream(id, "source", rate);
        skip(EPOCH);
        _rebalance(id, makeAddr("sink"));
        uint256 anchoredAt = block.timestamp;
        _signal(id, makeAddr("sink"), 5000, 0);

        bytes32 slot = _slotOf(id, POOLS);
        assertEq(_load(address(pool), slot, 0), _word(address(distributionPool)) | uint256(UNIT_RATE) << 160);
        assertEq(
            _load(address(pool), slot, 1), uint256(3600) | uint256(1) << 80 | uint256(36) << 160 | uint256(1) << 240
        );
        uint256 received = 60 * 31 * perUnit + 2 * 52 * perUnitAfter;
        uint256 terms = limit << 128 | uint256(EPOCH) << 224;
        assertEq(_load(address(pool), slot, 2), terms);
        assertEq(_load(address(pool), slot, 3), received | rate << 160);
        uint256 paid = 60 * 3000 * perUnit + 2 * 5100 * perUnitAfter;
        assertEq(_load(address(pool), slot, 4), paid | 2 * rate << 128);
        uint256 spare = 60 * 3000 * (UNIT_RATE - perUnit) + 2 * 5100 * (UNIT_RATE - perUnitAfter);
        // 3600 + 36 + 1 units are left: what Superfluid cannot split among them, and one for each that went.
        uint256 leak = rate % 3637 + 5152 - 3637;
        assertEq(_load(address(pool), slot, 5), spare | leak << 128 | (START + 66) << 224);
        uint256 feeIncome = 60 * 30 * perUnit + 2 * 51 * perUnitAfter;
        // The escrow's one unit of all, as far as money came for it; before the stream, none did.
        uint256 overflowTime =
            60e18 * perUnit / (3031 * (perUnit + 1)) + 2e18 * perUnitAfter / (5152 * (perUnitAfter + 1));
        assertEq(_load(address(pool), slot, 6), feeIncome | overflowTime << 128 | anchoredAt << 224);

        uint256 drained = _donateAndDrain();
        assertEq(_load(address(pool), slot, 2), drained | terms);
    }

    function test_SinkUnits() external {
        address sink = _addSink(id, "sink", 1000);
        _signal(id, sink, 1000, 0);
        assertEq(_load(address(pool), _slotOf(id, POOL_SINKS, sink), 0), uint256(300) | (block.timestamp / EPOCH) << 80);
    }

    function test_Fee() external {
        vm.prank(owner);
        pool.setFee(77, stranger);
        assertEq(_load(address(pool), bytes32(FEE), 0), uint256(77) | _word(stranger) << 16);
    }

    // ------------------------------------------------------------------------------------------- Helpers

    /// @dev A pool with a fee, a sink, and a limit that is too high to bind: the price cap stays `UNIT_RATE`.
    function _openPool() private returns (uint256 limit) {
        vm.prank(owner);
        pool.setFee(100, owner);
        TaskTypeId last = _registerTaskType("last");
        _signal(last, _addSink(last, "last sink", 8000), 8000, 0);
        _signal(id, _addSink(id, "sink", 10_000), 10_000, 0);
        vm.prank(creator);
        pipeline.setDownstream(id, last, 0.4e18);
        limit = 8000 * 3 / 10 * uint256(UNIT_RATE) * 10 / 4;
    }

    function _donateAndDrain() private returns (uint256 drained) {
        _giveTokens(stranger, 1e15);
        vm.startPrank(stranger);
        superToken.approve(address(escrow), 1e15);
        escrow.donate(id, 1e15);
        vm.stopPrank();
        drained = escrow.drain(id);
        assertGt(drained, 0);
    }

    function _load(address target, bytes32 slot, uint256 offset) private view returns (uint256) {
        return uint256(vm.load(target, bytes32(uint256(slot) + offset)));
    }

    function _word(address account) private pure returns (uint256) {
        return uint160(account);
    }

    function _slotOf(TaskTypeId taskTypeId, uint256 position) private pure returns (bytes32) {
        return keccak256(abi.encode(taskTypeId, position));
    }

    function _slotOf(TaskTypeId taskTypeId, uint256 position, address sink) private pure returns (bytes32) {
        return keccak256(abi.encode(sink, _slotOf(taskTypeId, position)));
    }
}
