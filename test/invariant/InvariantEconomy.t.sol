// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { CapacityChecks } from "./checks/CapacityChecks.sol";
import { MoneyChecks } from "./checks/MoneyChecks.sol";
import { PayChecks } from "./checks/PayChecks.sol";
import { RolesChecks } from "./checks/RolesChecks.sol";
import { StakeChecks } from "./checks/StakeChecks.sol";

/// @notice The economy: one campaign that checks every invariant of it on the way. forge starts a campaign for each
/// `invariant_` function, and the way costs more than most checks.
contract InvariantEconomy is CapacityChecks, MoneyChecks, PayChecks, RolesChecks, StakeChecks {
    uint256 private constant TRIALS = 10;

    /// @dev Always: what is cheap to see. Else one of two: what is dear to see, which are sums and stay wrong if they were
    /// once; or one trial, which acts. What it does is forgotten. Without inline configuration: forge lets a test that has
    /// some write no tallies.
    function invariant_Economy() external {
        _I2_PayNeverExceedsCapacity();
        _I5_SignalsOfAnEpochMakeOneStep();
        _I8_APoolAlwaysHasUnits();
        _I9_DrainsFitTheBucket();
        uint256 chance = uint256(keccak256(abi.encode(world.turns(), block.timestamp)));
        if (chance % 2 == 0) {
            _I1_NoWeiIsCreatedOrLost();
            _I3_WhoIsGoneHasNoUnits();
            _I4_CapacityIsBackedByStake();
            _I18_ClaimsAreCovered();
            _I21_WhoDoesNoWorkGainsNothing();
            _EscrowAndStakesAreSolvent();
        } else {
            _try((chance >> 8) % TRIALS, (chance >> 16) % 3, chance >> 32);
        }
    }

    /// @param pick In which task type.
    function _try(uint256 trial, uint256 pick, uint256 seed) private {
        if (trial == 0) _I3_WhoHasExpiredLosesUnits(pick);
        else if (trial == 1) _I6_BondsStaySlashable(pick);
        else if (trial == 2) _I7_BorrowedStakeEarnsNothing(pick);
        else if (trial == 3) _I9_DepositsQueue();
        else if (trial == 4) _I11_CommitmentsAreBound();
        else if (trial == 5) _I14_OnlyRolesChangeAnything(pick);
        else if (trial == 6) _I15_ClosedSourcesGetEverythingBack(pick);
        else if (trial == 7) _I15_I18_ASynchronisedSourceHasItsPart(pick, seed);
        else if (trial == 8) _I19_TaskTypesAreApart(pick, seed);
        else _I16_AFlashStreamChangesNothing(pick);
    }

    function afterInvariant() external {
        world.report("economy");
    }
}
