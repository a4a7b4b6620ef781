// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    IGeneralDistributionAgreementV1
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/IGeneralDistributionAgreementV1.sol";
import { ISuperfluid } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperfluid.sol";

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeId } from "../../../src/types/TaskType.sol";
import { Ledger } from "../Ledger.sol";
import { World } from "../World.sol";
import { Attack } from "./Attack.sol";
import { Forbidden } from "./Forbidden.sol";
import { Handler } from "./Handler.sol";

/// @notice Attacks. Each one asserts that it failed, and that nobody else noticed.
contract AttackerHandler is Forbidden, Attack {
    /// @dev How a hypothetical attack reports what the world would look like.
    error Outcome(Picture picture);

    uint256 private constant REVEAL_BLOCKS = 20;

    constructor(World world_) Handler(world_) { }

    function selectors() external pure override returns (bytes4[] memory list) {
        list = new bytes4[](8);
        list[0] = this.flashSource.selector;
        list[1] = this.flashStake.selector;
        list[2] = this.copyCommitment.selector;
        list[3] = this.revealEarly.selector;
        list[4] = this.revealLate.selector;
        list[5] = this.callWrongly.selector;
        list[6] = this.poke.selector;
        list[7] = this.fillConnections.selector;
    }

    // ------------------------------------------------------------------------------------------- Flash

    /// @dev Opens a huge stream, rebalances, takes a share of the returns, closes it, all at once.
    function flashSource(uint256 idSeed, uint256 rate, uint256 other) external action("attack: flash source") {
        TaskTypeId id = _id(idSeed);
        if (other % 2 == 0) _calm(id);
        bool atRest = _isAtRest(id);
        world.saw("seen: flash source at rest", atRest);
        Picture memory before = _picture(id);
        // The size of a stream without money behind it must not matter, whatever else is about to happen.
        _assertSame(_hypothetically(id, rate), _hypothetically(id, other), true);
        _flash(id, rate);
        _assertSame(_picture(id), before, atRest);
        _happens();
    }

    /// @dev Long enough for the inflow to be confirmed, if a unit moves then.
    function _calm(TaskTypeId id) private {
        world.pass(3 * pool.CONFIRM_DELAY());
        _rebalance(id, world.allSinks());
    }

    function _flash(TaskTypeId id, uint256 seed) private {
        uint256 units = world.poolOf(id).getTotalUnits();
        // Enough to ask for more escrow units, whatever the price is.
        uint256 noticed = 2 * pool.priceCap(id) * (units + 1);
        _stream(id, MALLORY, _bound(seed, noticed, 1000 * noticed));
        assertGt(world.rateOf(id, MALLORY), 0, "the stream was there");
        registry.rebalance(id, new address[](0));
        escrow.syncSource(id, MALLORY);
        _stream(id, MALLORY, 0);
        escrow.syncSource(id, MALLORY);
        (uint256 held, uint256 payableNow) = escrow.claimOf(id, MALLORY);
        assertEq(held + payableNow, 0, "no share of the returns");
        assertEq(escrow.streamedOf(id, MALLORY), 0, "nothing streamed");
    }

    function _hypothetically(TaskTypeId id, uint256 seed) private returns (Picture memory picture) {
        try this.flashAndRevert(id, seed) { }
        catch (bytes memory reason) {
            assertEq(bytes4(reason), Outcome.selector, "only the report reverts");
            // One word before the selector makes a whole number of words to decode.
            (, picture) = abi.decode(bytes.concat(bytes28(0), reason), (bytes32, Picture));
        }
    }

    function flashAndRevert(TaskTypeId id, uint256 seed) external {
        _flash(id, seed);
        revert Outcome(_picture(id));
    }

    /// @dev Bonds borrowed money, reveals what it backs, and tries to get the money back, all at once.
    function flashStake(uint256 idSeed, uint256 capacity) external action("attack: flash stake") {
        TaskTypeId id = _id(idSeed);
        _enroll(id);
        capacity = _bound(capacity, 1, 3000);
        _commit(id, uint64(capacity));
        world.pass(2);

        bool atRest = _isAtRest(id);
        Picture memory before = _picture(id);
        uint256 received = world.poolOf(id).getTotalAmountReceivedByMember(MALLORY);
        uint256 amount = capacity * _bondPerUnit(id);
        _stake(id, amount);
        vm.prank(MALLORY);
        registry.revealCapacity(id, uint64(capacity), 0, "");
        world.saw("seen: flash stake with units", pool.unitsOf(id, MALLORY) > 0);
        _unstake(id, amount);

        _assertLocked(id);
        assertEq(pool.unitsOf(id, MALLORY), 0, "no units are left");
        assertEq(registry.smoothedCapacity(id, MALLORY), 0, "no capacity is left");
        assertEq(world.poolOf(id).getTotalAmountReceivedByMember(MALLORY), received, "nothing earned");
        _assertSame(_picture(id), before, atRest);
        _happens();
    }

    // ------------------------------------------------------------------------------------------- Commitments

    function copyCommitment(uint256 seed) external action("attack: copy commitment") {
        for (uint256 i; i < 12; ++i) {
            TaskTypeId id = _id((seed % 12 + i) / 4);
            address victim = _sink(seed % 12 + i);
            Ledger.Commitment memory copied = world.commitmentOf(id, victim);
            if (copied.atBlock == 0) continue;
            _enroll(id);
            bytes32 commitment = registry.hashSignal(id, victim, copied.capacity, copied.backlog, copied.salt);
            vm.prank(MALLORY);
            registry.commitCapacity(id, commitment);
            world.pass(2);
            bytes32 own = registry.hashSignal(id, MALLORY, copied.capacity, copied.backlog, copied.salt);
            _expect(
                address(registry),
                abi.encodeCall(registry.revealCapacity, (id, copied.capacity, copied.backlog, copied.salt)),
                abi.encodeWithSelector(
                    ICapacityRegistry.CapacityRegistry_CommitmentMismatch.selector,
                    bytes32(bytes27(commitment)),
                    bytes32(bytes27(own))
                )
            );
            return _happens();
        }
    }

    /// @dev In the same block; and, once it was revealed, again.
    function revealEarly(uint256 idSeed, uint64 capacity) external action("attack: reveal early and twice") {
        TaskTypeId id = _id(idSeed);
        _enroll(id);
        _commit(id, capacity);
        bytes memory call = abi.encodeCall(registry.revealCapacity, (id, capacity, 0, ""));
        _expect(
            address(registry),
            call,
            abi.encodeWithSelector(
                ICapacityRegistry.CapacityRegistry_RevealTooEarly.selector, block.number, block.number + 1
            )
        );
        world.pass(2);
        vm.prank(MALLORY);
        registry.revealCapacity(id, capacity, 0, "");
        _expect(
            address(registry),
            call,
            abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_NothingCommitted.selector, id, MALLORY)
        );
        _happens();
    }

    function revealLate(uint256 idSeed, uint64 capacity, uint256 blocks) external action("attack: reveal late") {
        TaskTypeId id = _id(idSeed);
        _enroll(id);
        _commit(id, capacity);
        uint256 last = block.number + REVEAL_BLOCKS;
        world.pass(2 * _bound(blocks, REVEAL_BLOCKS + 1, 2 * REVEAL_BLOCKS));
        _expect(
            address(registry),
            abi.encodeCall(registry.revealCapacity, (id, capacity, 0, "")),
            abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_RevealTooLate.selector, block.number, last)
        );
        _happens();
    }

    function _commit(TaskTypeId id, uint64 capacity) private {
        vm.startPrank(MALLORY);
        registry.commitCapacity(id, registry.hashSignal(id, MALLORY, capacity, 0, ""));
        vm.stopPrank();
    }

    // ------------------------------------------------------------------------------------------- Roles

    function callWrongly(uint256 idSeed, uint256 seed) external action("attack: call wrongly") {
        address eve = address(uint160(_mix(seed, 0)));
        Attempts memory attempts = _forbidden(_id(idSeed), _sink(seed), _source(seed), eve);
        for (uint256 i; i < attempts.count; ++i) {
            Attempt memory attempt = attempts.list[i];
            vm.prank(eve);
            (bool success, bytes memory answer) = attempt.target.call(attempt.call);
            assertFalse(success, vm.toString(attempt.call));
            assertEq(answer, attempt.answer, vm.toString(attempt.call));
        }
        _happens();
    }

    /// @dev Makes Superfluid split the pool's flow anew, for nothing.
    function poke(uint256 idSeed) external action("attack: poke") {
        TaskTypeId id = _id(idSeed);
        uint256 total = _flowRate(id) + world.leakOf(id);
        _stream(id, MALLORY, 0);
        assertEq(_flowRate(id) + world.leakOf(id), total, "no flow is lost");
        assertLt(world.leakOf(id), world.poolOf(id).getTotalUnits(), "what leaks is less than one wei/s per unit");
        _happens();
    }

    /// @dev Every connection makes all balances of an account dearer to read.
    function fillConnections(uint256 idSeed) external action("attack: fill connections") {
        TaskTypeId id = _id(idSeed);
        IGeneralDistributionAgreementV1 gda = world.contracts().sf.gda;
        ISuperfluid host = world.contracts().sf.host;
        address[3] memory victims = [address(escrow), address(pool), address(stakes)];
        for (uint256 i; i < victims.length; ++i) {
            bytes memory call = abi.encodeCall(gda.tryConnectPoolFor, (world.poolOf(id), victims[i], ""));
            vm.prank(MALLORY);
            host.callAgreement(gda, call, "");
            assertFalse(gda.isMemberConnected(world.poolOf(id), victims[i]), "nobody connects our contracts");
        }
        _happens();
    }
}
