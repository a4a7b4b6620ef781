import { readFileSync } from "node:fs";
import { type Abi, createTestClient, decodeFunctionResult, type Hex, http, publicActions, walletActions } from "viem";
import { foundry } from "../core/chains.ts";
import { type AnyCall, encodeCall } from "../sdk/calls/callsOf.ts";

/** One call of a Solidity function. */
export type Call = { name: string; args: readonly unknown[] };

/** Makes many calls at once, one after the other on the same state, and returns their results. Nothing persists. */
export type Harness = (calls: readonly Call[]) => Promise<unknown[]>;

/** Deploys `test/utils/MathHarness.sol`, which gives the libraries' internal functions to outside callers. */
export async function deployHarness(url: string): Promise<Harness> {
  const { abi, bytecode } = readArtifact("MathHarness");
  const client = createTestClient({ chain: foundry, mode: "anvil", transport: http(url) })
    .extend(publicActions)
    .extend(walletActions);
  const [account] = await client.getAddresses();
  if (!account) throw new Error("the local chain has no account");
  const hash = await client.deployContract({ abi, account, bytecode: bytecode.object, gasPrice: 0n });
  const { contractAddress } = await client.waitForTransactionReceipt({ hash });
  if (!contractAddress) throw new Error("MathHarness was not deployed");

  const call = (functionName: string, args: readonly unknown[]): AnyCall => {
    return { address: contractAddress, to: contractAddress, abi, functionName, args };
  };

  return async (calls) => {
    const data = calls.map(({ name, args }) => encodeCall(call(name, args)).data);
    const all = { ...call("multicall", [data]), account, gas: 1_000_000_000n };
    const { result } = await client.simulateContract(all);
    return (result as Hex[]).map((encoded, i) =>
      widened(decodeFunctionResult({ abi, functionName: calls[i]?.name ?? "", data: encoded })),
    );
  };
}

function readArtifact(name: string): { abi: Abi; bytecode: { object: Hex } } {
  const path = new URL(`../../out/${name}.sol/${name}.json`, import.meta.url);
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Error(`${name} is not compiled; run \`npm run build\``, { cause });
  }
}

/** viem decodes integers of up to 48 bits as numbers; here all are bigint. */
function widened(value: unknown): unknown {
  if (typeof value === "number") return BigInt(value);
  if (Array.isArray(value)) return value.map(widened);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, widened(field)]));
  }
  return value;
}
