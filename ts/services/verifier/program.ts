import type { Command } from "commander";
import type { Terminal } from "../../core/commandLine.ts";
import { type IntakeService, intakeProgram } from "../intake/program.ts";
import { Visits } from "../intake/visits.ts";
import { receiptCheck } from "./checkReceipt.ts";
import { type ReceiptMessage, receiptKind } from "./receipt.ts";
import { VerifierRounds } from "./rounds.ts";
import { ReceiptSubmitter } from "./submitter.ts";

const EXAMPLES = `
Examples:
  $ npm run verifier -- --network base-sepolia --dry-run
  $ npm run verifier -- --network base --keystore verifier.json --task-type "translate en-de" --host 0.0.0.0
  $ curl -s localhost:9472/openapi.json | jq .paths
  $ curl -s localhost:9472/receipts -H 'content-type: application/json' -d @receipt.json

Every flag can be a variable instead: VERIFIER_BATCH_SIZE for --batch-size. Environment (or .env): VERIFIER_PRIVATE_KEY,
KEYSTORE_PASSWORD, LOCAL_RPC_URL, BASE_SEPOLIA_RPC_URL, BASE_RPC_URL, DEPLOYMENTS_DIR. A key is never taken from a flag.
Give every service a key of its own.
`;

const service: IntakeService<ReceiptMessage, Record<never, never>> = {
  name: "verifier",
  description: "Take receipts over HTTP and submit the latest twice in each receipt interval; keepers judge by them.",
  examples: EXAMPLES,
  defaults: { port: 9472, batchSize: 100 },
  kind: receiptKind,
  contract: "completionTracker",
  createCheck: receiptCheck,
  fields: {},
  addOptions: (command) => command,
  createRound: async ({ context, base, store, triage, sender, config }) => {
    const submitter = new ReceiptSubmitter({
      context,
      store,
      triage,
      sender,
      batchSize: config.batchSize,
    });
    const rounds = new VerifierRounds({ context, store, submitter, visits: new Visits(base) });
    return (head) => rounds.round(head);
  },
};

/** `npm run verifier`. */
export function verifierProgram(terminal: Terminal): Command {
  return intakeProgram(terminal, service);
}
