/** Attention matrices for the terminal. */
import { columnsOf, printable } from "./columns.ts";

export interface TerminalMatrix {
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** Rows are target words, columns source words, 0 to 1. */
  readonly weights: readonly (readonly number[])[];
  /** Bracketed links, [source word, target word]. */
  readonly gold?: readonly (readonly [number, number])[] | undefined;
  /** Whether the terminal shows 256 colours. Default false. */
  readonly colour?: boolean;
  /** Width of the terminal. Default 80. */
  readonly columns?: number;
}

const SHADES = [" ", "·", "░", "▒", "▓", "█"] as const;
/** From faint to full, from the 256 colours. */
const BLUES = [235, 17, 18, 19, 25, 31, 38, 45] as const;

/** Lines of text: source words across, target words down, a shaded cell per weight, brackets around gold links. */
export function matrixInTerminal(matrix: TerminalMatrix): string[] {
  const { source, target, weights, gold = [], colour = false, columns = 80 } = matrix;
  const widest = (words: readonly string[]): number =>
    words.reduce((most, word) => Math.max(most, columnsOf(word)), 1);
  const left = Math.min(widest(target), Math.max(4, Math.floor(columns / 3)));
  const cell = Math.max(
    4,
    Math.min(widest(source) + 1, Math.floor((columns - left - 1) / Math.max(1, source.length))),
  );
  const shown = Math.max(1, Math.min(source.length, Math.floor((columns - left - 1) / cell)));
  const header = source.slice(0, shown).map((word) => centre(clip(word, cell - 1), cell));
  const lines = [`${" ".repeat(left + 1)}${header.join("")}${shown < source.length ? "…" : ""}`.trimEnd()];
  const isGold = new Set(gold.map(([i, j]) => `${i} ${j}`));
  target.forEach((word, j) => {
    const cells = Array.from({ length: shown }, (_, i) => {
      const weight = Math.min(1, Math.max(0, weights[j]?.[i] ?? 0));
      const [open, close] = isGold.has(`${i} ${j}`) ? ["[", "]"] : [" ", " "];
      const block = `${open}${shade(weight, colour)}${close}`;
      const padding = cell - 4;
      return `${" ".repeat(Math.floor(padding / 2))}${block}${" ".repeat(Math.ceil(padding / 2))}`;
    });
    lines.push(`${pad(clip(word, left), left)} ${cells.join("")}`.trimEnd());
  });
  return lines;
}

function shade(weight: number, colour: boolean): string {
  if (!colour) return (SHADES[Math.round(weight * (SHADES.length - 1))] as string).repeat(2);
  return `\u001b[48;5;${BLUES[Math.round(weight * (BLUES.length - 1))]}m  \u001b[0m`;
}

function clip(text: string, columns: number): string {
  const word = printable(text);
  if (columnsOf(word) <= columns) return word;
  let kept = "";
  for (const character of word) {
    if (columnsOf(kept + character) > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

const pad = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - columnsOf(text)));

function centre(text: string, columns: number): string {
  const free = Math.max(0, columns - columnsOf(text));
  return `${" ".repeat(Math.floor(free / 2))}${text}${" ".repeat(Math.ceil(free / 2))}`;
}
