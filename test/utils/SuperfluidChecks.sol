// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IERC20Metadata } from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {
    IGeneralDistributionAgreementV1
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/IGeneralDistributionAgreementV1.sol";
import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { ProtocolTest } from "./ProtocolTest.sol";

/// @notice What Superfluid promises about its own books, whoever uses it. Its test suite checks S1, S2 and S3 after every
/// step; they only mean something over all accounts that hold the token or have a stream of it.
abstract contract SuperfluidChecks is ProtocolTest {
    address internal constant LIQUIDATOR = address(uint160(uint256(keccak256("third party"))));

    /// @dev Deposits included: Superfluid keeps them on the account of whoever streams.
    function _S1_LiquiditySumIsTheSupply(ISuperToken token, address[] memory holders) internal view {
        int256 sum;
        for (uint256 i; i < holders.length; ++i) {
            (int256 available, uint256 deposit, uint256 owed,) = token.realtimeBalanceOfNow(holders[i]);
            sum += available + int256(deposit) - int256(owed);
        }
        assertEq(sum, int256(token.totalSupply()), "S1: the sum of all balances and deposits is the supply");
    }

    function _S2_NetFlowsSumToZero(ISuperToken token, address[] memory holders) internal view {
        int256 sum;
        for (uint256 i; i < holders.length; ++i) {
            sum += _netFlow(token, holders[i]);
        }
        assertEq(sum, 0, "S2: what streams out streams in");
    }

    /// @dev In wei of the super token. Together with S1: the underlying covers all balances.
    function _S3_UnderlyingBacksTheSupply(ISuperToken token) internal view {
        IERC20Metadata backing = IERC20Metadata(token.getUnderlyingToken());
        uint256 backed = backing.balanceOf(address(token)) * 10 ** (18 - backing.decimals());
        assertGe(backed, token.totalSupply(), "S3: the underlying backs the supply");
    }

    /// @dev Our contract is the admin of the pool and decides about its units.
    function _S4_ThePoolAddsUp(ISuperfluidPool to, address[] memory members, address[] memory distributors)
        internal
        view
    {
        uint256 units;
        int256 paidOut;
        for (uint256 i; i < members.length; ++i) {
            units += to.getUnits(members[i]);
            paidOut += to.getMemberFlowRate(members[i]);
        }
        assertEq(units, to.getTotalUnits(), "S4: the members' units are all units");
        assertEq(paidOut, to.getTotalFlowRate(), "S4: the members' flows are the pool's flow");

        int256 paidIn;
        for (uint256 i; i < distributors.length; ++i) {
            paidIn += sf.gda.getFlowRate(to.superToken(), distributors[i], to);
        }
        int256 adjustment = sf.gda.getPoolAdjustmentFlowRate(address(to));
        assertEq(paidIn, paidOut + adjustment, "S4: what streams in is paid to members and admin");
    }

    /// @dev Nothing that could be liquidated: no stream of its own, no deposit, no debt.
    function _S5_OwesNothing(ISuperToken token, address account) internal view {
        (int256 available, uint256 deposit, uint256 owed,) = token.realtimeBalanceOfNow(account);
        assertGe(available, 0, "S5: one of our contracts is in debt");
        assertEq(deposit + owed, 0, "S5: one of our contracts has a deposit");
        assertGe(_netFlow(token, account), 0, "S5: one of our contracts streams money away");
        assertFalse(token.isAccountCriticalNow(account), "S5: one of our contracts can be liquidated");
    }

    /// @dev Closes the stream if Superfluid says that it may be closed; tries in vain if not.
    /// @return critical Whether it was closed.
    function _S6_OnlyTheCriticalAreLiquidated(ISuperfluidPool to, address from) internal returns (bool critical) {
        ISuperToken token = ISuperToken(address(to.superToken()));
        critical = token.isAccountCriticalNow(from);
        int96 before = sf.gda.getFlowRate(token, from, to);
        bytes memory call = abi.encodeCall(sf.gda.distributeFlow, (token, from, to, 0, ""));
        if (!critical) vm.expectRevert(IGeneralDistributionAgreementV1.GDA_NON_CRITICAL_SENDER.selector);
        vm.prank(LIQUIDATOR);
        sf.host.callAgreement(sf.gda, call, "");

        (, int96 rate, uint256 deposit) = sf.gda.getFlow(token, from, to);
        assertEq(rate, critical ? int96(0) : before, "S6: closed if and only if critical");
        if (critical) assertEq(deposit, 0, "S6: the deposit of a closed stream");
    }

    function _ours() internal view returns (address[6] memory) {
        return [address(escrow), address(pool), address(stakes), address(registry), address(pipeline), address(tracker)];
    }

    function _netFlow(ISuperToken token, address account) private view returns (int256) {
        return int256(sf.cfa.getNetFlow(token, account)) + sf.gda.getNetFlow(token, account);
    }
}
