// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { TaskTypeId } from "../../src/types/TaskType.sol";

/// @notice What the handlers did, written down without asking the protocol. The invariants hold the protocol's state
/// against it.
contract Ledger {
    /// @dev One line of a task type's money, wei.
    enum Entry {
        Streamed, // by all sources, from Superfluid's rates, second by second
        PaidOnce, // distributed straight into the pool
        Leaked, // by the pool to its admin, from Superfluid's adjustment rate, second by second
        Donated, // gifts and slashed stake
        Drained, // what drains paid out
        Deposited,
        Refunded, // deposits taken back
        FeePaid
    }

    struct Deposit {
        address owner;
        uint256 left;
    }

    struct Bond {
        uint256 staked;
        uint256 unbonding;
        uint256 unbondedAt;
    }

    /// @param capacity Declared, as far as the bond backs it, units.
    /// @param signalledAt Unix seconds; at first when the sink joined.
    /// @param epoch In which the latest signal was given.
    /// @param base Smoothed capacity at the end of the epoch before, billionths of a unit.
    /// @param count Signals within `epoch`.
    struct Signal {
        uint256 capacity;
        uint256 signalledAt;
        uint256 epoch;
        uint256 base;
        uint256 count;
    }

    struct Commitment {
        uint256 atBlock;
        uint64 capacity;
        uint96 backlog;
        bytes32 salt;
    }

    mapping(TaskTypeId => mapping(Entry => uint256)) public total;
    mapping(TaskTypeId => mapping(address source => uint256)) public streamedBy;
    mapping(TaskTypeId => Deposit[]) private _deposits;
    mapping(TaskTypeId => uint256) private _oldest;
    mapping(TaskTypeId => mapping(address sink => Bond)) private _bonds;
    mapping(TaskTypeId => mapping(address sink => Signal)) private _signals;
    mapping(TaskTypeId => mapping(address sink => Commitment)) private _commitments;

    // ------------------------------------------------------------------------------------------- Money

    function book(TaskTypeId id, Entry entry, uint256 amount) public {
        total[id][entry] += amount;
    }

    function _bookStream(TaskTypeId id, address source, uint256 amount) internal {
        streamedBy[id][source] += amount;
        book(id, Entry.Streamed, amount);
    }

    // ------------------------------------------------------------------------------------------- Deposits

    function pushDeposit(TaskTypeId id, address owner, uint256 amount) external {
        _deposits[id].push(Deposit(owner, amount));
        book(id, Entry.Deposited, amount);
    }

    /// @notice `position` counts from 1, as the protocol does.
    function refund(TaskTypeId id, uint256 position) external {
        Deposit storage entry = _deposits[id][position - 1];
        book(id, Entry.Refunded, entry.left);
        entry.left = 0;
    }

    function spendDeposits(TaskTypeId id, uint256 amount) external {
        Deposit[] storage queue = _deposits[id];
        uint256 i = _oldest[id];
        while (amount != 0) {
            uint256 part = amount < queue[i].left ? amount : queue[i].left;
            queue[i].left -= part;
            amount -= part;
            if (queue[i].left == 0) ++i;
        }
        _oldest[id] = i;
    }

    function deposits(TaskTypeId id) external view returns (Deposit[] memory) {
        return _deposits[id];
    }

    // ------------------------------------------------------------------------------------------- Bonds

    function staked(TaskTypeId id, address sink, uint256 amount) external {
        _bonds[id][sink].staked += amount;
    }

    function unstaked(TaskTypeId id, address sink, uint256 amount, uint256 unbondedAt) external {
        Bond storage bond = _bonds[id][sink];
        bond.staked -= amount;
        bond.unbonding += amount;
        bond.unbondedAt = unbondedAt;
    }

    function withdrawn(TaskTypeId id, address sink) external {
        _bonds[id][sink].unbonding = 0;
        _bonds[id][sink].unbondedAt = 0;
    }

    /// @dev First what is about to leave, then stake.
    function slashed(TaskTypeId id, address sink, uint256 amount) external {
        Bond storage bond = _bonds[id][sink];
        uint256 fromUnbonding = amount < bond.unbonding ? amount : bond.unbonding;
        bond.unbonding -= fromUnbonding;
        bond.staked -= amount - fromUnbonding;
        book(id, Entry.Donated, amount);
    }

    function bondOf(TaskTypeId id, address sink) external view returns (Bond memory) {
        return _bonds[id][sink];
    }

    // ------------------------------------------------------------------------------------------- Signals

    function committed(TaskTypeId id, address sink, Commitment calldata commitment) external {
        _commitments[id][sink] = commitment;
    }

    function revealed(TaskTypeId id, address sink) external {
        delete _commitments[id][sink];
    }

    /// @notice Only the first signal of an epoch sets the base.
    function signalled(TaskTypeId id, address sink, uint256 capacity, uint256 epoch, uint256 base) external {
        Signal storage signal = _signals[id][sink];
        if (signal.epoch != epoch) {
            signal.epoch = epoch;
            signal.base = base;
            signal.count = 0;
        }
        signal.capacity = capacity;
        signal.signalledAt = block.timestamp;
        ++signal.count;
    }

    /// @notice A bond that shrank caps what was declared and what was smoothed.
    function capSignal(TaskTypeId id, address sink, uint256 cap) external {
        Signal storage signal = _signals[id][sink];
        if (signal.capacity > cap) signal.capacity = cap;
        if (signal.base > cap * 1e9) signal.base = cap * 1e9;
    }

    function joined(TaskTypeId id, address sink) external {
        _signals[id][sink].signalledAt = block.timestamp;
    }

    function forget(TaskTypeId id, address sink) external {
        delete _signals[id][sink];
        delete _commitments[id][sink];
    }

    function signalOf(TaskTypeId id, address sink) external view returns (Signal memory) {
        return _signals[id][sink];
    }

    function commitmentOf(TaskTypeId id, address sink) external view returns (Commitment memory) {
        return _commitments[id][sink];
    }
}
