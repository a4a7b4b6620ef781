// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";
import {
    SuperfluidFrameworkDeployer
} from "@superfluid-finance/ethereum-contracts/contracts/utils/SuperfluidFrameworkDeployer.t.sol";
import { TestToken } from "@superfluid-finance/ethereum-contracts/contracts/utils/TestToken.sol";
import { Test } from "forge-std/Test.sol";

import { BackpressurePool } from "../../src/BackpressurePool.sol";
import { CapacityRegistry } from "../../src/CapacityRegistry.sol";
import { EscrowBuffer } from "../../src/EscrowBuffer.sol";
import { Pipeline } from "../../src/Pipeline.sol";
import { StakeManager } from "../../src/StakeManager.sol";
import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { Ledger } from "./Ledger.sol";
import { Tallies } from "./Tallies.sol";

/// @notice Who lives in the invariant tests, and the clock: time passes only through `pass`, which writes the ledger.
contract World is Ledger, Tallies, Test {
    struct Contracts {
        StakeManager stakes;
        CapacityRegistry registry;
        BackpressurePool pool;
        EscrowBuffer escrow;
        Pipeline pipeline;
        SuperfluidFrameworkDeployer.Framework sf;
    }

    /// @param rates Hash of what each source streams.
    /// @param leak Adjustment flow, wei/s.
    /// @param changedAt When money last came in another way than before, Unix seconds.
    /// @param steady Whether there was a rebalance long enough after that.
    /// @param followed Whether such a rebalance moved units, so that the pool has recorded the inflow.
    struct Inflow {
        bytes32 rates;
        uint256 leak;
        uint256 changedAt;
        bool steady;
        bool followed;
    }

    /// @param capacity Integral of q * U since the beginning, wei.
    /// @param ceiling The most that `drained - capacity` may be, wei: the smallest, over all moments so far, of its value
    /// then plus a full bucket.
    struct Bucket {
        uint256 capacity;
        int256 ceiling;
    }

    /// @param due Its part of what the escrow received since, by its share of all that flowed in, wei.
    struct Watch {
        TaskTypeId id;
        address source;
        uint256 due;
    }

    uint256 private constant BLOCK_TIME = 2;

    /// @dev Wei per second and unit above which what leaks is healed, and returns are exact to a millionth.
    uint256 private constant EXACT_PRICE = 1e6;

    Contracts private _contracts;
    TaskTypeId[] public ids;
    address[] public sinks;
    address[] public sources;
    address[] public others;
    mapping(TaskTypeId => Inflow) private _inflows;
    mapping(TaskTypeId => Bucket) private _buckets;
    mapping(TaskTypeId => TaskTypeParameters) private _parameters;
    mapping(TaskTypeId => ISuperfluidPool) public poolOf;
    Watch private _watched;

    /// @notice All that an account was ever given, wei.
    mapping(ISuperToken => mapping(address account => uint256)) public given;

    constructor(Contracts memory contracts_, TaskTypeId[] memory ids_) {
        _contracts = contracts_;
        ids = ids_;
        sinks = [makeAddr("sink 0"), makeAddr("sink 1"), makeAddr("sink 2"), makeAddr("sink 3")];
        sources = [makeAddr("source 0"), makeAddr("source 1"), makeAddr("source 2")];
        others = [makeAddr("mallory"), makeAddr("liquidator"), makeAddr("feeRecipient"), makeAddr("savings")];
        for (uint256 i; i < ids.length; ++i) {
            _buckets[ids[i]].ceiling = type(int256).max;
            learn(ids[i]);
        }
    }

    /// @dev Reads once what cannot change, which I14 checks.
    function learn(TaskTypeId id) public {
        _parameters[id] = _contracts.registry.parametersOf(id);
        poolOf[id] = _contracts.pool.distributionPoolOf(id);
    }

    // ------------------------------------------------------------------------------------------- Time

    /// @notice Lets time pass and writes down what every stream pays meanwhile.
    function pass(uint256 duration) external {
        observe();
        for (uint256 i; i < ids.length; ++i) {
            TaskTypeId id = ids[i];
            uint256[] memory rates = _observeInflow(id);
            for (uint256 j; j < rates.length; ++j) {
                if (rates[j] != 0) _bookStream(id, sources[j], rates[j] * duration);
            }
            book(id, Entry.Leaked, _inflows[id].leak * duration);
            _buckets[id].capacity += _fullPay(id) * duration;
        }
        uint256 income = _watched.source == address(0) ? 0 : _watchedIncome();
        vm.warp(block.timestamp + duration);
        if (_watched.source != address(0)) _bookDue(_watchedIncome() - income);
        vm.roll(block.number + (duration + BLOCK_TIME - 1) / BLOCK_TIME);
    }

    /// @notice From now on adds up what of the escrow's income is the part of a source whose stream stays.
    function watch(TaskTypeId id, address source) external {
        _watched = Watch(id, source, 0);
    }

    function watchedDue() external view returns (uint256) {
        return _watched.due;
    }

    function _watchedIncome() private view returns (uint256 income) {
        (income,) = pool().incomeOf(_watched.id);
    }

    function _bookDue(uint256 income) private {
        ISuperfluidPool from = poolOf[_watched.id];
        uint256 flow = uint256(uint96(from.getTotalFlowRate()));
        uint256 units = from.getTotalUnits();
        if (flow / units < EXACT_PRICE) return;
        _watched.due += income * rateOf(_watched.id, _watched.source) / (flow + leakOf(_watched.id) + units);
    }

    /// @notice An action is over.
    function finish(bytes32 action, bool happened) external {
        observe();
        count(action, happened);
    }

    /// @notice Looks at all buckets as they are now. Runs after every action.
    function observe() public {
        for (uint256 i; i < ids.length; ++i) {
            _observeBucket(ids[i]);
        }
    }

    function _observeInflow(TaskTypeId id) private returns (uint256[] memory rates) {
        Inflow storage inflow = _inflows[id];
        rates = new uint256[](sources.length);
        for (uint256 j; j < rates.length; ++j) {
            rates[j] = rateOf(id, sources[j]);
        }
        bytes32 hash = keccak256(abi.encode(rates));
        uint256 leak = leakOf(id);
        // A unit update only adds to the leak; a smaller one means that the pool's flow was split anew.
        if (hash != inflow.rates || leak < inflow.leak) inflowTouched(id);
        inflow.rates = hash;
        inflow.leak = leak;
    }

    function _observeBucket(TaskTypeId id) private {
        Bucket storage bucket = _buckets[id];
        int256 depth = int256(_fullPay(id) * _parameters[id].epochLength);
        int256 ceiling = _excess(id) + depth;
        if (ceiling < bucket.ceiling) bucket.ceiling = ceiling;
    }

    // ------------------------------------------------------------------------------------------- Rebalances, drains

    function inflowTouched(TaskTypeId id) public {
        Inflow storage inflow = _inflows[id];
        inflow.changedAt = block.timestamp;
        inflow.steady = false;
        inflow.followed = false;
    }

    /// @dev Three delays: for one, an old anchor may still count money of before; within the next, units that move may
    /// hide that the inflow is steady; the third confirms.
    function rebalanced(TaskTypeId id, bool moved) external {
        _observeInflow(id);
        Inflow storage inflow = _inflows[id];
        if (block.timestamp < inflow.changedAt + 3 * pool().CONFIRM_DELAY()) return;
        inflow.steady = true;
        if (moved) inflow.followed = true;
    }

    function inflowOf(TaskTypeId id) external view returns (Inflow memory) {
        return _inflows[id];
    }

    /// @notice How much more has been drained than the sinks were not paid, beyond what a bucket allows; wei.
    function drainedTooMuch(TaskTypeId id) external view returns (int256) {
        return _excess(id) - _buckets[id].ceiling;
    }

    function _excess(TaskTypeId id) private view returns (int256) {
        return int256(total[id][Entry.Drained]) - int256(_buckets[id].capacity);
    }

    /// @dev q * U, wei/s.
    function _fullPay(TaskTypeId id) private view returns (uint256) {
        (uint256 sinkUnits,,) = pool().unitsOfPool(id);
        return sinkUnits * _parameters[id].unitRate;
    }

    // ------------------------------------------------------------------------------------------- Superfluid

    function rateOf(TaskTypeId id, address source) public view returns (uint256) {
        return uint256(uint96(_contracts.sf.gda.getFlowRate(tokenOf(id), source, poolOf[id])));
    }

    function leakOf(TaskTypeId id) public view returns (uint256) {
        return uint256(uint96(_contracts.sf.gda.getPoolAdjustmentFlowRate(address(poolOf[id]))));
    }

    /// @notice Mints super tokens, rounded up to whole underlying units.
    function give(ISuperToken token, address to, uint256 amount) external {
        TestToken underlying = TestToken(token.getUnderlyingToken());
        uint256 scale = 10 ** (18 - underlying.decimals());
        uint256 underlyingAmount = (amount + scale - 1) / scale;
        underlying.mint(address(this), underlyingAmount);
        underlying.approve(address(token), underlyingAmount);
        token.upgradeTo(to, underlyingAmount * scale, "");
        given[token][to] += underlyingAmount * scale;
    }

    // ------------------------------------------------------------------------------------------- Who and what

    function contracts() external view returns (Contracts memory) {
        return _contracts;
    }

    function pool() public view returns (BackpressurePool) {
        return _contracts.pool;
    }

    function parametersOf(TaskTypeId id) external view returns (TaskTypeParameters memory) {
        return _parameters[id];
    }

    function tokenOf(TaskTypeId id) public view returns (ISuperToken) {
        return _parameters[id].superToken;
    }

    function allSinks() external view returns (address[] memory) {
        return sinks;
    }

    function allSources() external view returns (address[] memory) {
        return sources;
    }

    /// @notice The sources, and the attacker that streams a little.
    function allPayers() external view returns (address[] memory payers) {
        payers = new address[](sources.length + 1);
        for (uint256 i; i < sources.length; ++i) {
            payers[i] = sources[i];
        }
        payers[sources.length] = others[0];
    }

    function allOthers() external view returns (address[] memory) {
        return others;
    }

    function allIds() external view returns (TaskTypeId[] memory) {
        return ids;
    }
}
