// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool,
    PoolConfig
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/IGeneralDistributionAgreementV1.sol";

import { LedgerTest } from "../utils/LedgerTest.sol";

/// @notice What Superfluid lets anybody do to our contracts, and what it changes: nothing, or a gift.
/// forge-config: default.fuzz.runs = 16
/// forge-config: ci.fuzz.runs = 64
contract StrangersScenarioTest is LedgerTest {
    function testFuzz_Strangers_CannotFillConnectionSlots(address caller) external {
        vm.assume(caller != address(0));
        address[3] memory ours = [address(pool), address(escrow), address(stakes)];
        for (uint256 i; i < 3; ++i) {
            vm.startPrank(caller);
            ISuperfluidPool trap = sf.gda.createPool(superToken, caller, PoolConfig(false, true));
            trap.updateMemberUnits(ours[i], 1);
            vm.stopPrank();
            assertFalse(_tryConnectFor(caller, trap, ours[i]), "a pool of theirs");
            assertFalse(_tryConnectFor(caller, distributionPool, ours[i]), "a pool of ours");
            assertFalse(sf.gda.isMemberConnected(trap, ours[i]));
        }
    }

    function testFuzz_ClaimsByStrangers_ChangeNoLevel(uint64 capacity, uint256 overload, uint256 time) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        _newSink(id, "sink", capacity);
        _newSource(id, "source", uint256(capacity) * UNIT_RATE * bound(overload, 2, 10));
        _setFee(100);
        _confirmInflow(id);
        skip(bound(time, 1, 1 hours));
        bytes32 before = _stateOf(id);
        vm.startPrank(stranger);
        distributionPool.claimAll(address(escrow));
        distributionPool.claimAll(address(pool));
        vm.stopPrank();
        assertEq(_stateOf(id), before);
        _assertConserved();

        skip(bound(time, 1, 1 hours));
        _confirmInflow(id);
        _assertConserved();
    }

    function testFuzz_AGiftThroughThePool_IsPaidLikeAStream(uint64 capacity, uint256 amount, uint256 rate) external {
        capacity = uint64(bound(capacity, 100, 1e6));
        address sink = _newSink(id, "sink", capacity);
        _newSource(id, "source", bound(rate, 0, uint256(capacity) * UNIT_RATE));
        skip(EPOCH);
        uint256 inflow = pool.streamedOf(id);
        uint256 received = distributionPool.getTotalAmountReceivedByMember(sink);
        uint256 given = _gift(id, stranger, bound(amount, 1, 1e24));
        assertEq(distributionPool.getTotalAmountReceivedByMember(sink) - received, given / (capacity + 1) * capacity);
        assertEq(pool.streamedOf(id) - inflow, given);
        _confirmInflow(id);
        _confirmInflow(id);
        assertLe(pool.spotPrice(id), UNIT_RATE);
        (, uint256 escrowUnits,) = pool.unitsOfPool(id);
        assertEq(escrowUnits, 1, "a gift is not a stream");
        _assertConserved();
    }

    function testFuzz_TransfersToOurContracts_AreNobodysOrTheEscrows(uint256 toEscrow, uint256 toPool, uint256 toStakes)
        external
    {
        toEscrow = bound(toEscrow, 0, 1e24);
        toPool = bound(toPool, 1, 1e24);
        address sink = _newSink(id, "sink", 1e5);
        (uint256 staked,,) = stakes.bondOf(id, sink);
        uint256 level = escrow.level(id);
        _transfer(address(escrow), toEscrow);
        _transfer(address(pool), toPool);
        _transfer(address(stakes), bound(toStakes, 0, 1e24));
        strayed += toEscrow;
        assertEq(escrow.level(id), level, "a transfer is nobody's");
        (uint256 stakedAfter,,) = stakes.bondOf(id, sink);
        assertEq(stakedAfter, staked);

        assertEq(escrow.level(id), level, "and so is what the pool contract has");
        books[id].given += toPool;
        _assertConserved();
    }

    /// @dev A stream to a contract of ours, not to the pool: lost to whoever sends it, and nobody's.
    function testFuzz_AStreamToThePoolContract_IsNobodys(uint256 rate, uint256 time) external {
        rate = bound(rate, 1, 1e18);
        time = bound(time, 1, 30 days);
        _giveTokens(stranger, SOURCE_BALANCE);
        vm.prank(stranger);
        sf.cfaV1Forwarder.createFlow(superToken, stranger, address(pool), int96(int256(rate)), "");
        skip(time);
        books[id].given += rate * time;
        assertEq(escrow.level(id), 0);
        _assertConserved();
    }

    function _transfer(address to, uint256 amount) private {
        _giveTokens(stranger, amount);
        vm.prank(stranger);
        superToken.transfer(to, amount);
    }
}
