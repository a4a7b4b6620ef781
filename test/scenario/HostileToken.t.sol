// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ReentrancyGuardTransient } from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {
    IERC20,
    ISuperToken,
    ISuperfluidToken
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { IEscrowBuffer } from "../../src/interfaces/IEscrowBuffer.sol";
import { IStakeManager } from "../../src/interfaces/IStakeManager.sol";
import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { HostileToken } from "../utils/HostileToken.sol";
import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice A super token that reverts, lies or calls back hurts only the task types that chose it.
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
contract HostileTokenScenarioTest is LedgerTest {
    /// @dev What Superfluid calls on the token whenever units or money move in a pool.
    bytes4 private constant ON_MOVE = ISuperfluidToken.updateAgreementStateSlot.selector;
    uint256 private constant POOL_CALLBACKS = 4;
    uint256 private constant ESCROW_CALLBACKS = 10;

    HostileToken private _hostile;
    TaskTypeId private _hostileId;
    address private _hostileSink = makeAddr("hostile sink");
    address private _hostileSource = makeAddr("hostile source");
    address private _sink;
    address private _source;

    function setUp() public override {
        super.setUp();
        // Before anything moves: a fee that is set later waits for the next move of its pool.
        _setFee(100);
        _sink = _newSink(id, "sink", 1e5, 2e5);
        _source = _newSource(id, "source", 1e5 * uint256(UNIT_RATE) / 2);
        _deposit(id, stranger, 1e22);
        skip(EPOCH);

        _hostile = new HostileToken(address(sf.superTokenFactory.getSuperTokenLogic()));
        _token().initialize(IERC20(address(0)), 18, "Hostile", "HOST");
        TaskTypeParameters memory parameters = _parameters();
        parameters.superToken = _token();
        parameters.verifier = address(verifier);
        _hostileId = _registerTaskType(parameters, "hostile");
        _enter();
    }

    // ------------------------------------------------------------------------------------------- Reverting

    function testFuzz_ARevertingToken_StopsOnlyItsOwnTaskTypes(uint64 capacity, uint256 rate) external {
        capacity = uint64(bound(capacity, 1000, 2e5));
        rate = bound(rate, 1, 10) * 1e5 * UNIT_RATE;
        uint256 state = vm.snapshotState();
        bytes32 undisturbed = _useEverything(capacity, rate);

        vm.revertToState(state);
        _hostile.refuse(true);
        vm.expectRevert(HostileToken.HostileToken_Refused.selector);
        vm.prank(_hostileSink);
        registry.deregisterSink(_hostileId);
        vm.expectRevert(HostileToken.HostileToken_Refused.selector);
        escrow.drain(_hostileId);
        assertEq(_useEverything(capacity, rate), undisturbed);
        _assertConserved();
    }

    /// @dev The capacity is 100,999 units, so near to what it was that no unit moves.
    function test_ARevertingToken_StopsOnlyItsOwnTaskTypesWhileNothingMoves() external {
        this.testFuzz_ARevertingToken_StopsOnlyItsOwnTaskTypes(300_000, 701);
    }

    // ------------------------------------------------------------------------------------------- Lying

    function testFuzz_ATokenThatInventsTransfers_InventsOnlyItsOwnMoney(uint256 invented, uint256 time) external {
        invented = bound(invented, 1e18, 1e36);
        bytes32 before = _state();
        _hostile.lieTo(IERC20.transferFrom.selector, abi.encode(true));
        vm.startPrank(stranger);
        escrow.donate(_hostileId, invented);
        escrow.deposit(_hostileId, invented);
        stakes.stake(_hostileId, bound(invented, 1, type(uint112).max));
        vm.stopPrank();
        assertGe(escrow.level(_hostileId), 2 * invented);
        assertEq(_state(), before);

        // Neither way out pays it in another token.
        uint256 state = vm.snapshotState();
        _hostile.lieTo(ISuperfluidToken.isAccountCriticalNow.selector, abi.encode(false));
        skip(bound(time, EPOCH, 1 hours));
        escrow.drain(_hostileId);
        _assertConserved();
        vm.revertToState(state);
        _hostile.lieTo(IERC20.transfer.selector, abi.encode(true));
        vm.prank(stranger);
        escrow.withdrawDeposit(_hostileId, 2);
        assertEq(_state(), before);
        _assertConserved();
    }

    /// @dev A source that cannot be paid is synchronised all the same, and its money waits for it.
    function testFuzz_ATokenThatPaysASourceNothing_KeepsItsMoneyAside(uint256 time, bool reverts) external {
        skip(bound(time, 0, 1 hours));
        escrow.release(_hostileId);
        (, uint256 payableNow) = escrow.claimOf(_hostileId, _hostileSource);
        assertGt(payableNow, 0);
        uint256 setAside = escrow.setAsideOf(_hostileId);
        if (reverts) _hostile.revertOn(IERC20.transfer.selector);
        else _hostile.lieTo(IERC20.transfer.selector, abi.encode(false));
        vm.expectEmit(address(escrow));
        emit IEscrowBuffer.PaymentRefused(_hostileId, _hostileSource, payableNow);
        escrow.syncSource(_hostileId, _hostileSource);
        assertEq(escrow.setAsideOf(_hostileId), setAside);
        uint256 spent = escrow.spentOf(_hostileId, _hostileSource);

        if (reverts) _hostile.revertOn(0);
        else _hostile.lieTo(IERC20.transfer.selector, "");
        uint256 before = _token().balanceOf(_hostileSource);
        escrow.syncSource(_hostileId, _hostileSource);
        assertEq(_token().balanceOf(_hostileSource) - before, payableNow);
        assertEq(escrow.spentOf(_hostileId, _hostileSource), spent, "counted as returned once");
        assertEq(escrow.setAsideOf(_hostileId), setAside - payableNow);
        _assertConserved();
    }

    function testFuzz_AHostileVerifier_SlashesOnlyItsOwnSinks(uint256 amount) external {
        amount = bound(amount, 1, type(uint112).max);
        verifier.take(id, _sink, amount);
        assertEq(stakes.assess(id, _sink), 0, "it is not asked about others");
        _slash(_hostileId, _hostileSink, amount);
        assertEq(pool.unitsOf(_hostileId, _hostileSink), 0);
        _assertConserved();
    }

    // ------------------------------------------------------------------------------------------- Calling back

    function test_ReentryFromAMoveOfThePool_Fails() external {
        _tryAll(2, POOL_CALLBACKS, _enterPool);
    }

    function _enterPool(uint256 entry, uint256 callback) private {
        if (entry == 0) skip(1 days + EPOCH);
        (address target, bytes memory call) = _poolCallback(callback);
        bytes32 before = _state();
        _hostile.callBackFrom(ON_MOVE, target, call);
        vm.prank(_hostileSink);
        if (entry == 0) registry.rebalance(_hostileId, _list(_hostileSink));
        else registry.deregisterSink(_hostileId);
        _assertGuarded();
        assertEq(_state(), before);
        _assertConserved();
    }

    function test_ReentryFromAMoveOfTheEscrow_Fails() external {
        _tryAll(6, ESCROW_CALLBACKS, _enterEscrow);
    }

    /// @dev Every callback from within every call, each in the world as it was.
    function _tryAll(uint256 entries, uint256 callbacks, function(uint256, uint256) enter) private {
        uint256 state = vm.snapshotState();
        for (uint256 i; i < entries * callbacks; ++i) {
            enter(i / callbacks, i % callbacks);
            vm.revertToState(state);
        }
    }

    function _enterEscrow(uint256 entry, uint256 callback) private {
        if (entry == 2) escrow.release(_hostileId);
        bytes32 before = _state();
        bytes4 selector = entry < 2 ? ON_MOVE : entry == 2 ? IERC20.transfer.selector : IERC20.transferFrom.selector;
        _hostile.callBackFrom(selector, address(escrow), _escrowCallback(callback));
        if (entry == 0) escrow.drain(_hostileId);
        else if (entry == 1) escrow.release(_hostileId);
        else if (entry == 2) escrow.syncSource(_hostileId, _hostileSource);
        else if (entry == 3) _asSource(abi.encodeCall(escrow.donate, (_hostileId, 1e18)));
        else if (entry == 4) _asSource(abi.encodeCall(escrow.deposit, (_hostileId, 1e18)));
        else _asSource(abi.encodeCall(escrow.deposit, (_hostileId, 1e20)));
        _assertGuarded();
        assertEq(_state(), before);
        _assertConserved();
    }

    /// @dev The pool is free while the escrow pays out; what anyone may call, a token may call from there too.
    function testFuzz_ARebalanceFromWithinADrain_IsAPlainRebalance(uint256 silence) external {
        skip(1 days + bound(silence, EPOCH, 1 days));
        uint256 state = vm.snapshotState();
        registry.rebalance(id, books[id].sinks);
        bytes32 plain = _state();

        vm.revertToState(state);
        _hostile.callBackFrom(ON_MOVE, address(registry), abi.encodeCall(registry.rebalance, (id, books[id].sinks)));
        escrow.drain(_hostileId);
        (bool calledBack, bool succeeded,) = _hostile.outcome();
        assertTrue(calledBack && succeeded);
        assertEq(_state(), plain);
        _assertConserved();
    }

    // ------------------------------------------------------------------------------------------- Private

    /// @dev The hostile task type lives: a sink with units, a source with a share, a deposit, overflow above its limit.
    function _enter() private {
        _mint(_hostileSink, 1e24);
        _mint(_hostileSource, 1e27);
        vm.startPrank(_hostileSink);
        _token().approve(address(stakes), type(uint256).max);
        stakes.stake(_hostileId, _stakeFor(1000));
        registry.registerSink(_hostileId, "");
        registry.commitCapacity(_hostileId, registry.hashSignal(_hostileId, _hostileSink, 1000, 0, SALT));
        _nextBlock();
        registry.revealCapacity(_hostileId, 1000, 0, SALT);
        vm.stopPrank();

        vm.startPrank(_hostileSource);
        _token().approve(address(escrow), type(uint256).max);
        escrow.deposit(_hostileId, 1e20);
        escrow.donate(_hostileId, 2000e18);
        sf.gdaV1Forwarder.distributeFlow(_token(), _hostileSource, pool.distributionPoolOf(_hostileId), 5e16, "");
        vm.stopPrank();
        skip(EPOCH);
        escrow.syncSource(_hostileId, _hostileSource);
        skip(EPOCH);
    }

    function _mint(address to, uint256 amount) private {
        vm.prank(address(_hostile));
        _token().selfMint(to, amount, "");
    }

    function _asSource(bytes memory call) private {
        vm.prank(_hostileSource);
        (bool success,) = address(escrow).call(call);
        assertTrue(success);
    }

    function _token() private view returns (ISuperToken) {
        return ISuperToken(address(_hostile));
    }

    /// @dev Calls that the pool's lock must stop, directly or on their way through another contract.
    function _poolCallback(uint256 pick) private view returns (address, bytes memory) {
        if (pick == 0) return (address(registry), abi.encodeCall(registry.rebalance, (id, books[id].sinks)));
        if (pick == 1) {
            return (address(registry), abi.encodeCall(registry.rebalance, (_hostileId, _list(_hostileSink))));
        }
        if (pick == 2) return (address(escrow), abi.encodeCall(escrow.drain, (id)));
        return (address(escrow), abi.encodeCall(escrow.drain, (_hostileId)));
    }

    /// @dev All that anybody may call of the escrow buffer.
    function _escrowCallback(uint256 pick) private view returns (bytes memory) {
        if (pick == 0) return abi.encodeCall(escrow.drain, (id));
        if (pick == 1) return abi.encodeCall(escrow.drain, (_hostileId));
        if (pick == 2) return abi.encodeCall(escrow.release, (_hostileId));
        if (pick == 3) return abi.encodeCall(escrow.collectFee, (id));
        if (pick == 4) return abi.encodeCall(escrow.syncSource, (id, _source));
        if (pick == 5) return abi.encodeCall(escrow.donate, (_hostileId, 1));
        if (pick == 6) return abi.encodeCall(escrow.withdrawDeposit, (id, 1));
        if (pick == 7) return abi.encodeCall(escrow.bookSource, (_hostileId, _hostileSource));
        if (pick == 8) return abi.encodeCall(escrow.requestReturn, (_hostileId));
        return abi.encodeCall(escrow.deposit, (_hostileId, 1e18));
    }

    function _assertGuarded() private view {
        (bool calledBack, bool succeeded, bytes memory answer) = _hostile.outcome();
        assertTrue(calledBack, "the token was called");
        assertFalse(succeeded, "and could not get in");
        assertEq(bytes4(answer), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
    }

    /// @dev Each thing that actors of the honest task type do.
    function _useEverything(uint64 capacity, uint256 rate) private returns (bytes32) {
        escrow.drain(id);
        _signal(id, _sink, capacity, 0);
        _stream(id, _source, rate);
        _confirmInflow(id);
        escrow.syncSource(id, _source);
        _donate(id, stranger, 2000e18);
        skip(EPOCH);
        escrow.syncSource(id, _source);
        escrow.release(id);
        _collectFee(id);
        _withdrawDeposit(id, stranger, 1);
        vm.prank(_sink);
        registry.deregisterSink(id);
        return _state();
    }

    function _state() private view returns (bytes32) {
        return keccak256(abi.encode(_stateOf(id), superToken.balanceOf(_sink), superToken.balanceOf(_source)));
    }
}
