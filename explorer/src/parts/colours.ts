/** Colours that the colour-blind can tell apart (Okabe and Ito), each readable as a shape on white and on black. */
const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#b8860b", "#8a5fbf", "#3a8fc4", "#c2508a", "#6b7f1a"];

/** One colour for one account, wherever it is drawn. */
export function colourOf(account: string): string {
  return PALETTE[placeOf(account)] as string;
}

/** The same for accounts that are drawn together: who comes second to a colour takes the next that is free. */
export function coloursOf(accounts: readonly string[]): string[] {
  const taken = new Set<number>();
  return accounts.map((account) => {
    const own = placeOf(account);
    const free = PALETTE.map((_, step) => (own + step) % PALETTE.length).find((place) => !taken.has(place)) ?? own;
    taken.add(free);
    return PALETTE[free] as string;
  });
}

function placeOf(account: string): number {
  const hash = [...account.toLowerCase()].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521, 7);
  return hash % PALETTE.length;
}

/** The escrow, and what belongs to no single account. */
export const NEUTRAL = "#8a8f98";
