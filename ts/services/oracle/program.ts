import type { Command } from "commander";
import type { Terminal } from "../../core/commandLine.ts";
import { type IntakeService, intakeProgram } from "../intake/program.ts";
import { Visits } from "../intake/visits.ts";
import { secondsField } from "../runtime/config.ts";
import { type AttestationMessage, attestationKind } from "./attestation.ts";
import { attestationCheck } from "./checkAttestation.ts";
import { AttestationSubmitter } from "./submitter.ts";

const EXAMPLES = `
Examples:
  $ npm run oracle -- --network base-sepolia --dry-run
  $ npm run oracle -- --network base --keystore oracle.json --task-type "translate en-de" --host 0.0.0.0
  $ curl -s localhost:9471/openapi.json | jq .paths
  $ curl -s localhost:9471/attestations -H 'content-type: application/json' -d @attestation.json

Every flag can be a variable instead: ORACLE_MAX_WAIT for --max-wait. Environment (or .env): ORACLE_PRIVATE_KEY,
KEYSTORE_PASSWORD, LOCAL_RPC_URL, BASE_SEPOLIA_RPC_URL, BASE_RPC_URL, DEPLOYMENTS_DIR. A key is never taken from a flag.
Give every service a key of its own.
`;

/** What one costs decides; this bounds the size of a transaction, which a rollup pays for as well. */
const BATCH_SIZE = 100;

const fields = {
  /** Milliseconds. */
  maxWait: secondsField.default(5_000),
};

const service: IntakeService<AttestationMessage, typeof fields> = {
  name: "oracle",
  description: "Take signed capacity attestations over HTTP and submit them in batches.",
  examples: EXAMPLES,
  defaults: { port: 9471, batchSize: BATCH_SIZE },
  kind: attestationKind,
  contract: "capacityRegistry",
  createCheck: attestationCheck,
  fields,
  addOptions: (command) => command.option("--max-wait <seconds>", "longest wait for a full batch (default: 5)"),
  createRound: async ({ context, base, store, triage, sender, config }) => {
    const visits = new Visits(base);
    const submitter = new AttestationSubmitter({ context, store, triage, visits, sender, ...config });
    return ({ number }) => submitter.round(number);
  },
};

/** `npm run oracle`. */
export function oracleProgram(terminal: Terminal): Command {
  return intakeProgram(terminal, service);
}
