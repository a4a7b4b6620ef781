import type { Address } from "viem";
import { superTokenAt } from "../calls/contracts.ts";
import type { WriteClient } from "../types.ts";
import { read, send } from "./call.ts";

/** Allows `spender` to take exactly `amount` wei, unless it may already. */
export async function approve(client: WriteClient, token: Address, spender: Address, amount: bigint): Promise<void> {
  const owner = client.account.address;
  const allowance = await read(client, superTokenAt(token).allowance(owner, spender));
  if (allowance < amount) await send(client, superTokenAt(token).approve(spender, amount));
}
