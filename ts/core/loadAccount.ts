import { readFileSync } from "node:fs";
import * as Keystore from "ox/Keystore";
import { type Address, isHex, type LocalAccount, size } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Terminal } from "./commandLine.ts";
import { describeError, UsageError } from "./errors.ts";
import type { Network } from "./networks.ts";
import { remoteSigner } from "./remoteSigner.ts";

/** The first account of every local chain; everybody knows its key. */
const LOCAL_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

export type LoadAccountParameters = {
  network: Network;
  /** A keystore file; its password comes from KEYSTORE_PASSWORD or the keyboard. */
  keystore: string | undefined;
  /** The endpoint of a signer that holds the key, and which of its accounts; see `remoteSigner`. */
  signer?: { url: string; account: Address | undefined } | undefined;
  /** The variable that holds the key: PRIVATE_KEY, or that of a service. */
  variable?: string;
  terminal: Pick<Terminal, "env" | "askSecret">;
};

/**
 * The account that signs: a signer's, or from a keystore file, a variable, or on the local chain its first one. Never from a flag,
 * which would stay in the shell's history and be visible to every process.
 * @throws {UsageError}
 */
export async function loadAccount(parameters: LoadAccountParameters): Promise<LocalAccount> {
  const account = await findAccount(parameters);
  if (account !== undefined) return account;
  const { terminal, variable = "PRIVATE_KEY" } = parameters;
  const others =
    variable !== "PRIVATE_KEY" && terminal.env.PRIVATE_KEY
      ? " (PRIVATE_KEY is not read: every service has its own)"
      : "";
  throw new UsageError(`no key: set ${variable}, or name a keystore file with --keystore${others}`);
}

/** As `loadAccount`, and undefined if there is no key. */
export async function findAccount({
  network,
  keystore,
  signer,
  terminal,
  variable = "PRIVATE_KEY",
}: LoadAccountParameters): Promise<LocalAccount | undefined> {
  if (signer !== undefined) return remoteSigner(signer.url, signer.account);
  if (keystore !== undefined) return accountOf(await decryptKeystore(keystore, terminal), keystore);
  const key = terminal.env[variable];
  if (key !== undefined && key !== "") return accountOf(key.startsWith("0x") ? key : `0x${key}`, variable);
  return network.isPublic ? undefined : privateKeyToAccount(LOCAL_KEY);
}

function accountOf(key: string, origin: string): LocalAccount {
  try {
    if (isHex(key) && size(key) === 32) return privateKeyToAccount(key);
  } catch {
    // The library's message might contain the key.
  }
  throw new UsageError(`${origin} holds no private key: 32 bytes in hexadecimal`);
}

async function decryptKeystore(path: string, { env, askSecret }: LoadAccountParameters["terminal"]): Promise<string> {
  let keystore: Keystore.Keystore;
  try {
    keystore = JSON.parse(readFileSync(path, "utf8")) as Keystore.Keystore;
  } catch (cause) {
    throw new UsageError(`cannot read the keystore ${path}: ${describeError(cause)}`, { cause });
  }
  const password = env.KEYSTORE_PASSWORD ?? (await askSecret?.(`Password of ${path}: `));
  if (password === undefined) throw new UsageError(`set KEYSTORE_PASSWORD to open ${path}`);
  try {
    return Keystore.decrypt(keystore, await Keystore.toKeyAsync(keystore, { password }));
  } catch (cause) {
    throw new UsageError(`cannot open the keystore ${path}: wrong password, or no keystore`, { cause });
  }
}
