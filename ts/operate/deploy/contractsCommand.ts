import { Command } from "commander";
import pc from "picocolors";
import { type Address, getAddress, isAddress } from "viem";
import { getBalance, getCode } from "viem/actions";
import { z } from "zod";
import { networkOption, type Terminal, validate } from "../../core/commandLine.ts";
import { CONTRACTS, type ContractKey } from "../../core/deployment.ts";
import { type DeploymentRecord, deploymentsFolder, readRecord } from "../../core/deploymentRecord.ts";
import { UsageError } from "../../core/errors.ts";
import { findAccount, loadAccount } from "../../core/loadAccount.ts";
import {
  assertNetwork,
  explorerAddress,
  getNetwork,
  NETWORK_NAMES,
  type Network,
  networkClient,
} from "../../core/networks.ts";
import { deploySuperfluid } from "../../localchain/localSuperfluid.ts";
import type { ReadClient } from "../../sdk/types.ts";
import { formatAmount } from "../../sdk/utils/format.ts";
import { costOf } from "./cost.ts";
import { deployProtocol } from "./deployProtocol.ts";
import { readPending } from "./pendingDeployment.ts";
import { planDeployment } from "./plan.ts";
import { checkSuperfluidHost } from "./superfluidHost.ts";
import { assertByteCode, compareByteCode } from "./verify.ts";

/** Base reorganises a block or two now and then. */
const PUBLIC_CONFIRMATIONS = 3;

const address = z
  .string()
  .refine((text) => isAddress(text), "not an address")
  .transform((text) => getAddress(text));

const schema = z.object({
  network: z.enum(NETWORK_NAMES),
  broadcast: z.boolean().default(false),
  restart: z.boolean().default(false),
  keystore: z.string().optional(),
  from: address.optional(),
  owner: address.optional(),
  superfluidHost: address.optional(),
});

type Options = z.output<typeof schema>;

/** `deploy contracts`, the default command. */
export function contractsCommand(terminal: Terminal): Command {
  return new Command("contracts")
    .description("Deploy the six contracts, or finish an interrupted deployment.")
    .addOption(networkOption())
    .option("--broadcast", "send transactions; without it, public networks are only rehearsed")
    .option("--restart", "forget an interrupted or finished deployment and begin a new one")
    .option("--keystore <file>", "sign with this keystore (password: KEYSTORE_PASSWORD, or asked for)")
    .option("--from <address>", "deployer of a rehearsal, if no key is at hand")
    .option("--owner <address>", "who may set the fee (default: the deployer)")
    .option("--superfluid-host <address>", "Superfluid's host (default: as Superfluid publishes it)")
    .action((options: unknown) => run(validate(schema, options), terminal));
}

async function run(options: Options, terminal: Terminal): Promise<void> {
  const network = getNetwork(options.network, terminal.env);
  const reader = networkClient(network);
  await assertNetwork(reader, network);
  const host = await findHost(reader, network, options, terminal);
  const gda = await checkSuperfluidHost(reader, host);
  terminal.out(`Superfluid: host ${host}, distribution agreement ${gda}\n`);

  const folder = deploymentsFolder(terminal.env);
  const existing = options.restart ? undefined : await findExisting(reader, readRecord(folder, network.chain.id));
  if (existing !== undefined) {
    terminal.out("Deployed already, and the byte code is that of this checkout:\n");
    return list(existing, network, terminal);
  }
  return network.isPublic && !options.broadcast
    ? rehearse(options, network, host, terminal)
    : broadcast(options, network, host, terminal);
}

/** What is recorded, if it is really there. A local chain that was started anew has nothing of it. */
async function findExisting(client: ReadClient, record: DeploymentRecord | undefined) {
  if (record === undefined) return undefined;
  const verdicts = await compareByteCode(client, record);
  if (verdicts.every(({ verdict }) => verdict === "missing")) return undefined;
  await assertByteCode(client, record);
  return record;
}

async function findHost(
  client: ReadClient,
  network: Network,
  options: Options,
  { env, out }: Terminal,
): Promise<Address> {
  const named = options.superfluidHost ?? env.SUPERFLUID_HOST ?? network.superfluidHost;
  if (named !== undefined && named !== "") return validate(address, named);
  const recorded = readRecord(deploymentsFolder(env), network.chain.id)?.host;
  if (recorded !== undefined && (await getCode(client, { address: recorded })) !== undefined) return recorded;
  // Whoever runs a local chain has everything unlocked.
  const [sender] = (await client.request({ method: "eth_accounts" })) as Address[];
  if (sender === undefined) throw new UsageError("this chain has no Superfluid: name it with --superfluid-host");
  out("This chain has no Superfluid yet: deploying the framework …\n");
  const { host, superToken } = await deploySuperfluid(network.rpcUrls[0] ?? "", sender);
  out(`Super token to try it with: ${superToken}\n`);
  return host;
}

async function rehearse(options: Options, network: Network, host: Address, terminal: Terminal): Promise<void> {
  const account = await findAccount({ network, keystore: options.keystore, terminal });
  const deployer = account?.address ?? options.from;
  if (deployer === undefined)
    throw new UsageError("no key to rehearse with: set PRIVATE_KEY, or name an address with --from");
  if (readPending(deploymentsFolder(terminal.env), network.chain.id) !== undefined) {
    terminal.out("An interrupted deployment is pending; --broadcast finishes it. A new one would be:\n");
  }
  const client = networkClient(network);
  const [contracts, balance] = await Promise.all([
    planDeployment({
      url: network.rpcUrls[0] ?? "",
      chainId: network.chain.id,
      deployer,
      host,
      owner: options.owner ?? deployer,
    }),
    getBalance(client, { address: deployer }),
  ]);
  terminal.out(`Rehearsal, nothing was sent. ${deployer} (balance ${formatAmount(balance)} ETH) would create:\n`);
  for (const { name, address, nonce } of contracts) terminal.out(`  ${name.padEnd(18)} ${address}  nonce ${nonce}\n`);
  const cost = await costOf(client, deployer, contracts);
  terminal.out(
    `It costs up to ${formatAmount(cost)} ETH by today's fees.${balance < cost ? " The account has less." : ""}\n`,
  );
  terminal.out("Add --broadcast to deploy.\n");
}

async function broadcast(options: Options, network: Network, host: Address, terminal: Terminal): Promise<void> {
  const account = await loadAccount({ network, keystore: options.keystore, terminal });
  const record = await deployProtocol(networkClient(network, account), {
    url: network.rpcUrls[0] ?? "",
    chainId: network.chain.id,
    host,
    owner: options.owner ?? account.address,
    folder: deploymentsFolder(terminal.env),
    confirmations: network.isPublic ? PUBLIC_CONFIRMATIONS : 1,
    restart: options.restart,
    log: (line) => terminal.out(`${line}\n`),
  });
  terminal.out("Deployed and verified against the local build:\n");
  list(record, network, terminal);
}

function list(record: DeploymentRecord, network: Network, { out, colour }: Terminal): void {
  const { dim } = pc.createColors(colour);
  for (const key of Object.keys(CONTRACTS) as ContractKey[]) {
    const link = explorerAddress(network, record[key]);
    out(`  ${CONTRACTS[key].padEnd(18)} ${record[key]}${link === undefined ? "" : `  ${dim(link)}`}\n`);
  }
}
