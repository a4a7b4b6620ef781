import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BackpressureError } from "../../core/errors.ts";
import { PAPER } from "./data.ts";

/** LaTeX is not installed, or it failed; `details` has the end of its output. */
export class LatexError extends BackpressureError {
  override name = "LatexError";
}

const INSTALL =
  "latexmk is not installed: on Debian, apt-get install --no-install-recommends latexmk texlive-latex-extra " +
  "texlive-publishers texlive-pictures texlive-science texlive-fonts-recommended";

/** What is committed: the paper, and the hash of the sources that it was made of. */
export const PDF = join(PAPER, "backpressure-economics.pdf");
export const PDF_SOURCES = join(PAPER, "backpressure-economics.sha256");

/** SHA-256 of everything that the PDF is made of, in the order of the names; in hex. */
export function sourcesHash(): string {
  const files = ["main.tex", "preamble.tex", "references.bib"];
  for (const folder of ["data", "figures", "generated", "sections"]) {
    files.push(...readdirSync(join(PAPER, folder)).map((name) => join(folder, name)));
  }
  const hash = createHash("sha256");
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(PAPER, file)));
  return hash.digest("hex");
}

/** Builds `paper/backpressure-economics.pdf`. @throws {LatexError} */
export function buildPdf(): string {
  const { error, status, stdout } = spawnSync(
    "latexmk",
    ["-pdf", "-interaction=nonstopmode", "-halt-on-error", "main"],
    {
      cwd: PAPER,
      encoding: "utf8",
      // LaTeX breaks its messages at 79 characters otherwise.
      env: { ...process.env, max_print_line: "1000" },
    },
  );
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") throw new LatexError(INSTALL);
  if (error || status !== 0) {
    throw new LatexError("LaTeX failed: paper/main.log has all of it", { details: stdout?.slice(-2000) });
  }
  copyFileSync(join(PAPER, "main.pdf"), PDF);
  writeFileSync(PDF_SOURCES, `${sourcesHash()}\n`);
  return "paper/backpressure-economics.pdf";
}
