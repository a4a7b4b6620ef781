// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ICompletionTracker } from "../../src/interfaces/ICompletionTracker.sol";
import { TaskTypeParameters } from "../../src/types/TaskType.sol";
import { ProtocolTest } from "./ProtocolTest.sol";

/// @notice An economy with receipts: sinks declare, get paid, work at their true rate, and sources acknowledge; every
/// epoch a keeper settles and assesses. Work is delivered first come, first served, at most what was paid for.
abstract contract EconomyTest is ProtocolTest {
    struct Worker {
        uint256 key;
        address sink;
        uint64 declared;
        /// True service rate, units.
        uint256 rate;
        /// Wei received and wei worth of work delivered since the beginning.
        uint256 received;
        uint256 delivered;
    }

    Worker[] internal workers;
    uint256[] internal sourceKeys;
    uint256[] internal sourceRates;
    /// Share of its stream that each source acknowledges, percent.
    uint256[] internal acknowledges;

    function _parameters() internal view virtual override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.verifier = address(tracker);
    }

    function _addWorker(string memory name, uint64 declared, uint256 rate) internal {
        (address sink, uint256 key) = makeAddrAndKey(name);
        _addSink(id, name, declared);
        workers.push(Worker(key, sink, declared, rate, 0, 0));
    }

    function _addSource(string memory name, uint256 rate, uint256 acknowledged) internal {
        (, uint256 key) = makeAddrAndKey(name);
        _openStream(id, name, rate);
        sourceKeys.push(key);
        sourceRates.push(rate);
        acknowledges.push(acknowledged);
    }

    /// @notice One epoch: everybody signals, time passes, work is delivered and acknowledged, the keeper assesses.
    function _epoch() internal {
        for (uint256 i; i < workers.length; ++i) {
            _commit(id, workers[i].sink, workers[i].declared, 0);
        }
        _nextBlock();
        for (uint256 i; i < workers.length; ++i) {
            _reveal(id, workers[i].sink, workers[i].declared, 0);
        }
        skip(EPOCH - 2);
        _rebalance(id);
        for (uint256 i; i < workers.length; ++i) {
            _work(workers[i]);
        }
        for (uint256 i; i < workers.length; ++i) {
            _acknowledgeWork(i);
        }
        for (uint256 i; i < workers.length; ++i) {
            stakes.assess(id, workers[i].sink);
        }
    }

    function _epochs(uint256 count) internal {
        for (uint256 i; i < count; ++i) {
            _epoch();
        }
    }

    function _work(Worker storage worker) internal {
        worker.received = distributionPool.getTotalAmountReceivedByMember(worker.sink);
        uint256 done = worker.delivered + worker.rate * UNIT_RATE * EPOCH;
        worker.delivered = done < worker.received ? done : worker.received;
    }

    function _acknowledgeWork(uint256 worker) internal {
        ICompletionTracker.Receipt[] memory receipts = new ICompletionTracker.Receipt[](sourceKeys.length);
        for (uint256 i; i < sourceKeys.length; ++i) {
            receipts[i] = _receipt(id, sourceKeys[i], workers[worker].key, uint128(_acknowledgedOf(i, worker)));
        }
        tracker.acknowledge(id, receipts);
    }

    /// @notice What a source has acknowledged to a worker since the beginning, wei: of the work that its own share of all
    /// streams paid for, the share that it acknowledges.
    function _acknowledgedOf(uint256 source, uint256 worker) internal view virtual returns (uint256) {
        uint256 total;
        for (uint256 i; i < sourceRates.length; ++i) {
            total += sourceRates[i];
        }
        return workers[worker].delivered * sourceRates[source] / total * acknowledges[source] / 100;
    }
}
