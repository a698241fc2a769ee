/** Geometry of scores with intervals: a row for each group, a dot for its mean, a bar for the interval, a ring for each run. */
import { scaleLinear } from "d3-scale";

export interface IntervalRow {
  readonly name: string;
  readonly mean: number;
  /** The interval is mean ± half; undefined for one run alone. */
  readonly half: number | undefined;
  readonly values: readonly number[];
}

export interface IntervalDots {
  readonly rows: readonly {
    readonly name: string;
    /** As much of the name as there is room for. */
    readonly shown: string;
    readonly nameAt: { readonly x: number; readonly y: number };
    readonly y: number;
    readonly mean: number;
    readonly bar: readonly [from: number, to: number] | undefined;
    readonly rings: readonly number[];
  }[];
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** Where the rows end. */
  readonly bottom: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
}

/** Below this width names stand above their rows. */
const NARROW = 560;
const ROW = { wide: 30, narrow: 46 } as const;
const TOP = 8;
/** Room for ticks and the name of the axis. */
const BOTTOM = 44;

export function intervalDots(
  rows: readonly IntervalRow[],
  {
    width,
    names,
    texts,
  }: {
    readonly width: number;
    /** The widest name, and the widest text at the end of a row, in px. */
    readonly names: number;
    readonly texts: number;
  },
): IntervalDots {
  const isNarrow = width < NARROW;
  const step = isNarrow ? ROW.narrow : ROW.wide;
  const left = isNarrow ? 10 : Math.min(width / 3, names + 20);
  const right = width - texts - 20;
  const ends = rows.flatMap(({ mean, half = 0, values }) => [mean - half, mean + half, ...values]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const around = low === high ? Math.abs(low) / 10 + 0.1 : 0;
  const count = Math.max(2, Math.floor((right - left) / 80));
  const x = scaleLinear([low - around, high + around], [left, right]).nice(count);
  const bottom = TOP + step * rows.length;
  return {
    rows: rows.map(({ name, mean, half, values }, i) => {
      const y = TOP + step * (i + (isNarrow ? 0.72 : 0.5));
      return {
        name,
        shown: cut(name, isNarrow ? width : left - 20),
        nameAt: isNarrow ? { x: 0, y: TOP + step * i + 12 } : { x: 0, y },
        y,
        mean: x(mean),
        bar: half === undefined ? undefined : ([x(mean - half), x(mean + half)] as const),
        rings: values.length > 1 ? values.map((value) => x(value)) : [],
      };
    }),
    ticks: x.ticks(count).map((value) => ({ at: x(value), label: x.tickFormat(count)(value) })),
    bottom,
    height: bottom + BOTTOM,
    left,
    right,
  };
}

/** The width of a letter, in px: rather too much than too little. */
const LETTER = 8.4;

function cut(name: string, room: number): string {
  const most = Math.max(4, Math.floor(room / LETTER));
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
}
