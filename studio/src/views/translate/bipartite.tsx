import { useMemo } from "preact/hooks";
import { centred, onLine, type Placed, path, ribbons } from "../../pictures/ribbons.ts";
import { textWidth } from "../../pictures/text-width.ts";
import { type ShownToken, shownToken, wordsOf } from "../../pictures/tokens.ts";
import { text } from "../../text.ts";

const [PADDING, GAP, TALL, AXIS] = [7, 9, 30, 22];
/** Between the two lines, where they lie and where they stand. */
const ACROSS = { lying: 180, standing: 110 };

/** Most tokens that stand below each other. */
const UPRIGHT = 80;

export interface BipartiteProps {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** [rows][columns] */
  readonly numbers: readonly (readonly number[])[];
  /** Known links between words: [read, written], by their numbers. */
  readonly links: readonly (readonly [number, number])[];
  /** The written token that is looked at; -1 for none. */
  readonly place: number;
  /** Whether it is chosen, and not only pointed at. */
  readonly isChosen: boolean;
  readonly onPoint: (place: number) => void;
  readonly onChoose: (place: number) => void;
  /** The room there is, in px: sentences that are wider stand upright. */
  readonly room: number;
}

/** Both sentences with a ribbon for every number: the read one above the written one, or to the left of it. */
export function Bipartite(props: BipartiteProps) {
  const { columns, rows, numbers, links, place, room } = props;
  const drawn = useMemo(
    () => laidOut(columns, rows, numbers, links, room),
    [columns, rows, numbers, links, room],
  );
  const { read, written, isUpright, width, height, tall } = drawn;
  const here = place < 0 ? [] : drawn.all.filter(({ row }) => row === place);
  const label = `${text.axes.columns}: ${columns.join(" ")}. ${text.axes.rows}: ${rows.join(" ")}`;
  return (
    <svg
      class={`bipartite${place < 0 ? "" : " looking"}`}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label={label}
    >
      {drawn.still}
      <g transform={drawn.between}>
        {here.map(({ row, column, weight, path: d, thickness }) => (
          <path
            key={`${row}-${column}`}
            class="ribbon"
            d={d}
            stroke-width={thickness}
            opacity={0.35 + 0.6 * weight}
          />
        ))}
      </g>
      {here.map(({ column, weight }) => (
        <Mark key={column} at={read.line.tokens[column]} line={read} tall={tall} opacity={0.75 * weight} />
      ))}
      {place >= 0 && <Mark at={written.line.tokens[place]} line={written} tall={tall} opacity={0.3} />}
      <Labels line={read} isUpright={isUpright} />
      <Labels line={written} isUpright={isUpright} />
      <Targets {...props} line={written} tall={tall} />
    </svg>
  );
}

/** Where one of the two sentences stands. */
interface Side {
  readonly line: { readonly tokens: readonly Placed[]; readonly words: readonly Placed[] };
  readonly shown: readonly ShownToken[];
  /** The middle of its boxes, across the lines. */
  readonly side: number;
  /** The width of an upright line's boxes; undefined where lines lie. */
  readonly wide: number | undefined;
}

function laidOut(
  columns: readonly string[],
  rows: readonly string[],
  numbers: BipartiteProps["numbers"],
  links: BipartiteProps["links"],
  room: number,
) {
  const sides = [columns, rows].map((pieces) => ({
    shown: pieces.map(shownToken),
    words: wordsOf(pieces),
  }));
  const lying = sides.map(({ shown, words }) =>
    onLine(
      shown.map((token) => textWidth(token.text) + 2 * PADDING),
      words,
      GAP,
    ),
  );
  const longest = Math.max(...lying.map(({ width }) => width), 160);
  // A text that is too long even to stand is scrolled.
  const isUpright = longest > room && Math.max(columns.length, rows.length) <= UPRIGHT;
  const lines = isUpright
    ? sides.map(({ shown, words }) =>
        onLine(
          shown.map(() => TALL),
          words,
          GAP,
        ),
      )
    : lying;
  const along = Math.max(...lines.map(({ width }) => width), isUpright ? 0 : 160);
  const placed = lines.map((line) => (along > room && !isUpright ? line : centred(line, along)));
  const widths = sides.map(({ shown }) =>
    shown.reduce((most, token) => Math.max(most, textWidth(token.text) + 2 * PADDING), 60),
  );
  const [wideRead = 0, wideWritten = 0] = widths;
  const across = isUpright
    ? Math.max(ACROSS.standing, Math.min(room, 560) - wideRead - wideWritten - 4)
    : ACROSS.lying;
  const read: Side = {
    line: placed[0] as Side["line"],
    shown: sides[0]?.shown ?? [],
    side: isUpright ? wideRead / 2 + 1 : AXIS + TALL / 2,
    wide: isUpright ? wideRead : undefined,
  };
  const written: Side = {
    line: placed[1] as Side["line"],
    shown: sides[1]?.shown ?? [],
    side: isUpright ? 1 + wideRead + across + wideWritten / 2 : AXIS + TALL * 1.5 + across,
    wide: isUpright ? wideWritten : undefined,
  };
  const all = ribbons(numbers, { read: read.line.tokens, written: written.line.tokens, across, isUpright });
  const between = isUpright ? `translate(${1 + wideRead} ${AXIS})` : `translate(1 ${AXIS + TALL})`;
  const known = links.flatMap(([from, to]) => {
    const [a, b] = [
      wordOf(sides[0]?.words, read.line.words, from),
      wordOf(sides[1]?.words, written.line.words, to),
    ];
    return a && b ? [path(a.x, b.x, across, isUpright)] : [];
  });
  const width = isUpright ? wideRead + across + wideWritten + 2 : along + 2;
  const height = isUpright ? along + AXIS + 2 : AXIS * 2 + TALL * 2 + across;
  const tall = TALL;
  const still = (
    <>
      <text class="axis" x={1} y={12}>
        {text.axes.columns}
      </text>
      <text
        class="axis"
        x={isUpright ? width - 1 : 1}
        y={isUpright ? 12 : height - 6}
        text-anchor={isUpright ? "end" : "start"}
      >
        {text.axes.rows}
      </text>
      <g class="all" transform={between}>
        {all.map(({ row, column, weight, path: d, thickness }) => (
          <path
            key={`${row}-${column}`}
            class="ribbon"
            d={d}
            stroke-width={thickness}
            opacity={0.12 + 0.7 * weight}
          />
        ))}
      </g>
      <g class="known" transform={between}>
        {known.map((d) => (
          <path key={d} class="link" d={d} />
        ))}
      </g>
      <Boxes line={read} tall={tall} />
      <Boxes line={written} tall={tall} />
    </>
  );
  return { read, written, isUpright, width, height, all, between, still, tall };
}

const wordOf = (
  words: ReturnType<typeof wordsOf> | undefined,
  boxes: readonly Placed[],
  number: number,
): Placed | undefined => boxes[words?.findIndex((word) => word.number === number) ?? -1];

/** The rectangle of something on a line. */
function boxOf({ x, width }: Placed, { side, wide }: Side, tall: number) {
  return wide === undefined
    ? { x: 1 + x - width / 2, y: side - tall / 2, width, height: tall }
    : { x: side - wide / 2, y: AXIS + x - width / 2, width: wide, height: width };
}

function Boxes({ line, tall }: { readonly line: Side; readonly tall: number }) {
  return (
    <g class="boxes">
      {line.line.words.map((word) => (
        <rect key={word.x} class="back" {...boxOf(word, line, tall)} rx={8} />
      ))}
    </g>
  );
}

interface MarkProps {
  readonly at: Placed | undefined;
  readonly line: Side;
  readonly tall: number;
  readonly opacity: number;
}

const Mark = ({ at, line, tall, opacity }: MarkProps) =>
  at ? <rect class="mark" {...boxOf(at, line, tall)} rx={7} opacity={opacity} /> : null;

/** The texts, with a thin line between the pieces of a word. */
function Labels({ line, isUpright }: { readonly line: Side; readonly isUpright: boolean }) {
  return useMemo(
    () => (
      <g class="labels">
        {line.shown.map((token, i) => {
          const at = line.line.tokens[i] ?? { x: 0, width: 0 };
          const [x, y] = isUpright ? [line.side, AXIS + at.x] : [1 + at.x, line.side];
          const start = at.x - at.width / 2;
          return (
            <g key={i} class={token.isSpecial ? "token special" : "token"}>
              {!token.begins && i > 0 && !line.shown[i - 1]?.isSpecial && (
                <path
                  class="seam"
                  d={
                    isUpright
                      ? `M ${line.side - 14} ${AXIS + start} h 28`
                      : `M ${1 + start} ${line.side - 8} v 16`
                  }
                />
              )}
              <text x={x} y={y} text-anchor="middle" dominant-baseline="central">
                {token.text}
              </text>
            </g>
          );
        })}
      </g>
    ),
    [line, isUpright],
  );
}

/** What can be pointed at, focused and chosen: the written tokens. Arrows go from one to the next. */
function Targets({
  line,
  tall,
  rows,
  place,
  isChosen,
  onPoint,
  onChoose,
}: BipartiteProps & { readonly line: Side; readonly tall: number }) {
  const step = (event: KeyboardEvent, by: number): void => {
    event.preventDefault();
    const all = (event.currentTarget as Element).parentElement?.children;
    (all?.[Math.min(rows.length - 1, Math.max(0, indexOf(event) + by))] as SVGElement | undefined)?.focus();
  };
  return (
    <g class="targets">
      {line.line.tokens.map((token, row) => (
        <rect
          key={row}
          class="word"
          {...boxOf(token, line, tall)}
          rx={7}
          data-row={row}
          tabindex={row === Math.max(0, place) ? 0 : -1}
          role="button"
          aria-label={line.shown[row]?.text}
          aria-pressed={isChosen && place === row}
          onMouseEnter={() => onPoint(row)}
          onMouseLeave={() => onPoint(-1)}
          onFocus={() => onPoint(row)}
          onBlur={() => onPoint(-1)}
          onClick={() => onChoose(row)}
          onKeyDown={(event) => {
            if (event.key === "Enter" || event.key === " ") {
              event.preventDefault();
              onChoose(row);
            }
            if (event.key === "ArrowRight" || event.key === "ArrowDown") step(event, 1);
            if (event.key === "ArrowLeft" || event.key === "ArrowUp") step(event, -1);
          }}
        />
      ))}
    </g>
  );
}

const indexOf = (event: Event): number => Number((event.currentTarget as SVGElement).dataset.row);
