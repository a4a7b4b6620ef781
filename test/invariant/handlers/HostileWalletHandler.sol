// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { ICompletionTracker } from "../../../src/interfaces/ICompletionTracker.sol";
import { HostileWallet, ReenteringWallet } from "../../utils/Wallets.sol";
import { VerificationHandler } from "./VerificationHandler.sol";

/// @notice The economy with receipts, and two sinks that are hostile wallets: one reverts, burns its gas or answers
/// nonsense, the other calls back. Their bond backs nothing, so they are never paid; all they can do is to be in a batch.
contract HostileWalletHandler is VerificationHandler {
    uint256 private constant HABITS = uint256(type(HostileWallet.Habit).max) + 1;
    uint256 private constant FLOOD = 20;

    /// @dev The most that asking a wallet may cost: what it gets, and the call.
    uint256 private constant WALLET_COST = 200_000 + 50_000;

    HostileWallet private _wallet;
    ReenteringWallet private _reentering;

    function setUp() public override {
        super.setUp();
        _wallet = new HostileWallet();
        _reentering = new ReenteringWallet();
        _join(address(_wallet));
        _join(address(_reentering));
        // A source too, of a little, so that its receipts are not refused before it is asked.
        _streamOnceAs(address(_wallet));
        _streamOnceAs(address(_reentering));
    }

    function _streamOnceAs(address wallet) private {
        _giveTokens(wallet, 1e18);
        _setStream(id, wallet, distributionPool.getTotalUnits());
        _pass(2);
        escrow.syncSource(id, wallet);
        _setStream(id, wallet, 0);
        escrow.syncSource(id, wallet);
        assertGt(escrow.spentOf(id, wallet), 0, "it has streamed");
    }

    function _join(address wallet) private {
        _stake(id, wallet, MINIMUM_STAKE);
        vm.prank(wallet);
        registry.registerSink(id, "");
    }

    // ------------------------------------------------------------------------------------------- Wallets

    /// @notice A good attestation between bad ones of wallets: exactly the good one counts, and what it costs is bounded.
    function spoilAttestations(uint256 k, uint256 habit, uint256 target) external {
        _pass(2);
        k = bound(k, 0, SINKS - 1);
        address wallet = _arm(habit, target);
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](3);
        batch[0] = _attestation(id, wallet, strangerKey, CAPACITY, 0, block.timestamp);
        batch[1] = _attestation(id, sinkOf(k), sinkKeys[k], CAPACITY, 0, block.timestamp);
        batch[2] = _attestation(id, wallet, strangerKey, CAPACITY, 0, block.timestamp);
        bytes32 before = _stateOf(wallet);
        uint256 left = gasleft();
        assertEq(registry.submitAttestations(id, batch), 1, "the wallet's entries are skipped");
        assertLe(left - gasleft(), 2 * WALLET_COST + 1_500_000, "a wallet burns no more than it gets");
        assertEq(registry.sinkOf(id, sinkOf(k)).signalledAt, block.timestamp, "the good entry counts");
        assertEq(_stateOf(wallet), before, "and nothing else");
        ++attestations;
        _observe();
        count("wallet: spoil attestations", true);
    }

    /// @notice Receipts to a wallet and from a wallet around a good one.
    function spoilReceipts(uint256 k, uint256 habit, uint256 target) external {
        k = bound(k, 0, HONEST - 1);
        address wallet = _arm(habit, target);
        address source = sourceOf(TALKS);
        uint256 before = tracker.completedOf(id, source, sinkOf(k));
        uint256 accepted = tracker.acknowledge(id, _spoiled(k, wallet));
        acknowledgements += accepted;
        assertEq(tracker.completedOf(id, source, wallet), 0, "nothing is acknowledged to the wallet");
        assertEq(tracker.acknowledgedBy(id, wallet), 0, "nor by it");
        assertLe(accepted, 1, "only the good one");
        assertEq(accepted == 1, tracker.completedOf(id, source, sinkOf(k)) > before, "and that counts");
        _observe();
        saw("seen: good receipt between bad", accepted == 1);
        count("wallet: spoil receipts", true);
    }

    /// @dev To the wallet, to a good sink, and from the wallet.
    function _spoiled(uint256 k, address wallet) private view returns (ICompletionTracker.Receipt[] memory batch) {
        uint256 key = sourceKeys[TALKS];
        uint128 much = type(uint128).max;
        batch = new ICompletionTracker.Receipt[](3);
        batch[0] = _receipt(id, key, sinkKeys[k], much);
        batch[0].sink = wallet;
        batch[0].sourceSignature = _sign(key, tracker.hashReceipt(id, vm.addr(key), wallet, much));
        batch[1] = _receipt(id, key, sinkKeys[k], uint128(paidFor[TALKS][k]));
        batch[2] = _receipt(id, key, sinkKeys[k], much);
        batch[2].source = wallet;
    }

    // ------------------------------------------------------------------------------------------- Griefing

    /// @notice Many tiny receipts of the forger and of the sink that does nothing: they count once, up to what it paid,
    /// and change nothing of anybody else's.
    function flood(uint256 step) external {
        step = bound(step, 1, 1e15);
        address source = sourceOf(FORGES);
        uint256 dead = SINKS - 1;
        uint256 before = tracker.acknowledgedBy(id, source);
        uint256 completed = tracker.completedOf(id, source, sinkOf(dead));
        bytes32 others = _stateOfHonest();
        ICompletionTracker.Receipt[] memory batch = new ICompletionTracker.Receipt[](FLOOD);
        for (uint256 i; i < FLOOD; ++i) {
            batch[i] = _receipt(id, sourceKeys[FORGES], sinkKeys[dead], uint128(completed + (i + 1) * step));
        }
        uint256 accepted = tracker.acknowledge(id, batch);
        uint256 counted = tracker.acknowledgedBy(id, source) - before;
        assertEq(tracker.completedOf(id, source, sinkOf(dead)), completed + counted, "what counts is what it says");
        assertLe(counted, FLOOD * step, "a flood counts once");
        assertEq(_stateOfHonest(), others, "nobody else's state changes");
        _observe();
        count("attack: flood with receipts", accepted != 0);
    }

    // ------------------------------------------------------------------------------------------- Private

    /// @dev The one with a habit, or the one that calls whatever could matter.
    function _arm(uint256 habit, uint256 target) private returns (address) {
        habit = bound(habit, 0, HABITS);
        if (habit < HABITS) {
            _wallet.become(HostileWallet.Habit(habit));
            return address(_wallet);
        }
        address[] memory sinks = new address[](1);
        sinks[0] = sinkOf(0);
        target = bound(target, 0, 3);
        if (target == 0) _reentering.aim(address(registry), abi.encodeCall(registry.rebalance, (id, sinks)));
        if (target == 1) _reentering.aim(address(registry), abi.encodeCall(registry.deregisterSink, (id)));
        if (target == 2) _reentering.aim(address(registry), abi.encodeCall(registry.commitCapacity, (id, "any")));
        if (target == 3) _reentering.aim(address(escrow), abi.encodeCall(escrow.syncSource, (id, sourceOf(0))));
        return address(_reentering);
    }

    function _stateOf(address wallet) private view returns (bytes32) {
        (uint256 stake, uint256 unbonding,) = stakes.bondOf(id, wallet);
        return keccak256(abi.encode(registry.sinkOf(id, wallet), pool.unitsOf(id, wallet), stake, unbonding));
    }

    function _stateOfHonest() private view returns (bytes32 state) {
        for (uint256 k; k < HONEST; ++k) {
            state = keccak256(abi.encode(state, tracker.ledgerOf(id, sinkOf(k)), registry.sinkOf(id, sinkOf(k))));
            for (uint256 i; i < SOURCES; ++i) {
                state = keccak256(abi.encode(state, tracker.completedOf(id, sourceOf(i), sinkOf(k))));
            }
        }
    }
}
