// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ISuperfluid } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperfluid.sol";
import { Script } from "forge-std/Script.sol";
import { VmSafe } from "forge-std/Vm.sol";

import { BackpressurePool } from "../src/BackpressurePool.sol";
import { CapacityRegistry } from "../src/CapacityRegistry.sol";
import { CompletionTracker } from "../src/CompletionTracker.sol";
import { EscrowBuffer } from "../src/EscrowBuffer.sol";
import { Pipeline } from "../src/Pipeline.sol";
import { StakeManager } from "../src/StakeManager.sol";
import { IBackpressurePool } from "../src/interfaces/IBackpressurePool.sol";
import { ICapacityRegistry } from "../src/interfaces/ICapacityRegistry.sol";
import { ICompletionTracker } from "../src/interfaces/ICompletionTracker.sol";
import { IEscrowBuffer } from "../src/interfaces/IEscrowBuffer.sol";
import { IPipeline } from "../src/interfaces/IPipeline.sol";
import { IStakeManager } from "../src/interfaces/IStakeManager.sol";
import { ProtocolAddresses } from "../src/types/ProtocolAddresses.sol";

/// @title Deploy: the one source of truth for how the protocol is put together
/// @notice The contracts know each other as immutables, so their addresses are computed first, from the deployer's
/// nonce, and checked as each one is created. Tests and the main job deploy through this script too.
///
///     SUPERFLUID_HOST=0x… OWNER=0x… forge script script/Deploy.s.sol --rpc-url … --broadcast
contract Deploy is Script {
    /// @notice Superfluid runs on this chain at an address this script does not know; set SUPERFLUID_HOST.
    error Deploy_UnknownHost(uint256 chainId);
    /// @notice A contract did not land where the others expect it: something else used the deployer's nonce meanwhile.
    error Deploy_AddressMismatch(address predicted, address actual);

    /// @notice Deploys from the broadcasting account and, if it really broadcasts, writes `deployments/<chainId>.json`,
    /// unless RECORD=false says that the chain is thrown away.
    function run() external returns (ProtocolAddresses memory addresses) {
        ISuperfluid host = ISuperfluid(vm.envOr("SUPERFLUID_HOST", _knownHost()));
        if (address(host).code.length == 0) revert Deploy_UnknownHost(block.chainid);
        vm.startBroadcast();
        (, address deployer,) = vm.readCallers();
        address owner = vm.envOr("OWNER", deployer);
        addresses = deploy(host, owner);
        vm.stopBroadcast();
        // Neither a rehearsal nor a chain that is thrown away must overwrite what was really deployed.
        bool isRecorded = vm.envOr("RECORD", true);
        if (isRecorded && vm.isContext(VmSafe.ForgeContext.ScriptBroadcast)) _write(addresses, owner);
    }

    /// @notice Deploys the six contracts from the current caller (the broadcaster, or this script in a test).
    /// @param owner Who may set the fee, the only global power.
    function deploy(ISuperfluid host, address owner) public returns (ProtocolAddresses memory addresses) {
        (VmSafe.CallerMode mode, address sender,) = vm.readCallers();
        addresses = _predict(mode == VmSafe.CallerMode.None ? address(this) : sender, host);
        _check(address(addresses.stakeManager), address(new StakeManager(addresses)));
        _check(address(addresses.capacityRegistry), address(new CapacityRegistry(addresses)));
        _check(address(addresses.backpressurePool), address(new BackpressurePool(addresses, owner)));
        _check(address(addresses.escrowBuffer), address(new EscrowBuffer(addresses)));
        _check(address(addresses.pipeline), address(new Pipeline(addresses)));
        _check(address(addresses.completionTracker), address(new CompletionTracker(addresses)));
    }

    function _predict(address deployer, ISuperfluid host) private view returns (ProtocolAddresses memory) {
        uint256 nonce = vm.getNonce(deployer);
        return ProtocolAddresses({
            host: host,
            stakeManager: IStakeManager(vm.computeCreateAddress(deployer, nonce)),
            capacityRegistry: ICapacityRegistry(vm.computeCreateAddress(deployer, nonce + 1)),
            backpressurePool: IBackpressurePool(vm.computeCreateAddress(deployer, nonce + 2)),
            escrowBuffer: IEscrowBuffer(vm.computeCreateAddress(deployer, nonce + 3)),
            pipeline: IPipeline(vm.computeCreateAddress(deployer, nonce + 4)),
            completionTracker: ICompletionTracker(vm.computeCreateAddress(deployer, nonce + 5))
        });
    }

    function _check(address predicted, address actual) private pure {
        if (predicted != actual) revert Deploy_AddressMismatch(predicted, actual);
    }

    function _knownHost() private view returns (address) {
        if (block.chainid == 8453) return 0x4C073B3baB6d8826b8C5b229f3cfdC1eC6E47E74;
        if (block.chainid == 84_532) return 0x109412E3C84f0539b43d39dB691B08c90f58dC7c;
        return address(0);
    }

    function _write(ProtocolAddresses memory addresses, address owner) private {
        string memory json = "deployment";
        vm.serializeUint(json, "chainId", block.chainid);
        vm.serializeUint(json, "block", block.number);
        vm.serializeAddress(json, "owner", owner);
        vm.serializeAddress(json, "host", address(addresses.host));
        vm.serializeAddress(json, "stakeManager", address(addresses.stakeManager));
        vm.serializeAddress(json, "capacityRegistry", address(addresses.capacityRegistry));
        vm.serializeAddress(json, "backpressurePool", address(addresses.backpressurePool));
        vm.serializeAddress(json, "escrowBuffer", address(addresses.escrowBuffer));
        vm.serializeAddress(json, "pipeline", address(addresses.pipeline));
        json = vm.serializeAddress(json, "completionTracker", address(addresses.completionTracker));
        vm.writeJson(json, string.concat("deployments/", vm.toString(block.chainid), ".json"));
    }
}
