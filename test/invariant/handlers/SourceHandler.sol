// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { Ledger } from "../Ledger.sol";
import { World } from "../World.sol";
import { Handler } from "./Handler.sol";

/// @notice The money of sources: streams that open, change, close and run dry; deposits; gifts.
contract SourceHandler is Handler {
    /// @dev Wei.
    uint256 private constant ROUNDING = 4;

    constructor(World world_) Handler(world_) { }

    function selectors() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](10);
        list[0] = this.open.selector;
        list[1] = this.change.selector;
        list[2] = this.close.selector;
        list[3] = this.goBroke.selector;
        list[4] = this.beLiquidated.selector;
        list[5] = this.deposit.selector;
        list[6] = this.withdrawDeposit.selector;
        list[7] = this.give.selector;
        list[8] = this.payOnce.selector;
        list[9] = this.requestReturn.selector;
    }

    // ------------------------------------------------------------------------------------------- Streams

    function open(uint256 idSeed, uint256 sourceSeed, uint256 rate) external action("source: open") {
        for (uint256 i; i < 3; ++i) {
            TaskTypeId id = _id(idSeed);
            address source = _source(sourceSeed % 3 + i);
            if (world.rateOf(id, source) != 0) continue;
            _stream(id, source, _rate(id, rate));
            if (_mix(rate, 1) % 8 != 0) escrow.syncSource(id, source);
            return _happens();
        }
    }

    /// @dev Mostly as the kit does it: synchronise, change, synchronise.
    function change(uint256 idSeed, uint256 sourceSeed, uint256 rate) external action("source: change") {
        TaskTypeId id = _id(idSeed);
        address source = _source(sourceSeed);
        if (world.rateOf(id, source) == 0) return;
        bool careful = _mix(rate, 2) % 4 != 0;
        if (careful) escrow.syncSource(id, source);
        _stream(id, source, _rate(id, rate));
        if (careful) escrow.syncSource(id, source);
        _happens();
    }

    /// @dev Who goes on streaming asks for what waits.
    function requestReturn(uint256 idSeed, uint256 sourceSeed) external action("source: request return") {
        for (uint256 i; i < 9; ++i) {
            TaskTypeId id = _id(idSeed % 3 + i / 3);
            address source = _source(sourceSeed % 3 + i);
            (uint256 held, uint256 ready) = escrow.claimOf(id, source);
            if (held == 0) continue;
            vm.prank(source);
            escrow.requestReturn(id);
            (uint256 after_, uint256 payableNow) = escrow.claimOf(id, source);
            assertLe(after_ + payableNow, held + ready + ROUNDING, "asking raises nothing");
            return _happens();
        }
    }

    /// @dev Often without telling anyone.
    function close(uint256 idSeed, uint256 sourceSeed) external action("source: close") {
        TaskTypeId id = _id(idSeed);
        address source = _source(sourceSeed);
        if (world.rateOf(id, source) == 0) return;
        if (_mix(sourceSeed, 1) % 4 != 0) escrow.syncSource(id, source);
        _stream(id, source, 0);
        _happens();
    }

    /// @dev The stream runs on until somebody liquidates it.
    function goBroke(uint256 idSeed, uint256 sourceSeed) external action("source: go broke") {
        TaskTypeId id = _id(idSeed);
        address source = _source(sourceSeed);
        if (world.rateOf(id, source) == 0) return;
        _spendAll(world.tokenOf(id), source);
        _happens();
    }

    function beLiquidated(uint256 idSeed, uint256 sourceSeed, uint256 late) external action("source: be liquidated") {
        for (uint256 i; i < 3; ++i) {
            TaskTypeId id = _id(idSeed);
            address source = _source(sourceSeed % 3 + i);
            if (world.rateOf(id, source) == 0) continue;
            if (_mix(late, 1) % 4 != 0) escrow.syncSource(id, source);
            _spendAll(world.tokenOf(id), source);
            // Mostly in time, sometimes so late that the deposit is gone too.
            world.pass(late % 4 == 0 ? _bound(late, 4 hours, 6 hours) : _bound(late, 1, 10 minutes));
            if (_mix(late, 2) % 2 == 0) _lookAt(id, source);
            world.saw("seen: debt beyond the deposit", _isInsolvent(id, source));
            // What the keeper paid it back may have saved it.
            if (world.tokenOf(id).isAccountCriticalNow(source)) _liquidate(id, source);
            return _happens();
        }
    }

    /// @dev A keeper meets a stream that nobody pays any more.
    function _lookAt(TaskTypeId id, address source) private {
        world.saw("seen: critical source", world.tokenOf(id).isAccountCriticalNow(source));
        _rebalance(id, world.allSinks());
        escrow.syncSource(id, source);
    }

    function _isInsolvent(TaskTypeId id, address source) private view returns (bool) {
        return !world.tokenOf(id).isAccountSolventNow(source);
    }

    function _liquidate(TaskTypeId id, address source) private {
        ISuperToken token = world.tokenOf(id);
        ISuperfluidPool distributionPool = world.poolOf(id);
        vm.prank(makeAddr("liquidator"));
        superfluid.distributeFlow(token, source, distributionPool, 0, "");
        world.inflowTouched(id);
        assertEq(world.rateOf(id, source), 0, "the stream is closed");
    }

    function _spendAll(ISuperToken token, address source) private {
        (int256 available,,,) = token.realtimeBalanceOfNow(source);
        if (available <= 0) return;
        vm.prank(source);
        IERC20(address(token)).transfer(makeAddr("savings"), uint256(available));
    }

    /// @dev Up to three times what 1,000 units earn, often far less, and never a round number.
    function _rate(TaskTypeId id, uint256 seed) private view returns (uint256) {
        uint256 full = 3000 * uint256(world.parametersOf(id).unitRate);
        return 1 + _mix(seed, 1) % (seed % 3 == 0 ? full / 100 : full);
    }

    // ------------------------------------------------------------------------------------------- Deposits, gifts

    function deposit(uint256 idSeed, uint256 sourceSeed, uint256 amount) external action("source: deposit") {
        TaskTypeId id = _id(idSeed);
        address source = _source(sourceSeed);
        uint256 min = escrow.minDepositOf(id);
        amount = amount % 4 == 0 ? min : _bound(amount, min, 500 * min);
        _giveAndApprove(id, source, address(escrow), amount);
        vm.prank(source);
        uint256 depositId = escrow.deposit(id, amount);
        world.pushDeposit(id, source, amount);
        assertEq(depositId, world.deposits(id).length, "deposits count from 1");
        _happens();
    }

    function withdrawDeposit(uint256 idSeed, uint256 seed) external action("source: withdraw deposit") {
        for (uint256 t; t < 3; ++t) {
            TaskTypeId id = _id(idSeed % 3 + t);
            Ledger.Deposit[] memory deposits = world.deposits(id);
            for (uint256 i; i < deposits.length; ++i) {
                uint256 index = (seed % deposits.length + i) % deposits.length;
                if (deposits[index].left == 0) continue;
                vm.prank(deposits[index].owner);
                assertEq(escrow.withdrawDeposit(id, index + 1), deposits[index].left, "all that is unspent");
                world.refund(id, index + 1);
                return _happens();
            }
        }
    }

    function give(uint256 idSeed, uint256 amount) external action("source: give") {
        TaskTypeId id = _id(idSeed);
        address giver = makeAddr("savings");
        amount = _bound(amount, 0, world.parametersOf(id).bufferMax);
        _giveAndApprove(id, giver, address(escrow), amount);
        vm.prank(giver);
        escrow.donate(id, amount);
        world.book(id, Ledger.Entry.Donated, amount);
        _happens();
    }

    /// @dev Superfluid lets anyone distribute an amount at once, past all of the protocol. It pays only whole wei per unit.
    function payOnce(uint256 idSeed, uint256 amount) external action("source: pay once") {
        TaskTypeId id = _id(idSeed);
        address giver = makeAddr("savings");
        ISuperToken token = world.tokenOf(id);
        ISuperfluidPool distributionPool = world.poolOf(id);
        uint256 units = distributionPool.getTotalUnits();
        amount = _bound(amount, 0, world.parametersOf(id).bufferMax);
        world.give(token, giver, amount);
        vm.prank(giver);
        superfluid.distribute(token, giver, distributionPool, amount, "");
        world.book(id, Ledger.Entry.PaidOnce, amount / units * units);
        world.inflowTouched(id);
        if (amount >= units) _happens();
    }
}
