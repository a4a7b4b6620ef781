import { encodeErrorResult, zeroAddress } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capacityRegistryAbi } from "../abi/generated.ts";
import { startTestChain, type TestChain } from "../testkit/testChain.ts";
import { callsOf } from "./calls/callsOf.ts";
import { ContractCallError, parseDeployment, TransactionRevertedError } from "./index.ts";
import { send } from "./internal/call.ts";

let chain: TestChain;

beforeAll(async () => {
  chain = await startTestChain();
});

afterAll(() => chain.stop());

/** What a provider does with a revert: the data is in an object below the message. */
const nested = (data: unknown) => Object.assign(new Error("execution reverted"), { data: { data } });

test("a contract's error is named with its arguments and advice, wherever the data is", () => {
  const abi = capacityRegistryAbi;
  const data = encodeErrorResult({ abi, errorName: "CapacityRegistry_StakeBelowMinimum", args: [1n, 2n] });
  const error = new ContractCallError("registerSink", nested(data));
  expect(error.message).toBe(
    "registerSink failed: CapacityRegistry_StakeBelowMinimum(stake 1, minimumStake 2): call stake first",
  );
  expect(error).toMatchObject({ errorName: "CapacityRegistry_StakeBelowMinimum", errorArgs: [1n, 2n] });
});

test.each([["0x12345678"], ["0x"], [42], [undefined]])(
  "data that nobody knows (%s) leaves the message as it is",
  (data) => {
    const error = new ContractCallError("x", nested(data));
    expect(error.message).toBe("x failed: execution reverted");
    expect(error.errorName).toBeUndefined();
  },
);

test("a plain require is decoded too", () => {
  const data = encodeErrorResult({
    abi: [{ type: "error", name: "Error", inputs: [{ type: "string", name: "reason" }] }],
    args: ["no"],
  });
  expect(new ContractCallError("x", nested(data)).message).toBe("x failed: no");
});

test("a transaction that fails after its simulation is an error that names it", async () => {
  const { test: node } = chain;
  const actor = await chain.actor("unlucky");
  const address = "0x00000000000000000000000000000000000c0de1";
  const abi = [{ type: "function", name: "go", inputs: [], outputs: [], stateMutability: "nonpayable" }] as const;
  const [stop, revert] = ["0x00", "0x5f5ffd"] as const;
  await node.setCode({ address, bytecode: stop });
  await node.setAutomine(false);
  const sending = send(actor, callsOf(abi)(address).go());
  sending.catch(() => {});
  while ((await node.getTxpoolStatus()).pending === 0) await node.getBlockNumber();
  await node.setCode({ address, bytecode: revert });
  await node.mine({ blocks: 1 });
  await node.setAutomine(true);
  await expect(sending).rejects.toThrow(TransactionRevertedError);
  await expect(sending).rejects.toThrow(/^go failed in transaction 0x[0-9a-f]{64}: .* try again$/);
});

test("a deployment is read from what its file says", () => {
  const { deployment } = chain;
  expect(parseDeployment({ ...deployment, chainId: 31337 })).toEqual(deployment);
  const lowercase = { ...deployment, host: deployment.host.toLowerCase() };
  expect(parseDeployment(lowercase)).toEqual(deployment);
  expect(() => parseDeployment({ ...deployment, pipeline: "0x12" })).toThrow("no address of pipeline");
  expect(() => parseDeployment({ ...deployment, host: undefined })).toThrow("no address of host");
  expect(() => parseDeployment(null)).toThrow("no address of host");
  expect(parseDeployment({ ...deployment, host: zeroAddress }).host).toBe(zeroAddress);
});
