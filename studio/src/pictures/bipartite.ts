/** Two sentences and what of one went into the other: where everything stands. */
import { centred, type Line, onLine, type Placed, path, type Ribbon, ribbons } from "./ribbons.ts";
import { type ShownToken, shownToken, type Word, wordsOf } from "./tokens.ts";

/** All in px. Of a token: the space on either side of its text, and its height. */
const [PADDING, TALL] = [7, 30];
/** Between words. */
const GAP = 9;
/** Beside the names of the axes. */
const AXIS = 22;
/** Between the two sentences, where they lie, and at least where they stand. */
const ACROSS = { lying: 180, standing: 110 };
/** Most width of sentences that stand. */
const WIDEST = 560;
/** Most tokens that stand below each other. */
const UPRIGHT = 80;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One of the two sentences. */
export interface Side {
  readonly shown: readonly ShownToken[];
  readonly tokens: readonly Box[];
  readonly words: readonly Box[];
  /** Lines between the pieces of a word. */
  readonly seams: readonly string[];
}

export interface BipartiteData {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** [rows][columns] */
  readonly numbers: readonly (readonly number[])[];
  /** Known links between words: [read, written], by their numbers. */
  readonly links: readonly (readonly [number, number])[];
  /** The room there is, in px: sentences that are wider stand upright, unless they are too long even for that. */
  readonly room: number;
}

export interface BipartiteLayout {
  readonly isUpright: boolean;
  readonly width: number;
  readonly height: number;
  readonly read: Side;
  readonly written: Side;
  readonly ribbons: readonly Ribbon[];
  /** Paths of the known links. */
  readonly links: readonly string[];
  /** Where ribbons and links begin. */
  readonly origin: readonly [x: number, y: number];
}

/** @param widthOf  The width of a text, in px. */
export function bipartite(data: BipartiteData, widthOf: (text: string) => number): BipartiteLayout {
  const { columns, rows, numbers, room } = data;
  const [above, below] = [measured(columns, widthOf), measured(rows, widthOf)];
  const lying = [above, below].map(({ widths, words }) => onLine(widths, words, GAP)) as [Line, Line];
  const longest = Math.max(...lying.map(({ width }) => width), 160);
  const isUpright = longest > room && Math.max(columns.length, rows.length) <= UPRIGHT;
  const standing = [above, below].map(({ widths, words }) =>
    onLine(
      widths.map(() => TALL),
      words,
      GAP,
    ),
  ) as [Line, Line];
  const along = isUpright ? Math.max(...standing.map(({ width }) => width)) : longest;
  // What has to be scrolled begins where one sees it.
  const placed = (line: Line): Line => (isUpright || along <= room ? centred(line, along) : line);
  const [top, bottom] = (isUpright ? standing : lying).map(placed) as [Line, Line];
  const [wide, wideBelow] = [above, below].map(({ widths }) => Math.max(60, ...widths)) as [number, number];
  const across = isUpright
    ? Math.max(ACROSS.standing, Math.min(room, WIDEST) - wide - wideBelow - 4)
    : ACROSS.lying;
  const sideOf = ({ shown }: Measured, line: Line, start: number, wideness: number): Side => {
    const boxOf = ({ x, width }: Placed): Box =>
      isUpright
        ? { x: start, y: AXIS + x - width / 2, width: wideness, height: width }
        : { x: 1 + x - width / 2, y: start, width, height: TALL };
    const tokens = line.tokens.map(boxOf);
    return { shown, tokens, words: line.words.map(boxOf), seams: seamsOf(shown, tokens, isUpright) };
  };
  return {
    isUpright,
    width: isUpright ? wide + across + wideBelow + 2 : along + 2,
    height: isUpright ? along + AXIS + 2 : AXIS * 2 + TALL * 2 + across,
    read: sideOf(above, top, isUpright ? 1 : AXIS, wide),
    written: sideOf(below, bottom, isUpright ? 1 + wide + across : AXIS + TALL + across, wideBelow),
    ribbons: ribbons(numbers, { read: top.tokens, written: bottom.tokens, across, isUpright }),
    links: data.links.flatMap(([from, to]) => {
      const [a, b] = [wordAt(above.words, top, from), wordAt(below.words, bottom, to)];
      return a && b ? [path(a.x, b.x, across, isUpright)] : [];
    }),
    origin: isUpright ? [1 + wide, AXIS] : [1, AXIS + TALL],
  };
}

interface Measured {
  readonly shown: readonly ShownToken[];
  readonly words: readonly Word[];
  readonly widths: readonly number[];
}

function measured(pieces: readonly string[], widthOf: (text: string) => number): Measured {
  const shown = pieces.map(shownToken);
  const widths = shown.map((token) => widthOf(token.text) + 2 * PADDING);
  return { shown, words: wordsOf(pieces), widths };
}

const wordAt = (words: readonly Word[], line: Line, number: number): Placed | undefined =>
  line.words[words.findIndex((word) => word.number === number)];

function seamsOf(shown: readonly ShownToken[], tokens: readonly Box[], isUpright: boolean): string[] {
  return tokens.flatMap(({ x, y, width }, i) => {
    if (i === 0 || shown[i]?.begins || shown[i - 1]?.isSpecial) return [];
    return [isUpright ? `M ${x + width / 2 - 14} ${y} h 28` : `M ${x} ${y + 7} v 16`];
  });
}
