// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { console } from "forge-std/console.sol";

import { ICapacityRegistry } from "../../src/interfaces/ICapacityRegistry.sol";
import { ICompletionTracker } from "../../src/interfaces/ICompletionTracker.sol";
import { TaskTypeParameters } from "../../src/types/TaskType.sol";
import { ProtocolTest } from "./ProtocolTest.sol";

/// @notice A market for attacks on evidence and bonds. In an epoch everybody signals, is paid, works at its true rate, is
/// acknowledged by who paid, and a keeper assesses. An attack overrides what its actors do otherwise.
abstract contract AttackTest is ProtocolTest {
    uint256 internal constant Q = UNIT_RATE;

    struct Agent {
        uint256 key;
        address sink;
        uint64 declared;
        /// True service rate, units.
        uint256 rate;
        /// Wei worth of work done since the beginning.
        uint256 delivered;
        uint256 bond;
        bool gone;
    }

    struct Payer {
        uint256 key;
        address account;
        uint256 rate;
    }

    Agent[] internal agents;
    Payer[] internal payers;
    /// What each payer has been worked for by each agent since the beginning, wei.
    mapping(uint256 payer => mapping(uint256 agent => uint256)) internal worked;
    mapping(uint256 payer => mapping(uint256 agent => uint256)) internal claimed;

    function _parameters() internal view virtual override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.verifier = address(tracker);
        parameters.bufferMax = type(uint128).max;
    }

    // ------------------------------------------------------------------------------------------- Who is there

    function _addAgent(uint64 declared, uint256 rate) internal returns (uint256 index) {
        index = agents.length;
        string memory name = string.concat("agent ", vm.toString(index));
        (address sink, uint256 key) = makeAddrAndKey(name);
        _addSink(id, name, declared);
        agents.push(Agent(key, sink, declared, rate, 0, _stakeFor(declared), false));
    }

    function _addAgents(uint256 count, uint64 declared) internal {
        for (uint256 i; i < count; ++i) {
            _addAgent(declared, declared);
        }
    }

    function _addPayer(uint256 rate) internal returns (uint256 index) {
        index = payers.length;
        string memory name = string.concat("payer ", vm.toString(index));
        (, uint256 key) = makeAddrAndKey(name);
        address account = _openStream(id, name, rate);
        payers.push(Payer(key, account, rate));
        escrow.syncSource(id, account);
    }

    // ------------------------------------------------------------------------------------------- What they do

    function _epoch() internal virtual {
        _signalAll();
        skip(EPOCH / 2);
        _rebalance(id);
        skip(EPOCH / 2);
        _workAll();
        _acknowledgeAll();
        _keep();
    }

    function _epochs(uint256 count) internal {
        for (uint256 i; i < count; ++i) {
            _epoch();
        }
    }

    function _signalAll() internal {
        ICapacityRegistry.Attestation[] memory batch = new ICapacityRegistry.Attestation[](agents.length);
        for (uint256 i; i < agents.length; ++i) {
            Agent storage agent = agents[i];
            batch[i] = _attestation(id, agent.sink, agent.key, agent.declared, 0, block.timestamp);
        }
        registry.submitAttestations(id, batch);
    }

    /// @dev Work is done for payers in proportion to their streams.
    function _workAll() internal virtual {
        uint256 total;
        for (uint256 p; p < payers.length; ++p) {
            total += payers[p].rate;
        }
        for (uint256 i; i < agents.length; ++i) {
            uint256 done = agents[i].delivered + agents[i].rate * Q * EPOCH;
            uint256 received = _received(i);
            if (done > received) done = received;
            uint256 fresh = done - agents[i].delivered;
            agents[i].delivered = done;
            for (uint256 p; p < payers.length && total != 0; ++p) {
                worked[p][i] += fresh * payers[p].rate / total;
            }
        }
    }

    function _acknowledgeAll() internal virtual {
        for (uint256 p; p < payers.length; ++p) {
            _acknowledgeFrom(p);
        }
    }

    /// @notice One batch with everything that a payer acknowledges.
    function _acknowledgeFrom(uint256 payer) internal {
        uint256 count;
        ICompletionTracker.Receipt[] memory batch = new ICompletionTracker.Receipt[](agents.length);
        for (uint256 i; i < agents.length; ++i) {
            uint256 claim = _claimOf(payer, i);
            if (claim <= claimed[payer][i]) continue;
            claimed[payer][i] = claim;
            batch[count++] = _receipt(id, payers[payer].key, agents[i].key, uint128(claim));
        }
        assembly ("memory-safe") {
            mstore(batch, count)
        }
        if (count != 0) tracker.acknowledge(id, batch);
    }

    /// @notice What a payer has acknowledged to an agent since the beginning, wei; an attack says otherwise.
    function _claimOf(uint256 payer, uint256 agent) internal view virtual returns (uint256) {
        return worked[payer][agent];
    }

    function _keep() internal virtual {
        for (uint256 i; i < agents.length; ++i) {
            if (!agents[i].gone) stakes.assess(id, agents[i].sink);
        }
    }

    function _depart(uint256 agent) internal {
        address sink = agents[agent].sink;
        (uint256 staked,,) = stakes.bondOf(id, sink);
        vm.startPrank(sink);
        registry.deregisterSink(id);
        if (staked != 0) stakes.requestUnstake(id, staked);
        vm.stopPrank();
        agents[agent].declared = 0;
    }

    /// @notice Takes the bond out; what it gets, wei.
    function _cashIn(uint256 agent) internal returns (uint256 amount) {
        agents[agent].gone = true;
        (, uint256 unbonding,) = stakes.bondOf(id, agents[agent].sink);
        if (unbonding == 0) return 0;
        vm.prank(agents[agent].sink);
        amount = stakes.withdraw(id);
    }

    // ------------------------------------------------------------------------------------------- What came of it

    function _received(uint256 agent) internal view returns (uint256) {
        return distributionPool.getTotalAmountReceivedByMember(agents[agent].sink);
    }

    function _bondLeft(uint256 agent) internal view returns (uint256) {
        (uint256 staked, uint256 unbonding,) = stakes.bondOf(id, agents[agent].sink);
        return staked + unbonding;
    }

    function _assertWhole(uint256 agent) internal view {
        assertEq(_bondLeft(agent), agents[agent].bond, "an honest bond is whole");
    }

    /// @notice A figure of a row, percent.
    function _print(string memory row, uint256 percent) internal pure {
        console.log(string.concat(row, ": %d %%"), percent);
    }

    /// @notice A figure of a row that is no percentage.
    function _printPlain(string memory row, uint256 figure) internal pure {
        console.log(string.concat(row, ": %d"), figure);
    }

    function _printSigned(string memory row, int256 percent) internal pure {
        console.log(string.concat(row, percent < 0 ? ": -%d %%" : ": %d %%"), uint256(percent < 0 ? -percent : percent));
    }
}
