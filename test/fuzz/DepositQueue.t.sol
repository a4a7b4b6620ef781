// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import { Test } from "forge-std/Test.sol";

import { DepositQueue } from "../../src/libraries/DepositQueue.sol";

contract DepositQueueHarness {
    using DepositQueue for DepositQueue.Queue;

    DepositQueue.Queue internal queue;

    function push(address owner, uint256 amount) external returns (uint64) {
        return queue.push(owner, amount);
    }

    function remove(uint256 position) external returns (uint128) {
        return queue.remove(position);
    }

    function spend(uint256 amount) external {
        queue.spend(amount);
    }

    function ready() external view returns (uint256) {
        return queue.ready();
    }

    function head() external view returns (uint64) {
        return queue.head;
    }

    function tail() external view returns (uint64) {
        return queue.tail;
    }

    function total() external view returns (uint128) {
        return queue.total;
    }

    function depositAt(uint256 position) external view returns (DepositQueue.Deposit memory) {
        return queue.deposits[position];
    }
}

contract DepositQueueFuzzTest is Test {
    DepositQueueHarness internal queue;

    /// @dev The model: every deposit ever made, in order; a spent or withdrawn one has no money left.
    address[] internal owners;
    uint256[] internal amounts;

    function setUp() external {
        queue = new DepositQueueHarness();
    }

    /// @dev Three in six push, one removes, two spend; the queue grows beyond what one drain looks at.
    function testFuzz_MatchesAnArray(uint256[60] memory actions) external {
        for (uint256 i; i < actions.length; ++i) {
            uint256 kind = actions[i] % 6;
            if (kind < 3) _push(actions[i]);
            else if (kind == 3) _remove(actions[i]);
            else _spend(actions[i]);
            if (i % 4 == 3) _assertMatches();
        }
        _assertMatches();
    }

    function testFuzz_PositionsCountUpAndAreNeverReused(uint256[8] memory values, uint256 removed) external {
        removed = bound(removed, 1, values.length);
        for (uint256 i; i < values.length; ++i) {
            assertEq(queue.push(address(this), bound(values[i], 1, 1e30)), i + 1, "counts up");
        }
        for (uint256 position = removed; position <= values.length; ++position) {
            queue.remove(position);
        }
        assertEq(queue.push(address(this), 1), values.length + 1, "also after the youngest are gone");
    }

    /// @dev However many deposits there are, one drain looks at the sixteen oldest.
    function testFuzz_ReadyCountsTheSixteenOldest(uint256 count, uint256 amount) external {
        count = bound(count, 0, 40);
        amount = bound(amount, 1, 1e30);
        for (uint256 i; i < count; ++i) {
            queue.push(address(this), amount);
        }

        uint256 expected = (count < 16 ? count : 16) * amount;
        assertEq(queue.ready(), expected);
        queue.spend(expected);
        assertEq(queue.total(), count * amount - expected, "and all of it can be spent");
    }

    function testFuzz_SpendsTheOldestFirst(uint256 first, uint256 second, uint256 spent) external {
        first = bound(first, 1, 1e30);
        second = bound(second, 1, 1e30);
        spent = bound(spent, 0, first + second);
        queue.push(address(1), first);
        queue.push(address(2), second);

        queue.spend(spent);

        uint256 fromFirst = spent < first ? spent : first;
        assertEq(queue.depositAt(1).amount, first - fromFirst, "the older");
        assertEq(queue.depositAt(2).amount, second - (spent - fromFirst), "the younger");
        assertEq(queue.depositAt(1).owner, fromFirst == first ? address(0) : address(1), "gone once it is spent");
    }

    function testFuzz_RevertWhen_AmountsExceed128Bits(uint256 first, uint256 second) external {
        first = bound(first, 1, type(uint128).max);
        uint256 huge = bound(second, uint256(type(uint128).max) + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 128, huge));
        queue.push(address(this), huge);

        queue.push(address(this), first);
        second = bound(second, uint256(type(uint128).max) - first + 1, type(uint128).max);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 128, first + second));
        queue.push(address(this), second);
    }

    // ------------------------------------------------------------------------------------------- Actions

    function _push(uint256 seed) private {
        address owner = address(uint160(bound(seed >> 8, 1, type(uint160).max)));
        uint256 amount = bound(seed >> 16, 1, 1e27);
        owners.push(owner);
        amounts.push(amount);
        assertEq(queue.push(owner, amount), amounts.length, "position");
    }

    function _remove(uint256 seed) private {
        uint256 count = amounts.length;
        if (count == 0) return;
        // The first one with money left, from a random place on.
        for (uint256 i; i < count; ++i) {
            uint256 index = (seed / 6 + i) % count;
            if (amounts[index] == 0) continue;
            assertEq(queue.remove(index + 1), amounts[index], "what was unspent");
            amounts[index] = 0;
            return;
        }
    }

    function _spend(uint256 seed) private {
        uint256 amount = bound(seed >> 8, 0, queue.ready());
        queue.spend(amount);
        for (uint256 i; amount != 0; ++i) {
            uint256 taken = amount < amounts[i] ? amount : amounts[i];
            amounts[i] -= taken;
            amount -= taken;
        }
    }

    /// @dev Walks the model in order and the queue's links with it.
    function _assertMatches() private view {
        uint256 total;
        uint256 ready;
        uint256 alive;
        uint64 last;
        for (uint256 i; i < amounts.length; ++i) {
            DepositQueue.Deposit memory entry = queue.depositAt(i + 1);
            assertEq(entry.amount, amounts[i], "amount");
            assertEq(entry.owner, amounts[i] == 0 ? address(0) : owners[i], "owner");
            if (amounts[i] == 0) continue;
            assertEq(entry.previous, last, "linked to the older");
            assertEq(last == 0 ? queue.head() : queue.depositAt(last).next, i + 1, "linked from the older");
            last = uint64(i + 1);
            total += amounts[i];
            if (++alive <= 16) ready += amounts[i];
        }
        assertEq(queue.tail(), last, "tail");
        if (last == 0) assertEq(queue.head(), 0, "empty");
        else assertEq(queue.depositAt(last).next, 0, "the youngest is the last");
        assertEq(queue.total(), total, "total");
        assertEq(queue.ready(), ready, "ready");
    }
}
