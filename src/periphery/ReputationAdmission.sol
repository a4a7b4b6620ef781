// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { IAdmission } from "../interfaces/IAdmission.sol";
import { TaskTypeId } from "../types/TaskType.sol";
import { IIdentityRegistry } from "./interfaces/IIdentityRegistry.sol";
import { IReputationRegistry } from "./interfaces/IReputationRegistry.sol";

/// @title ReputationAdmission: agents that named clients think well of may register as sinks
/// @notice A sink says here which ERC-8004 agent it is (`link`), and the Identity Registry must say the same: the agent's
/// wallet or owner is the sink. The agent is then scored by the latest feedback of each client that this contract was deployed
/// with; nobody else's counts. Terms never change and nobody has a role.
/// @dev Reads two words of each client, never a whole history, so the cost does not grow with what clients write. It swallows
/// no failure of the registries: a sink chooses the gas of its transaction, and could have the opinion that bars it fail.
/// Whatever fails, reverts, and nobody is admitted.
contract ReputationAdmission is IAdmission {
    using SafeCast for uint256;

    /// @dev What six clients cost, in registries behind proxies and all cold, fits an admission's 200,000 gas.
    uint256 public constant MAX_CLIENTS = 6;

    /// @dev Fixed point of scores.
    uint256 private constant SCORE_DECIMALS = 18;

    /// @notice ERC-8004's registries; the second names the first.
    IIdentityRegistry public immutable IDENTITY_REGISTRY;
    IReputationRegistry public immutable REPUTATION_REGISTRY;

    /// @notice The least average of the clients' latest values that is enough, 1e18 = 1.
    int128 public immutable MINIMUM_SCORE;

    /// @notice How many clients must have an opinion.
    uint256 public immutable MINIMUM_OPINIONS;

    /// @notice Hash of the `tag1` that feedback must have to be an opinion; of nothing for any.
    bytes32 public immutable TAG_HASH;

    address[] private _clients;

    /// @dev One more than the agent's id, because there is an agent 0.
    mapping(address sink => uint256) private _agentPlusOne;

    /// @notice `sink` says that it is agent `agentId`.
    event AgentLinked(address indexed sink, uint256 indexed agentId);

    /// @notice Between one and `max` clients.
    error ReputationAdmission_ClientCount(uint256 count, uint256 max);
    /// @notice A client named twice would count twice.
    error ReputationAdmission_ClientNamedTwice(address client);
    /// @notice More opinions than clients can never be, and no opinion is no reputation.
    error ReputationAdmission_OpinionsOutOfRange(uint256 minimum, uint256 clients);
    /// @notice Neither wallet nor owner of the agent is the caller: have the agent's owner call `setAgentWallet`.
    error ReputationAdmission_NotItsAgent(uint256 agentId, address sink);

    /// @param reputationRegistry ERC-8004's, whose Identity Registry is used too.
    /// @param clients Whose feedback counts: one to six accounts.
    /// @param minimumScore See `MINIMUM_SCORE`.
    /// @param minimumOpinions See `MINIMUM_OPINIONS`; at least 1.
    /// @param tag `tag1` of the feedback that counts, as `starred`; empty for any.
    constructor(
        IReputationRegistry reputationRegistry,
        address[] memory clients,
        int128 minimumScore,
        uint256 minimumOpinions,
        string memory tag
    ) {
        if (clients.length == 0 || clients.length > MAX_CLIENTS) {
            revert ReputationAdmission_ClientCount(clients.length, MAX_CLIENTS);
        }
        if (minimumOpinions == 0 || minimumOpinions > clients.length) {
            revert ReputationAdmission_OpinionsOutOfRange(minimumOpinions, clients.length);
        }
        for (uint256 i = 1; i < clients.length; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                if (clients[i] == clients[j]) revert ReputationAdmission_ClientNamedTwice(clients[i]);
            }
        }
        REPUTATION_REGISTRY = reputationRegistry;
        IDENTITY_REGISTRY = IIdentityRegistry(reputationRegistry.getIdentityRegistry());
        MINIMUM_SCORE = minimumScore;
        MINIMUM_OPINIONS = minimumOpinions;
        TAG_HASH = keccak256(bytes(tag));
        _clients = clients;
    }

    /// @notice Says that the caller is agent `agentId`, instead of whichever it was before. To be called before it registers.
    /// @dev Emits `AgentLinked`. Who is admitted is asked for both directions again then.
    function link(uint256 agentId) external {
        if (!_names(agentId, msg.sender)) revert ReputationAdmission_NotItsAgent(agentId, msg.sender);
        _agentPlusOne[msg.sender] = agentId + 1;
        emit AgentLinked(msg.sender, agentId);
    }

    /// @inheritdoc IAdmission
    function admits(TaskTypeId, address sink) external view returns (bool) {
        uint256 plusOne = _agentPlusOne[sink];
        if (plusOne == 0 || !_names(plusOne - 1, sink)) return false;
        (uint256 opinions, int256 sum) = _opinionsOf(plusOne - 1);
        // Compared as sums: an average would round.
        return opinions >= MINIMUM_OPINIONS && sum >= int256(MINIMUM_SCORE) * opinions.toInt256();
    }

    /// @notice Which agent `sink` says that it is. Whether the agent agrees, `admits` asks.
    function agentOf(address sink) external view returns (bool linked, uint256 agentId) {
        uint256 plusOne = _agentPlusOne[sink];
        return plusOne == 0 ? (false, 0) : (true, plusOne - 1);
    }

    /// @notice What the clients think of an agent.
    /// @return opinions How many have an opinion.
    /// @return average Of these, 1e18 = 1, rounded towards zero; 0 without one.
    function scoreOf(uint256 agentId) external view returns (uint256 opinions, int256 average) {
        int256 sum;
        (opinions, sum) = _opinionsOf(agentId);
        average = opinions == 0 ? int256(0) : sum / opinions.toInt256();
    }

    /// @notice Whose feedback counts.
    function trustedClients() external view returns (address[] memory) {
        return _clients;
    }

    function _names(uint256 agentId, address sink) private view returns (bool) {
        return IDENTITY_REGISTRY.getAgentWallet(agentId) == sink || IDENTITY_REGISTRY.ownerOf(agentId) == sink;
    }

    /// @dev A client's latest feedback is its opinion, unless it is revoked or about something else. More than 18 decimals,
    /// which no registry of the standard has, revert.
    function _opinionsOf(uint256 agentId) private view returns (uint256 opinions, int256 sum) {
        uint256 count = _clients.length;
        for (uint256 i = 0; i < count; ++i) {
            address client = _clients[i];
            uint64 last = REPUTATION_REGISTRY.getLastIndex(agentId, client);
            if (last == 0) continue;
            (int128 value, uint8 decimals, string memory tag,, bool isRevoked) =
                REPUTATION_REGISTRY.readFeedback(agentId, client, last);
            if (isRevoked || !_isAbout(tag)) continue;
            ++opinions;
            sum += int256(value) * int256(10 ** (SCORE_DECIMALS - decimals));
        }
    }

    function _isAbout(string memory tag) private view returns (bool) {
        return TAG_HASH == keccak256("") || TAG_HASH == keccak256(bytes(tag));
    }
}
