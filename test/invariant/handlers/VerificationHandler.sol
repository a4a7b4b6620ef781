// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { ICompletionTracker } from "../../../src/interfaces/ICompletionTracker.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { ProtocolTest } from "../../utils/ProtocolTest.sol";
import { Tallies } from "../Tallies.sol";

/// @notice An economy with receipts. Two sinks deliver whatever they are paid for; a third takes pay and delivers
/// nothing; thieves come, take pay, and leave. One source acknowledges all that it paid for, in batches; one keeps silent;
/// and one, a twelfth of the money, picks a victim, and acknowledges what was never done to the dead sink and to somebody
/// who is no sink. The latter two change their streams without telling anybody. Anybody settles, assesses, replays and
/// forges, at any time.
contract VerificationHandler is ProtocolTest, Tallies {
    uint64 internal constant CAPACITY = 1000;
    uint256 internal constant SINKS = 3;
    uint256 internal constant HONEST = 2;
    uint256 internal constant SOURCES = 3;
    uint256 internal constant TALKS = 0;
    uint256 internal constant SILENT = 1;
    uint256 internal constant FORGES = 2;
    uint256 internal constant VICTIM = 1;

    /// @dev Shares of the money, percent: what is spiteful stays below 0.053 + 0.053 * what acknowledges everybody.
    uint256 internal constant TALKING = 62;
    uint256 internal constant SPITEFUL = 8;
    uint256 internal constant FULL_RATE = 2 * CAPACITY * uint256(UNIT_RATE);

    /// @dev Receipts come within V epochs.
    uint256 internal constant LATEST_RECEIPTS = 3 * EPOCH;

    TaskTypeId public taskType;
    TaskTypeId public otherTaskType;
    uint256[SINKS] public sinkKeys;
    uint256[SOURCES] public sourceKeys;
    uint256 public strangerKey;

    /// @notice What each source has really streamed, integrated here second by second, wei.
    uint256[SOURCES] public streamed;
    /// @notice What each source paid each sink for, by its share of all streams, wei.
    uint256[SINKS][SOURCES] public paidFor;
    uint256[SINKS] private _received;

    /// @notice The largest of every cumulative value ever seen, and whether one ever fell.
    mapping(address source => mapping(address sink => uint256)) private _completed;
    mapping(address sink => uint256) private _signalledAt;
    bool public fell;
    /// @notice Whether enough money took part at every look since it was last set.
    bool public verifiedSince;
    uint256 private _acknowledgedAt;
    bool private _hoards;
    uint256 private _spitedAt;
    /// @notice Whether receipts have come later than within V epochs.
    bool public hoarded;
    uint256 private _thieves;
    uint256 public slashes;
    /// @notice What the bonds of thieves have paid, wei.
    uint256 public taken;
    uint256 public acknowledgements;
    uint256 public attestations;

    function _parameters() internal view override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.verifier = address(tracker);
    }

    function setUp() public virtual override {
        super.setUp();
        taskType = id;
        otherTaskType = _registerTaskType("other work");
        (, strangerKey) = makeAddrAndKey("no sink");
        for (uint256 k; k < SINKS; ++k) {
            string memory name = string.concat("sink ", vm.toString(k));
            (, sinkKeys[k]) = makeAddrAndKey(name);
            _addRampedSink(id, name, CAPACITY);
        }
        uint256[SOURCES] memory percent = [TALKING, 100 - TALKING - SPITEFUL, SPITEFUL];
        for (uint256 i; i < SOURCES; ++i) {
            string memory name = string.concat("source ", vm.toString(i));
            (, sourceKeys[i]) = makeAddrAndKey(name);
            _openStream(id, name, FULL_RATE * percent[i] / 100);
        }
        _spitedAt = block.timestamp;
        for (uint256 k; k < SINKS; ++k) {
            _received[k] = _receivedBy(k);
            _settle(id, sinkOf(k));
        }
        // Until enough money has taken part for long enough.
        for (uint256 i; i < 30; ++i) {
            _live(2 * EPOCH, true);
        }
        assertTrue(tracker.verified(id), "the quorum holds");
    }

    // ------------------------------------------------------------------------------------------- Actions

    /// @notice Time passes; those who live sign on; receipts come now or in a batch later.
    function pass(uint256 duration, bool batched) external {
        count("receipts: pass", _live(bound(duration, 1, 2 * EPOCH), !batched) != 0);
    }

    function _live(uint256 duration, bool receipts) private returns (uint256 accepted) {
        _attestAll();
        _pass(duration);
        if (!receipts && block.timestamp + 2 * EPOCH < _acknowledgedAt + LATEST_RECEIPTS) return 0;
        _acknowledgedAt = block.timestamp;
        if (!_hoards) _spite();
        return _acknowledgeHonestWork();
    }

    /// @notice Who never acknowledges everybody changes its stream when it likes and synchronises nothing.
    function changeStream(uint256 i, uint256 percent) external {
        i = bound(i, SILENT, FORGES);
        uint256 share = i == FORGES ? bound(percent, 4, SPITEFUL) : bound(percent, 25, 35);
        _setStream(id, sourceOf(i), FULL_RATE * share / 100);
        count("source: change silently", true);
    }

    /// @notice I20: somebody comes, takes pay for nothing for a while, and leaves; nobody but itself makes a call for it. As
    /// long as enough money takes part it has nothing of it in the end.
    function thieve(uint256 epochs, bool assessed) external {
        // Dear: it takes an hour.
        if (epochs % 3 != 0) return count("attack: thieve", false);
        (address thief, uint256 key) = makeAddrAndKey(string.concat("thief ", vm.toString(_thieves++)));
        verifiedSince = true;
        _addSink(id, string.concat("thief ", vm.toString(_thieves - 1)), CAPACITY);
        uint256 end = block.timestamp + bound(epochs, 1, 12) * EPOCH;
        while (block.timestamp < end) {
            _attestOne(thief, key);
            _live(EPOCH, epochs % 2 == 0);
            if (assessed) stakes.assess(id, thief);
        }
        uint256 bond = _stakeFor(CAPACITY);
        (uint256 staked,,) = stakes.bondOf(id, thief);
        vm.startPrank(thief);
        registry.deregisterSink(id);
        stakes.requestUnstake(id, staked);
        vm.stopPrank();
        end = block.timestamp + registry.unbondingPeriod(id);
        while (block.timestamp < end) {
            _live(2 * EPOCH, epochs % 2 == 0);
        }
        vm.prank(thief);
        uint256 kept = stakes.withdraw(id);
        taken += bond - kept;
        if (verifiedSince) _I20_WhoWorksForNobodyKeepsNothing(thief, bond - kept);
        saw("seen: a thief while verified", verifiedSince);
        count("attack: thieve", true);
    }

    function _I20_WhoWorksForNobodyKeepsNothing(address thief, uint256 charged) private view {
        uint256 received = distributionPool.getTotalAmountReceivedByMember(thief);
        assertLe(received, charged, "I20: who leaves keeps what it did not earn");
    }

    function _attestOne(address sink, uint256 key) private {
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](1);
        batch[0] = _attestation(id, sink, key, CAPACITY, 0, block.timestamp);
        registry.submitAttestations(id, batch);
    }

    function rebalance() external {
        _rebalance(id);
        count("receipts: rebalance", true);
    }

    function settle(uint256 k) external {
        _settle(id, sinkOf(bound(k, 0, SINKS - 1)));
        _settle(id, vm.addr(strangerKey));
        count("receipts: settle", true);
    }

    function assess(uint256 k) external {
        address sink = sinkOf(bound(k, 0, SINKS - 1));
        if (stakes.assess(id, sink) != 0) ++slashes;
        count("receipts: assess", true);
    }

    /// @notice The forger acknowledges whatever it likes to one that the pool never pays, which counts for nothing.
    function forge(uint128 completed) external {
        assertEq(_submit(id, _receipt(id, sourceKeys[FORGES], strangerKey, completed)), 0, "never paid");
        count("attack: forge receipt", true);
    }

    /// @notice It acknowledges its own part to one honest sink and nothing to the other.
    function spite() external {
        count("attack: pick a victim", _spite() != 0);
    }

    /// @notice It keeps its receipts back from now on, or no longer: those of many windows count in one.
    function hoard(bool hoards) external {
        _hoards = hoards;
        count("attack: hoard receipts", hoards);
    }

    function _spite() private returns (uint256 accepted) {
        uint256 favoured = 1 - VICTIM;
        uint128 done = uint128(paidFor[FORGES][favoured]);
        accepted = _submit(id, _receipt(id, sourceKeys[FORGES], sinkKeys[favoured], done));
        if (accepted == 0) return 0;
        if (block.timestamp > _spitedAt + _parameters().receiptEpochs * EPOCH) hoarded = true;
        _spitedAt = block.timestamp;
    }

    /// @notice Old receipts again, receipts of other task types, receipts that one side has not signed.
    function replay(uint256 i, uint256 k, uint256 completed, uint256 how) external {
        (i, k, how) = (bound(i, 0, SOURCES - 1), bound(k, 0, SINKS - 1), bound(how, 0, 2));
        (address source, address sink) = (vm.addr(sourceKeys[i]), sinkOf(k));
        uint256 before = tracker.completedOf(id, source, sink);
        uint128 claimed = uint128(bound(completed, how == 0 ? 0 : before, how == 0 ? before : type(uint128).max));
        ICompletionTracker.Receipt memory receipt =
            _receipt(how == 1 ? otherTaskType : id, sourceKeys[i], sinkKeys[k], claimed);
        if (how == 2) receipt.sinkSignature = receipt.sourceSignature;
        assertEq(_submit(id, receipt), 0, "refused");
        assertEq(tracker.completedOf(id, source, sink), before);
        count("attack: replay receipt", true);
    }

    /// @notice A batch of good and bad attestations for two task types: exactly the good ones count.
    function attest(uint256 capacity, uint256 age, uint256 seed) external {
        address sink = sinkOf(bound(seed, 0, SINKS - 1));
        uint256 key = sinkKeys[bound(seed, 0, SINKS - 1)];
        uint64 declared = uint64(bound(capacity, 0, 2 * CAPACITY));
        uint256 issuedAt = block.timestamp - bound(age, 0, 2 * EPOCH);
        bool good = issuedAt > registry.sinkOf(id, sink).signalledAt && block.timestamp - issuedAt <= EPOCH;
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](5);
        batch[0] = _attestation(id, sink, key, declared, 0, block.timestamp + 1 + seed % 1000);
        batch[1] = _attestation(otherTaskType, sink, key, declared, 0, block.timestamp);
        batch[2] = _attestation(id, sink, strangerKey, declared, 0, block.timestamp);
        batch[3] = _attestation(id, vm.addr(strangerKey), strangerKey, declared, 0, block.timestamp);
        batch[4] = _attestation(id, sink, key, declared, 0, issuedAt);
        bool packed = seed % 2 == 0;
        assertEq(_submitBatch(id, batch, packed), good ? 1 : 0, "only the good one");
        if (good) {
            ++attestations;
            assertEq(registry.sinkOf(id, sink).signalledAt, issuedAt);
        }
        // Another task type's order does not interact: the sink is unknown there, so nothing counts.
        assertEq(_submitBatch(otherTaskType, batch, packed), 0);
        assertEq(_submitBatch(id, batch, !packed), 0, "nothing counts again, in the other form");
        _observe();
        count("attack: spoil batch", good);
    }

    // ------------------------------------------------------------------------------------------- Views

    function sinkOf(uint256 k) public view returns (address) {
        return vm.addr(sinkKeys[k]);
    }

    function sourceOf(uint256 i) public view returns (address) {
        return vm.addr(sourceKeys[i]);
    }

    function contracts()
        external
        view
        returns (address registry_, address tracker_, address stakes_, address escrow_, address pool_)
    {
        return (address(registry), address(tracker), address(stakes), address(escrow), address(pool));
    }

    function verifiedBacklogOf(uint256 k) external view returns (uint256) {
        return registry.sinkOf(id, sinkOf(k)).verifiedBacklog;
    }

    function bondAtStart() external pure returns (uint256) {
        return _stakeFor(CAPACITY);
    }

    // ------------------------------------------------------------------------------------------- Private

    function _pass(uint256 duration) internal {
        uint256 total;
        uint256[SOURCES] memory rates;
        for (uint256 i; i < SOURCES; ++i) {
            (, int96 rate,) = sf.gda.getFlow(superToken, sourceOf(i), distributionPool);
            rates[i] = uint256(uint96(rate));
            total += rates[i];
            streamed[i] += rates[i] * duration;
        }
        skip(duration);
        vm.roll(block.number + duration / 2);
        for (uint256 k; k < SINKS; ++k) {
            uint256 received = _receivedBy(k);
            for (uint256 i; i < SOURCES && total != 0; ++i) {
                paidFor[i][k] += (received - _received[k]) * rates[i] / total;
            }
            _received[k] = received;
        }
        _observe();
    }

    /// @dev Every sink says what it did before; a slashed one has nothing left that backs it.
    function _attestAll() private {
        skip(1);
        vm.roll(block.number + 1);
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](SINKS);
        for (uint256 k; k < SINKS; ++k) {
            batch[k] = _attestation(id, sinkOf(k), sinkKeys[k], CAPACITY, 0, block.timestamp);
        }
        uint256 accepted = _submitBatch(id, batch, true);
        assertEq(accepted, SINKS);
        attestations += accepted;
        for (uint256 i; i < SOURCES; ++i) {
            (, int96 rate,) = sf.gda.getFlow(superToken, sourceOf(i), distributionPool);
            streamed[i] += uint256(uint96(rate));
        }
        _observe();
    }

    function _acknowledgeHonestWork() private returns (uint256 accepted) {
        ICompletionTracker.Receipt[] memory batch = new ICompletionTracker.Receipt[](HONEST);
        for (uint256 k; k < HONEST; ++k) {
            batch[k] = _receipt(id, sourceKeys[TALKS], sinkKeys[k], uint128(paidFor[TALKS][k]));
        }
        accepted = tracker.acknowledge(id, batch);
        acknowledgements += accepted;
        _observe();
    }

    function _submitBatch(TaskTypeId taskTypeId, ICapacityRegistry.Attestation[] memory batch, bool packed)
        private
        returns (uint256)
    {
        return packed
            ? registry.submitPackedAttestations(taskTypeId, _pack(batch))
            : registry.submitAttestations(taskTypeId, batch);
    }

    function _submit(TaskTypeId taskTypeId, ICompletionTracker.Receipt memory receipt)
        private
        returns (uint256 accepted)
    {
        ICompletionTracker.Receipt[] memory batch = new ICompletionTracker.Receipt[](1);
        batch[0] = receipt;
        accepted = tracker.acknowledge(taskTypeId, batch);
        _observe();
    }

    /// @dev Nothing cumulative ever falls, and no signal is ever older than the one before.
    function _observe() internal {
        if (!tracker.verified(id)) verifiedSince = false;
        for (uint256 k; k < SINKS; ++k) {
            address sink = sinkOf(k);
            uint256 signalledAt = registry.sinkOf(id, sink).signalledAt;
            if (signalledAt < _signalledAt[sink] || signalledAt > block.timestamp) fell = true;
            _signalledAt[sink] = signalledAt;
            for (uint256 i; i < SOURCES; ++i) {
                uint256 completed = tracker.completedOf(id, sourceOf(i), sink);
                if (completed < _completed[sourceOf(i)][sink]) fell = true;
                _completed[sourceOf(i)][sink] = completed;
            }
        }
    }

    function _receivedBy(uint256 k) private view returns (uint256) {
        return distributionPool.getTotalAmountReceivedByMember(sinkOf(k));
    }
}
