import { type Address, type Chain, type Client, formatEther, size, type Transport } from "viem";
import { estimateFeesPerGas, estimateGas, getBalance } from "viem/actions";
import { BackpressureError } from "../../core/errors.ts";
import { formatAmount } from "../../sdk/utils/format.ts";
import type { PlannedContract } from "./plan.ts";

/**
 * The deployer cannot pay for the deployment.
 * @remarks Send ether to `deployer`, and run the command again.
 */
export class DeployerFundsError extends BackpressureError {
  override name = "DeployerFundsError";

  constructor(
    readonly deployer: Address,
    readonly balance: bigint,
    readonly cost: bigint,
  ) {
    const has = balance === 0n ? "no ETH" : `${formatEther(balance)} ETH`;
    super(`${deployer} has ${has}, and this costs up to ${formatAmount(cost)} ETH: send it some, then run this again`);
  }
}

/** Gas of a byte of code and of the call data that brings it, and of everything else, where no node says. */
const GAS_PER_BYTE = 260n;
const GAS_PER_CONTRACT = 150_000n;

/** Fees may rise by a quarter while it goes on; on a rollup that covers the fee for L1 data too. */
const MARGIN = { times: 5n, of: 4n };

/** What creating contracts costs at most, wei, by today's fees. */
export async function costOf(
  client: Client<Transport, Chain>,
  deployer: Address,
  contracts: readonly Pick<PlannedContract, "initCode">[],
): Promise<bigint> {
  const { maxFeePerGas = 0n } = await estimateFeesPerGas(client).catch(() => ({ maxFeePerGas: undefined }));
  const gas = await Promise.all(
    contracts.map(({ initCode }) =>
      // Somebody who can pay: the question is what it takes.
      estimateGas(client, {
        account: deployer,
        data: initCode,
        stateOverride: [{ address: deployer, balance: 10n ** 24n }],
      }).catch(() => BigInt(size(initCode)) * GAS_PER_BYTE + GAS_PER_CONTRACT),
    ),
  );
  const total = gas.reduce((sum, each) => sum + each, 0n);
  return (total * maxFeePerGas * MARGIN.times) / MARGIN.of;
}

/** @throws {DeployerFundsError} before anything is sent or written. */
export async function assertAffordable(
  client: Client<Transport, Chain>,
  deployer: Address,
  contracts: readonly Pick<PlannedContract, "initCode">[],
): Promise<void> {
  const [cost, balance] = await Promise.all([
    costOf(client, deployer, contracts),
    getBalance(client, { address: deployer }),
  ]);
  if (balance < cost) throw new DeployerFundsError(deployer, balance, cost);
}
