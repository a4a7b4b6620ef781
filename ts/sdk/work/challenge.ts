import { type Address, type Hex, hashTypedData } from "viem";
import { signTypedData } from "viem/actions";
import type { Deployment, ReadClient, WriteClient } from "../types.ts";
import { isSigned } from "../utils/isSigned.ts";
import { UnprovenEndpointError } from "./errors.ts";

/** With `GET …/account`: 32 bytes that were never used before. */
export const CHALLENGE_HEADER = "x-backpressure-challenge";
/** With the answer: the sink's signature of the challenge. */
export const PROOF_HEADER = "x-backpressure-proof";

const TYPES = {
  EndpointChallenge: [
    { name: "taskTypeId", type: "bytes32" },
    { name: "sink", type: "address" },
    { name: "origin", type: "string" },
    { name: "nonce", type: "bytes32" },
  ],
} as const;

/** What is signed: this sink is at this address, said to whoever has chosen this number. */
export type Challenge = {
  taskTypeId: Hex;
  sink: Address;
  /** Scheme and authority of the endpoint, as who asks has called it: `https://agent.example`. */
  origin: string;
  nonce: Hex;
};

type Where = { deployment: Pick<Deployment, "capacityRegistry">; chainId: number; challenge: Challenge };

const typedData = ({ deployment, chainId, challenge }: Where) => {
  const { capacityRegistry: verifyingContract } = deployment;
  const domain = { name: "Backpressure Economics", version: "1", chainId, verifyingContract };
  return { domain, types: TYPES, primaryType: "EndpointChallenge", message: challenge } as const;
};

/**
 * Says with the sink's key that it is at an endpoint, to whoever asks there.
 * @returns Undefined for what is no challenge.
 * @example
 * const proof = await proveEndpoint(sinkClient, { deployment, chainId, taskTypeId, origin: "https://agent.example", nonce });
 */
export async function proveEndpoint(
  client: WriteClient,
  {
    deployment,
    chainId,
    nonce,
    ...more
  }: Omit<Where, "challenge"> & Omit<Challenge, "sink" | "nonce"> & { nonce: string | null },
): Promise<Hex | undefined> {
  if (nonce === null || !/^0x[0-9a-f]{64}$/.test(nonce)) return undefined;
  const { account } = client;
  const challenge = { ...more, sink: account.address, nonce: nonce as Hex };
  return signTypedData(client, { account, ...typedData({ deployment, chainId, challenge }) });
}

/**
 * Whether the sink itself is at an endpoint: a profile is a claim that anybody can make.
 * @throws {UnprovenEndpointError} if its key has not said so.
 */
export async function assertProven(client: ReadClient, where: Where & { proof: string | undefined }): Promise<void> {
  const { sink, origin } = where.challenge;
  const { proof = "" } = where;
  const isProof = /^0x([0-9a-f]{2}){1,2048}$/i.test(proof);
  const digest = hashTypedData(typedData(where));
  if (!isProof || !(await isSigned(client, { signer: sink, digest, signature: proof as Hex })))
    throw new UnprovenEndpointError(sink, origin);
}
