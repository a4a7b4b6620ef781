// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title First-in, first-out queue of deposits
/// @notice Deposits are spent oldest first; whoever made one can take back what is unspent. Entries are linked both
/// ways, so that a withdrawn one leaves no gap to step over, and one drain looks at no more than `MAX_STEPS` of them:
/// many small deposits cannot make it too dear. Nor can they block it: Superfluid pays whole wei per unit, and sixteen
/// deposits of the smallest size any task type allows, 1e11 wei * 12 s each, are one wei for 1.9e13 units.
library DepositQueue {
    using SafeCast for uint256;

    /// @dev Entries that one drain may spend.
    uint256 internal constant MAX_STEPS = 16;

    /// @dev owner 160 | previous 64, amount 128 | next 64. Positions start at 1; 0 is none.
    struct Deposit {
        address owner;
        uint64 previous;
        uint128 amount;
        uint64 next;
    }

    /// @param head Oldest deposit with money left.
    /// @param tail Youngest deposit with money left.
    /// @param count Deposits ever made.
    /// @param total Wei unspent in all of them.
    /// @param spentOf Wei of an owner's deposits that were spent.
    struct Queue {
        uint64 head;
        uint64 tail;
        uint64 count;
        uint128 total;
        mapping(uint256 position => Deposit) deposits;
        mapping(address owner => uint256) spentOf;
    }

    /// @notice Appends a deposit of `amount` wei and returns its position.
    function push(Queue storage self, address owner, uint256 amount) internal returns (uint64 position) {
        position = ++self.count;
        uint64 tail = self.tail;
        self.deposits[position] = Deposit({ owner: owner, previous: tail, amount: amount.toUint128(), next: 0 });
        if (tail == 0) self.head = position;
        else self.deposits[tail].next = position;
        self.tail = position;
        self.total = (self.total + amount).toUint128();
    }

    /// @notice Removes the deposit at `position`, which must exist, and returns what was unspent of it, wei.
    function remove(Queue storage self, uint256 position) internal returns (uint128 amount) {
        Deposit memory entry = self.deposits[position];
        amount = entry.amount;
        if (entry.previous == 0) self.head = entry.next;
        else self.deposits[entry.previous].next = entry.next;
        if (entry.next == 0) self.tail = entry.previous;
        else self.deposits[entry.next].previous = entry.previous;
        delete self.deposits[position];
        self.total -= amount;
    }

    /// @notice What one drain can take: the wei in the `MAX_STEPS` oldest deposits.
    function ready(Queue storage self) internal view returns (uint256 amount) {
        uint256 position = self.head;
        for (uint256 step; step < MAX_STEPS && position != 0; ++step) {
            Deposit storage entry = self.deposits[position];
            amount += entry.amount;
            position = entry.next;
        }
    }

    /// @notice Spends `amount` wei, oldest first; at most `ready` wei.
    function spend(Queue storage self, uint256 amount) internal {
        while (amount != 0) {
            uint256 position = self.head;
            Deposit storage entry = self.deposits[position];
            address owner = entry.owner;
            uint256 part = entry.amount;
            if (amount >= part) {
                remove(self, position);
            } else {
                part = amount;
                entry.amount -= part.toUint128();
                self.total -= part.toUint128();
            }
            self.spentOf[owner] += part;
            amount -= part;
        }
    }
}
