// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { CapacityMath } from "./CapacityMath.sol";

/// @title The rule of evidence
/// @notice Pay is public; work is known only by receipts that sources may withhold. So a sink is measured against its pool:
/// it owes for what it was paid as far as the others' pay was acknowledged, and where too little money takes part in
/// acknowledging nobody is judged. `ts/model/evidence/rule.ts` is the second implementation against which every function
/// here is tested.
/// @dev Money in wei, below 2^128; shares with 1e18 = 1; so no product exceeds 256 bits.
library LedgerMath {
    uint256 internal constant WAD = CapacityMath.WAD;

    /// @dev Kappa: below a third, silent money could make the few that acknowledge look like the pool.
    uint256 internal constant QUORUM_DIVISOR = 3;

    /// @dev The standard is never below half of what takes part, or money that acknowledges only its accomplices would set
    /// it.
    uint256 internal constant FLOOR_DIVISOR = 2;

    /// @dev Theta, 5 %: chance is as likely as lies.
    uint256 internal constant TOLERANCE = 0.05e18;

    /// @dev Epsilon, 5 %: what one source may withhold from one sink.
    uint256 internal constant SLACK = 0.05e18;

    /// @dev Chi: a tenth of the pay is in doubt at exit, where nobody waits for the next receipt; at most half of the debt.
    uint256 internal constant DOUBT_DIVISOR = 10;
    uint256 internal constant MAX_DOUBT_DIVISOR = 2;

    /// @dev A charge takes the unearned amount plus 1/10.
    uint256 internal constant PENALTY_DIVISOR = 10;

    /// @dev A sink is beyond the horizon from 9/10 of it on: with backpressure the backlog of a dead sink approaches
    /// capacity times horizon and never quite gets there.
    uint256 internal constant BEYOND_NUMERATOR = 9;
    uint256 internal constant BEYOND_DENOMINATOR = 10;

    /// @notice What of a source's spending takes part when it acknowledges something: all since its last receipt, but of a
    /// longer silence only as much as of the longest time between receipts.
    /// @param spent Since then, wei.
    /// @param age Since then, seconds.
    /// @param receiptInterval V * h, seconds.
    /// @return Wei, rounded down: the less takes part, the fewer are judged.
    function participatingDown(uint256 spent, uint256 age, uint256 receiptInterval) internal pure returns (uint256) {
        return age <= receiptInterval ? spent : spent * receiptInterval / age;
    }

    /// @notice Whether so much of the pay took part that it says something about anybody. No pay says nothing.
    function isQuorum(uint256 participating, uint256 paid) internal pure returns (bool) {
        return paid != 0 && participating * QUORUM_DIVISOR >= paid;
    }

    /// @notice `part` of `whole`, which is not zero: at most 1e18, rounded down.
    function shareDown(uint256 part, uint256 whole) internal pure returns (uint256) {
        return part >= whole ? WAD : part * WAD / whole;
    }

    /// @notice What a window of the pool's pay says of everybody in it.
    /// @param acknowledged Pi: the share of the pay that was acknowledged.
    /// @param participating P: the share of it that took part; not zero.
    /// @return standard Sigma: the share that sinks are measured against; not zero.
    /// @return expected Phi = (1 - theta) * sigma - epsilon: the share that is expected of each.
    /// @return firm Whether as much was acknowledged as the floor: otherwise nobody is struck.
    /// All rounded down, which favours the sinks.
    function standardDown(uint256 acknowledged, uint256 participating)
        internal
        pure
        returns (uint256 standard, uint256 expected, bool firm)
    {
        uint256 floor = participating / FLOOR_DIVISOR;
        firm = acknowledged >= floor;
        standard = firm ? acknowledged : floor;
        expected = Math.saturatingSub(standard * (WAD - TOLERANCE) / WAD, SLACK);
    }

    /// @notice What a sink owes for its pay, in pay: received * phi / sigma. Debt is kept in pay and not in receipts, so
    /// that detection takes as long where little is acknowledged as where all is.
    /// @return Wei, rounded down, which favours the sink.
    function debitDown(uint256 received, uint256 expected, uint256 standard) internal pure returns (uint256) {
        return received * expected / standard;
    }

    /// @notice What receipts are worth in pay: acknowledged / sigma.
    /// @return Wei, rounded up, which favours the sink.
    function creditUp(uint256 acknowledged, uint256 standard) internal pure returns (uint256) {
        return Math.ceilDiv(acknowledged * WAD, standard);
    }

    /// @notice The capacity that the grace is measured by: it follows the smoothed capacity up at once, and halves the
    /// distance on its way down, so that who reduces keeps its grace for what it was paid before.
    /// @return Billionths of a unit, rounded down.
    function peakAfterDown(uint256 peakScaled, uint256 capacityScaled) internal pure returns (uint256) {
        return Math.max(capacityScaled, (peakScaled + capacityScaled) / 2);
    }

    /// @notice The backlog that a ledger proves: (owed / q - peak * D)+.
    /// @param owed Wei, less what has been acknowledged since it was counted.
    /// @param unitRate q, wei per second and unit; not zero.
    /// @param peakScaled Billionths of a unit.
    /// @param grace D, seconds.
    /// @return Unit-seconds, rounded down, which favours the sink.
    function provenBacklogDown(uint256 owed, uint256 unitRate, uint256 peakScaled, uint256 grace)
        internal
        pure
        returns (uint256)
    {
        return Math.saturatingSub(owed / unitRate, Math.ceilDiv(peakScaled * grace, CapacityMath.SCALE));
    }

    /// @notice Whether a proven backlog has reached nine tenths of capacity times horizon.
    /// @param backlog Unit-seconds; zero is never beyond.
    /// @param capacityScaled Smoothed capacity, billionths of a unit.
    /// @param horizon T, seconds.
    function isBeyondHorizon(uint256 backlog, uint256 capacityScaled, uint256 horizon) internal pure returns (bool) {
        return backlog != 0
            && backlog * CapacityMath.SCALE * BEYOND_DENOMINATOR >= capacityScaled * horizon * BEYOND_NUMERATOR;
    }

    /// @notice What of the pay is unearned: `owed` counts only what is expected, so a sink that owes half of that has not
    /// earned half of its pay; but never more than twice what it owes.
    /// @param received What the sink was paid since nothing was owed, wei.
    /// @param earned What it earned of that, wei of pay.
    /// @return Wei, rounded down, which favours the sink.
    function unearnedDown(uint256 owed, uint256 received, uint256 earned) internal pure returns (uint256) {
        return owed == 0 ? 0 : Math.min(2 * owed, received * owed / (owed + earned));
    }

    /// @notice What unearned pay costs: itself and a tenth.
    /// @return Wei, rounded down, which favours the sink.
    function withPenaltyDown(uint256 unearned) internal pure returns (uint256) {
        return unearned + unearned / PENALTY_DIVISOR;
    }

    /// @notice What a sink pays that takes its bond out: its unearned pay and a tenth, after a doubt of a tenth of what it
    /// was paid and at most half of what it owes.
    /// @param received What it was paid since nothing was owed, wei.
    /// @param earned What it earned of that, wei of pay.
    /// @return Wei, rounded down. The doubt rounds down too; a wei of it is worth two at most.
    function exitChargeDown(uint256 owed, uint256 received, uint256 earned) internal pure returns (uint256) {
        uint256 doubt = Math.min(received / DOUBT_DIVISOR, owed / MAX_DOUBT_DIVISOR);
        return withPenaltyDown(unearnedDown(owed - doubt, received, earned));
    }
}
