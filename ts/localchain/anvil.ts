import type { ChildProcess } from "node:child_process";
import type { Address } from "viem";
import { LocalChainError } from "../core/errors.ts";
import { findTool, spawnSupervised, stopSupervised } from "./supervised.ts";

/** A local chain that runs as long as this process, at most. */
export type Anvil = {
  /** HTTP endpoint, on this machine only. */
  url: string;
  port: number;
  /** An account with ether, for tools that insist on paying for gas. */
  deployer: Address;
  /** Ends the chain. Without it, the chain ends with this process, however that ends. */
  stop: () => Promise<void>;
};

export type StartAnvilParameters = {
  /** Time of the first block, Unix seconds. Fixed, so that runs can be repeated exactly. */
  timestamp?: number;
  /** Port to listen on; 0, the default, takes any that is free. */
  port?: number;
  /** A block every so many seconds, and all of their states kept; a block for each transaction if not said. */
  blockTime?: number;
  /** Pretends to be this chain. */
  chainId?: number;
  /** Goes on from the present state of the chain at this endpoint. */
  forkUrl?: string;
};

/** The first account of anvil's standard mnemonic. */
const FIRST_ACCOUNT = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

/** Longest wait for the chain to listen, milliseconds. */
const START_TIMEOUT = 30_000;

/**
 * Starts anvil on a free port, with gas for nothing and every account unlocked.
 * @example
 * const anvil = await startAnvil({ timestamp: 1_800_000_000 });
 * @throws {ToolMissingError} if npm has not installed anvil.
 * @throws {LocalChainError} if anvil does not start.
 */
export async function startAnvil(parameters: StartAnvilParameters = {}): Promise<Anvil> {
  const { timestamp, port = 0, blockTime, chainId, forkUrl } = parameters;
  const child = spawnSupervised(findTool("anvil"), [
    ...["--host", "127.0.0.1", "--port", String(port), "--accounts", "1", "--auto-impersonate"],
    ...["--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee", "--order", "fifo"],
    // Superfluid's deployer is larger than a contract may be elsewhere.
    ...["--disable-code-size-limit", "--disable-block-gas-limit"],
    ...(blockTime === undefined ? ["--prune-history", "16"] : ["--block-time", String(blockTime), "--mixed-mining"]),
    ...(timestamp === undefined ? [] : ["--timestamp", String(timestamp)]),
    ...(chainId === undefined ? [] : ["--chain-id", String(chainId)]),
    ...(forkUrl === undefined ? [] : ["--fork-url", forkUrl]),
  ]);
  try {
    const actualPort = await listening(child);
    const url = `http://127.0.0.1:${actualPort}`;
    return { url, port: actualPort, deployer: FIRST_ACCOUNT, stop: () => stopSupervised(child) };
  } catch (error) {
    await stopSupervised(child);
    throw error;
  }
}

/** Resolves with the port once anvil says that it listens. */
function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    let errors = "";
    const fail = (reason: string): void =>
      reject(new LocalChainError(`the local chain did not start: ${reason}`, { details: errors.trim() || undefined }));
    const timer = setTimeout(() => fail(`nothing heard for ${START_TIMEOUT / 1000} s`), START_TIMEOUT);

    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      if (output === DONE) return;
      output += text;
      const port = /Listening on \S+:(\d+)\s/.exec(output)?.[1];
      if (port === undefined) return;
      output = DONE;
      clearTimeout(timer);
      resolve(Number(port));
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-2000);
    });
    child.once("error", (error) => fail(error.message));
    child.once("close", () => {
      clearTimeout(timer);
      fail(errors.trim().split("\n", 1)[0] || "it ended at once");
    });
  });
}

/** Marks that the port is known; what anvil says afterwards is read, so that its pipe never fills, and dropped. */
const DONE = "done";
