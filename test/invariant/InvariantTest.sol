// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { IERC20Metadata } from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";
import {
    ISuperTokenFactory
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperTokenFactory.sol";
import { TestToken } from "@superfluid-finance/ethereum-contracts/contracts/utils/TestToken.sol";

import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { HostileToken } from "../utils/HostileToken.sol";
import { ProtocolTest } from "../utils/ProtocolTest.sol";
import { ScriptedVerifier } from "../utils/ScriptedVerifier.sol";
import { World } from "./World.sol";
import { AttackerHandler } from "./handlers/AttackerHandler.sol";
import { GrieferHandler } from "./handlers/GrieferHandler.sol";
import { Handler } from "./handlers/Handler.sol";
import { HostileTokenHandler } from "./handlers/HostileTokenHandler.sol";
import { KeeperHandler } from "./handlers/KeeperHandler.sol";
import { OwnerHandler } from "./handlers/OwnerHandler.sol";
import { SinkHandler } from "./handlers/SinkHandler.sol";
import { SourceHandler } from "./handlers/SourceHandler.sol";
import { StakeHandler } from "./handlers/StakeHandler.sol";
import { TimeHandler } from "./handlers/TimeHandler.sol";
import { VerifierHandler } from "./handlers/VerifierHandler.sol";

/// @notice A living world to start from: three task types, two of them with the same super token and one behind the
/// other; sinks that have ramped up; sources that stream.
abstract contract InvariantTest is ProtocolTest {
    World internal world;
    SinkHandler internal sinkHandler;
    StakeHandler internal stakeHandler;
    VerifierHandler internal verifierHandler;
    SourceHandler internal sourceHandler;
    KeeperHandler internal keeperHandler;
    OwnerHandler internal ownerHandler;
    AttackerHandler internal attackerHandler;
    GrieferHandler internal grieferHandler;
    TimeHandler internal timeHandler;
    Handler[] internal handlers;
    TaskTypeId[] internal ids;
    TaskTypeParameters[] internal parameters;

    function setUp() public virtual override {
        vm.warp(START);
        vm.roll(1000);
        _deploySuperfluid();
        _deployProtocol();
        verifier = new ScriptedVerifier();
        _registerTaskTypes();
        World.Contracts memory contracts = World.Contracts(stakes, registry, pool, escrow, pipeline, sf);
        world = World(_deploy("World", abi.encode(contracts, ids)));
        _createHandlers();
        _animate();
    }

    function _registerTaskTypes() private {
        TaskTypeParameters memory p = _parameters();
        p.verifier = address(verifier);
        p.bufferMax = 5e18;
        parameters.push(p);

        p.unitRate = 3e13;
        p.epochLength = 30;
        p.reportDelay = 30;
        p.horizon = 180;
        p.acknowledgementGrace = 30;
        p.signalTimeToLive = 150;
        p.smoothing = 0.5e18;
        p.minimumStake = 1e18;
        p.bufferMax = 1e18;
        parameters.push(p);

        // Rounding bites: few wei per second and unit, odd numbers.
        p.superToken = _secondToken();
        p.unitRate = 1e11 + 7;
        p.epochLength = 127;
        p.reportDelay = 0;
        p.horizon = 701;
        p.acknowledgementGrace = 31;
        p.signalTimeToLive = 2 hours;
        p.smoothing = 1e18;
        p.minimumStake = 1;
        p.bufferMax = 1e11 + 1;
        parameters.push(p);

        string[3] memory names = ["inference", "embedding", "render"];
        for (uint256 i; i < 3; ++i) {
            ids.push(_registerTaskType(parameters[i], names[i]));
        }
    }

    function _secondToken() private returns (ISuperToken) {
        TestToken token = new TestToken("Euro", "EUR", 18, type(uint256).max);
        return sf.superTokenFactory
            .createERC20Wrapper(
                IERC20Metadata(address(token)),
                18,
                ISuperTokenFactory.Upgradability.SEMI_UPGRADABLE,
                "Super EUR",
                "EURx",
                owner
            );
    }

    function _createHandlers() private {
        handlers.push(sinkHandler = SinkHandler(_deploy("SinkHandler", abi.encode(world))));
        handlers.push(stakeHandler = StakeHandler(_deploy("StakeHandler", abi.encode(world))));
        handlers.push(verifierHandler = VerifierHandler(_deploy("VerifierHandler", abi.encode(world))));
        handlers.push(sourceHandler = SourceHandler(_deploy("SourceHandler", abi.encode(world))));
        handlers.push(keeperHandler = KeeperHandler(_deploy("KeeperHandler", abi.encode(world))));
        handlers.push(ownerHandler = OwnerHandler(_deploy("OwnerHandler", abi.encode(world, creator))));
        handlers.push(attackerHandler = AttackerHandler(_deploy("AttackerHandler", abi.encode(world))));
        handlers.push(grieferHandler = GrieferHandler(_deploy("GrieferHandler", abi.encode(world))));
        handlers.push(_createHostileTokenHandler());
        handlers.push(timeHandler = TimeHandler(_deploy("TimeHandler", abi.encode(world))));
        for (uint256 i; i < handlers.length; ++i) {
            targetContract(address(handlers[i]));
            targetSelector(FuzzSelector(address(handlers[i]), handlers[i].selectors()));
        }
    }

    function _createHostileTokenHandler() private returns (HostileTokenHandler) {
        bytes memory logic = abi.encode(sf.superTokenFactory.getSuperTokenLogic());
        HostileToken token = HostileToken(payable(_deploy("HostileToken", logic)));
        ISuperToken(address(token)).initialize(IERC20(address(0)), 18, "Hostile", "HOST");
        TaskTypeParameters memory p = parameters[0];
        p.superToken = ISuperToken(address(token));
        p.verifier = address(verifier);
        p.bufferMax = 1e18;
        TaskTypeId id = _registerTaskType(p, "hostile");
        return HostileTokenHandler(_deploy("HostileTokenHandler", abi.encode(world, token, id)));
    }

    /// @dev Not `new`: that would compile every handler into every campaign again.
    function _deploy(string memory name, bytes memory arguments) internal returns (address) {
        return vm.deployCode(string.concat(name, ".sol:", name), arguments);
    }

    function _animate() private {
        for (uint256 i; i < 3; ++i) {
            for (uint256 s; s < 3; ++s) {
                sinkHandler.join(i, s, 200 * (s + 1));
            }
            sourceHandler.open(i, i, i);
            sourceHandler.open(i, i + 1, 10 + i);
        }
        ownerHandler.setDownstream(0.8e18, 1);
        for (uint256 i; i < 3; ++i) {
            sinkHandler.signalAll(i, 3);
        }
        sinkHandler.signalAll(0, 3);
        keeperHandler.propagate();
    }
}
