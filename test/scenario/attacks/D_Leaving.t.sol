// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IStakeManager } from "../../../src/interfaces/IStakeManager.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { AttackTest } from "../../utils/AttackTest.sol";
import { ScriptedVerifier } from "../../utils/ScriptedVerifier.sol";

/// @notice Row D: work for nobody, leave in time with the pay, come back as somebody else.
/// forge-config: default.fuzz.runs = 4
/// forge-config: deep.fuzz.runs = 40
contract LeavingAttackTest is AttackTest {
    bool private assessed;
    uint256 private every = 1;
    uint256 private elapsed;

    function _keep() internal override {
        if (assessed) super._keep();
    }

    function _acknowledgeAll() internal override {
        if (++elapsed % every == 0) super._acknowledgeAll();
    }

    /// @notice Net of a thief that stays for `epochs` epochs, percent of its bond times 100.
    function _run(uint256 epochs, uint256 rate) private returns (int256 net) {
        _addAgents(5, 100);
        _addPayer(540 * Q);
        _epochs(30);
        uint256 thief = _addAgent(100, rate);
        _epochs(epochs);
        _depart(thief);
        uint256 wait = registry.unbondingPeriod(id) / EPOCH + 1;
        _epochs(wait);
        uint256 worked_ = agents[thief].delivered;
        uint256 kept = _cashIn(thief);
        net = (int256(_received(thief)) - int256(worked_) - int256(agents[thief].bond - kept)) * 10_000
            / int256(agents[thief].bond);
    }

    function testFuzz_D_LeavingInTimeNeverPays(uint256 epochs, bool byAKeeper, uint256 interval) external {
        epochs = bound(epochs, 1, 12);
        assessed = byAKeeper;
        every = bound(interval, 1, 5);
        int256 net = _run(epochs, 0);
        _printSigned(string.concat("D: ", vm.toString(epochs), " epochs: net, hundredths of the bond's"), net);
        assertLe(net, 0);
    }

    /// @dev It worked for half an hour, and takes its last pay for nothing. The doubt is what it may keep.
    function testFuzz_D_StoppingBeforeLeavingNeverPays(uint256 epochs, bool byAKeeper, uint256 interval) external {
        epochs = bound(epochs, 1, 12);
        assessed = byAKeeper;
        every = bound(interval, 1, 5);
        _addAgents(5, 100);
        _addPayer(540 * Q);
        uint256 thief = _addAgent(100, 100);
        _epochs(30);
        agents[thief].rate = 0;
        uint256 before = _received(thief);
        uint256 undone = before - agents[thief].delivered;
        _epochs(epochs);
        _depart(thief);
        _epochs(registry.unbondingPeriod(id) / EPOCH + 1);
        uint256 stolen = _received(thief) - before + undone;
        uint256 charged = agents[thief].bond - _cashIn(thief);
        int256 net = (int256(stolen) - int256(charged)) * 10_000 / int256(agents[thief].bond);
        _printSigned(string.concat("D: idle for its last ", vm.toString(epochs), " epochs: net, 1e-4 of the bond"), net);
        // The tolerance, the doubt, and a window that mixes work and idleness; receipts in lumps add to it.
        assertLe(net, every == 1 ? int256(500) : int256(600));
    }

    function test_D_NobodyButTheLeaverMakesACall() external {
        int256 net = _run(12, 0);
        _printSigned("D: nobody else calls: net, hundredths of the bond's", net);
        assertLe(net, 0);
    }

    /// @dev An honest agent loses nothing by leaving, at once or late, if it is acknowledged.
    function testFuzz_D_AnHonestLeaverKeepsItsBond(uint256 epochs, uint256 interval) external {
        every = bound(interval, 1, 5);
        epochs = bound(epochs, 3, 40);
        int256 net = _run(epochs, 100);
        _printSigned("D: honest: net, hundredths of the bond's", net);
        assertEq(net, 0);
    }

    /// @dev Debt cannot be washed by withdrawing dust over and over.
    function test_D_DustWithdrawalsDoNotWashDebt() external {
        _addAgents(5, 100);
        _addPayer(540 * Q);
        _epochs(20);
        uint256 thief = _addAgent(100, 0);
        for (uint256 i; i < 4; ++i) {
            vm.prank(agents[thief].sink);
            stakes.requestUnstake(id, 1e15);
            _epochs(registry.unbondingPeriod(id) / EPOCH + 1);
            (, uint256 unbonding,) = stakes.bondOf(id, agents[thief].sink);
            if (unbonding == 0) continue;
            vm.prank(agents[thief].sink);
            stakes.withdraw(id);
        }
        _depart(thief);
        _epochs(registry.unbondingPeriod(id) / EPOCH + 1);
        uint256 got = _cashIn(thief);
        int256 net = int256(_received(thief)) - int256(agents[thief].bond) + int256(got) + 4e15;
        _printSigned("D: dust withdrawals: net, percent of the bond", net * 100 / int256(agents[thief].bond));
        assertLe(net, 0);
    }

    function test_D_AnHonestLeaverNeedsNoReceiptAtAll() external {
        _addAgents(2, 100);
        _addPayer(150 * Q);
        every = 1000;
        _epochs(30);
        _depart(0);
        skip(registry.unbondingPeriod(id));
        assertEq(_cashIn(0), agents[0].bond);
    }

    function testFuzz_D_AVerifierThatFailsCannotLockABond(uint256 seed) external {
        ScriptedVerifier.Manner[5] memory failures = [
            ScriptedVerifier.Manner.NotReady,
            ScriptedVerifier.Manner.Reverts,
            ScriptedVerifier.Manner.BurnsGas,
            ScriptedVerifier.Manner.AnswersNothing,
            ScriptedVerifier.Manner.AnswersHugely
        ];
        ScriptedVerifier.Manner manner = failures[seed % failures.length];
        TaskTypeParameters memory parameters = _parameters();
        parameters.verifier = address(verifier);
        TaskTypeId other = _registerTaskType(parameters, "other work");
        address sink = _addSink(other, "locked", 100);
        verifier.behave(manner);
        uint256 bond = _stakeFor(100);
        vm.startPrank(sink);
        registry.deregisterSink(other);
        stakes.requestUnstake(other, bond);
        uint256 period = registry.unbondingPeriod(other);
        skip(period);
        if (manner != ScriptedVerifier.Manner.AnswersHugely) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IStakeManager.StakeManager_NotJudged.selector, other, sink, block.timestamp + period
                )
            );
            stakes.withdraw(other);
            skip(period);
        }
        assertEq(stakes.withdraw(other), bond);
        vm.stopPrank();
    }
}
