import type { Command } from "commander";
import { parseEther } from "viem";
import type { Terminal } from "../../core/commandLine.ts";
import { getGda } from "../../sdk/internal/superfluid.ts";
import { type IntakeService, intakeProgram } from "../intake/program.ts";
import { Visits } from "../intake/visits.ts";
import { Directory } from "../keeper/directory.ts";
import { Scanner } from "../keeper/scanner.ts";
import { tokensField, wholeNumber } from "../runtime/config.ts";
import { Assessments } from "./assessments.ts";
import { checkReceipt } from "./checkReceipt.ts";
import { type ReceiptMessage, receiptKind } from "./receipt.ts";
import { VerifierRounds } from "./rounds.ts";
import { ReceiptSubmitter } from "./submitter.ts";

const EXAMPLES = `
Examples:
  $ npm run verifier -- --network base-sepolia --dry-run
  $ npm run verifier -- --network base --keystore verifier.json --task-type "translate en-de" --host 0.0.0.0
  $ curl -s localhost:9472/openapi.json | jq .paths
  $ curl -s localhost:9472/receipts -H 'content-type: application/json' -d @receipt.json

Every flag can be a variable instead: VERIFIER_MIN_AMOUNT for --min-amount. Environment (or .env): PRIVATE_KEY,
KEYSTORE_PASSWORD, LOCAL_RPC_URL, BASE_SEPOLIA_RPC_URL, BASE_RPC_URL, DEPLOYMENTS_DIR. A key is never taken from a flag.
Give every service a key of its own.
`;

const fields = {
  /** Wei. */
  minAmount: tokensField.default(parseEther("0.01")),
  assessEvery: wholeNumber.min(1, "at least 1").default(1),
  blocksPerQuery: wholeNumber.min(1, "at least 1").default(10_000),
};

const service: IntakeService<ReceiptMessage, typeof fields> = {
  name: "verifier",
  description: "Take receipts over HTTP, submit the latest once an epoch, then settle and assess the sinks.",
  examples: EXAMPLES,
  defaults: { port: 9472, batchSize: 30 },
  kind: receiptKind,
  contract: "completionTracker",
  check: checkReceipt,
  fields,
  addOptions: (command) =>
    command
      .option("--min-amount <tokens>", "leave sinks alone that owe or were paid less than this (default: 0.01)")
      .option("--assess-every <epochs>", "how often a sink is judged; in between it is settled (default: 1)")
      .option("--blocks-per-query <blocks>", "most blocks to ask an endpoint for at once (default: 10000)"),
  createRound: async ({ context, base, store, triage, config }) => {
    const { chain, deployment, interrupted, log, record, sender } = base;
    const directory = new Directory((taskTypeId) => context.taskTypes.serves(taskTypeId));
    const scanner = new Scanner({
      ...{ client: chain.client, deployment, gda: await getGda(chain.client, deployment), directory, log },
      ...{ firstBlock: BigInt(record.block), blocksPerQuery: BigInt(config.blocksPerQuery) },
      ...{ interrupted, onProgress: () => {} },
    });
    const submitter = new ReceiptSubmitter({ context, store, triage, sender, batchSize: config.batchSize });
    const assessments = new Assessments({ context, sender, ...config });
    const rounds = new VerifierRounds({
      context,
      directory,
      scanner,
      submitter,
      assessments,
      visits: new Visits(base),
    });
    return (head) => rounds.round(head);
  },
};

/** `npm run verifier`. */
export function verifierProgram(terminal: Terminal): Command {
  return intakeProgram(terminal, service);
}
