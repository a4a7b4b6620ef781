/** What is printed fits so many columns. */
export const COLUMNS = 80;

/** Stands between words that belong on one line. Printed as a space. */
export const NO_BREAK = "\u00a0";

/**
 * Breaks lines between words, so that none is longer than a screen; a word that is, such as a path, stays whole.
 * @param indent Spaces before each line that a break makes.
 */
export function wrap(text: string, indent = 0): string {
  return text
    .split("\n")
    .map((line) => wrapLine(line, " ".repeat(indent)))
    .join("\n")
    .replaceAll(NO_BREAK, " ");
}

function wrapLine(line: string, indent: string): string {
  if (line.length <= COLUMNS) return line;
  const at = line.lastIndexOf(" ", COLUMNS);
  const [before, after] = [line.slice(0, at).trimEnd(), line.slice(at + 1)];
  // Nowhere to break before the edge: after the word, then.
  if (at < 0 || before.trim() === "" || before.length <= indent.length) return wrapLong(line, indent);
  return `${before}\n${wrapLine(indent + after, indent)}`;
}

function wrapLong(line: string, indent: string): string {
  const at = line.indexOf(" ", Math.max(COLUMNS, indent.length));
  return at < 0 ? line : `${line.slice(0, at)}\n${wrapLine(indent + line.slice(at + 1), indent)}`;
}

/**
 * The help of a program: commands are broken as a shell reads them on, descriptions within their column, and lines that end
 * no sentence are one paragraph with the next.
 */
export function wrapHelp(text: string): string {
  const paragraphs = text.replace(/^(?!\w+:$)(\S.*[^.\s])\n(?=\S)/gm, "$1 ");
  return paragraphs
    .split("\n")
    .map((line) => (line.trimStart().startsWith("$ ") ? wrapCommand(line) : wrap(line, descriptionColumn(line))))
    .join("\n");
}

/** Where the description of an option or a command begins; 0 if it is no such line. */
function descriptionColumn(line: string): number {
  const [before] = /^ .*\S {2,}(?=\S)/.exec(line) ?? [""];
  return before.length;
}

function wrapCommand(line: string, indent = " ".repeat(6)): string {
  // The backslash takes two columns.
  const at = line.lastIndexOf(" ", COLUMNS - 2);
  if (line.length <= COLUMNS || at <= indent.length) return line;
  return `${line.slice(0, at)} \\\n${wrapCommand(indent + line.slice(at + 1))}`;
}
