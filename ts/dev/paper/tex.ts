import type { Measured } from "./data.ts";

/** 12345.678 with one digit: 12{,}345.7. */
export function decimal(value: number, digits = 0): string {
  const [whole = "", fraction] = Math.abs(value).toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, "{,}");
  const isZero = /^[0.]*$/.test(`${whole}${fraction ?? ""}`);
  return `${value < 0 && !isZero ? "$-$" : ""}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** With its 95 % interval, unless that is below what the digits show. */
export function withInterval({ mean, ci95 }: Measured, digits = 0): string {
  const text = decimal(mean, digits);
  return ci95 <= 1e-9 * Math.abs(mean)
    ? text
    : `${text}\\,$\\pm$\\,${Number(ci95.toFixed(digits)) === 0 ? smallest(digits) : decimal(ci95, digits)}`;
}

/** An interval that rounds to nothing is shown as one of the last digit: never narrower than it is. */
function smallest(digits: number): string {
  return decimal(10 ** -digits, digits);
}

export function percent(value: Measured, digits = 1): string {
  return withInterval({ mean: 100 * value.mean, ci95: 100 * value.ci95 }, digits);
}

/** Characters that mean something to TeX. */
export function escapeTex(text: string): string {
  return text.replace(/[\\{}$&#%_^~]/g, (character) => {
    if (character === "\\") return "\\textbackslash{}";
    if (character === "^" || character === "~") return `\\${character}{}`;
    return `\\${character}`;
  });
}
