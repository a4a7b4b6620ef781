import { expect, test } from "vitest";
import * as everything from "../index.ts";
import * as sdk from "./index.ts";

test("the SDK exports exactly this", () => {
  expect(Object.keys(sdk).sort()).toEqual([
    "BackpressureError",
    "CAPACITY_SCALE",
    "CapacityMeter",
    "ContractCallError",
    "FlowRateLossError",
    "FlowRateTooLowError",
    "InsufficientBalanceError",
    "InvalidParameterError",
    "PoolAddressError",
    "QueueClosedError",
    "QueueFullError",
    "ReceiptBook",
    "ReceiptError",
    "SECONDS_PER_MONTH",
    "SignalError",
    "StreamStateError",
    "TaskQueue",
    "TaskTypeNotFoundError",
    "TransactionRevertedError",
    "assertNotPoolAddress",
    "attestationTypedData",
    "changeStream",
    "claim",
    "closeStream",
    "connectPool",
    "deposit",
    "deregisterSink",
    "formatAmount",
    "formatDuration",
    "fromFlowRate",
    "getDeposit",
    "getPipeline",
    "getPool",
    "getSink",
    "getSource",
    "getTaskType",
    "openStream",
    "parseDeployment",
    "quoteStream",
    "readActions",
    "receiptTypedData",
    "registerSink",
    "requestUnstake",
    "signAttestation",
    "signReceipt",
    "signalCapacity",
    "sinkActions",
    "sourceActions",
    "stake",
    "stakeForCapacity",
    "startSignalLoop",
    "submitAttestations",
    "submitReceipts",
    "syncSource",
    "toFlowRate",
    "verifyReceipt",
    "withdraw",
    "withdrawDeposit",
  ]);
});

test("the package exports the SDK and the ABIs", () => {
  const names = Object.keys(everything);
  expect(names).toEqual(expect.arrayContaining(Object.keys(sdk)));
  // Addresses come with the first deployment to a public chain.
  const abis = names.filter((name) => !(name in sdk) && !/(Address|Config)$/.test(name));
  expect(abis.sort()).toEqual([
    "backpressurePoolAbi",
    "capacityRegistryAbi",
    "completionTrackerAbi",
    "escrowBufferAbi",
    "iGeneralDistributionAgreementV1Abi",
    "iSuperTokenAbi",
    "iSuperfluidAbi",
    "iSuperfluidPoolAbi",
    "pipelineAbi",
    "stakeManagerAbi",
    "testTokenAbi",
  ]);
});
