/** Server-sent answers that are open at the same moment, and the events of each. */
export const [TOGETHER, EVENTS] = [1_000, 20];

export const eventOf = (index: number): string => `data: ${String(index).padEnd(200, ".")}\n\n`;
