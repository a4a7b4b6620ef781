import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ToolFailedError } from "../../core/errors.ts";
import { compare, readClaims, readFindings } from "./proofs.ts";
import { type Outcome, run, solhint, WORKPLACE } from "./tools.ts";

/** What a tool found. */
export type StepResult = { what: string; findings: readonly string[] };

/** One tool of the audit. */
export type Step = { tool: string; run: () => StepResult };

const CLAIMS = "docs/assurance.md";

export const steps: readonly Step[] = [
  { tool: "forge lint", run: lint },
  { tool: "solhint", run: style },
  { tool: "Slither", run: slither },
  { tool: "translation", run: translation },
  { tool: "Halmos", run: halmos },
];

const PYTHON = join(WORKPLACE, "venv/bin/python");

function lint(): StepResult {
  const outcome = run("forge", ["lint", "--deny", "warnings"], { profile: "lint" });
  return { what: "Foundry's lints of src and script", findings: failureOf(outcome) };
}

function style(): StepResult {
  const outcome = run(solhint, ["--config", "script/audit/solhint.json", "--disc", "-f", "unix", "src/**/*.sol"]);
  const findings = outcome.output.split("\n").filter((line) => /\[(Error|Warning)\/[\w-]+\]$/.test(line));
  // Its exit code does not count warnings, and without a finding only a failure of its own is left.
  return { what: "style of src", findings: findings.length > 0 ? findings : failureOf(outcome) };
}

function slither(): StepResult {
  const json = join(WORKPLACE, "slither.json");
  rmSync(json, { force: true });
  const outcome = run("slither", [".", "--config-file", "script/audit/slither.config.json", "--json", json], {
    profile: "audit",
  });
  type Result = { success: boolean; error: string | null; results: { detectors?: Detector[] } };
  type Detector = { check: string; impact: string; description: string };
  const { success, error, results } = readJson<Result>(json, outcome);
  if (!success) throw new ToolFailedError("slither failed", { details: error ?? outcome.output.slice(-2000) });
  const analyzed = outcome.output.match(/analyzed \((.*?)\)/)?.[1];
  if (analyzed === undefined) throw new ToolFailedError("slither did not say what it analysed");
  const findings = (results.detectors ?? []).map(
    ({ check, impact, description }) => `${impact} ${check}: ${description.trim()}`,
  );
  return { what: analyzed, findings };
}

/** What the proofs rest on besides Halmos and z3. */
function translation(): StepResult {
  const outcome = run(PYTHON, ["script/audit/check_integers.py"]);
  return { what: "random queries to the solver", findings: failureOf(outcome) };
}

function halmos(): StepResult {
  const json = join(WORKPLACE, "halmos.json");
  rmSync(json, { force: true });
  // An overflow or a division by zero in a check is a failure, as is an assertion that does not hold.
  const panics = "0x01,0x11,0x12";
  const solver = `${PYTHON} script/audit/solver.py`;
  const limits = ["--loop", "20", "--solver-timeout-assertion", "0", "--solver-threads", "2"];
  const args = [
    "--forge-build-out",
    `${WORKPLACE}/out`,
    "--match-contract",
    "Symbolic$",
    "--panic-error-codes",
    panics,
  ];
  const outputs = ["--no-status", "--json-output", json];
  const prove = (): Outcome =>
    run("halmos", [...args, "--solver-command", solver, ...limits, ...outputs], { profile: "audit" });
  let outcome = prove();
  // z3 now and then dies within Halmos, which then writes nothing at all: no verdict, so it is asked once more.
  if (!existsSync(json)) outcome = prove();
  writeFileSync(join(WORKPLACE, "halmos.log"), outcome.output);
  readJson(json, outcome);
  const results = readFindings(readFileSync(json, "utf8"));
  const proved = results.filter(({ exitCode }) => exitCode === 0).length;
  return {
    what: `${proved} of ${results.length} properties proved`,
    findings: compare(readClaims(readFileSync(CLAIMS, "utf8")), results),
  };
}

function failureOf({ status, output }: Outcome): string[] {
  return status === 0 ? [] : [output.trim().slice(-4000)];
}

function readJson<T>(path: string, outcome: Outcome): T {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    throw new ToolFailedError(`nothing was written to ${path}`, { details: outcome.output.slice(-2000) });
  }
}
