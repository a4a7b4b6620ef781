// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { Address } from "@openzeppelin/contracts/utils/Address.sol";

import { NO_TASK_TYPE, TaskTypeId } from "../../../src/types/TaskType.sol";
import { Ledger } from "../Ledger.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @notice Whatever anyone may call, in any order.
contract KeeperHandler is Handler {
    /// @notice The latest rebalance: which pool, which sinks, when.
    TaskTypeId public rebalancedId;
    uint256 public rebalancedAt;
    address[] private _rebalancedSinks;

    /// @dev Nobody runs an errand before so many turns are over.
    uint256 private _awayUntil;

    modifier unlessAway() {
        if (world.turns() >= _awayUntil) _;
    }

    constructor(World world_) Handler(world_) { }

    function selectors() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](10);
        list[0] = this.rebalance.selector;
        list[1] = this.drain.selector;
        list[2] = this.release.selector;
        list[3] = this.syncSource.selector;
        list[4] = this.propagate.selector;
        list[5] = this.collectFee.selector;
        list[6] = this.claim.selector;
        list[7] = this.drainDown.selector;
        list[8] = this.stayAway.selector;
        list[9] = this.comeBack.selector;
    }

    /// @dev Any subset of the sinks in any order, strangers and repetitions included.
    function rebalance(uint256 idSeed, uint256 subset, uint256 order) external action("keeper: rebalance") unlessAway {
        TaskTypeId id = _id(idSeed);
        address[] memory sinks = new address[](subset % 6);
        for (uint256 i; i < sinks.length; ++i) {
            uint256 pick = _mix(order, i) % 5;
            sinks[i] = pick == 4 ? address(uint160(_mix(order, 5))) : _sink(pick);
        }
        _countFaded(id, sinks);
        _rebalance(id, sinks);
        _happens();
        rebalancedId = id;
        rebalancedAt = block.timestamp;
        _rebalancedSinks = sinks;
        world.saw("seen: steady inflow", world.inflowOf(id).steady);
    }

    function _countFaded(TaskTypeId id, address[] memory sinks) private {
        for (uint256 i; i < sinks.length; ++i) {
            if (pool.unitsOf(id, sinks[i]) == 0) continue;
            world.saw("seen: faded sink loses units", registry.effectiveCapacity(id, sinks[i]) == 0);
        }
    }

    function rebalancedSinks() external view returns (address[] memory) {
        return _rebalancedSinks;
    }

    function drain(uint256 idSeed) external action("keeper: drain") unlessAway {
        for (uint256 i; i < 3; ++i) {
            (bool drained,) = _drain(_id(idSeed % 3 + i));
            if (drained) return _happens();
        }
    }

    /// @dev Everybody stops streaming, and the sinks are paid from the escrow until deposits are reached.
    function drainDown(uint256 idSeed) external action("keeper: drain deposits") {
        TaskTypeId id = _id(idSeed);
        for (uint256 s; s < 3; ++s) {
            escrow.syncSource(id, _source(s));
            if (world.rateOf(id, _source(s)) != 0) _stream(id, _source(s), 0);
            escrow.syncSource(id, _source(s));
        }
        _deposit(id, _source(idSeed));
        world.pass(3 * pool.CONFIRM_DELAY());
        _rebalance(id, world.allSinks());
        bool reached;
        for (uint256 i; i < 30 && !reached; ++i) {
            world.pass(world.parametersOf(id).epochLength);
            (, reached) = _drain(id);
        }
        if (reached) _happens();
    }

    function _deposit(TaskTypeId id, address source) private {
        uint256 amount = 10 * escrow.minDepositOf(id);
        _giveAndApprove(id, source, address(escrow), amount);
        vm.prank(source);
        escrow.deposit(id, amount);
        world.pushDeposit(id, source, amount);
    }

    function _drain(TaskTypeId id) private returns (bool drained, bool ofDeposits) {
        uint256 drainable = escrow.drainable(id);
        if (drainable == 0) return (false, false);
        uint256 overflow = escrow.overflowOf(id);
        uint256 amount = escrow.drain(id);
        assertEq(amount, drainable, "drain pays what drainable says");
        if (amount > overflow) world.spendDeposits(id, amount - overflow);
        world.book(id, Ledger.Entry.Drained, amount);
        return (true, amount > overflow);
    }

    /// @dev Mostly after a look at every source, so that not everything becomes nobody's and waits for the sinks for ever.
    function release(uint256 idSeed) external action("keeper: release") unlessAway {
        for (uint256 i; i < 3; ++i) {
            TaskTypeId id = _id(idSeed % 3 + i);
            for (uint256 s; s < 3 && idSeed % 4 != 0; ++s) {
                escrow.syncSource(id, _source(s));
            }
            uint256 releasable = escrow.releasable(id);
            if (releasable == 0) continue;
            assertEq(escrow.release(id), releasable, "release returns what releasable says");
            return _happens();
        }
    }

    function syncSource(uint256 idSeed, uint256 sourceSeed) external action("keeper: sync source") unlessAway {
        escrow.syncSource(_id(idSeed), _source(sourceSeed));
        _happens();
    }

    function propagate() external action("keeper: propagate") unlessAway {
        (TaskTypeId downstream,) = pipeline.downstreamOf(_id(0));
        if (downstream == NO_TASK_TYPE) return;
        pipeline.propagate(_id(0));
        _happens();
    }

    function collectFee(uint256 idSeed) external action("keeper: collect fee") unlessAway {
        (, address recipient) = pool.fee();
        if (recipient == address(0)) return;
        for (uint256 i; i < 3; ++i) {
            TaskTypeId id = _id(idSeed % 3 + i);
            (, uint256 accrued) = pool.incomeOf(id);
            if (accrued == world.total(id, Ledger.Entry.FeePaid)) continue;
            world.book(id, Ledger.Entry.FeePaid, escrow.collectFee(id));
            return _happens();
        }
    }

    /// @dev For the escrow buffer too: what it counts must not depend on who claims.
    function claim(uint256 idSeed, uint256 memberSeed) external action("keeper: claim") unlessAway {
        TaskTypeId id = _id(idSeed);
        uint256 pick = memberSeed % 5;
        if (pick < 4) world.poolOf(id).claimAll(_sink(pick));
        else world.poolOf(id).claimAll(address(escrow));
        _happens();
    }

    // ------------------------------------------------------------------------------------------- Absence

    /// @dev For some time nobody calls anything that anyone may call; others live on.
    function stayAway(uint256 turns) external action("keeper: stay away") unlessAway {
        _awayUntil = world.turns() + _bound(turns, 5, 40);
        _happens();
    }

    /// @dev And then somebody does everything at once: any errands, for any task types, in any order.
    function comeBack(uint256 order) external action("keeper: come back") {
        if (world.turns() >= _awayUntil) return;
        _awayUntil = 0;
        bytes4[] memory errands = this.selectors();
        for (uint256 i; i < 12; ++i) {
            uint256 seed = _mix(order, i);
            bytes4 errand = errands[seed % 8];
            Address.functionCall(address(this), abi.encodeWithSelector(errand, seed >> 8, seed >> 16, seed >> 24));
        }
        _happens();
    }
}
