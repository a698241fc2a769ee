import { type Signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import {
  type BipartiteData,
  type BipartiteLayout,
  type Box,
  bipartite,
  type Side,
} from "../../pictures/bipartite.ts";
import type { Ribbon } from "../../pictures/ribbons.ts";
import { textWidth } from "../../pictures/text-width.ts";
import { isSeen, type Sight } from "../../sight.ts";
import { text } from "../../text.ts";

export interface BipartiteProps extends BipartiteData {
  /** The written token that is chosen; -1 for none. */
  readonly chosen: number;
  /** The one that is pointed at or focused: only what marks it is drawn again when it changes. */
  readonly pointed: Signal<number>;
  readonly onChoose: (place: number) => void;
  /** What can be seen of it: of a long text only that is drawn. */
  readonly sight: Sight;
}

/** More tokens are drawn where they are seen. */
const LONG = 80;
const ALL: Sight = { from: -Infinity, to: Infinity };

/** Both sentences with a ribbon for every number: the read one above the written one, or to the left of it. */
export function Bipartite(props: BipartiteProps) {
  const { columns, rows, numbers, links, chosen, pointed, room } = props;
  const layout = useMemo(
    () => bipartite({ columns, rows, numbers, links, room }, textWidth),
    [columns, rows, numbers, links, room],
  );
  const sight = Math.max(columns.length, rows.length) > LONG && !layout.isUpright ? props.sight : ALL;
  // Thousands of ribbons of a long text are not drawn again when one points at a word.
  const still = useMemo(() => <Still {...layout} sight={sight} />, [layout, sight.from, sight.to]);
  const labels = useMemo(
    () => [layout.read, layout.written].map((side, i) => labelsOf(side, i, sight)),
    [layout, sight.from, sight.to],
  );
  const targets = useMemo(() => indices(layout.written.tokens, sight), [layout, sight.from, sight.to]);
  const { width, height } = layout;
  return (
    <svg
      class="bipartite"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label={`${text.axes.columns}: ${columns.join(" ")}. ${text.axes.rows}: ${rows.join(" ")}`}
    >
      {still}
      <Marks layout={layout} chosen={chosen} pointed={pointed} />
      {labels}
      <Targets {...props} side={layout.written} shown={targets} />
    </svg>
  );
}

/** The written token that is looked at: the one that is pointed at, or else the chosen one; -1 for none. */
export const lookedAt = (pointed: number, chosen: number, count: number): number =>
  pointed >= 0 && pointed < count ? pointed : chosen;

type MarksProps = Pick<BipartiteProps, "chosen" | "pointed"> & { readonly layout: BipartiteLayout };

/** What the token that is looked at has read. */
function Marks({ layout: { read, written, ribbons, origin }, chosen, pointed }: MarksProps) {
  const place = lookedAt(pointed.value, chosen, written.tokens.length);
  const here = ribbons.filter(({ row }) => row === place);
  return (
    <>
      <g transform={`translate(${origin.join(" ")})`}>
        {here.map(({ weight, path, thickness }, i) => (
          <path key={i} class="ribbon" d={path} stroke-width={thickness} opacity={0.35 + 0.6 * weight} />
        ))}
      </g>
      {here.map(({ column, weight }, i) => (
        <rect key={i} class="mark" {...read.tokens[column]} rx={7} opacity={0.75 * weight} />
      ))}
      {written.tokens[place] && <rect class="mark" {...written.tokens[place]} rx={7} opacity={0.3} />}
    </>
  );
}

/** The boxes that can be seen, by their places. */
const indices = (boxes: readonly Box[], sight: Sight): number[] =>
  boxes.flatMap(({ x, width }, i) => (isSeen(sight, x, x + width) ? [i] : []));

/** What is the same wherever one looks. */
function Still({
  read,
  written,
  isUpright,
  width,
  height,
  ribbons,
  links,
  origin,
  sight,
}: BipartiteLayout & { readonly sight: Sight }) {
  const isRibbonSeen = ({ row, column }: Ribbon): boolean =>
    isSeen(sight, read.tokens[column]?.x ?? 0, written.tokens[row]?.x ?? 0);
  const between = `translate(${origin.join(" ")})`;
  return (
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
        {ribbons.filter(isRibbonSeen).map(({ row, column, weight, path, thickness }) => (
          <path
            key={`${row}-${column}`}
            class="ribbon"
            d={path}
            stroke-width={thickness}
            opacity={0.12 + 0.7 * weight}
          />
        ))}
      </g>
      <g transform={between}>
        {links.map((path) => (
          <path key={path} class="link" d={path} />
        ))}
      </g>
      {[...read.words, ...written.words]
        .filter(({ x, width: own }) => isSeen(sight, x, x + own))
        .map((box) => (
          <rect key={`${box.x} ${box.y}`} class="back" {...box} rx={8} />
        ))}
    </>
  );
}

/** The texts, with a thin line between the pieces of a word. */
const labelsOf = ({ shown, tokens, seams }: Side, key: number, sight: Sight) => (
  <g key={key} class="labels">
    {seams.map((path) => (
      <path key={path} class="seam" d={path} />
    ))}
    {indices(tokens, sight).map((i) => {
      const { x, y, width, height } = tokens[i] as Box;
      return (
        <g key={i} class={shown[i]?.isSpecial ? "token special" : "token"}>
          <text x={x + width / 2} y={y + height / 2} text-anchor="middle" dominant-baseline="central">
            {shown[i]?.text}
          </text>
        </g>
      );
    })}
  </g>
);

interface TargetsProps extends BipartiteProps {
  readonly side: Side;
  /** The places of those that can be seen. */
  readonly shown: readonly number[];
}

/** What can be pointed at, focused and chosen: the written tokens. Arrows go from one to the next. */
function Targets({ side, shown, chosen, pointed, onChoose }: TargetsProps) {
  const focused = useSignal(chosen);
  const first = shown.includes(focused.value) ? focused.value : shown[0];
  const point = (to: number): void => {
    pointed.value = to;
  };
  const onKeyDown = (event: KeyboardEvent, row: number): void => {
    const target = event.currentTarget as SVGElement;
    const go: Readonly<Record<string, () => void>> = {
      Enter: () => onChoose(row),
      " ": () => onChoose(row),
      ArrowRight: () => (target.nextElementSibling as SVGElement | null)?.focus(),
      ArrowDown: () => (target.nextElementSibling as SVGElement | null)?.focus(),
      ArrowLeft: () => (target.previousElementSibling as SVGElement | null)?.focus(),
      ArrowUp: () => (target.previousElementSibling as SVGElement | null)?.focus(),
    };
    if (!(event.key in go)) return;
    event.preventDefault();
    go[event.key]?.();
  };
  return (
    <g>
      {shown.map((row) => (
        <rect
          key={row}
          class="word"
          {...side.tokens[row]}
          rx={7}
          tabindex={row === first ? 0 : -1}
          role="button"
          aria-label={side.shown[row]?.text}
          aria-pressed={chosen === row}
          onMouseEnter={() => point(row)}
          onMouseLeave={() => point(-1)}
          onFocus={() => {
            focused.value = row;
            point(row);
          }}
          onBlur={() => point(-1)}
          onClick={() => onChoose(row)}
          onKeyDown={(event) => onKeyDown(event, row)}
        />
      ))}
    </g>
  );
}
