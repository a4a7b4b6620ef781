// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { MoneyAttackTest } from "../../utils/MoneyAttackTest.sol";

/// @notice P7, Q and P12: who closed its stream has its whole part one horizon later, whoever else does what.
/// forge-config: default.fuzz.runs = 4
/// forge-config: ci.fuzz.runs = 16
/// forge-config: deep.fuzz.runs = 160
contract P7ClosedSourcesTest is MoneyAttackTest {
    /// @dev P7: one unit of capacity for two seconds every half hour used to keep an abandoned pool's money.
    function testFuzz_P7_ASinkThatComesForSeconds_KeepsNothing(uint256 time, uint256 phase) external {
        address sink = _newSink(id, "sink", 1);
        _signal(id, sink, 0, 0);
        time = bound(time, 1 minutes, 1 hours);
        address source = _honest("source", 900e18 / time);
        skip(time);
        _changeRate(source, 0);
        uint256 closed = block.timestamp;
        uint256 left = _held(source);
        skip(bound(phase, 0, 100));
        _signal(id, sink, 1, 0);
        skip(2);
        _signal(id, sink, 0, 0);
        vm.warp(closed + HORIZON);
        escrow.syncSource(id, source);
        _print("P7: left in the abandoned pool, wei", left);
        _print("P7: returned one horizon later, wei", escrow.returnedOf(id, source));
        assertApproxEqAbs(escrow.returnedOf(id, source), left, 10 * UNIT_RATE);
        _assertConserved();
    }

    /// @dev Q: also below `bufferMax`, and while others go on streaming.
    function testFuzz_Q_BelowTheBuffer_WhileOthersStream(uint256 rate, uint256 other, uint256 time) external {
        rate = bound(rate, 1e12, 1e17);
        other = bound(other, 1e12, 1e17);
        time = bound(time, 1, 1 hours);
        _honest("stays", other);
        address source = _honest("leaves", rate);
        skip(time);
        _changeRate(source, 0);
        skip(HORIZON - 1);
        escrow.syncSource(id, source);
        assertEq(escrow.returnedOf(id, source), 0, "not a second early");
        skip(1);
        escrow.syncSource(id, source);
        _print("Q: streamed, wei", rate * time);
        _print("Q: returned, wei", escrow.returnedOf(id, source));
        assertGe(escrow.returnedOf(id, source) + 2 * time + 2, rate * time);
        assertLe(escrow.returnedOf(id, source), rate * time);
        _assertConserved();
    }

    /// @dev P12: little gas cannot make a payment look refused.
    function testFuzz_P12_LittleGas_PaysOrReverts(uint256 gas) external {
        address source = _honest("source", 1e17);
        skip(1 hours);
        _changeRate(source, 0);
        skip(HORIZON);
        (, uint256 due) = escrow.claimOf(id, source);
        gas = bound(gas, 30_000, 1_000_000);
        vm.recordLogs();
        (bool done,) = address(escrow).call{ gas: gas }(abi.encodeCall(escrow.syncSource, (id, source)));
        _print(done ? "P12: paid with so much gas" : "P12: reverted with so much gas", gas);
        assertEq(_logsOf(keccak256("PaymentRefused(bytes32,address,uint256)")), 0, "never refused");
        assertEq(escrow.returnedOf(id, source), done ? due : 0);
        _assertConserved();
    }
}
