// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IERC721Errors } from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import { ERC1967Proxy } from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import { stdError } from "forge-std/StdError.sol";

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { ReputationAdmission } from "../../../src/periphery/ReputationAdmission.sol";
import { IIdentityRegistry } from "../../../src/periphery/interfaces/IIdentityRegistry.sol";
import { IReputationRegistry } from "../../../src/periphery/interfaces/IReputationRegistry.sol";
import { TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { ProtocolTest } from "../../utils/ProtocolTest.sol";
import { PublishedIdentityRegistry } from "../../utils/PublishedIdentityRegistry.sol";
import { PublishedReputationRegistry } from "../../utils/PublishedReputationRegistry.sol";
import { ScriptedRegistries } from "../../utils/ScriptedRegistries.sol";

contract ReputationAdmissionTest is ProtocolTest {
    string private constant TAG = "starred";
    int128 private constant MINIMUM = 70e18;
    uint256 private constant ADMISSION_GAS = 200_000;

    address[] private implementations;
    PublishedIdentityRegistry private identities;
    PublishedReputationRegistry private reputations;
    address private sink;
    uint256 private sinkKey;
    address[] private clients;

    function setUp() public override {
        super.setUp();
        (sink, sinkKey) = makeAddrAndKey("sink");
        // Behind proxies, as they are deployed.
        bytes memory anything = abi.encodeCall(PublishedIdentityRegistry.getAgentWallet, (0));
        identities = PublishedIdentityRegistry(_behindProxy(address(new PublishedIdentityRegistry()), anything));
        bytes memory initialise = abi.encodeCall(PublishedReputationRegistry.initialize, (address(identities)));
        reputations = PublishedReputationRegistry(_behindProxy(address(new PublishedReputationRegistry()), initialise));
        for (uint256 i = 0; i < 6; ++i) {
            clients.push(makeAddr(string.concat("client", vm.toString(i))));
        }
    }

    function _behindProxy(address implementation, bytes memory firstCall) private returns (address) {
        implementations.push(implementation);
        return address(new ERC1967Proxy(implementation, firstCall));
    }

    function _clients(uint256 count) private view returns (address[] memory some) {
        some = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            some[i] = clients[i % 6];
        }
    }

    function _deploy(uint256 count, uint256 opinions) private returns (ReputationAdmission) {
        return new ReputationAdmission(reputations, _clients(count), MINIMUM, opinions, TAG);
    }

    function _agentOf(address owner_) private returns (uint256 agentId) {
        vm.prank(owner_);
        return identities.register("");
    }

    /// @notice The agent of the sink, linked.
    function _link(ReputationAdmission admission) private returns (uint256 agentId) {
        agentId = _agentOf(sink);
        vm.prank(sink);
        admission.link(agentId);
    }

    function _rate(address client, uint256 agentId, int128 value, uint8 decimals, string memory tag) private {
        vm.prank(client);
        reputations.giveFeedback(agentId, value, decimals, tag, "", "", "", "");
    }

    function _rate(address client, uint256 agentId, int128 value) private {
        _rate(client, agentId, value, 0, TAG);
    }

    // ------------------------------------------------------------------------------------------- Terms

    function test_GivenItsTerms() external {
        ReputationAdmission admission = _deploy(3, 2);
        assertEq(address(admission.REPUTATION_REGISTRY()), address(reputations));
        assertEq(address(admission.IDENTITY_REGISTRY()), address(identities));
        assertEq(admission.MINIMUM_SCORE(), MINIMUM);
        assertEq(admission.MINIMUM_OPINIONS(), 2);
        assertEq(admission.TAG_HASH(), keccak256(bytes(TAG)));
        assertEq(admission.trustedClients(), _clients(3));
    }

    function testFuzz_RevertGiven_NoClientOrTooMany(uint256 count) external {
        uint256[2] memory counts = [0, bound(count, 7, 200)];
        for (uint256 i; i < counts.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(ReputationAdmission.ReputationAdmission_ClientCount.selector, counts[i], 6)
            );
            _deploy(counts[i], 1);
        }
    }

    function testFuzz_RevertGiven_AClientNamedTwice(uint256 one, uint256 other) external {
        one = bound(one, 0, 5);
        other = bound(other, 0, 5);
        vm.assume(one != other);
        address[] memory named = _clients(6);
        named[one] = named[other];
        vm.expectRevert(
            abi.encodeWithSelector(ReputationAdmission.ReputationAdmission_ClientNamedTwice.selector, named[other])
        );
        new ReputationAdmission(reputations, named, MINIMUM, 1, TAG);
    }

    function testFuzz_RevertGiven_TooFewOrTooManyOpinionsAreAskedFor(uint256 count, uint256 opinions) external {
        count = bound(count, 1, 6);
        opinions = opinions % 2 == 0 ? 0 : bound(opinions, count + 1, type(uint256).max);
        vm.expectRevert(
            abi.encodeWithSelector(ReputationAdmission.ReputationAdmission_OpinionsOutOfRange.selector, opinions, count)
        );
        _deploy(count, opinions);
    }

    // ------------------------------------------------------------------------------------------- Link

    function test_RevertGiven_NeitherItsWalletNorItsOwnerIsTheSink() external {
        ReputationAdmission admission = _deploy(1, 1);
        uint256 agentId = _agentOf(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(ReputationAdmission.ReputationAdmission_NotItsAgent.selector, agentId, sink)
        );
        vm.prank(sink);
        admission.link(agentId);
    }

    function testFuzz_RevertGiven_ThereIsNoSuchAgent(uint256 agentId) external {
        ReputationAdmission admission = _deploy(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, agentId));
        vm.prank(sink);
        admission.link(agentId);
    }

    function test_GivenItsOwnerIsTheSink() external {
        ReputationAdmission admission = _deploy(1, 1);
        // Its wallet is another's.
        uint256 agentId = _agentOf(sink);
        vm.prank(sink);
        identities.unsetAgentWallet(agentId);
        assertEq(agentId, 0, "the first agent has number 0");

        vm.expectEmit(address(admission));
        emit ReputationAdmission.AgentLinked(sink, agentId);
        vm.prank(sink);
        admission.link(agentId);
        (bool linked, uint256 named) = admission.agentOf(sink);
        assertTrue(linked);
        assertEq(named, agentId);
        _rate(clients[0], agentId, 70);
        assertTrue(admission.admits(id, sink));
    }

    function test_GivenItsWalletIsTheSink() external {
        ReputationAdmission admission = _deploy(1, 1);
        uint256 agentId = _agentOf(creator);
        _setWallet(agentId, creator);
        vm.prank(sink);
        admission.link(agentId);
        _rate(clients[0], agentId, 70);
        assertTrue(admission.admits(id, sink));
        assertFalse(admission.admits(id, creator), "whose agent it is, but who has not linked it");
    }

    function test_WhenASinkLinksAnotherAgent() external {
        ReputationAdmission admission = _deploy(1, 1);
        uint256 first = _link(admission);
        _rate(clients[0], first, 100);
        uint256 second = _link(admission);
        (, uint256 named) = admission.agentOf(sink);
        assertEq(named, second);
        assertFalse(admission.admits(id, sink));
    }

    function testFuzz_GivenASinkHasLinkedNoAgent(address other) external {
        vm.assume(other != sink);
        ReputationAdmission admission = _deploy(1, 1);
        _rate(clients[0], _link(admission), 100);
        (bool linked, uint256 agentId) = admission.agentOf(other);
        assertFalse(linked);
        assertEq(agentId, 0);
        assertFalse(admission.admits(id, other));
    }

    function test_GivenTheAgentNamesItNoMore() external {
        ReputationAdmission admission = _deploy(1, 1);
        uint256 agentId = _link(admission);
        _rate(clients[0], agentId, 100);
        assertTrue(admission.admits(id, sink));
        vm.prank(sink);
        identities.transferFrom(sink, creator, agentId);
        assertFalse(admission.admits(id, sink));
    }

    // ------------------------------------------------------------------------------------------- Score

    function testFuzz_GivenOpinions(uint256 count, int128[6] memory values, uint8[6] memory decimals) external {
        count = bound(count, 1, 6);
        ReputationAdmission admission = _deploy(count, count);
        uint256 agentId = _link(admission);
        (uint256 none, int256 nothing) = admission.scoreOf(agentId);
        assertEq(none, 0);
        assertEq(nothing, 0);
        int256 sum;
        for (uint256 i = 0; i < count; ++i) {
            decimals[i] = uint8(bound(decimals[i], 0, 18));
            // Around the minimum, so that both answers come.
            int256 scale = int256(10 ** decimals[i]);
            values[i] = int128(bound(values[i], 50 * scale, 90 * scale));
            _rate(clients[i], agentId, values[i], decimals[i], TAG);
            sum += int256(values[i]) * (1e18 / scale);
        }
        (uint256 opinions, int256 average) = admission.scoreOf(agentId);
        assertEq(opinions, count);
        assertEq(average, sum / int256(count));
        assertEq(admission.admits(id, sink), sum >= int256(count) * MINIMUM);
    }

    function test_GivenTooFewOpinions() external {
        ReputationAdmission admission = _deploy(3, 2);
        uint256 agentId = _link(admission);
        _rate(clients[2], agentId, 100);
        assertFalse(admission.admits(id, sink));
        _rate(clients[0], agentId, 100);
        assertTrue(admission.admits(id, sink));
    }

    function testFuzz_GivenStrangersPraiseIt(address[] calldata strangers, int128 value) external {
        ReputationAdmission admission = _deploy(1, 1);
        uint256 agentId = _link(admission);
        value = int128(bound(value, -1e38, 1e38));
        for (uint256 i = 0; i < strangers.length && i < 20; ++i) {
            if (strangers[i] == sink || strangers[i] == clients[0]) continue;
            _rate(strangers[i], agentId, value);
        }
        (uint256 opinions,) = admission.scoreOf(agentId);
        assertEq(opinions, 0);
        assertFalse(admission.admits(id, sink));
    }

    function testFuzz_GivenAClientChangesItsMind(uint8 times, int128 last) external {
        ReputationAdmission admission = _deploy(1, 1);
        uint256 agentId = _link(admission);
        for (uint256 i = 0; i < times; ++i) {
            _rate(clients[0], agentId, 100);
        }
        last = int128(bound(last, -1e38, 1e38));
        _rate(clients[0], agentId, last);
        (, int256 average) = admission.scoreOf(agentId);
        assertEq(average, int256(last) * 1e18);
        assertEq(admission.admits(id, sink), last >= 70);
    }

    function test_GivenAClientRevokesItsLatest() external {
        ReputationAdmission admission = _deploy(1, 1);
        uint256 agentId = _link(admission);
        _rate(clients[0], agentId, 100);
        _rate(clients[0], agentId, 90);
        vm.prank(clients[0]);
        reputations.revokeFeedback(agentId, 2);
        assertFalse(admission.admits(id, sink));
    }

    function test_GivenFeedbackAboutSomethingElse() external {
        ReputationAdmission admission = _deploy(1, 1);
        uint256 agentId = _link(admission);
        _rate(clients[0], agentId, 100, 0, "uptime");
        assertFalse(admission.admits(id, sink));
    }

    function test_GivenAnyTagWillDo() external {
        ReputationAdmission admission = new ReputationAdmission(reputations, _clients(1), MINIMUM, 1, "");
        uint256 agentId = _link(admission);
        _rate(clients[0], agentId, 100, 0, "uptime");
        assertTrue(admission.admits(id, sink));
    }

    function testFuzz_RevertGiven_MoreThan18Decimals(uint8 decimals) external {
        decimals = uint8(bound(decimals, 19, 255));
        ScriptedRegistries registries = new ScriptedRegistries(sink);
        ReputationAdmission admission = _scripted(registries);
        registries.spoil(
            IReputationRegistry.readFeedback.selector,
            ScriptedRegistries.Manner.Rambles,
            abi.encode(int128(100), decimals, "", "", false)
        );
        vm.expectRevert(stdError.arithmeticError);
        admission.admits(id, sink);
    }

    // ------------------------------------------------------------------------------------------- In a pool

    function test_GivenATaskTypeNamesIt() external {
        ReputationAdmission admission = _deploy(2, 1);
        _useInPool(address(admission));
        uint256 agentId = _link(admission);
        _rate(clients[1], agentId, 69);
        _expectNotAdmitted(address(admission));
        _register(gasleft());
        _rate(clients[1], agentId, 70);
        _register(gasleft());
        assertTrue(registry.sinkOf(id, sink).registered);

        // Asked once: a bad opinion later removes nobody.
        _rate(clients[1], agentId, -1000);
        _signal(id, sink, 0, 0);
    }

    function test_GivenAsManyClientsAsThereMayBe() external {
        ReputationAdmission admission = _deploy(6, 6);
        _useInPool(address(admission));
        uint256 agentId = _agentOf(sink);
        // Owner, not wallet: so both are asked.
        vm.prank(sink);
        identities.unsetAgentWallet(agentId);
        vm.prank(sink);
        admission.link(agentId);
        for (uint256 i = 0; i < 6; ++i) {
            for (uint256 j = 0; j < 10; ++j) {
                vm.prank(clients[i]);
                reputations.giveFeedback(agentId, 100, 0, TAG, "31 bytes and they fit in a slot", "", "", "");
            }
        }
        _cool(address(admission));
        uint256 gas = gasleft();
        assertTrue(admission.admits(id, sink));
        uint256 used = gas - gasleft();
        emit log_named_uint("gas of an admission with 6 clients, all cold", used);
        assertLt(used, ADMISSION_GAS * 9 / 10);

        _cool(address(admission));
        _register(gasleft());
        assertTrue(registry.sinkOf(id, sink).registered);
    }

    function testFuzz_GivenARegistryFails(uint256 which, uint256 seed, bytes calldata rambling) external {
        bytes4[4] memory selectors = [
            IIdentityRegistry.getAgentWallet.selector,
            IIdentityRegistry.ownerOf.selector,
            IReputationRegistry.getLastIndex.selector,
            IReputationRegistry.readFeedback.selector
        ];
        ScriptedRegistries registries = new ScriptedRegistries(sink);
        ReputationAdmission admission = _scripted(registries);
        _useInPool(address(admission));
        assertTrue(admission.admits(id, sink), "which it would but for this");

        // Too short for any of the answers, or a pointer far beyond the end.
        bytes memory answer = rambling.length < 32
            ? bytes(rambling)
            : abi.encode(type(uint256).max, type(uint256).max, type(uint256).max, type(uint256).max, 2);
        ScriptedRegistries.Manner manner = ScriptedRegistries.Manner(bound(seed, 1, 3));
        registries.spoil(selectors[which % 4], manner, answer);
        _expectNotAdmitted(address(admission));
        uint256 gas = gasleft();
        _register(gas);
        assertLt(gas - gasleft(), 300_000, "and cannot burn more than it is given");
    }

    function testFuzz_GivenASinkWithLittleGas(uint256 gas) external {
        ReputationAdmission admission = _deploy(6, 1);
        _useInPool(address(admission));
        uint256 agentId = _link(admission);
        // The last that is asked bars it.
        for (uint256 i = 0; i < 6; ++i) {
            _rate(clients[i], agentId, i == 5 ? -1000 : int128(100));
        }
        gas = bound(gas, 1000, 400_000);
        (bool success, bytes memory answer) =
            address(admission).staticcall{ gas: gas }(abi.encodeCall(admission.admits, (id, sink)));
        assertFalse(success && abi.decode(answer, (bool)));
        vm.expectRevert();
        _register(gas);
    }

    function _scripted(ScriptedRegistries registries) private returns (ReputationAdmission admission) {
        admission = new ReputationAdmission(IReputationRegistry(address(registries)), _clients(1), MINIMUM, 1, "");
        vm.prank(sink);
        admission.link(5);
    }

    function _useInPool(address admission) private {
        TaskTypeParameters memory parameters = _parameters();
        parameters.admission = admission;
        id = _registerTaskType(parameters, "well spoken of");
        _stake(id, sink, MINIMUM_STAKE);
    }

    function _register(uint256 gas) private {
        vm.prank(sink);
        registry.registerSink{ gas: gas }(id, "");
    }

    function _expectNotAdmitted(address admission) private {
        vm.expectRevert(
            abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_NotAdmitted.selector, id, sink, admission)
        );
    }

    function _setWallet(uint256 agentId, address owner_) private {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("ERC8004IdentityRegistry"),
                keccak256("1"),
                block.chainid,
                address(identities)
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256("AgentWalletSet(uint256 agentId,address newWallet,address owner,uint256 deadline)"),
                agentId,
                sink,
                owner_,
                block.timestamp
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(sinkKey, keccak256(abi.encodePacked(hex"1901", domain, message)));
        vm.prank(owner_);
        identities.setAgentWallet(agentId, sink, block.timestamp, abi.encodePacked(r, s, v));
    }

    function _cool(address admission) private {
        vm.cool(admission);
        vm.cool(address(identities));
        vm.cool(address(reputations));
        vm.cool(implementations[0]);
        vm.cool(implementations[1]);
    }
}
