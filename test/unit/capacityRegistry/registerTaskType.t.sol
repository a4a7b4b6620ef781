// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import { ISuperToken } from "@superfluid-finance/ethereum-contracts/contracts/interfaces/superfluid/ISuperToken.sol";

import { ICapacityRegistry } from "../../../src/interfaces/ICapacityRegistry.sol";
import { TaskTypeLib } from "../../../src/libraries/TaskTypeLib.sol";
import { TaskTypeId, TaskTypeParameters } from "../../../src/types/TaskType.sol";
import { VerifierTerms } from "../../../src/types/VerifierTerms.sol";
import { CapacityTest } from "../../utils/CapacityTest.sol";

/// @dev The bounds stand here as plain numbers, so that a change in the library shows.
contract RegisterTaskTypeTest is CapacityTest {
    TaskTypeParameters internal parameters;

    function setUp() public override {
        super.setUp();
        parameters = _parameters();
    }

    // ------------------------------------------------------------------------------------------- Ranges

    function testFuzz_RevertWhen_TheUnitRateIsTooLow(uint96 rate) external {
        uint96[2] memory rates = [uint96(bound(rate, 0, 1e11 - 1)), 1e11 - 1];
        for (uint256 i; i < rates.length; ++i) {
            parameters.unitRate = rates[i];
            _expectUnitRateOutOfRange(rates[i]);
        }
    }

    function testFuzz_RevertWhen_TheUnitRateIsTooHigh(uint96 rate) external {
        uint96[2] memory rates = [uint96(bound(rate, 1e24 + 1, type(uint96).max)), 1e24 + 1];
        for (uint256 i; i < rates.length; ++i) {
            parameters.unitRate = rates[i];
            _expectUnitRateOutOfRange(rates[i]);
        }
    }

    function testFuzz_RevertWhen_TheEpochIsTooShort(uint32 epoch) external {
        uint32[2] memory epochs = [uint32(bound(epoch, 0, 11)), 11];
        for (uint256 i; i < epochs.length; ++i) {
            parameters.epochLength = epochs[i];
            _expectEpochLengthOutOfRange(epochs[i]);
        }
    }

    function testFuzz_RevertWhen_TheEpochIsTooLong(uint32 epoch) external {
        uint32[2] memory epochs = [uint32(bound(epoch, 1 days + 1, type(uint32).max)), 1 days + 1];
        for (uint256 i; i < epochs.length; ++i) {
            parameters.epochLength = epochs[i];
            _expectEpochLengthOutOfRange(epochs[i]);
        }
    }

    function testFuzz_RevertWhen_TheReportDelayIsTooLong(uint32 delay) external {
        uint32[2] memory delays = [uint32(bound(delay, 1 days + 1, type(uint32).max)), 1 days + 1];
        for (uint256 i; i < delays.length; ++i) {
            parameters.reportDelay = delays[i];
            _expectRevert(abi.encodeWithSelector(TaskTypeLib.TaskType_ReportDelayTooLong.selector, delays[i], 1 days));
        }
    }

    /// @dev e * (60 + 60) = 326.19...
    function testFuzz_RevertWhen_TheHorizonIsTooShort(uint32 horizon) external {
        uint32[2] memory horizons = [uint32(bound(horizon, 0, 326)), 326];
        for (uint256 i; i < horizons.length; ++i) {
            parameters.horizon = horizons[i];
            _expectHorizonOutOfRange(horizons[i]);
        }
    }

    function testFuzz_RevertWhen_TheHorizonIsTooLong(uint32 horizon) external {
        uint32[2] memory horizons = [uint32(bound(horizon, 30 days + 1, type(uint32).max)), 30 days + 1];
        for (uint256 i; i < horizons.length; ++i) {
            parameters.horizon = horizons[i];
            _expectHorizonOutOfRange(horizons[i]);
        }
    }

    function testFuzz_RevertWhen_TheAcknowledgementGraceIsTooShort(uint32 grace) external {
        uint32[2] memory graces = [uint32(bound(grace, 0, 29)), 29];
        for (uint256 i; i < graces.length; ++i) {
            parameters.acknowledgementGrace = graces[i];
            _expectGraceOutOfRange(graces[i]);
        }
    }

    function testFuzz_RevertWhen_TheAcknowledgementGraceIsTooLong(uint32 grace) external {
        uint32[2] memory graces = [uint32(bound(grace, 30 days + 1, type(uint32).max)), 30 days + 1];
        for (uint256 i; i < graces.length; ++i) {
            parameters.acknowledgementGrace = graces[i];
            _expectGraceOutOfRange(graces[i]);
        }
    }

    function testFuzz_RevertWhen_TheReceiptEpochsAreTooFew(uint32 epochs) external {
        uint32[2] memory few = [uint32(bound(epochs, 0, 1)), 1];
        for (uint256 i; i < few.length; ++i) {
            parameters.receiptEpochs = few[i];
            _expectReceiptEpochsOutOfRange(few[i]);
        }
    }

    function testFuzz_RevertWhen_TheReceiptEpochsAreTooMany(uint32 epochs) external {
        uint32[2] memory many = [uint32(bound(epochs, 61, type(uint32).max)), 61];
        for (uint256 i; i < many.length; ++i) {
            parameters.receiptEpochs = many[i];
            _expectReceiptEpochsOutOfRange(many[i]);
        }
    }

    /// @dev A signal lives at least V epochs, or at least h + d, whichever is longer.
    function testFuzz_RevertWhen_TheTimeToLiveIsShorterThanTheReceiptInterval(uint32 timeToLive, uint32 epochs)
        external
    {
        parameters.receiptEpochs = uint32(bound(epochs, 3, 60));
        uint256 interval = parameters.receiptEpochs * EPOCH;
        parameters.signalTimeToLive = uint32(bound(timeToLive, 0, interval - 1));
        _expectRevert(
            abi.encodeWithSelector(
                TaskTypeLib.TaskType_SignalTimeToLiveOutOfRange.selector, parameters.signalTimeToLive, interval, 30 days
            )
        );
    }

    function testFuzz_RevertWhen_TheTimeToLiveIsTooShort(uint32 timeToLive) external {
        uint32[2] memory times = [uint32(bound(timeToLive, 0, 119)), 119];
        parameters.receiptEpochs = 2;
        for (uint256 i; i < times.length; ++i) {
            parameters.signalTimeToLive = times[i];
            _expectTimeToLiveOutOfRange(times[i]);
        }
    }

    function testFuzz_RevertWhen_TheTimeToLiveIsTooLong(uint32 timeToLive) external {
        uint32[2] memory times = [uint32(bound(timeToLive, 30 days + 1, type(uint32).max)), 30 days + 1];
        parameters.receiptEpochs = 2;
        for (uint256 i; i < times.length; ++i) {
            parameters.signalTimeToLive = times[i];
            _expectTimeToLiveOutOfRange(times[i]);
        }
    }

    function testFuzz_RevertWhen_TheSmoothingIsTooWeak(uint64 smoothing) external {
        uint64[2] memory smoothings = [uint64(bound(smoothing, 0, 0.01e18 - 1)), 0.01e18 - 1];
        for (uint256 i; i < smoothings.length; ++i) {
            parameters.smoothing = smoothings[i];
            _expectSmoothingOutOfRange(smoothings[i]);
        }
    }

    function testFuzz_RevertWhen_TheSmoothingIsAboveOne(uint64 smoothing) external {
        uint64[2] memory smoothings = [uint64(bound(smoothing, 1e18 + 1, type(uint64).max)), 1e18 + 1];
        for (uint256 i; i < smoothings.length; ++i) {
            parameters.smoothing = smoothings[i];
            _expectSmoothingOutOfRange(smoothings[i]);
        }
    }

    function testFuzz_RevertWhen_ThereIsNoMinimumStake(address caller) external {
        parameters.minimumStake = 0;
        vm.prank(caller);
        _expectRevert(abi.encodeWithSelector(TaskTypeLib.TaskType_MinimumStakeTooLow.selector, 0, 1));
    }

    // ------------------------------------------------------------------------------------------- Contracts, token, name

    function testFuzz_RevertWhen_VerifierOrAdmissionHasNoCode(address named, bool asVerifier) external {
        vm.assume(named != address(0) && named.code.length == 0);
        if (asVerifier) parameters.verifier = named;
        else parameters.admission = named;
        _expectRevert(abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_NotAContract.selector, named));
    }

    function testFuzz_RevertWhen_TheSuperTokenHasNoCode(address token) external {
        vm.assume(token.code.length == 0);
        parameters.superToken = ISuperToken(token);

        _expectRevert(
            abi.encodeWithSelector(
                ICapacityRegistry.CapacityRegistry_SuperTokenNotOnHost.selector, token, address(sf.host)
            )
        );
    }

    function test_RevertWhen_TheSuperTokenBelongsToAnotherHost() external {
        address host = address(sf.host);
        _deploySuperfluid();
        assertNotEq(host, address(sf.host), "a second framework");
        parameters.superToken = superToken;

        _expectRevert(
            abi.encodeWithSelector(
                ICapacityRegistry.CapacityRegistry_SuperTokenNotOnHost.selector, address(superToken), host
            )
        );
    }

    function testFuzz_RevertGiven_TheCreatorHasUsedTheSaltAndMetadataBefore(
        address caller,
        bytes32 salt,
        string calldata metadata,
        uint96 rate
    ) external {
        vm.assume(caller != address(0));
        vm.startPrank(caller);
        TaskTypeId taskTypeId = registry.registerTaskType(parameters, salt, metadata);
        parameters.unitRate = uint96(bound(rate, 1e11, 1e24));

        vm.expectRevert(abi.encodeWithSelector(ICapacityRegistry.CapacityRegistry_TaskTypeExists.selector, taskTypeId));
        registry.registerTaskType(parameters, salt, metadata);
        vm.stopPrank();
    }

    // ------------------------------------------------------------------------------------------- Success

    function testFuzz_WhenEveryParameterIsAtItsMinimum(bytes32 salt, string calldata metadata) external {
        parameters.unitRate = 1e11;
        parameters.epochLength = 12;
        parameters.reportDelay = 0;
        parameters.horizon = 33; // e * 12 = 32.6...
        parameters.acknowledgementGrace = 30;
        parameters.receiptEpochs = 2;
        parameters.signalTimeToLive = 24;
        parameters.smoothing = 0.01e18;
        parameters.verifier = address(0);
        parameters.minimumStake = 1;
        parameters.bufferMax = 0;

        _assertRegisters(salt, metadata);
    }

    function testFuzz_WhenEveryParameterIsAtItsMaximum(bytes32 salt, string calldata metadata) external {
        parameters.unitRate = 1e24;
        parameters.epochLength = 1 days;
        parameters.reportDelay = 1 days;
        parameters.horizon = 30 days;
        parameters.acknowledgementGrace = 30 days;
        parameters.receiptEpochs = 30;
        parameters.signalTimeToLive = 30 days;
        parameters.smoothing = 1e18;
        parameters.minimumStake = type(uint128).max;
        parameters.bufferMax = type(uint128).max;

        _assertRegisters(salt, metadata);
    }

    /// @dev A stranger who sees a registration coming and copies all of it gets a name of its own.
    function testFuzz_GivenAStrangerHasUsedTheSaltAndMetadataBefore(
        address squatter,
        bytes32 salt,
        string calldata metadata
    ) external {
        vm.assume(squatter != creator && squatter != address(0));
        vm.prank(squatter);
        TaskTypeId squatted = registry.registerTaskType(parameters, salt, metadata);

        TaskTypeId own = _assertRegisters(salt, metadata);

        assertTrue(own != squatted, "two names");
        assertEq(registry.creatorOf(own), creator);
        assertEq(registry.creatorOf(squatted), squatter);
    }

    function testFuzz_GivenTheNameIsNew(uint96 rate, uint128 minimumStake, bytes32 salt, string calldata metadata)
        external
    {
        parameters.unitRate = uint96(bound(rate, 1e11, 1e24));
        parameters.minimumStake = uint128(bound(minimumStake, 1, type(uint128).max));

        TaskTypeId taskTypeId = _assertRegisters(salt, metadata);

        (uint256 sinkUnits, uint256 escrowUnits, uint256 feeUnits) = pool.unitsOfPool(taskTypeId);
        assertEq(sinkUnits, 0, "no sinks yet");
        assertEq(escrowUnits, 1, "one unit from the beginning on");
        assertEq(feeUnits, 0, "no fee");
        assertEq(pool.distributionPoolOf(taskTypeId).getUnits(address(escrow)), 1, "and Superfluid knows it");
        assertEq(address(pool.distributionPoolOf(taskTypeId).superToken()), address(superToken), "its token");
        assertEq(escrow.level(taskTypeId), 0, "nothing held");
        VerifierTerms memory terms = verifier.termsOf(taskTypeId);
        assertEq(terms.unitRate, parameters.unitRate, "the verifier knows q");
        assertEq(terms.epochLength, EPOCH, "h");
        assertEq(terms.horizon, 360, "T");
        assertEq(terms.acknowledgementGrace, 120, "D");
        assertEq(terms.receiptInterval, 5 * EPOCH, "V in seconds");
    }

    // ------------------------------------------------------------------------------------------- Private

    function _assertRegisters(bytes32 salt, string calldata metadata) private returns (TaskTypeId taskTypeId) {
        TaskTypeId expected = TaskTypeId.wrap(keccak256(abi.encode(creator, salt, metadata)));
        vm.expectEmit(address(registry));
        emit ICapacityRegistry.TaskTypeRegistered(expected, creator, parameters, metadata);
        vm.prank(creator);
        taskTypeId = registry.registerTaskType(parameters, salt, metadata);

        assertTrue(taskTypeId == expected, "name");
        assertEq(registry.creatorOf(taskTypeId), creator, "creator");
        assertEq(abi.encode(registry.parametersOf(taskTypeId)), abi.encode(parameters), "parameters");
        assertEq(address(registry.superTokenOf(taskTypeId)), address(parameters.superToken), "super token");
    }

    function _expectRevert(bytes memory revertData) private {
        vm.expectRevert(revertData);
        registry.registerTaskType(parameters, SALT, "out of range");
    }

    function _expectUnitRateOutOfRange(uint256 rate) private {
        _expectRevert(abi.encodeWithSelector(TaskTypeLib.TaskType_UnitRateOutOfRange.selector, rate, 1e11, 1e24));
    }

    function _expectEpochLengthOutOfRange(uint256 epoch) private {
        _expectRevert(abi.encodeWithSelector(TaskTypeLib.TaskType_EpochLengthOutOfRange.selector, epoch, 12, 1 days));
    }

    function _expectHorizonOutOfRange(uint256 horizon) private {
        _expectRevert(abi.encodeWithSelector(TaskTypeLib.TaskType_HorizonOutOfRange.selector, horizon, 327, 30 days));
    }

    function _expectGraceOutOfRange(uint256 grace) private {
        _expectRevert(
            abi.encodeWithSelector(TaskTypeLib.TaskType_AcknowledgementGraceOutOfRange.selector, grace, 30, 30 days)
        );
    }

    function _expectReceiptEpochsOutOfRange(uint256 epochs) private {
        _expectRevert(abi.encodeWithSelector(TaskTypeLib.TaskType_ReceiptEpochsOutOfRange.selector, epochs, 2, 60));
    }

    function _expectTimeToLiveOutOfRange(uint256 timeToLive) private {
        _expectRevert(
            abi.encodeWithSelector(TaskTypeLib.TaskType_SignalTimeToLiveOutOfRange.selector, timeToLive, 120, 30 days)
        );
    }

    function _expectSmoothingOutOfRange(uint256 smoothing) private {
        _expectRevert(
            abi.encodeWithSelector(TaskTypeLib.TaskType_SmoothingOutOfRange.selector, smoothing, 0.01e18, 1e18)
        );
    }
}
