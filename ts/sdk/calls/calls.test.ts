import { type Address, createClient, custom, decodeFunctionData, encodeFunctionData, type Hex, keccak256 } from "viem";
import { multicall, readContract, sendCalls, simulateContract, writeContract } from "viem/actions";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  capacityRegistryAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidAbi,
} from "../../abi/index.ts";
import { foundry } from "../../core/chains.ts";
import { read, send } from "../internal/call.ts";
import type { Deployment, WriteClient } from "../types.ts";
import { encodeCall } from "./callsOf.ts";
import { contractsOf, superTokenAt } from "./contracts.ts";
import { batchCall, changeStreamCall, connectPoolCall, wrapped } from "./superfluid.ts";

const addressOf = (digit: number): Address => `0x${String(digit).repeat(40)}`;
const names = [
  "host",
  "stakeManager",
  "capacityRegistry",
  "backpressurePool",
  "escrowBuffer",
  "pipeline",
  "completionTracker",
];
const deployment = Object.fromEntries(names.map((name, index) => [name, addressOf(index + 1)])) as Deployment;
const { backpressurePool, capacityRegistry, escrowBuffer, host } = contractsOf(deployment);
const taskTypeId = keccak256("0x");
const [sink, gda, superToken, distributionPool] = [7, 8, 9, 0].map(addressOf) as [Address, Address, Address, Address];

test("a call says where, what and with what", () => {
  const { capacityRegistry: address } = deployment;
  const rebalance = {
    address,
    to: address,
    abi: capacityRegistryAbi,
    functionName: expect.stringMatching(/^rebalance$/),
  };
  expect(capacityRegistry.rebalance(taskTypeId, [sink])).toEqual({ ...rebalance, args: [taskTypeId, [sink]] });
});

test("each contract of a deployment is called at its address", () => {
  const contracts = contractsOf(deployment);
  const addresses = [
    contracts.backpressurePool.fee(),
    contracts.capacityRegistry.creatorOf(taskTypeId),
    contracts.completionTracker.ledgerOf(taskTypeId, sink),
    contracts.escrowBuffer.level(taskTypeId),
    contracts.host.getGovernance(),
    contracts.pipeline.limitOf(taskTypeId),
    contracts.stakeManager.bondOf(taskTypeId, sink),
  ].map(({ address, to }) => [address, to]);
  const { backpressurePool, capacityRegistry, completionTracker, escrowBuffer, host, pipeline, stakeManager } =
    deployment;
  const expected = [backpressurePool, capacityRegistry, completionTracker, escrowBuffer, host, pipeline, stakeManager];
  expect(addresses).toEqual(expected.map((address) => [address, address]));
});

test("a call is encoded as viem encodes it", () => {
  const drain = escrowBuffer.drain(taskTypeId);
  expect(encodeCall(drain)).toEqual({ to: deployment.escrowBuffer, data: encodeFunctionData(drain) });
  expect(decodeFunctionData({ abi: escrowBufferAbi, data: encodeCall(drain).data }).args).toEqual([taskTypeId]);
});

describe("viem takes calls as they are", () => {
  const asked: { to: Address; data: Hex }[] = [];
  const transport = custom({
    request: async ({ params }) => {
      asked.push(params[0]);
      return `0x${"0".repeat(63)}7`;
    },
  });
  const client = createClient({ chain: foundry, transport, batch: { multicall: false } });

  test("and decodes what they return", async () => {
    const call = backpressurePool.unitsOf(taskTypeId, sink);
    expect(await readContract(client, call)).toBe(7n);
    expect(await read(client, call)).toBe(7n);
    expect(asked).toEqual(
      [encodeCall(call), encodeCall(call)].map(({ to, data }) => expect.objectContaining({ to, data })),
    );
  });

  test("with the types of their ABI, which the compiler checks here", () => {
    const types = async (writer: WriteClient) => {
      expectTypeOf(await readContract(client, superTokenAt(superToken).balanceOf(sink))).toEqualTypeOf<bigint>();
      expectTypeOf((await read(client, capacityRegistry.sinkOf(taskTypeId, sink))).signalledAt).toEqualTypeOf<number>();
      const contracts = [escrowBuffer.level(taskTypeId), capacityRegistry.sinkOf(taskTypeId, sink)] as const;
      const [level, stored] = await multicall(client, { contracts, allowFailure: false });
      expectTypeOf(level).toEqualTypeOf<bigint>();
      expectTypeOf(stored.registered).toEqualTypeOf<boolean>();
      const { account } = writer;
      const rebalance = capacityRegistry.rebalance(taskTypeId, [sink]);
      const { request } = await simulateContract(writer, { account, ...rebalance });
      await writeContract(writer, request);
      await sendCalls(writer, { account, calls: [rebalance, escrowBuffer.drain(taskTypeId)] });
      await send(writer, rebalance);

      // @ts-expect-error: nothing to send
      await send(writer, escrowBuffer.level(taskTypeId));
      // @ts-expect-error: nothing to read
      await read(client, rebalance);
      // @ts-expect-error: an argument is missing
      capacityRegistry.rebalance(taskTypeId);
      // @ts-expect-error: an argument of another type
      escrowBuffer.level(5n);
      // @ts-expect-error: no such function
      escrowBuffer.empty(taskTypeId);
    };
    expect(types).toBeTypeOf("function");
  });
});

describe("through Superfluid's host", () => {
  const operations = (data: Hex) => {
    const { args } = decodeFunctionData({ abi: iSuperfluidAbi, data });
    return args?.[0] as readonly { operationType: number; target: Address; data: Hex }[];
  };
  const forwarded = (call: Parameters<typeof encodeCall>[0]) => {
    return { operationType: 301, target: call.to, data: encodeCall(call).data };
  };

  test("a batch forwards each call", () => {
    const calls = [escrowBuffer.drain(taskTypeId), capacityRegistry.rebalance(taskTypeId, [])];
    expect(operations(encodeCall(batchCall(deployment.host, calls)).data)).toEqual(calls.map(forwarded));
  });

  test("a stream is counted before and after it changes, and the pool looks at it", () => {
    const stream = { gda, superToken, distributionPool, taskTypeId, source: sink, flowRate: 5n };
    const [before, change, after, look, ...more] = operations(encodeCall(changeStreamCall(deployment, stream)).data);
    expect(before).toEqual(forwarded(escrowBuffer.syncSource(taskTypeId, sink)));
    expect(after).toEqual(before);
    expect(look).toEqual(forwarded(capacityRegistry.rebalance(taskTypeId, [])));
    expect(more).toEqual([]);
    expect(change).toMatchObject({ operationType: 201, target: gda });
    // Two words of offsets, the length, and then the call itself.
    const data: Hex = `0x${(change?.data ?? "0x").slice(2 + 3 * 64)}`;
    const { args } = decodeFunctionData({ abi: iGeneralDistributionAgreementV1Abi, data });
    expect(args).toEqual([superToken, sink, distributionPool, 5n, "0x"]);
  });

  test("what comes before a stream comes first", () => {
    const stream = { gda, superToken, distributionPool, taskTypeId, source: sink, flowRate: 5n };
    const [first, ...rest] = operations(
      encodeCall(changeStreamCall(deployment, stream, [wrapped(superToken, 7n)])).data,
    );
    expect(first).toEqual({ operationType: 101, target: superToken, data: `0x${"0".repeat(63)}7` });
    expect(rest).toEqual(operations(encodeCall(changeStreamCall(deployment, stream)).data));
  });

  test("a member connects", () => {
    const call = connectPoolCall(deployment.host, { gda, distributionPool });
    expect(call).toMatchObject({ to: deployment.host, args: [gda, expect.any(String), "0x"] });
    const { args } = decodeFunctionData({ abi: iGeneralDistributionAgreementV1Abi, data: call.args[1] });
    expect(args).toEqual([distributionPool, "0x"]);
    expect(host.callAgreement(...call.args)).toEqual(call);
  });
});
