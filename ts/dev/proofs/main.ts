import { readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { processTerminal, runProgram } from "../../core/commandLine.ts";
import { ToolFailedError } from "../../core/errors.ts";
import { checkProofs, requireCoq } from "./coq.ts";
import { missingInTable } from "./table.ts";
import { vectors } from "./vectors.ts";

const FOLDER = "proofs";
const VECTORS = `${FOLDER}/Vectors.v`;
const TABLE = `${FOLDER}/README.md`;

const terminal = processTerminal();

const program = new Command("npm run proofs")
  .description("Checks every proof from scratch, and that none rests on more than Coq's standard library.")
  .option("--write", `write ${VECTORS} anew from ts/model, and check nothing`)
  .action(({ write }: { write?: boolean }) => {
    if (write) return writeFileSync(VECTORS, vectors());
    requireCoq();
    if (readFileSync(VECTORS, "utf8") !== vectors())
      throw new ToolFailedError(`${VECTORS} is not what ts/model computes: run \`npm run proofs -- --write\``);
    const proved = checkProofs(FOLDER, (text) => terminal.error(`${text}\n`));
    const missing = missingInTable(readFileSync(TABLE, "utf8"), proved);
    if (missing.length > 0)
      throw new ToolFailedError(`${TABLE} and the proofs differ`, { details: missing.join("\n") });
    const plain = proved.filter(({ axioms }) => axioms.length === 0).length;
    terminal.out(
      `${proved.length} statements proved, ${plain} of them without any axiom, the others with those of Coq's real numbers\n`,
    );
  });

process.exitCode = await runProgram(program, process.argv.slice(2), terminal);
