// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { DepositQueue } from "../../src/libraries/DepositQueue.sol";

/// @notice For `npm run audit`. What each check means, and with what result, is in docs/assurance.md.
contract DepositQueueSymbolic {
    using DepositQueue for DepositQueue.Queue;

    DepositQueue.Queue private _queue;

    /// @custom:halmos --solver-timeout-branching 5000
    function check_Queue_SpendTakesExactly(uint96 first, uint96 second, uint96 amount) external {
        if (amount >= uint256(first) + second) return;
        _queue.push(address(1), first);
        _queue.push(address(2), second);
        _queue.spend(amount);
        assert(_queue.total == uint256(first) + second - amount);
        assert(_queue.ready() == _queue.total);
        assert(_queue.deposits[2].amount == (amount < first ? second : uint256(first) + second - amount));
    }

    /// @custom:halmos --solver-timeout-branching 5000
    function check_Queue_SpendIsOldestFirst(uint96 first, uint96 second, uint96 third, uint96 amount) external {
        _push(first, second, third);
        if (amount >= first) return;
        _queue.spend(amount);
        assert(_queue.deposits[1].amount == first - amount);
        assert(_queue.deposits[2].amount == second && _queue.deposits[3].amount == third);
    }

    function check_Queue_RemoveLeavesTheOthers(uint96 first, uint96 second, uint96 third, uint8 position) external {
        if (position == 0 || position > 3) return;
        _push(first, second, third);
        uint256 total = uint256(first) + second + third;
        uint256 amount = position == 1 ? first : position == 2 ? second : third;
        assert(_queue.remove(position) == amount);
        assert(_queue.total == total - amount && _queue.ready() == total - amount);
        assert(_queue.head == (position == 1 ? 2 : 1) && _queue.tail == (position == 3 ? 2 : 3));
    }

    function _push(uint96 first, uint96 second, uint96 third) private {
        _queue.push(address(1), first);
        _queue.push(address(2), second);
        _queue.push(address(3), third);
    }
}
