import { type Address, type Hex, hexToBytes, pad, parseAbi, recoverAddress, size, slice } from "viem";
import { call } from "viem/actions";
import { isChainsAnswer } from "../../core/rpcErrors.ts";
import { callsOf, encodeCall } from "../calls/callsOf.ts";
import type { ReadClient } from "../types.ts";

const walletAt = callsOf(
  parseAbi(["function isValidSignature(bytes32 digest, bytes signature) view returns (bytes4)"]),
);

/** What `isValidSignature` answers for yes: its own selector. */
const YES = pad("0x1626ba7e", { dir: "right", size: 32 });

/** `SignatureLib.WALLET_GAS`, and what a call from outside costs before a wallet's code runs: nothing must be left over. */
const WALLET_GAS = 200_000;
const CALL_GAS = 21_000;
const GAS_PER_BYTE = 16;
const GAS_PER_ZERO = 4;

/** Half the order of secp256k1: OpenZeppelin takes no larger s. */
const MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

export type IsSignedParameters = {
  signer: Address;
  digest: Hex;
  signature: Hex;
  /** Whose key has signed, where there is a faster way to find out; it gets only 65 bytes with v 27 or 28 and a low s. */
  recover?: (digest: Hex, signature: Hex) => Address | undefined;
};

export type IsSignedReturnType = boolean;

/**
 * Whether the contracts would take a signature: `SignatureLib.isValid` off the chain. The key comes first: 65 bytes with a
 * low s, also of an account that has code (EIP-7702), for which the chain need not be asked. Then a wallet with code is
 * asked (ERC-1271), and gets 200,000 gas.
 * @throws If the chain cannot be asked.
 * @example
 * const receipt = { taskTypeId, source, sink, completed: parseEther("1") };
 * const digest = hashTypedData(receiptTypedData({ deployment, chainId: 31337, receipt }));
 * const signature = await signReceipt(sinkClient, { deployment, receipt });
 * const valid = await isSigned(client, { signer: sink, digest, signature });
 */
export async function isSigned(client: ReadClient, parameters: IsSignedParameters): Promise<IsSignedReturnType> {
  return (await isSignedByKey(parameters)) || isSignedByWallet(client, parameters);
}

/** Whether the key of an account has signed, as `SignatureLib.isValid` sees it before it asks a wallet. */
export async function isSignedByKey({ signer, digest, signature, recover }: IsSignedParameters): Promise<boolean> {
  if (size(signature) !== 65) return false;
  const s = BigInt(slice(signature, 32, 64));
  const v = Number(slice(signature, 64, 65));
  if (s > MAX_S || (v !== 27 && v !== 28)) return false;
  const recovered = recover
    ? recover(digest, signature)
    : await recoverAddress({ hash: digest, signature }).catch(() => undefined);
  return recovered?.toLowerCase() === signer.toLowerCase();
}

async function isSignedByWallet(client: ReadClient, { signer, digest, signature }: IsSignedParameters) {
  // Who has no code answers nothing, so it need not be looked for.
  const { data } = encodeCall(walletAt(signer).isValidSignature(digest, signature));
  const bytesGas = hexToBytes(data).reduce((gas, byte) => gas + (byte === 0 ? GAS_PER_ZERO : GAS_PER_BYTE), 0);
  const gas = BigInt(WALLET_GAS + CALL_GAS + bytesGas);
  try {
    const { data: answer = "0x" } = await call(client, { to: signer, data, gas });
    return size(answer) >= 32 && slice(answer, 0, 32) === YES;
  } catch (error) {
    if (isChainsAnswer(error)) return false;
    throw error;
  }
}
