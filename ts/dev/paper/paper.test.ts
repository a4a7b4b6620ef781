import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { PDF, PDF_SOURCES, sourcesHash } from "./build.ts";
import { seriesChart } from "./charts.ts";
import { CLAIMS, FIGURES } from "./claims.ts";
import { DATA, Data, GENERATED, PAPER } from "./data.ts";
import { generate } from "./generate.ts";
import { PARAMETERS, parametersGuide } from "./parameters.ts";
import { provedCount, provedRows } from "./proved.ts";
import { DATA_FILES, refreshData } from "./refresh.ts";
import { decimal, escapeTex, withInterval } from "./tex.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFileSync(join(PAPER, path), "utf8");
const sourcesIn = (folder: string) =>
  readdirSync(join(PAPER, folder))
    .filter((name) => name.endsWith(".tex"))
    .map((name) => join(folder, name));
/** Comments are not text. */
const withoutComments = (tex: string) => tex.replace(/(?<!\\)%.*$/gm, "");
const text = ["main.tex", "preamble.tex", ...sourcesIn("sections"), ...sourcesIn("figures")]
  .map((path) => withoutComments(read(path)))
  .join("\n");
const all = (pattern: RegExp, source = text) => [...source.matchAll(pattern)].map((match) => match[1] as string);

describe("generated files", () => {
  const generated = generate();

  test.each([...generated.keys()])("%s is current: `npm run paper:macros` would change nothing", (file) => {
    expect(readFileSync(join(GENERATED, file), "utf8")).toBe(generated.get(file));
  });

  test("there are no others", () => {
    expect(readdirSync(GENERATED).sort()).toEqual([...generated.keys()].sort());
  });

  const defined = all(/\\newcommand\{\\(\w+)\}/g, `${generated.get("macros.tex")}${generated.get("tables.tex")}`);
  // Macros of the data begin with a capital; so do these of LaTeX.
  const latex = new Set(["DeclareMathOperator", "Delta", "IEEEauthorblockN"]);
  const used = new Set(all(/\\([A-Z][A-Za-z]*)/g).filter((name) => !latex.has(name)));

  test("every macro that the text uses is defined, once", () => {
    expect([...used].filter((name) => !defined.includes(name))).toEqual([]);
    expect(new Set(defined).size).toBe(defined.length);
  });

  test("every macro is used", () => {
    expect(defined.filter((name) => !used.has(name))).toEqual([]);
  });
});

test("the tables of docs/parameters.md are current, and each says which command made it", () => {
  const guide = readFileSync(PARAMETERS, "utf8");
  expect(parametersGuide(new Data(), guide)).toBe(guide);
  expect(all(/<!-- table: (\w+) -->/g, guide)).toHaveLength(7);
  const commands = all(/npm run sim -- --experiment (E\d+) --out/g, guide);
  expect(commands.filter((name) => !existsSync(join(DATA, `${name}.csv`)))).toEqual([]);
  expect(() => parametersGuide(new Data(), "<!-- table: none -->\n<!-- end -->")).toThrow('a table "none"');
});

describe("the evaluation", () => {
  /** What may hold digits without being a number of the text. */
  const LAYOUT = [
    /\\(?:label|ref|eqref|cite|input|path|begin|multicolumn)\{[^}]*\}/g,
    /\{@\{\}l[^\n]*/g,
    /\\hskip[\d.]+pt/g,
  ];

  test("has no typed number: each is a macro", () => {
    const words = LAYOUT.reduce(
      (tex, pattern) => tex.replace(pattern, ""),
      withoutComments(read("sections/evaluation.tex")),
    );
    expect(all(/([^\n]*\d[^\n]*)/g, words)).toEqual([]);
  });

  test("the check sees a typed number", () => {
    expect(all(/([^\n]*\d[^\n]*)/g, "serves 99 \\% of it")).toHaveLength(1);
  });
});

test("the PDF is of these sources: `npm run paper` makes it anew", () => {
  expect(readFileSync(PDF, "latin1").slice(0, 5)).toBe("%PDF-");
  expect(readFileSync(PDF_SOURCES, "utf8")).toBe(`${sourcesHash()}\n`);
});

describe("statements", () => {
  const environments =
    /\\begin\{(?:theorem|lemma|observation)\}\[\\(proven|cited|observed)\{[^}]*\}\]\s*\\label\{([^}]+)\}/g;
  const stated = [...text.matchAll(environments)].map((match) => ({ label: match[2], status: match[1] }));

  test("each has a label and says how sure it is", () => {
    const begun = all(/\\begin\{(theorem|lemma|observation)\}/g);
    expect(stated).toHaveLength(begun.length);
  });

  test("all are in the table of tests, with the same status, and no other is", () => {
    const status = { proven: "proven", "proven, cited": "cited", observed: "observed" };
    const listed = CLAIMS.map((claim) => ({ label: claim.label, status: status[claim.status] }));
    const byLabel = (a: { label: string | undefined }, b: { label: string | undefined }) =>
      String(a.label).localeCompare(String(b.label));
    expect(listed.sort(byLabel)).toEqual([...stated].sort(byLabel));
  });

  test("every theorem and lemma has a proof", () => {
    const proofs = withoutComments(read("sections/proofs.tex"));
    const proved = all(/\\begin\{proof\}\[Proof of ([^\]]*\{[^\]]*)\]/g, proofs).join(" ");
    const missing = stated.filter(({ label, status }) => status !== "observed" && !proved.includes(`{${label}}`));
    // The lemmas share one proof, which names the first and the last.
    expect(missing.map(({ label }) => label)).toEqual(["lem:average"]);
  });

  const checks = CLAIMS.flatMap(({ label, checks }) => checks.map((check) => [label, check.file, check.test] as const));

  test.each(checks)('%s: %s has the test "%s"', (_, file, name) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
    expect(readFileSync(join(ROOT, file), "utf8")).toContain(name);
  });
});

test("the table of machine-checked statements has all of them", () => {
  expect(provedCount()).toBe(58);
  expect(provedRows()).not.toMatch(/[^\x20-\x7e\n]/);
  // A percent sign that is not escaped takes the rest of the line.
  expect(provedRows()).not.toMatch(/[^\\]%[^\n]/);
});

describe("figures and tables", () => {
  // Without data: notation, the drawing, attacks, what is proved, and the two tables of the index.
  const plain = ["notation", "attacks", "departures", "claims", "figures", "proved"].map((name) => `tab:${name}`);
  plain.push("fig:mechanism");

  test("all with data are in the index, and no others", () => {
    const labels = all(/\\label\{((?:fig|tab):[^}]+)\}/g).filter((label) => !plain.includes(label));
    expect(FIGURES.map(({ label }) => label).sort()).toEqual(labels.sort());
  });

  test.each(FIGURES.flatMap(({ label, files }) => files.map((file) => [label, file])))("%s: %s exists", (_, file) => {
    expect(existsSync(join(DATA, file as string))).toBe(true);
  });

  test("every file that a chart draws exists", () => {
    const drawn = all(/\{((?:data|generated)\/[^}]+)\}/g).filter((path) => path.endsWith(".csv"));
    expect(drawn.length).toBeGreaterThan(10);
    expect(drawn.filter((path) => !existsSync(join(PAPER, path)))).toEqual([]);
  });

  test("every reference has its label", () => {
    const labels = new Set(all(/\\label\{([^}]+)\}/g));
    expect(all(/\\(?:eq)?ref\{([^}]+)\}/g).filter((label) => !labels.has(label))).toEqual([]);
  });
});

describe("bibliography", () => {
  const entries = [...read("references.bib").matchAll(/@\w+\{(\w+),([\s\S]*?)\n\}/g)];
  const cited = new Set(all(/\\cite\{([^}]+)\}/g).flatMap((keys) => keys.split(",").map((key) => key.trim())));

  test("every citation has an entry, and every entry is cited", () => {
    expect(entries.map((entry) => entry[1]).sort()).toEqual([...cited].sort());
  });

  test.each(entries.map((entry) => [entry[1], entry[2]] as [string, string]))(
    "%s is complete and annotated",
    (_, body) => {
      for (const field of ["author", "title", "year", "note"]) expect(body).toMatch(new RegExp(`\\b${field} = \\{`));
    },
  );
});

describe("making of the files", () => {
  test("a series becomes one column per line", () => {
    const rows = ["a", "b"].flatMap((rule) =>
      [0, 1].map((point) => ({ rule, series: "s", point: String(point), mean: rule === "a" ? "0.123456789" : "2" })),
    );
    const lines = ["a", "b"].map((rule) => ({ column: `${rule}${rule}`, where: { rule } }));
    const chart = { file: "", from: "", series: "s", lines, start: 5, step: 10 };
    expect(seriesChart(chart, rows)).toBe("x,aa,bb\n5,0.12346,2\n15,0.12346,2\n");
    expect(() => seriesChart({ ...chart, series: "t" }, rows)).toThrow('no series "t"');
  });

  test("a run that is not there is named", () => {
    const target = mkdtempSync(join(tmpdir(), "paper-"));
    const sources = { sim: join(target, "none"), trace: target, gas: target };
    expect(() => refreshData(sources, target)).toThrow(/--sim: .*none is not there/);
    expect(() => refreshData({ ...sources, sim: target }, target)).toThrow(/--sim: .*E1.csv is not there/);
    rmSync(target, { recursive: true });
  });

  test("there is no data that no run wrote, and none is missing", () => {
    expect(readdirSync(DATA).sort()).toEqual([...DATA_FILES].sort());
  });

  test("a row that is not there is named", () => {
    expect(() => new Data().measured("E1.csv", { strategy: "none" }, "served_of_optimum")).toThrow(
      'E1.csv has 0 rows with {"strategy":"none"}, not one',
    );
    expect(() => new Data().table("E99.csv")).toThrow("paper/data/E99.csv is missing");
  });

  test("numbers look as in the text", () => {
    expect(decimal(1234567.891, 2)).toBe("1{,}234{,}567.89");
    expect(decimal(-0.04, 1)).toBe("0.0");
    expect(decimal(-17.4, 1)).toBe("$-$17.4");
    expect(withInterval({ mean: 99.61, ci95: 0.147 }, 1)).toBe("99.6\\,$\\pm$\\,0.1");
    // An interval that rounds to nothing stays visible; none at all does not appear.
    expect(withInterval({ mean: 96.1, ci95: 0.03 }, 1)).toBe("96.1\\,$\\pm$\\,0.1");
    expect(withInterval({ mean: 5, ci95: 0 })).toBe("5");
    expect(escapeTex("a_b & 5 %")).toBe("a\\_b \\& 5 \\%");
  });
});
