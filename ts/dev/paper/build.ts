import { spawnSync } from "node:child_process";
import { BackpressureError } from "../../core/errors.ts";
import { PAPER } from "./data.ts";

/** LaTeX is not installed, or it failed; `details` has the end of its output. */
export class LatexError extends BackpressureError {
  override name = "LatexError";
}

const INSTALL =
  "latexmk is not installed: on Debian, apt-get install --no-install-recommends latexmk texlive-latex-extra " +
  "texlive-publishers texlive-pictures texlive-science texlive-fonts-recommended";

/** Builds `paper/main.pdf`. @throws {LatexError} */
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
  return "paper/main.pdf";
}
