// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../src/interfaces/ICapacityRegistry.sol";
import { ICompletionTracker } from "../../src/interfaces/ICompletionTracker.sol";
import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice Every call, at its worst, fits a transaction on Base. Each call of these tests is a transaction of its own.
/// forge-config: default.isolate = true
contract GasCapScenarioTest is LedgerTest {
    uint256 private constant TRANSACTION_GAS_CAP = 16_777_216;

    /// @dev Sinks per `rebalance` and `submitAttestations` that certainly fit.
    uint256 private constant BATCH = 40;

    address private _sink;
    address private _source;
    uint256 private _sourceKey;

    function _parameters() internal view override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.verifier = address(tracker);
    }

    function setUp() public override {
        super.setUp();
        (bool sent,) = stranger.call("");
        assertTrue(sent);
        assertEq(vm.lastCallGas().gasTotalUsed, 21_000, "isolated");
        (, _sourceKey) = makeAddrAndKey("source");
        _source = _newSource(id, "source", 1e22);
        _sink = _newSink(id, "sink", 1e5, 2e5);
        _confirmInflow(id);
        _setFee(100);
        skip(EPOCH);
    }

    function test_RegisterTaskType() external {
        // Metadata is free text; this is a long one.
        string memory metadata = string(new bytes(4096));
        vm.prank(creator);
        registry.registerTaskType(_parameters(), SALT, metadata);
        _assertCapped();
    }

    function test_Staking() external {
        _giveTokens(_sink, 1e18);
        vm.prank(_sink);
        superToken.approve(address(stakes), 1e18);
        vm.prank(_sink);
        stakes.stake(id, 1e18);
        _assertCapped();
        vm.prank(_sink);
        stakes.requestUnstake(id, 1e21);
        _assertCapped();
        skip(30 days);
        vm.prank(_sink);
        stakes.withdraw(id);
        _assertCapped();
        stakes.assess(id, _sink);
        _assertCapped();
    }

    function test_Signalling() external {
        address newcomer = makeAddr("newcomer");
        _stake(id, newcomer, _stakeFor(1000));
        vm.prank(newcomer);
        registry.registerSink(id, "");
        _assertCapped();
        bytes32 commitment = registry.hashSignal(id, newcomer, 1000, 0, SALT);
        vm.prank(newcomer);
        registry.commitCapacity(id, commitment);
        _assertCapped();
        _nextBlock();
        vm.prank(newcomer);
        registry.revealCapacity(id, 1000, 0, SALT);
        _assertCapped();
        vm.prank(newcomer);
        registry.deregisterSink(id);
        _assertCapped();
    }

    function test_Batches() external {
        address[] memory sinks = new address[](BATCH);
        ICapacityRegistry.Attestation[] memory attestations = new ICapacityRegistry.Attestation[](BATCH);
        for (uint256 i; i < BATCH; ++i) {
            uint256 key;
            (sinks[i], key) = makeAddrAndKey(vm.toString(i));
            _addSink(id, vm.toString(i), 1000);
            attestations[i] = ICapacityRegistry.Attestation(sinks[i], 1000, 0, uint32(block.timestamp + 2), "");
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, registry.hashAttestation(id, attestations[i]));
            attestations[i].signature = abi.encodePacked(r, s, v);
        }
        _nextBlock();
        assertEq(registry.submitAttestations(id, attestations), BATCH);
        _assertCapped();
        skip(EPOCH);
        registry.settle(id, sinks);
        _assertCapped();
        skip(2 days);
        registry.rebalance(id, sinks);
        _assertCapped();
        (uint256 sinkUnits,,) = pool.unitsOfPool(id);
        assertEq(sinkUnits, 1e5, "all of them moved");
    }

    function test_Pool() external {
        skip(1 days);
        _rebalance(id, _sink);
        _assertCapped();
        vm.prank(owner);
        pool.setFee(50, stranger);
        _assertCapped();
    }

    function test_Escrow() external {
        escrow.syncSource(id, _source);
        _assertCapped();
        skip(EPOCH);
        for (uint256 i; i < 20; ++i) {
            _deposit(id, stranger, escrow.minDepositOf(id));
            _assertCapped();
        }
        vm.prank(stranger);
        escrow.withdrawDeposit(id, 17);
        _assertCapped();
        _donate(id, stranger, 1000e18);
        _assertCapped();
        escrow.syncSource(id, _source);
        _assertCapped();
        escrow.release(id);
        _assertCapped();
        escrow.syncSource(id, _source);
        _assertCapped();
        _stream(id, _source, 1e17);
        _confirmInflow(id);
        skip(EPOCH);
        // Sixteen deposits and what is left of the overflow, with a fee.
        while (escrow.depositsOf(id) > 3 * uint256(UNIT_RATE) * EPOCH) {
            escrow.drain(id);
            _assertCapped();
            skip(EPOCH);
        }
        escrow.collectFee(id);
        _assertCapped();
    }

    function test_Pipeline() external {
        TaskTypeId upstream = id;
        uint256 stages = pipeline.MAX_STAGES();
        for (uint256 i; i < stages - 1; ++i) {
            TaskTypeId next = _registerTaskType(vm.toString(i));
            vm.prank(creator);
            pipeline.setDownstream(next, upstream, 1e18);
            _assertCapped();
            pipeline.propagate(next);
            _assertCapped();
            upstream = next;
        }
    }

    function test_Verification() external {
        (, uint256 sinkKey) = makeAddrAndKey("sink");
        escrow.syncSource(id, _source);
        bytes32 digest = tracker.hashReceipt(id, _source, _sink, 1);
        ICompletionTracker.Receipt[] memory receipts = new ICompletionTracker.Receipt[](1);
        receipts[0] = ICompletionTracker.Receipt(_source, _sink, 1, _sign(_sourceKey, digest), _sign(sinkKey, digest));
        assertEq(tracker.acknowledge(id, receipts), 1);
        _assertCapped();
        skip(EPOCH);
        _settle(id, _sink);
        _assertCapped();
        skip(EPOCH);
        stakes.assess(id, _sink);
        _assertCapped();
    }

    function _assertCapped() private view {
        uint256 used = vm.lastCallGas().gasTotalUsed;
        assertGt(used, 21_000);
        assertLe(used, TRANSACTION_GAS_CAP);
    }
}
