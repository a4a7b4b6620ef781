import { shorten } from "../../format.ts";

/** How the page names and colours things. Names are anybody's: they are cut, and only ever set as text. */

/** Most characters of a name and of a sentence. */
const [NAME, SENTENCE] = [24, 300];

export function nameOf(name: string): string {
  return shorten(name, NAME);
}

export function sentenceOf(text: string): string {
  return shorten(text, SENTENCE);
}

/** Agents before those of a stage, where colours run on from stage to stage. */
const PER_STAGE = 4;
const COLOURS = 12;

/** The colour of an agent, the same in the diagram and on all charts. */
export function agentColour(stage: number, agent: number): string {
  return `var(--agent-${(stage * PER_STAGE + agent) % COLOURS})`;
}

/** The colour of what belongs to a whole stage. */
export function stageColour(stage: number): string {
  return `var(--stage-${stage % 3})`;
}

/** An element with a class and a text. */
export function element<tag extends keyof HTMLElementTagNameMap>(
  tag: tag,
  className = "",
  text = "",
): HTMLElementTagNameMap[tag] {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  if (text !== "") made.textContent = text;
  return made;
}

/** An element that the page has. @throws if it has not. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found;
}
