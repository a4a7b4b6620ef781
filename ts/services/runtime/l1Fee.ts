import { type Address, type Hex, hexToBigInt, serializeTransaction, type TransactionReceipt } from "viem";
import { call } from "viem/actions";
import { callsOf, encodeCall } from "../../sdk/calls/callsOf.ts";
import type { ServiceClient } from "./client.ts";
import type { Fees } from "./fees.ts";
import type { Transaction } from "./transaction.ts";

/** Of the OP stack, at the same place on all its chains. */
const GAS_PRICE_ORACLE = [
  {
    type: "function",
    name: "getL1Fee",
    stateMutability: "view",
    inputs: [{ name: "data", type: "bytes" }],
    outputs: [{ name: "", type: "uint256" }],
  },
] as const;
const gasPriceOracleAt = callsOf(GAS_PRICE_ORACLE);

/** What a rollup asks for taking a transaction's data to L1, wei, by today's price; 0 where nobody asks for that. */
export async function l1FeeOf(
  client: ServiceClient,
  { to, data }: Pick<Transaction, "to" | "data">,
  gas: bigint,
  fees: Fees,
): Promise<bigint> {
  const oracle = client.chain.contracts?.gasPriceOracle as { address: Address } | undefined;
  if (oracle === undefined) return 0n;
  const chainId = client.chain.id;
  // Of a nonce that is as long as a real one may be.
  const unsigned = serializeTransaction({ type: "eip1559", chainId, nonce: 1_000_000, gas, to, data, ...fees });
  // A fork that nobody pays L1 for may have no such contract.
  const { data: fee = "0x0" } = await call(client, encodeCall(gasPriceOracleAt(oracle.address).getL1Fee(unsigned)));
  return hexToBigInt(fee);
}

/** What a transaction has cost in the end, wei, with the fee for L1 data that the receipts of rollups have. */
export function paidFor(receipt: TransactionReceipt): bigint {
  const { l1Fee } = receipt as { l1Fee?: bigint | Hex | null };
  return receipt.gasUsed * receipt.effectiveGasPrice + BigInt(l1Fee ?? 0n);
}
