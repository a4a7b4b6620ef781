import {
  type Abi,
  type AbiStateMutability,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type Hex,
} from "viem";
import type { PreparedCall } from "../types.ts";

/**
 * One call of a contract, with nothing done yet. Whatever of viem takes a call takes it as it is: `readContract`,
 * `simulateContract`, `writeContract` and `multicall` look at `address`; `sendCalls` and user operations of smart
 * accounts look at `to`, which is the same.
 */
export type Call<abi extends Abi = Abi, name extends ContractFunctionName<abi> = ContractFunctionName<abi>> = {
  address: Address;
  to: Address;
  abi: abi;
  functionName: name;
  args: ArgsOf<abi, name>;
};

type ArgsOf<abi extends Abi, name extends ContractFunctionName<abi>> = Extract<
  ContractFunctionArgs<abi, AbiStateMutability, name>,
  readonly unknown[]
>;

/** A contract at an address: for each of its functions a method that takes the function's arguments and returns the call. */
export type Calls<abi extends Abi> = {
  readonly [name in ContractFunctionName<abi>]: (...args: ArgsOf<abi, name>) => Call<abi, name>;
};

/**
 * Every call of a contract, written down once: in its ABI.
 * @example
 * const superTokenAt = callsOf(iSuperTokenAbi);
 * const balance = await readContract(client, superTokenAt(address).balanceOf(owner));
 */
export function callsOf<const abi extends Abi>(abi: abi): (address: Address) => Calls<abi> {
  return (address) =>
    new Proxy({} as Calls<abi>, {
      get:
        (_, functionName) =>
        (...args: unknown[]) => ({ address, to: address, abi, functionName, args }),
    });
}

/** A call of whatever contract. */
export type AnyCall = {
  address: Address;
  to: Address;
  abi: Abi;
  functionName: string;
  args: readonly unknown[];
};

/** What a transaction carries. */
export type EncodedCall = { to: Address; data: Hex };

/** A call as the chain wants it. */
export function encodeCall({ to, abi, functionName, args }: AnyCall): EncodedCall {
  return { to, data: encodeFunctionData({ abi, functionName, args } as EncodeFunctionDataParameters) };
}

/** Calls as whoever sends them wants them, in order. */
export function prepared(...calls: readonly AnyCall[]): PreparedCall[] {
  return calls.map((call) => ({ ...encodeCall(call), value: 0n }));
}
