// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { ProtocolTest } from "../utils/ProtocolTest.sol";
import { SuperfluidChecks } from "../utils/SuperfluidChecks.sol";
import { InvariantTest } from "./InvariantTest.sol";

/// @notice What Superfluid promises holds around us, whatever anybody does, in one campaign.
contract InvariantSuperfluid is InvariantTest, SuperfluidChecks {
    function setUp() public override(InvariantTest, ProtocolTest) {
        super.setUp();
    }

    /// forge-config: default.invariant.runs = 4

    /// forge-config: ci.invariant.runs = 16
    /// forge-config: deep.invariant.runs = 16
    /// forge-config: default.invariant.check-interval = 8
    function invariant_S_SuperfluidKeepsItsPromises() external {
        _checkBooks();
        for (uint256 i; i < ids.length; ++i) {
            _checkLiquidations(world.poolOf(ids[i]));
        }
        _breakAllSources();
        _checkBooks();
    }

    function _checkBooks() private view {
        _checkToken(superToken);
        _checkToken(parameters[2].superToken);
        for (uint256 i; i < ids.length; ++i) {
            ISuperToken token = parameters[i].superToken;
            _S4_ThePoolAddsUp(world.poolOf(ids[i]), _holders(token), _holders(token));
        }
    }

    function _checkToken(ISuperToken token) private view {
        address[] memory holders = _holders(token);
        _S1_LiquiditySumIsTheSupply(token, holders);
        _S2_NetFlowsSumToZero(token, holders);
        _S3_UnderlyingBacksTheSupply(token);
        address[6] memory ours = _ours();
        for (uint256 i; i < ours.length; ++i) {
            _S5_OwesNothing(token, ours[i]);
        }
    }

    function _checkLiquidations(ISuperfluidPool to) private {
        address[] memory sources = world.allSources();
        for (uint256 i; i < sources.length; ++i) {
            if (_rate(to, sources[i]) != 0) _S6_OnlyTheCriticalAreLiquidated(to, sources[i]);
        }
        address[6] memory ours = _ours();
        for (uint256 i; i < ours.length; ++i) {
            assertFalse(_S6_OnlyTheCriticalAreLiquidated(to, ours[i]), "S6: one of our contracts is liquidated");
        }
    }

    /// @dev From wherever the world is: every source spends all it has. In the next second its first stream can be closed,
    /// and the others when even the deposits are gone.
    function _breakAllSources() private {
        address[] memory sources = world.allSources();
        for (uint256 i; i < sources.length; ++i) {
            _spendAll(superToken, sources[i]);
            _spendAll(parameters[2].superToken, sources[i]);
        }
        world.pass(1);
        for (uint256 i; i < sources.length; ++i) {
            _liquidate(world.poolOf(ids[i]), sources[i]);
        }
        world.pass(1 days);
        for (uint256 i; i < 9; ++i) {
            _liquidate(world.poolOf(ids[i / 3]), sources[i % 3]);
        }
        for (uint256 i; i < ids.length; ++i) {
            assertEq(world.poolOf(ids[i]).getTotalFlowRate(), 0, "S6: nothing streams any more");
        }
    }

    function _liquidate(ISuperfluidPool to, address source) private {
        if (_rate(to, source) == 0) return;
        assertTrue(_S6_OnlyTheCriticalAreLiquidated(to, source), "S6: who has nothing left is critical");
    }

    function _spendAll(ISuperToken token, address source) private {
        (int256 available,,,) = token.realtimeBalanceOfNow(source);
        if (available <= 0) return;
        vm.prank(source);
        IERC20(address(token)).transfer(makeAddr("savings"), uint256(available));
    }

    function _rate(ISuperfluidPool to, address source) private view returns (int96) {
        return sf.gda.getFlowRate(to.superToken(), source, to);
    }

    // ------------------------------------------------------------------------------------------- Who holds money

    /// @dev Pools hold what their disconnected members have not claimed; the reward account pays late liquidations.
    function _holders(ISuperToken token) private view returns (address[] memory holders) {
        address[] memory sinks = world.allSinks();
        address[] memory sources = world.allSources();
        address[] memory others = world.allOthers();
        address[6] memory ours = _ours();
        holders = new address[](sinks.length + sources.length + others.length + ours.length + ids.length + 2);
        uint256 count = _append(holders, 0, sinks);
        count = _append(holders, count, sources);
        count = _append(holders, count, others);
        for (uint256 i; i < ours.length; ++i) {
            holders[count++] = ours[i];
        }
        for (uint256 i; i < ids.length; ++i) {
            holders[count++] = address(world.poolOf(ids[i]));
        }
        holders[count++] = LIQUIDATOR;
        holders[count++] = sf.governance.getRewardAddress(sf.host, token);
    }

    function _append(address[] memory list, uint256 count, address[] memory more) private pure returns (uint256) {
        for (uint256 i; i < more.length; ++i) {
            list[count++] = more[i];
        }
        return count;
    }
}
