// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { AttackTest } from "../../utils/AttackTest.sol";

/// @notice Row H: nobody lies; tasks are sent at random, in proportion to units, and everything is acknowledged. Chance
/// alone must not look like idleness. Sent to who owes most, as the kit's dispatcher sends them, they cost nobody anything.
/// @dev `CHANCE_EPOCHS=1440` plays a whole day.
contract ChanceTest is AttackTest {
    uint256 private constant SINKS = 9;
    uint256 private constant LOAD = 90;

    /// @dev Tasks per sink and epoch, on average.
    uint256 private tasks;
    /// @dev Each task goes to who owes most, by the rule of `ts/sdk/work/dispatcher.ts`.
    bool private dispatched;
    /// @dev What each was paid for and was not asked to do, wei.
    uint256[SINKS] private owed;
    uint256 private seed;
    uint256[SINKS] private receivedBefore;
    /// @dev What has been sent to each and is not done yet, wei.
    uint256[SINKS] private queue;

    /// @dev Every task is worth the same; all that the money of the epoch buys are sent. A sink does what it can.
    function _workAll() internal override {
        uint256[SINKS] memory pay;
        uint256 total;
        for (uint256 i; i < SINKS; ++i) {
            uint256 received = _received(i);
            pay[i] = received - receivedBefore[i];
            receivedBefore[i] = received;
            total += pay[i];
        }
        if (total == 0) return;
        uint256 size = total / (tasks * SINKS);
        if (dispatched) _dispatch(pay, size);
        for (uint256 task; task < tasks * SINKS && !dispatched; ++task) {
            queue[_drawn(pay, total)] += size;
        }
        for (uint256 i; i < SINKS; ++i) {
            uint256 able = agents[i].rate * Q * EPOCH;
            uint256 done = queue[i] < able ? queue[i] : able;
            queue[i] -= done;
            agents[i].delivered += done;
            worked[0][i] += done;
        }
    }

    /// @dev As many tasks as the sinks owe.
    function _dispatch(uint256[SINKS] memory pay, uint256 size) private {
        for (uint256 i; i < SINKS; ++i) {
            owed[i] += pay[i];
        }
        while (true) {
            uint256 best;
            for (uint256 i = 1; i < SINKS; ++i) {
                if (owed[i] > owed[best]) best = i;
            }
            if (owed[best] < size) return;
            owed[best] -= size;
            queue[best] += size;
        }
    }

    function _drawn(uint256[SINKS] memory weights, uint256 total) private returns (uint256 i) {
        seed = uint256(keccak256(abi.encode(seed)));
        uint256 ticket = seed % total;
        while (ticket >= weights[i]) {
            ticket -= weights[i];
            ++i;
        }
    }

    /// @notice What the sinks were paid of their fair pay, per mille: all together, and who fared worst.
    function _run(uint256 tasks_, uint256 seed_) private returns (uint256 mean, uint256 worst) {
        (tasks, seed) = (tasks_, seed_);
        _addAgents(SINKS, 100);
        _addPayer(SINKS * LOAD * Q);
        // Capacity has ramped up then.
        _epochs(20);
        uint256[SINKS] memory before;
        for (uint256 i; i < SINKS; ++i) {
            before[i] = _received(i);
        }
        uint256 epochs = vm.envOr("CHANCE_EPOCHS", uint256(240));
        _epochs(epochs);
        uint256 fair = LOAD * Q * EPOCH * epochs;
        worst = type(uint256).max;
        for (uint256 i; i < SINKS; ++i) {
            uint256 share = (_received(i) - before[i]) * 1000 / fair;
            mean += share;
            if (share < worst) worst = share;
            _assertWhole(i);
        }
        mean /= SINKS;
        _printPlain(
            string.concat("H: ", vm.toString(tasks), " tasks per sink and epoch: pay of fair pay, per mille"), mean
        );
        _printPlain("H: the same, of who was paid least", worst);
    }

    /// forge-config: default.fuzz.runs = 1
    /// forge-config: deep.fuzz.runs = 8
    function testFuzz_H_TwoTasksPerSinkAndEpoch(uint256 seed_) external {
        (uint256 mean,) = _run(2, seed_);
        assertGe(mean, 980);
    }

    /// forge-config: default.fuzz.runs = 1
    /// forge-config: deep.fuzz.runs = 8
    function testFuzz_H_FiveTasksPerSinkAndEpoch(uint256 seed_) external {
        (uint256 mean,) = _run(5, seed_);
        assertGe(mean, 990);
    }

    /// forge-config: default.fuzz.runs = 1
    /// forge-config: deep.fuzz.runs = 8
    function testFuzz_H_TwentyTasksPerSinkAndEpoch(uint256 seed_) external {
        (uint256 mean,) = _run(20, seed_);
        assertGe(mean, 990);
    }

    /// forge-config: default.fuzz.runs = 1
    /// forge-config: deep.fuzz.runs = 8
    function testFuzz_H_DispatchedToWhoOwesMost(uint256 tasks_) external {
        dispatched = true;
        (, uint256 worst) = _run(bound(tasks_, 2, 20), 0);
        assertGe(worst, 995);
    }
}
