// SPDX-License-Identifier: MIT
pragma solidity 0.8.35;

import {
    ISuperfluidPool
} from "@superfluid-finance/ethereum-contracts/contracts/interfaces/agreements/gdav1/ISuperfluidPool.sol";

import { Vm } from "forge-std/Vm.sol";

import { TaskTypeId, TaskTypeParameters } from "../../src/types/TaskType.sol";
import { ProtocolTest } from "./ProtocolTest.sol";

/// @notice The protocol, and a ledger of every wei that a test moves, kept from rates and times alone; the contracts'
/// own numbers are checked against it (I1).
/// @dev Declared capacity counts at once here (smoothing 1) and for a day, so that a capacity is one line of a test.
abstract contract LedgerTest is ProtocolTest {
    /// @param given Wei that came other than by stream: deposits, donations, gifts through the pool.
    /// @param taken Wei that left other than through a pool: withdrawn deposits, collected fees.
    /// @param feeCollected Wei, the part of `taken` that was fee.
    struct Book {
        address[] sources;
        address[] sinks;
        uint256 given;
        uint256 taken;
        uint256 feeCollected;
    }

    struct Stream {
        uint256 rate;
        uint256 streamed;
        uint256 countedAt;
    }

    uint256 internal constant SOURCE_BALANCE = 1e30;

    TaskTypeId[] internal ids;
    mapping(TaskTypeId taskTypeId => Book) internal books;
    mapping(TaskTypeId taskTypeId => mapping(address source => Stream)) internal streams;

    /// @dev Sent to the escrow buffer's address without a call; nobody's, for ever.
    uint256 internal strayed;

    function setUp() public virtual override {
        super.setUp();
        ids.push(id);
        skip(EPOCH);
    }

    function _parameters() internal view virtual override returns (TaskTypeParameters memory parameters) {
        parameters = super._parameters();
        parameters.smoothing = 1e18;
        parameters.signalTimeToLive = 1 days;
    }

    function _newTaskType(string memory metadata) internal returns (TaskTypeId taskTypeId) {
        taskTypeId = _registerTaskType(metadata);
        ids.push(taskTypeId);
    }

    // ------------------------------------------------------------------------------------------- Sinks

    /// @notice A sink that has `capacity` units in the pool. Takes one block.
    function _newSink(TaskTypeId taskTypeId, string memory name, uint64 capacity) internal returns (address sink) {
        sink = _newSink(taskTypeId, name, capacity, capacity);
    }

    /// @param bonded Units that its stake backs.
    function _newSink(TaskTypeId taskTypeId, string memory name, uint64 capacity, uint256 bonded)
        internal
        returns (address sink)
    {
        sink = _addSink(taskTypeId, name, bonded);
        books[taskTypeId].sinks.push(sink);
        _signal(taskTypeId, sink, capacity, 0);
    }

    function _flowTo(TaskTypeId taskTypeId, address member) internal view returns (uint256) {
        return uint256(uint96(pool.distributionPoolOf(taskTypeId).getMemberFlowRate(member)));
    }

    function _received(ISuperfluidPool from, address[] storage members) private view returns (uint256 total) {
        for (uint256 i; i < members.length; ++i) {
            total += from.getTotalAmountReceivedByMember(members[i]);
        }
    }

    // ------------------------------------------------------------------------------------------- Sources

    function _newSource(TaskTypeId taskTypeId, string memory name, uint256 rate) internal returns (address source) {
        source = makeAddr(name);
        _giveTokens(source, SOURCE_BALANCE);
        books[taskTypeId].sources.push(source);
        _stream(taskTypeId, source, rate);
    }

    /// @notice Changes a stream; Superfluid rounds the rate down to a multiple of the pool's units.
    function _stream(TaskTypeId taskTypeId, address source, uint256 rate) internal {
        _count(taskTypeId, source);
        _setStream(taskTypeId, source, rate);
        _count(taskTypeId, source);
    }

    /// @notice Counts what the source has streamed at the rate of the last count, then reads the rate. A test that
    /// changes a stream by other means than `_stream` counts before and after.
    function _count(TaskTypeId taskTypeId, address source) internal {
        Stream storage stream = streams[taskTypeId][source];
        stream.streamed += stream.rate * (block.timestamp - stream.countedAt);
        stream.countedAt = block.timestamp;
        int96 rate = sf.gda.getFlowRate(superToken, source, pool.distributionPoolOf(taskTypeId));
        stream.rate = uint256(uint96(rate));
    }

    /// @notice Ends the stream of a source that has run out of money, as anybody may.
    function _liquidate(TaskTypeId taskTypeId, address source) internal {
        _count(taskTypeId, source);
        vm.prank(stranger);
        sf.gdaV1Forwarder.distributeFlow(superToken, source, pool.distributionPoolOf(taskTypeId), 0, "");
        _count(taskTypeId, source);
        assertEq(streams[taskTypeId][source].rate, 0);
    }

    function _streamed(TaskTypeId taskTypeId) internal returns (uint256 total) {
        address[] storage sources = books[taskTypeId].sources;
        for (uint256 i; i < sources.length; ++i) {
            _count(taskTypeId, sources[i]);
            total += streams[taskTypeId][sources[i]].streamed;
        }
    }

    // ------------------------------------------------------------------------------------------- Other money

    function _deposit(TaskTypeId taskTypeId, address depositor, uint256 amount) internal returns (uint256 depositId) {
        _approveEscrow(depositor, amount);
        vm.prank(depositor);
        depositId = escrow.deposit(taskTypeId, amount);
        books[taskTypeId].given += amount;
    }

    function _withdrawDeposit(TaskTypeId taskTypeId, address depositor, uint256 depositId)
        internal
        returns (uint256 amount)
    {
        vm.prank(depositor);
        amount = escrow.withdrawDeposit(taskTypeId, depositId);
        books[taskTypeId].taken += amount;
    }

    function _donate(TaskTypeId taskTypeId, address donor, uint256 amount) internal {
        _approveEscrow(donor, amount);
        vm.prank(donor);
        escrow.donate(taskTypeId, amount);
        books[taskTypeId].given += amount;
    }

    /// @notice A gift through Superfluid: paid at once to whoever has units.
    function _gift(TaskTypeId taskTypeId, address donor, uint256 amount) internal returns (uint256 given) {
        ISuperfluidPool to = pool.distributionPoolOf(taskTypeId);
        given = amount - amount % to.getTotalUnits();
        _giveTokens(donor, amount);
        vm.prank(donor);
        sf.gdaV1Forwarder.distribute(superToken, donor, to, amount, "");
        books[taskTypeId].given += given;
    }

    /// @notice What anybody may do at any time: makes Superfluid split all that a pool is streamed again.
    function _poke(TaskTypeId taskTypeId) internal {
        _distributeFlow(stranger, pool.distributionPoolOf(taskTypeId), 0);
    }

    function _collectFee(TaskTypeId taskTypeId) internal returns (uint256 amount) {
        amount = escrow.collectFee(taskTypeId);
        books[taskTypeId].taken += amount;
        books[taskTypeId].feeCollected += amount;
    }

    /// @dev To the stranger: who receives a fee has no power.
    function _setFee(uint256 basisPoints) internal {
        vm.prank(owner);
        pool.setFee(basisPoints, stranger);
    }

    function _approveEscrow(address from, uint256 amount) internal {
        _giveTokens(from, amount);
        vm.prank(from);
        superToken.approve(address(escrow), amount);
    }

    // ------------------------------------------------------------------------------------------- Small tools

    /// @notice What anyone may do to any account: connect it to a pool, which takes one of its slots.
    function _tryConnectFor(address caller, ISuperfluidPool to, address member) internal returns (bool connected) {
        vm.prank(caller);
        bytes memory result =
            sf.host.callAgreement(sf.gda, abi.encodeCall(sf.gda.tryConnectPoolFor, (to, member, "")), "");
        (connected,) = abi.decode(result, (bool, bytes));
    }

    function _list(address one) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = one;
    }

    function _ceil(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a + b - 1) / b;
    }

    function _min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    /// @notice Events of one kind since `vm.recordLogs`, from anybody.
    function _logsOf(bytes32 topic) internal returns (uint256 count) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == topic) ++count;
        }
    }

    // ------------------------------------------------------------------------------------------- I1

    /// @notice I1: streamed + given = received by sinks + fee + escrow level + returned + withdrawn + dust, to the wei,
    /// and the escrow holds exactly what it owes.
    function _assertConserved() internal {
        uint256 moneyIn;
        uint256 moneyOut;
        uint256 owed = strayed;
        uint256 held = superToken.balanceOf(address(escrow));
        for (uint256 i; i < ids.length; ++i) {
            (uint256 cameIn, uint256 wentOut, uint256 liabilities) = _sums(ids[i]);
            assertGe(cameIn, wentOut, "money out of nothing");
            moneyIn += cameIn;
            moneyOut += wentOut;
            owed += liabilities;
            (int256 claimable,) = pool.distributionPoolOf(ids[i]).getClaimableNow(address(escrow));
            held += uint256(claimable);
        }
        assertEq(moneyIn, moneyOut + superToken.balanceOf(address(pool)), "I1: money in = money out + dust");
        assertEq(held, owed, "the escrow holds what it owes");
    }

    function _sums(TaskTypeId taskTypeId) private returns (uint256 cameIn, uint256 wentOut, uint256 liabilities) {
        Book storage book = books[taskTypeId];
        cameIn = _streamed(taskTypeId) + book.given;
        (, uint256 fee) = pool.incomeOf(taskTypeId);
        uint256 setAside = escrow.setAsideOf(taskTypeId);
        liabilities = escrow.level(taskTypeId) + setAside + fee - book.feeCollected;
        wentOut = _received(pool.distributionPoolOf(taskTypeId), book.sinks) + _returned(taskTypeId, book.sources)
            + liabilities + book.taken;
    }

    function _returned(TaskTypeId taskTypeId, address[] storage sources) private view returns (uint256 total) {
        for (uint256 i; i < sources.length; ++i) {
            total += escrow.returnedOf(taskTypeId, sources[i]);
        }
    }

    /// @dev Everything that the contracts write down of a task type's money, in one word to compare.
    function _stateOf(TaskTypeId taskTypeId) internal view returns (bytes32) {
        return keccak256(abi.encode(_poolStateOf(taskTypeId), _escrowStateOf(taskTypeId)));
    }

    function _poolStateOf(TaskTypeId taskTypeId) private view returns (bytes memory) {
        (uint256 sinkUnits, uint256 escrowUnits, uint256 feeUnits) = pool.unitsOfPool(taskTypeId);
        (uint256 escrowIncome, uint256 feeIncome) = pool.incomeOf(taskTypeId);
        bool needsRebalance = registry.needsRebalance(taskTypeId, books[taskTypeId].sinks);
        bytes memory flows = abi.encode(pool.streamedOf(taskTypeId), pool.spareOf(taskTypeId), needsRebalance);
        return abi.encode(sinkUnits, escrowUnits, feeUnits, escrowIncome, feeIncome, flows);
    }

    function _escrowStateOf(TaskTypeId taskTypeId) private view returns (bytes memory) {
        return abi.encode(
            escrow.depositsOf(taskTypeId),
            escrow.overflowOf(taskTypeId),
            escrow.drainable(taskTypeId),
            escrow.releasable(taskTypeId)
        );
    }
}
