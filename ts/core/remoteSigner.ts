import {
  type Address,
  type Hex,
  isAddressEqual,
  isHex,
  type LocalAccount,
  numberToHex,
  parseTransaction,
  recoverTransactionAddress,
  type TransactionSerializableEIP1559,
} from "viem";
import { toAccount } from "viem/accounts";
import { getHttpRpcClient } from "viem/utils";
import { BackpressureError, describeError, UsageError } from "./errors.ts";

/**
 * A signer did not do what it was asked to.
 * @remarks Look at the signer: whether it runs, has the account, and was allowed to sign.
 */
export class SignerError extends BackpressureError {
  override name = "SignerError";
}

/** A signer may ask a person. Milliseconds. */
const TIMEOUT = 60_000;

/**
 * An account whose key is elsewhere: a signer that speaks JSON-RPC (`eth_accounts`, `eth_signTransaction`), as anvil, Clef and
 * web3signer do. What it has signed is held against what it was asked for.
 * @param url Its endpoint; may hold a secret, so it is in no message.
 * @param address Which of its accounts; its only one if undefined.
 * @throws {UsageError} if it does not answer, or has not that account.
 * @example
 * const account = await remoteSigner("http://127.0.0.1:8550");
 */
export async function remoteSigner(url: string, address?: Address): Promise<LocalAccount> {
  const { request } = getHttpRpcClient(url, { timeout: TIMEOUT });
  async function ask(method: string, params: unknown[]): Promise<unknown> {
    const { result, error } = (await request({ body: { method, params } })) as { result?: unknown; error?: Error };
    if (error !== undefined) throw new SignerError(`the signer refused ${method}: ${error.message}`);
    return result;
  }

  const account = address ?? (await onlyAccount(ask));
  const signMessage = (): never => {
    throw new SignerError("a remote signer signs transactions and nothing else");
  };
  return toAccount({
    address: account,
    signMessage,
    signTypedData: signMessage,
    async signTransaction(transaction) {
      const wanted = transaction as TransactionSerializableEIP1559;
      const answer = await ask("eth_signTransaction", [{ from: account, ...inHex(wanted) }]);
      // geth and Clef answer with an object that has it, others with the bytes alone.
      const raw = isHex(answer) ? answer : (answer as { raw?: unknown } | null)?.raw;
      if (!isHex(raw)) throw new SignerError("the signer answered with no transaction");
      await assertSame(raw, wanted, account);
      return raw;
    },
  });
}

async function onlyAccount(ask: (method: string, params: unknown[]) => Promise<unknown>): Promise<Address> {
  let accounts: Address[];
  try {
    accounts = (await ask("eth_accounts", [])) as Address[];
  } catch (cause) {
    throw new UsageError(`the signer does not answer: ${describeError(cause)}`, { cause });
  }
  const [account, ...others] = accounts;
  if (account !== undefined && others.length === 0) return account;
  throw new UsageError(`the signer has ${accounts.length} accounts: say which with --signer-account`);
}

function inHex({ chainId, nonce = 0, gas = 0n, to, data = "0x", value = 0n, ...fees }: TransactionSerializableEIP1559) {
  return {
    ...{
      type: "0x2",
      chainId: numberToHex(chainId),
      nonce: numberToHex(nonce),
      gas: numberToHex(gas),
      to,
      value: numberToHex(value),
    },
    // Clients differ in which of the two names they read.
    ...{ data, input: data },
    maxFeePerGas: numberToHex(fees.maxFeePerGas ?? 0n),
    maxPriorityFeePerGas: numberToHex(fees.maxPriorityFeePerGas ?? 0n),
  };
}

/** @throws {SignerError} if something else was signed, or by somebody else. */
async function assertSame(raw: Hex, wanted: TransactionSerializableEIP1559, account: Address): Promise<void> {
  const serialized = raw as Parameters<typeof recoverTransactionAddress>[0]["serializedTransaction"];
  const signed = parseTransaction(serialized);
  const by = await recoverTransactionAddress({ serializedTransaction: serialized });
  if (!isAddressEqual(by, account)) throw new SignerError(`the signer signed as ${by} and not as ${account}`);
  const keys = ["chainId", "nonce", "gas", "to", "value", "data", "maxFeePerGas", "maxPriorityFeePerGas"] as const;
  const changed = keys.find((key) => plain(signed[key as never]) !== plain(wanted[key]));
  if (changed !== undefined) throw new SignerError(`the signer changed ${changed} of the transaction`);
}

/** What is left out is nothing. */
function plain(value: unknown): string {
  const text = String(value ?? "").toLowerCase();
  return text === "0x" || text === "0" ? "" : text;
}
