// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { CapacityMath } from "./CapacityMath.sol";

/// @title Ledger: what a sink was paid for and nobody acknowledged
/// @notice Pure arithmetic of spec 9.3 to 9.6. `ts/model/exact.ts` is the second implementation against
/// which every function here is tested.
library LedgerMath {
    /// @dev A sink is beyond the horizon from 9/10 of it on: with backpressure the backlog of a dead sink approaches
    /// capacity times horizon and never quite gets there. It means that less than a tenth of the pay is delivered.
    uint256 internal constant BEYOND_NUMERATOR = 9;
    uint256 internal constant BEYOND_DENOMINATOR = 10;

    /// @dev What is expected of a sink falls by this part of the share of pay that nobody acknowledges. Without it an
    /// honest sink that works a little more than others for those who do not acknowledge would drift beyond the
    /// horizon: what it lacks adds up, what it has too much of is forgotten. Where everything is acknowledged, it is zero.
    uint256 internal constant TOLERANCE_DIVISOR = 10;

    /// @dev A slash takes the unearned amount plus 1/10.
    uint256 internal constant PENALTY_DIVISOR = 10;

    /// @notice One step of the ledger: max(0, owed + pi * (1 - (1 - pi) / 10) * received - acknowledged), with pi the
    /// share of the pool's pay that was acknowledged over the same time. Because only this share is expected of anyone, a
    /// source that withholds acknowledgements hurts nobody (theory 6.2).
    /// @param owed Before, wei.
    /// @param received What the sink was paid meanwhile, wei; below 2^128.
    /// @param acknowledged What was acknowledged to the sink meanwhile, wei.
    /// @param poolPaid What all sinks were paid meanwhile, wei.
    /// @param poolAcknowledged What was acknowledged to all sinks meanwhile, wei; more than `poolPaid` counts as all.
    /// @return After, wei. The expected part rounds down, which favours the sink.
    function oweDown(uint256 owed, uint256 received, uint256 acknowledged, uint256 poolPaid, uint256 poolAcknowledged)
        internal
        pure
        returns (uint256)
    {
        return Math.saturatingSub(owed + expectedDown(received, poolPaid, poolAcknowledged), acknowledged);
    }

    /// @notice pi * (1 - (1 - pi) / 10) * received.
    /// @return Wei, rounded down, which favours the sink.
    function expectedDown(uint256 received, uint256 poolPaid, uint256 poolAcknowledged)
        internal
        pure
        returns (uint256)
    {
        if (poolAcknowledged >= poolPaid) return poolPaid == 0 ? 0 : received;
        uint256 withheld = poolPaid - poolAcknowledged;
        uint256 share = Math.mulDiv(received, poolAcknowledged, poolPaid);
        return Math.mulDiv(share, TOLERANCE_DIVISOR * poolPaid - withheld, TOLERANCE_DIVISOR * poolPaid);
    }

    /// @notice What of the pay is unearned: `owed` counts only the acknowledged share of the pool's pay, so a sink that
    /// owes half of what was expected of it has not earned half of what it was paid.
    /// @param owed Wei.
    /// @param received What the sink was paid since nothing was owed, wei; below 2^128.
    /// @param acknowledged What was acknowledged to it since then, wei.
    /// @return Wei, rounded down, which favours the sink.
    function unearnedDown(uint256 owed, uint256 received, uint256 acknowledged) internal pure returns (uint256) {
        return owed == 0 ? 0 : Math.mulDiv(received, owed, owed + acknowledged);
    }

    /// @notice What may still be acknowledged to a sink: what it was paid and nobody has acknowledged, as far as it fits
    /// the horizon and the grace. More would let receipts that were held back for long raise the pool's share at once.
    /// @param open Wei.
    /// @param unitRate q, wei per second and unit.
    /// @param capacityScaled C, billionths of a unit.
    /// @param time T + D, seconds.
    /// @return Wei, rounded down, which favours the other sinks.
    function keptOpenDown(uint256 open, uint256 unitRate, uint256 capacityScaled, uint256 time)
        internal
        pure
        returns (uint256)
    {
        return Math.min(open, unitRate * capacityScaled * time / CapacityMath.SCALE);
    }

    /// @notice The backlog that the ledger proves: (owed / q - C * D)+. The grace D is what acknowledgements may lag.
    /// @param owed Wei.
    /// @param unitRate q, wei per second and unit; not zero.
    /// @param capacityScaled C, billionths of a unit.
    /// @param grace D, seconds.
    /// @return Unit-seconds, rounded down, which favours the sink.
    function verifiedBacklogDown(uint256 owed, uint256 unitRate, uint256 capacityScaled, uint256 grace)
        internal
        pure
        returns (uint256)
    {
        return Math.saturatingSub(owed / unitRate, Math.ceilDiv(capacityScaled * grace, CapacityMath.SCALE));
    }

    /// @notice Whether a verified backlog has reached nine tenths of capacity times horizon.
    /// @param backlog Unit-seconds; zero is never beyond.
    /// @param capacityScaled Smoothed capacity, billionths of a unit.
    /// @param horizon T, seconds.
    function isBeyondHorizon(uint256 backlog, uint256 capacityScaled, uint256 horizon) internal pure returns (bool) {
        return backlog != 0
            && backlog * CapacityMath.SCALE * BEYOND_DENOMINATOR >= capacityScaled * horizon * BEYOND_NUMERATOR;
    }

    /// @notice What a slash takes: the unearned amount plus 10 %.
    /// @param unearned Wei.
    /// @return Wei, rounded down, which favours the sink.
    function slashAmountDown(uint256 unearned) internal pure returns (uint256) {
        return unearned + unearned / PENALTY_DIVISOR;
    }
}
