/** Geometry of a bipartite picture: what is read on one line, what is written on another. */
import type { Word } from "./tokens.ts";

export interface Placed {
  /** The middle of a token along its line, in px. */
  readonly x: number;
  readonly width: number;
}

export interface Line {
  readonly tokens: readonly Placed[];
  /** One box for each word: its pieces stand in it side by side. */
  readonly words: readonly Placed[];
  readonly width: number;
}

export interface Ribbon {
  readonly row: number;
  readonly column: number;
  /** 0 to 1 */
  readonly weight: number;
  /** The path of its middle line. */
  readonly path: string;
  readonly thickness: number;
}

/**
 * Lays words out on a line, their pieces joined.
 *
 * @param widths  Of the pieces, in px.
 */
export function onLine(widths: readonly number[], words: readonly Word[], gap: number): Line {
  const tokens: Placed[] = [];
  const boxes: Placed[] = [];
  let at = 0;
  for (const { from, to } of words) {
    const start = at;
    for (const width of widths.slice(from, to)) {
      tokens.push({ x: at + width / 2, width });
      at += width;
    }
    boxes.push({ x: (start + at) / 2, width: at - start });
    at += gap;
  }
  return { tokens, words: boxes, width: Math.max(0, at - gap) };
}

/** Moves a line to the middle of `width`. */
export function centred({ tokens, words, width: own }: Line, width: number): Line {
  const moved = (placed: Placed): Placed => ({ ...placed, x: placed.x + (width - own) / 2 });
  return { tokens: tokens.map(moved), words: words.map(moved), width };
}

/** From one place on the first line to one on the second, `across` px away: lines lie, or stand. */
export function path(from: number, to: number, across: number, isUpright: boolean): string {
  const middle = across / 2;
  const point = (along: number, over: number): string =>
    isUpright ? `${over} ${along}` : `${along} ${over}`;
  return `M ${point(from, 0)} C ${point(from, middle)}, ${point(to, middle)}, ${point(to, across)}`;
}

export interface RibbonOptions {
  /** Where the columns and the rows stand. */
  readonly read: readonly Placed[];
  readonly written: readonly Placed[];
  /** From one line to the other, in px. */
  readonly across: number;
  readonly isUpright?: boolean;
  /** The least share of the largest number that is drawn. Default 0.02. */
  readonly least?: number;
  /** Most ribbons: the largest are drawn. Default 1500. */
  readonly most?: number;
}

/**
 * A ribbon for every number, as a share of the largest; of weights, which are at most 1, as it is. Numbers below 0 have none.
 *
 * @param numbers  [rows][columns]
 */
export function ribbons(
  numbers: readonly (readonly number[])[],
  { read, written, across, isUpright = false, least = 0.02, most = 1500 }: RibbonOptions,
): Ribbon[] {
  const largest = largestOf(numbers);
  const all: Omit<Ribbon, "path" | "thickness">[] = [];
  for (const [row, line] of numbers.entries())
    for (const [column, number] of line.entries())
      if (number / largest >= least && read[column] && written[row])
        all.push({ row, column, weight: number / largest });
  const drawn = all.length <= most ? all : all.sort((a, b) => b.weight - a.weight).slice(0, most);
  return drawn.map(({ row, column, weight }) => {
    const [from, to] = [read[column] as Placed, written[row] as Placed];
    const thickness = 1 + 11 * weight;
    return { row, column, weight, path: path(from.x, to.x, across, isUpright), thickness };
  });
}

/** The largest number, and at least 1. */
export const largestOf = (numbers: readonly (readonly number[])[]): number =>
  numbers.reduce((most, row) => row.reduce((a, b) => Math.max(a, b), most), 1);
