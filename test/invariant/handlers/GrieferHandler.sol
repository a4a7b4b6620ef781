// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { Ledger } from "../Ledger.sol";
import { World } from "../World.sol";
import { Attack } from "./Attack.sol";
import { Handler } from "./Handler.sol";

/// @notice Who gains nothing and only wants others to lose: streams too small to matter, looks at bad moments, and
/// everything that money borrowed for one transaction can do at once.
contract GrieferHandler is Attack {
    /// @dev Wei that synchronising a claim a few times rounds off.
    uint256 private constant ROUNDING = 8;

    constructor(World world_) Handler(world_) { }

    function selectors() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](4);
        list[0] = this.streamTinily.selector;
        list[1] = this.syncAtBadMoments.selector;
        list[2] = this.flashEverything.selector;
        list[3] = this.bracket.selector;
    }

    // ------------------------------------------------------------------------------------------- Streams

    /// @dev A wei per second and unit, for a block, again and again.
    function streamTinily(uint256 idSeed, uint256 times) external action("attack: stream tinily") {
        TaskTypeId id = _id(idSeed);
        bytes32 others = _ratesOf(id);
        uint256 before = _returnsOf(id, MALLORY);
        uint256 paid;
        times = _bound(times, 1, 4);
        for (uint256 i; i < times; ++i) {
            paid += _streamForABlock(id, world.poolOf(id).getTotalUnits() * (1 + i));
        }
        assertEq(_ratesOf(id), others, "nobody else's stream changes");
        assertGt(paid, 0, "the stream was there");
        assertLe(_returnsOf(id, MALLORY), before + paid + ROUNDING, "nobody gets back more than it paid");
        // Less than a wei per unit is nothing at all, unless what leaks makes it whole.
        uint256 rate = world.poolOf(id).getTotalUnits() - 1;
        bool leaks = world.leakOf(id) != 0;
        _stream(id, MALLORY, rate);
        assertLe(world.rateOf(id, MALLORY), leaks ? rate : 0, "a stream of nothing");
        _stream(id, MALLORY, 0);
        _happens();
    }

    function _streamForABlock(TaskTypeId id, uint256 rate) private returns (uint256 paid) {
        _stream(id, MALLORY, rate);
        escrow.syncSource(id, MALLORY);
        paid = 2 * world.rateOf(id, MALLORY);
        world.pass(2);
        world.book(id, Ledger.Entry.Streamed, paid);
        _stream(id, MALLORY, 0);
        escrow.syncSource(id, MALLORY);
    }

    /// @dev Before and after a source changes its stream, in the middle, and twice: none of it may cost it anything.
    function syncAtBadMoments(uint256 idSeed, uint256 sourceSeed, uint256 seed)
        external
        action("attack: sync at bad moments")
    {
        TaskTypeId id = _id(idSeed);
        address victim = _source(sourceSeed);
        uint256 rate = world.rateOf(id, victim);
        // What it has not synchronised itself it may lose by changing its stream: that is no attack.
        uint256 returns_ = _returnsOf(id, victim);
        uint256 streamed = escrow.streamedOf(id, victim);
        _stream(id, victim, world.poolOf(id).getTotalUnits() * _bound(seed, 1, 1e6));
        escrow.syncSource(id, victim);
        escrow.syncSource(id, victim);
        _stream(id, victim, rate);
        assertApproxEqAbs(
            world.rateOf(id, victim), rate, world.poolOf(id).getTotalUnits(), "as it was, but for rounding"
        );
        assertEq(escrow.streamedOf(id, victim), streamed, "what it streamed stays counted");
        assertApproxEqAbs(_returnsOf(id, victim), returns_, ROUNDING, "what it may get back stays its own");
        world.saw("seen: victim with a share", returns_ > ROUNDING);
        _happens();
    }

    // ------------------------------------------------------------------------------------------- Flash

    /// @dev A stream that exists only around somebody else's call, in one block: it vetoes nothing, and moves nothing.
    function bracket(uint256 idSeed, uint256 rate, uint256 call) external action("attack: bracket a call") {
        TaskTypeId id = _id(idSeed);
        uint256 leak = world.leakOf(id);
        bytes32 others = _ratesOf(id);
        uint256 before = _returnsOf(id, MALLORY);
        _setStream(id, world.poolOf(id).getTotalUnits() * _bound(rate, 1, 1e12));
        assertGt(world.rateOf(id, MALLORY), 0, "the stream was there");
        _callAs(id, call);
        _setStream(id, 0);
        assertEq(_returnsOf(id, MALLORY), before, "no share of the returns");
        assertEq(_ratesOf(id), others, "nobody else's stream changes");
        // Superfluid has split everything anew, so that what leaked is back.
        if (world.leakOf(id) != leak) world.inflowTouched(id);
        _happens();
    }

    /// @dev What a keeper would do, or a source.
    function _callAs(TaskTypeId id, uint256 call) private {
        if (call % 4 == 0) registry.rebalance(id, world.allSinks());
        else if (call % 4 == 1) registry.settle(id, world.allSinks());
        else if (call % 4 == 2) escrow.syncSource(id, _source(call / 4));
        else escrow.bookSource(id, MALLORY);
    }

    /// @dev Nothing flows in a block, so the world need not know.
    function _setStream(TaskTypeId id, uint256 rate) private {
        if (rate != 0) _fund(world.tokenOf(id), MALLORY, rate * 1 days);
        ISuperToken token = world.tokenOf(id);
        ISuperfluidPool to = world.poolOf(id);
        vm.prank(MALLORY);
        superfluid.distributeFlow(token, MALLORY, to, int96(int256(rate)), "");
    }

    /// @dev Bond, capacity by a signature, and stream, all within one transaction and with a rebalance in between. Who
    /// only joins now has no capacity at all; who joined before has it as long as the money is bonded.
    function flashEverything(uint256 idSeed, uint256 capacity, uint256 rate)
        external
        action("attack: flash everything")
    {
        TaskTypeId id = _id(idSeed);
        bool joins = rate % 2 == 0 && !_isRegistered(id, MALLORY);
        if (!joins) _enroll(id);
        world.pass(2);
        bool atRest = _isAtRest(id);
        Picture memory before = _picture(id);
        uint256 received = world.poolOf(id).getTotalAmountReceivedByMember(MALLORY);
        uint256 amount = world.parametersOf(id).minimumStake + _bound(capacity, 1, 3000) * _bondPerUnit(id);
        _stake(id, amount);
        if (joins) {
            vm.prank(MALLORY);
            registry.registerSink(id, "");
        }
        _stream(id, MALLORY, world.poolOf(id).getTotalUnits() * _bound(rate, 1, 1e9));
        assertEq(_attest(id, 3000), joins ? 0 : 1, "no capacity in the block of joining");
        _useForAMoment(id, joins);
        _stream(id, MALLORY, 0);
        escrow.syncSource(id, MALLORY);
        if (joins) {
            vm.prank(MALLORY);
            registry.deregisterSink(id);
        }
        _unstake(id, amount);

        _assertLocked(id);
        assertEq(pool.unitsOf(id, MALLORY), 0, "no units are left");
        assertEq(registry.smoothedCapacity(id, MALLORY), 0, "no capacity is left");
        assertEq(world.poolOf(id).getTotalAmountReceivedByMember(MALLORY), received, "nothing earned");
        _assertSame(_picture(id), before, atRest);
        _happens();
    }

    function _useForAMoment(TaskTypeId id, bool joins) private {
        address[] memory sinks = new address[](1);
        sinks[0] = MALLORY;
        registry.rebalance(id, sinks);
        if (!joins) world.saw("seen: flash capacity with units", pool.unitsOf(id, MALLORY) != 0);
        escrow.syncSource(id, MALLORY);
        world.poolOf(id).claimAll(MALLORY);
    }

    function _attest(TaskTypeId id, uint64 capacity) private returns (uint256 accepted) {
        (, uint256 key) = makeAddrAndKey("mallory");
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](1);
        batch[0] = ICapacityRegistry.Attestation(MALLORY, capacity, 0, uint32(block.timestamp), "");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, registry.hashAttestation(id, batch[0]));
        batch[0].signature = abi.encodePacked(r, s, v);
        return registry.submitAttestations(id, batch);
    }

    // ------------------------------------------------------------------------------------------- Sums

    /// @dev What a source got back and could get, wei.
    function _returnsOf(TaskTypeId id, address source) private returns (uint256) {
        escrow.syncSource(id, source);
        (uint256 held, uint256 payableNow) = escrow.claimOf(id, source);
        assertEq(payableNow, 0, "paid");
        return escrow.returnedOf(id, source) + held;
    }

    function _ratesOf(TaskTypeId id) private view returns (bytes32 rates) {
        for (uint256 i; i < 3; ++i) {
            rates = keccak256(abi.encode(rates, world.rateOf(id, _source(i))));
        }
    }
}
