import { columnsOf } from "./columns.ts";
import { FONT } from "./svg.ts";

/** Longest label of a token, in columns. */
const LONGEST = 18;

/**
 * A token as a label: never empty, white space visible, a combining mark on a dotted circle instead of on the letter
 * before it, and the end of a long one left out.
 */
export function tokenLabel(token: string): string {
  if (token === "") return "∅";
  if (/^\s+$/u.test(token)) return token.replace(/\n/g, "⏎").replace(/\s/gu, "␣");
  const visible = /^\p{M}/u.test(token) ? `◌${token}` : token;
  if (columnsOf(visible) <= LONGEST) return visible;
  let kept = "";
  // By what a reader takes for one letter: an emoji of several, a letter with its marks.
  for (const { segment } of new Intl.Segmenter().segment(visible)) {
    if (columnsOf(kept + segment) > LONGEST - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Width of a text, in pixels at a size: an estimate for sans-serif letters, rather too wide than too narrow. */
export function widthOf(label: string, size = FONT): number {
  let width = 0;
  for (const character of label) {
    const columns = columnsOf(character);
    if (columns === 0) continue;
    if (columns === 2) width += 1.05;
    else if (/[ijlI.,:;'|!()[\]·]/.test(character)) width += 0.33;
    else if (/[mwMW@%‖▁…←→]/.test(character)) width += 0.92;
    else if (/\p{Lu}/u.test(character)) width += 0.72;
    else width += 0.6;
  }
  return width * size;
}

export const widest = (labels: readonly string[], size = FONT): number =>
  labels.reduce((most, label) => Math.max(most, widthOf(label, size)), 0);
