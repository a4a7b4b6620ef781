import {
  type Address,
  type Chain,
  type Client,
  getAddress,
  getContractAddress,
  type Hex,
  keccak256,
  type LocalAccount,
  type TransactionSerializableEIP1559,
  type Transport,
} from "viem";
import {
  estimateFeesPerGas,
  getCode,
  getTransaction,
  getTransactionCount,
  getTransactionReceipt,
  prepareTransactionRequest,
  sendRawTransaction,
} from "viem/actions";
import { CONTRACTS } from "../../core/deployment.ts";
import { type DeploymentRecord, writeRecord } from "../../core/deploymentRecord.ts";
import { BackpressureError, UsageError } from "../../core/errors.ts";
import { matchesArtifact, readArtifact } from "./artifact.ts";
import { assertAffordable } from "./cost.ts";
import {
  currentCommit,
  type PendingDeployment,
  readPending,
  removePending,
  writePending,
} from "./pendingDeployment.ts";
import { type PlanDeploymentParameters, type PlannedContract, planDeployment } from "./plan.ts";
import { assertByteCode } from "./verify.ts";
import { waitFor } from "./waitFor.ts";

type SendingClient = Client<Transport, Chain, LocalAccount>;

/**
 * A transaction of a deployment failed.
 * @remarks Read why, in the message; then run the same command again, which goes on where it ended.
 */
export class DeploymentError extends BackpressureError {
  override name = "DeploymentError";
}

export type DeployProtocolParameters = Omit<PlanDeploymentParameters, "deployer"> & {
  /** Folder of the records. */
  folder: string;
  /** Blocks that each transaction must be deep before the next is sent. */
  confirmations: number;
  /** Forget an interrupted deployment. */
  restart: boolean;
  /** Told of what happens. */
  log: (line: string) => void;
};

/**
 * Deploys the protocol, or finishes an interrupted deployment: each contract has its own nonce of the deployer, written
 * down before the first is sent, so none can be created twice.
 * @throws {UsageError} if an interrupted deployment is not this one.
 * @throws {DeploymentError} @throws {ByteCodeError}
 */
export async function deployProtocol(
  client: SendingClient,
  parameters: DeployProtocolParameters,
): Promise<DeploymentRecord> {
  const { folder, chainId } = parameters;
  const pending = (await resumable(client, parameters)) ?? (await begin(client, parameters));
  let block: number | undefined;
  for (const contract of pending.contracts) {
    const createdIn = await create(client, parameters, pending, contract);
    block ??= createdIn;
  }
  const record = recordOf(pending, block ?? 0);
  await assertByteCode(client, record);
  writeRecord(folder, record);
  removePending(folder, chainId);
  return record;
}

async function begin(client: SendingClient, parameters: DeployProtocolParameters): Promise<PendingDeployment> {
  const { chainId, folder, host, owner } = parameters;
  const deployer = client.account.address;
  const contracts = await planDeployment({ ...parameters, deployer });
  await assertAffordable(client, deployer, contracts);
  const firstNonce = contracts[0]?.nonce ?? 0;
  const pending = { chainId, deployer, owner, host, firstNonce, commit: currentCommit(), contracts };
  writePending(folder, pending);
  return pending;
}

/** The interrupted deployment, if there is one and it can go on. */
async function resumable(
  client: SendingClient,
  parameters: DeployProtocolParameters,
): Promise<PendingDeployment | undefined> {
  const { folder, chainId, restart, log, host, owner } = parameters;
  const pending = readPending(folder, chainId);
  if (pending === undefined) return undefined;
  if (restart) {
    log("forgetting the interrupted deployment");
    return undefined;
  }
  const { deployer } = pending;
  if (deployer !== client.account.address && (await isUntouched(client, pending))) {
    log(`forgetting the deployment that ${deployer} planned: nothing of it was sent`);
    return undefined;
  }
  if (deployer !== client.account.address || pending.host !== host || pending.owner !== owner) {
    throw new UsageError(
      `an interrupted deployment by ${deployer} (host ${pending.host}, owner ${pending.owner}) is pending: ` +
        "go on with the same key and options, or give it up with --restart",
    );
  }
  assertSameBuild(pending);
  const obstacle = await findObstacle(client, pending);
  if (obstacle !== undefined) {
    log(`${obstacle}: starting afresh`);
    return undefined;
  }
  log(`resuming the deployment that began with nonce ${pending.firstNonce}`);
  return pending;
}

/** Whether nothing of it is on the chain, or on its way there. */
async function isUntouched(client: SendingClient, { contracts }: PendingDeployment): Promise<boolean> {
  const traces = contracts.map(async ({ address, hash }) => {
    return (await getCode(client, { address })) !== undefined || (await isKnown(client, hash));
  });
  return !(await Promise.all(traces)).includes(true);
}

function assertSameBuild({ contracts, commit }: PendingDeployment): void {
  const changed = contracts.find(({ name, initCode }) => !initCode.startsWith(readArtifact(name).initCode));
  if (changed === undefined) return;
  throw new UsageError(
    `${changed.name} was built anew since the deployment was interrupted (commit ${commit}): check that commit out, ` +
      "or give the deployment up with --restart",
  );
}

/** Why the rest can no longer get the addresses that the first ones expect. */
async function findObstacle(client: SendingClient, { deployer, firstNonce, contracts }: PendingDeployment) {
  const nextNonce = await getTransactionCount(client, { address: deployer });
  for (const [index, { name, address, nonce }] of contracts.entries()) {
    const expected = getContractAddress({ from: deployer, nonce: BigInt(firstNonce + index) });
    if (nonce !== firstNonce + index || address !== expected) return `the record of ${name} does not fit its nonce`;
    const code = await getCode(client, { address });
    if (code !== undefined && !matchesArtifact(code, readArtifact(name))) return `something else is at ${address}`;
    if (code === undefined && nonce < nextNonce) return `nonce ${nonce}, meant for ${name}, was used by something else`;
  }
  return undefined;
}

/** Creates a contract unless it is there. Returns the block, where known. */
async function create(
  client: SendingClient,
  { confirmations, folder, log }: DeployProtocolParameters,
  pending: PendingDeployment,
  contract: PlannedContract & { hash?: Hex | undefined },
): Promise<number | undefined> {
  const { name, address } = contract;
  if ((await getCode(client, { address })) !== undefined) {
    log(`${name} is at ${address} already`);
    return contract.hash === undefined ? undefined : blockOf(client, contract.hash);
  }
  const known = (await isKnown(client, contract.hash)) ? contract.hash : undefined;
  const hash = known ?? (await send(client, folder, pending, contract));
  const receipt = await waitFor(client, { hash, what: name, confirmations, log });
  const created = receipt.contractAddress ?? undefined;
  if (receipt.status !== "success" || created === undefined || getAddress(created) !== address) {
    throw new DeploymentError(`${name} was not created at ${address}: see transaction ${hash}`);
  }
  log(`${name} at ${address}`);
  return Number(receipt.blockNumber);
}

/** The nonce makes sending twice harmless: only one of the two can ever be mined. */
async function send(
  client: SendingClient,
  folder: string,
  pending: PendingDeployment,
  contract: PlannedContract & { hash?: Hex | undefined },
): Promise<Hex> {
  const fees = await estimateFeesPerGas(client);
  const { initCode, nonce } = contract;
  const request = await prepareTransactionRequest(client, { data: initCode, nonce, type: "eip1559", ...fees });
  const serializedTransaction = await client.account.signTransaction(request as TransactionSerializableEIP1559);
  // Written down before it is sent: if this process dies in between, the next one knows what to look for.
  contract.hash = keccak256(serializedTransaction);
  writePending(folder, pending);
  return sendRawTransaction(client, { serializedTransaction });
}

/** Whether a transaction of an earlier run is still on its way, or mined. */
async function isKnown(client: SendingClient, hash: Hex | undefined): Promise<boolean> {
  if (hash === undefined) return false;
  return getTransaction(client, { hash }).then(
    () => true,
    () => false,
  );
}

async function blockOf(client: SendingClient, hash: Hex): Promise<number | undefined> {
  // A transaction that was replaced has no receipt; the address proves that another created the contract.
  const receipt = await getTransactionReceipt(client, { hash }).catch(() => undefined);
  return receipt === undefined ? undefined : Number(receipt.blockNumber);
}

function recordOf(pending: PendingDeployment, block: number): DeploymentRecord {
  const { contracts, chainId, commit, deployer, owner, host } = pending;
  const find = (name: string): PlannedContract & { hash?: Hex | undefined } => {
    const contract = contracts.find((planned) => planned.name === name);
    if (contract === undefined) throw new DeploymentError(`the plan has no ${name}`);
    return contract;
  };
  const addresses = Object.entries(CONTRACTS).map(([key, name]): [string, Address] => [key, find(name).address]);
  const sent = contracts.flatMap(({ name, hash }) => (hash === undefined ? [] : [[name, hash] as const]));
  return {
    ...{ chainId, block, commit, deployer, owner, host },
    ...(Object.fromEntries(addresses) as Record<keyof typeof CONTRACTS, Address>),
    constructorArguments: Object.fromEntries(
      contracts.map((contract) => [contract.name, contract.constructorArguments]),
    ),
    transactions: Object.fromEntries(sent),
  };
}
