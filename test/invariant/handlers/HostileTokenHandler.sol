// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { ReentrancyGuardTransient } from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {
    ISuperToken,
    ISuperfluidToken
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { HostileToken } from "../../utils/HostileToken.sol";
import { ScriptedVerifier } from "../../utils/ScriptedVerifier.sol";
import { World } from "../World.sol";
import { Attack } from "./Attack.sol";
import { Handler } from "./Handler.sol";

/// @notice A task type of its own whose super token, its verifier too, refuses, lies and calls back. It stands outside of
/// the ledger: what the honest task types look like must not depend on it.
contract HostileTokenHandler is Attack {
    /// @dev What Superfluid calls on the token whenever units or money move in a pool.
    bytes4 private constant ON_MOVE = ISuperfluidToken.updateAgreementStateSlot.selector;
    uint64 private constant CAPACITY = 1000;

    HostileToken private immutable TOKEN;
    TaskTypeId private immutable HOSTILE;
    address private immutable SINK = makeAddr("hostile sink");
    address private immutable SOURCE = makeAddr("hostile source");

    constructor(World world_, HostileToken token, TaskTypeId hostile) Handler(world_) {
        TOKEN = token;
        HOSTILE = hostile;
        world_.learn(hostile);
    }

    function selectors() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](6);
        list[0] = this.refuse.selector;
        list[1] = this.inventTransfers.selector;
        list[2] = this.slash.selector;
        list[3] = this.payNothing.selector;
        list[4] = this.reenterPool.selector;
        list[5] = this.reenterEscrow.selector;
    }

    // ------------------------------------------------------------------------------------------- Refusing, lying

    /// @dev Everything of its own task type stands still; another one notices nothing.
    function refuse(uint256 idSeed) external action("hostile token: refuse") {
        TaskTypeId id = _id(idSeed);
        _revive(idSeed);
        Picture memory before = _picture(id);
        TOKEN.refuse(true);
        _expectRefusal(SINK, address(registry), abi.encodeCall(registry.deregisterSink, (HOSTILE)));
        _expectRefusal(SOURCE, address(escrow), abi.encodeCall(escrow.deposit, (HOSTILE, 1e20)));
        _assertSame(_picture(id), before, true);
        _rebalance(id, world.allSinks());
        escrow.syncSource(id, _source(idSeed));
        TOKEN.refuse(false);
        _happens();
    }

    function _expectRefusal(address from, address target, bytes memory call) private {
        vm.prank(from);
        (bool success, bytes memory answer) = target.call(call);
        assertFalse(success, "the token refuses");
        assertEq(bytes4(answer), HostileToken.HostileToken_Refused.selector, "and nothing else");
    }

    /// @dev Donations, deposits and bonds without money: only in its own escrow.
    function inventTransfers(uint256 idSeed, uint256 amount) external action("hostile token: invent transfers") {
        TaskTypeId id = _id(idSeed);
        _revive(idSeed);
        Picture memory before = _picture(id);
        uint256 level = escrow.level(HOSTILE);
        uint256 balance = world.tokenOf(id).balanceOf(address(escrow));
        amount = _bound(amount, 1e20, 1e24);
        TOKEN.lieTo(IERC20.transferFrom.selector, abi.encode(true));
        vm.startPrank(SOURCE);
        escrow.donate(HOSTILE, amount);
        escrow.deposit(HOSTILE, amount);
        stakes.stake(HOSTILE, amount);
        vm.stopPrank();
        TOKEN.lieTo(IERC20.transferFrom.selector, "");
        assertEq(escrow.level(HOSTILE), level + 2 * amount, "it believes its own token");
        assertEq(world.tokenOf(id).balanceOf(address(escrow)), balance, "no money in another token");
        _assertSame(_picture(id), before, true);
        // Now they come true, so that its pool lives on.
        _mint(address(escrow), 2 * amount);
        _mint(address(stakes), amount);
        _happens();
    }

    /// @dev Its own sinks, and nobody else's.
    function slash(uint256 idSeed, uint256 amount) external action("hostile token: slash") {
        TaskTypeId id = _id(idSeed);
        _revive(idSeed);
        Picture memory before = _picture(id);
        amount = _bound(amount, 1, type(uint112).max);
        ScriptedVerifier(world.parametersOf(HOSTILE).verifier).take(HOSTILE, SINK, amount);
        stakes.assess(HOSTILE, SINK);
        assertEq(pool.unitsOf(HOSTILE, SINK), 0, "its own sink is gone");
        _assertSame(_picture(id), before, true);
        _happens();
    }

    /// @dev A source that cannot be paid is synchronised all the same, and its money waits.
    function payNothing(uint256 seed) external action("hostile token: pay nothing") {
        _revive(1);
        world.pass(2 * world.parametersOf(HOSTILE).epochLength);
        if (escrow.releasable(HOSTILE) != 0) escrow.release(HOSTILE);
        (, uint256 payableNow) = escrow.claimOf(HOSTILE, SOURCE);
        if (payableNow == 0) return;
        uint256 setAside = escrow.setAsideOf(HOSTILE);
        if (seed % 2 == 0) TOKEN.revertOn(IERC20.transfer.selector);
        else TOKEN.lieTo(IERC20.transfer.selector, abi.encode(false));
        escrow.syncSource(HOSTILE, SOURCE);
        assertEq(escrow.setAsideOf(HOSTILE), setAside, "it waits");
        TOKEN.revertOn(0);
        TOKEN.lieTo(IERC20.transfer.selector, "");
        escrow.syncSource(HOSTILE, SOURCE);
        assertEq(escrow.setAsideOf(HOSTILE), setAside - payableNow, "it is paid once");
        _happens();
    }

    // ------------------------------------------------------------------------------------------- Calling back

    function reenterPool(uint256 idSeed, uint256 callback) external action("hostile token: re-enter pool") {
        TaskTypeId id = _id(idSeed);
        _revive(1);
        Picture memory before = _picture(id);
        TaskTypeId other = callback % 2 == 0 ? id : HOSTILE;
        bool drains = callback % 3 == 0;
        bytes memory call = drains
            ? abi.encodeCall(escrow.drain, (other))
            : abi.encodeCall(registry.rebalance, (other, world.allSinks()));
        TOKEN.callBackFrom(ON_MOVE, drains ? address(escrow) : address(registry), call);
        vm.prank(SINK);
        registry.deregisterSink(HOSTILE);
        _assertGuarded();
        _assertSame(_picture(id), before, true);
        _happens();
    }

    function reenterEscrow(uint256 idSeed, uint256 entry, uint256 callback)
        external
        action("hostile token: re-enter escrow")
    {
        TaskTypeId id = _id(idSeed);
        _revive(entry);
        world.pass(30);
        Picture memory before = _picture(id);
        uint256 drainable = escrow.drainable(HOSTILE);
        uint256 releasable = escrow.releasable(HOSTILE);
        bool moves = (entry % 2 == 0 ? drainable : releasable) != 0;
        world.saw(
            entry % 2 == 0 ? bytes32("seen: re-entry from a drain") : bytes32("seen: re-entry from a release"), moves
        );
        TOKEN.callBackFrom(
            moves ? ON_MOVE : IERC20.transferFrom.selector, address(escrow), _escrowCallback(id, callback)
        );
        vm.startPrank(SOURCE);
        if (!moves) escrow.deposit(HOSTILE, 1e20);
        else if (entry % 2 == 0) escrow.drain(HOSTILE);
        else escrow.release(HOSTILE);
        vm.stopPrank();
        _assertGuarded();
        _assertSame(_picture(id), before, true);
        _happens();
    }

    function _escrowCallback(TaskTypeId id, uint256 seed) private view returns (bytes memory) {
        seed %= 8;
        if (seed == 0) return abi.encodeCall(escrow.drain, (id));
        if (seed == 1) return abi.encodeCall(escrow.drain, (HOSTILE));
        if (seed == 2) return abi.encodeCall(escrow.release, (id));
        if (seed == 3) return abi.encodeCall(escrow.collectFee, (id));
        if (seed == 4) return abi.encodeCall(escrow.syncSource, (id, _source(seed)));
        if (seed == 5) return abi.encodeCall(escrow.donate, (HOSTILE, 1));
        if (seed == 6) return abi.encodeCall(escrow.withdrawDeposit, (id, 1));
        return abi.encodeCall(escrow.deposit, (HOSTILE, 1e20));
    }

    function _assertGuarded() private view {
        (bool calledBack, bool succeeded, bytes memory answer) = TOKEN.outcome();
        assertTrue(calledBack, "the token was called");
        assertFalse(succeeded, "and could not get in");
        assertEq(bytes4(answer), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector, "because of the lock");
    }

    // ------------------------------------------------------------------------------------------- Its own economy

    /// @notice A sink with units and a source that streams half of what it can take, or more than all of it.
    function _revive(uint256 seed) private {
        uint256 bond = world.parametersOf(HOSTILE).minimumStake + CAPACITY * _bondPerUnit(HOSTILE);
        (uint256 staked,,) = stakes.bondOf(HOSTILE, SINK);
        if (staked < bond) {
            _asOwner(SINK, address(stakes), bond, abi.encodeCall(stakes.stake, (HOSTILE, bond - staked)));
        }
        if (!_isRegistered(HOSTILE, SINK)) {
            _asOwner(SINK, address(registry), 0, abi.encodeCall(registry.registerSink, (HOSTILE, "")));
        }
        bytes32 commitment = registry.hashSignal(HOSTILE, SINK, CAPACITY, 0, "");
        _asOwner(SINK, address(registry), 0, abi.encodeCall(registry.commitCapacity, (HOSTILE, commitment)));
        uint256 full = pool.unitsOf(HOSTILE, SINK) * uint256(world.parametersOf(HOSTILE).unitRate);
        uint256 rate = seed % 2 == 0 ? full / 2 + 1e15 : 2 * full + 1e17;
        _mint(SOURCE, 1e27);
        vm.startPrank(SOURCE);
        IERC20(address(TOKEN)).approve(address(escrow), type(uint256).max);
        superfluid.distributeFlow(ISuperToken(address(TOKEN)), SOURCE, world.poolOf(HOSTILE), int96(int256(rate)), "");
        vm.stopPrank();
        escrow.syncSource(HOSTILE, SOURCE);
        world.pass(2);
        _asOwner(SINK, address(registry), 0, abi.encodeCall(registry.revealCapacity, (HOSTILE, CAPACITY, 0, "")));
        assertGt(pool.unitsOf(HOSTILE, SINK), 0, "it lives");
    }

    function _asOwner(address account, address target, uint256 amount, bytes memory call) private {
        if (amount != 0) {
            _mint(account, amount);
            vm.prank(account);
            IERC20(address(TOKEN)).approve(target, amount);
        }
        vm.prank(account);
        (bool success, bytes memory answer) = target.call(call);
        assertTrue(success, vm.toString(answer));
    }

    function _mint(address to, uint256 amount) private {
        vm.prank(address(TOKEN));
        ISuperToken(address(TOKEN)).selfMint(to, amount, "");
    }
}
