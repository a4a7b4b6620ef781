import type { Account, Address } from "viem";
import { NoAccountError } from "../errors.ts";
import type { AccountParameter, ReadClient } from "../types.ts";

/** The client's account. @throws {NoAccountError} */
export function accountOf({ account }: { account?: Account | undefined }): Account {
  if (account === undefined) throw new NoAccountError();
  return account;
}

/** Who is to send: who was named, or the client's account. @throws {NoAccountError} */
export function senderOf(client: ReadClient, { account }: AccountParameter): Address {
  return account ?? accountOf(client).address;
}
