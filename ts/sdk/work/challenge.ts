import { type Address, bytesToHex, type Hex, hashTypedData } from "viem";
import { signTypedData } from "viem/actions";
import type { Deployment, ReadClient, TaskTypeParameter, WriteClient } from "../types.ts";
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

/** An endpoint is asked anew after so many seconds. */
const PROVE_EVERY = 3600;

/** What {@link EndpointProofs.meet} asks, of whom, and what it does with the answer. */
export type MeetParameters = {
  sink: Address;
  /** As its profile says. */
  endpoint: string;
  /** Sends these headers with `GET …/account`. @returns Headers of the answer, names in small letters. */
  ask: (headers: Record<string, string>) => Promise<Record<string, string>>;
  /** Takes the headers of an answer that is the sink's. Until it has succeeded the endpoint counts as not proven. */
  onProven: (headers: Record<string, string>) => Promise<void>;
};

/**
 * Which endpoints have proven whose they are: before the first task is sent there, and once an hour.
 * @example
 * const proofs = new EndpointProofs(client, { deployment, taskTypeId, now: () => feed.now() });
 * await proofs.meet({ sink, endpoint, ask, onProven });
 */
export class EndpointProofs {
  readonly #provenAt = new Map<string, number>();

  constructor(
    private readonly client: WriteClient,
    private readonly parameters: TaskTypeParameter & { now: () => number },
  ) {}

  /** Asks for a proof, unless there is one. @throws {UnprovenEndpointError} and whatever `ask` and `onProven` throw. */
  async meet({ sink, endpoint, ask, onProven }: MeetParameters): Promise<void> {
    const { deployment, taskTypeId, now } = this.parameters;
    const key = `${sink} ${endpoint}`;
    if (now() - (this.#provenAt.get(key) ?? Number.NEGATIVE_INFINITY) < PROVE_EVERY) return;
    const nonce = bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
    const headers = await ask({ [CHALLENGE_HEADER]: nonce });
    const challenge = { taskTypeId, sink, origin: new URL(endpoint).origin, nonce };
    const proof = headers[PROOF_HEADER];
    await assertProven(this.client, { deployment, chainId: this.client.chain.id, challenge, proof });
    await onProven(headers);
    this.#provenAt.set(key, now());
  }
}
