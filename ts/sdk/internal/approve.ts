import type { Address } from "viem";
import { iSuperTokenAbi } from "../../abi/generated.ts";
import type { WriteClient } from "../types.ts";
import { read, send } from "./call.ts";

/** Allows `spender` to take exactly `amount` wei, unless it may already. */
export async function approve(client: WriteClient, token: Address, spender: Address, amount: bigint): Promise<void> {
  const superToken = { address: token, abi: iSuperTokenAbi } as const;
  const owner = client.account.address;
  const allowance = await read(client, { ...superToken, functionName: "allowance", args: [owner, spender] });
  if (allowance < amount) await send(client, { ...superToken, functionName: "approve", args: [spender, amount] });
}
