import { useSignal } from "@preact/signals";
import type { Measure } from "../../model/compare.ts";
import {
  type CurveGroup,
  room as margin,
  nearest,
  type Points,
  runCurves,
} from "../../pictures/run-curves.ts";
import { text } from "../../text.ts";

const words = text.runs;
/** Of the plot, and of a line of the legend below it. */
const [HEIGHT, LEGEND] = [300, 24] as const;
/** Colours that there are. */
const COLOURS = 8;

export interface CurvesPictureProps {
  readonly groups: readonly CurveGroup[];
  readonly of: Measure;
  readonly width: number;
  readonly xName: string;
}

/** Curves with their legend below, one line each: a picture that says all when it is saved. */
export function CurvesPicture({ groups, of, width, xName }: CurvesPictureProps) {
  const pointed = useSignal<number | undefined>(undefined);
  const drawn = runCurves(groups, { width, height: HEIGHT });
  const bottom = HEIGHT - margin.bottom;
  const known = groups.flatMap(({ mean }) => mean.map(([x]) => x)).toSorted((a, b) => a - b);
  const at = pointed.value;
  const point = (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
    const px = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const near = nearest(
      known.map((x) => [x, 0] as const),
      drawn.xAt(px),
    );
    pointed.value = near?.[0];
  };
  const press = (event: KeyboardEvent): void => {
    const steps = [...new Set(known)];
    const now = at === undefined ? steps.length - 1 : steps.indexOf(at);
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: steps.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    pointed.value = steps[Math.max(0, Math.min(steps.length - 1, next))];
  };
  return (
    <div
      class="plot"
      role="group"
      aria-label={words.curvesKeys}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its points are walked through with the arrow keys
      tabIndex={0}
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={() => {
        pointed.value = undefined;
      }}
      onKeyDown={press}
      onBlur={() => {
        pointed.value = undefined;
      }}
    >
      <svg
        width={width}
        height={HEIGHT + LEGEND * groups.length + 8}
        role="img"
        aria-label={words.curvesPicture(of.name, groups.length)}
      >
        <text class="axis" x={0} y={12}>
          {[of.name, of.unit].filter(Boolean).join(", ")}
        </text>
        {drawn.yTicks.map(({ at: y, label }) => (
          <g key={label}>
            <line class="rule" x1={margin.left} x2={width - margin.right} y1={y} y2={y} />
            <text class="tick" x={margin.left - 8} y={y} text-anchor="end" dominant-baseline="central">
              {label}
            </text>
          </g>
        ))}
        {drawn.xTicks.map(({ at: x, label }) => (
          <text key={label} class="tick" x={x} y={bottom + 17} text-anchor="middle">
            {label}
          </text>
        ))}
        <text class="axis" x={width - margin.right} y={bottom + 35} text-anchor="end">
          {xName} →
        </text>
        {at !== undefined && (
          <line class="cursor" x1={drawn.x(at)} x2={drawn.x(at)} y1={margin.top} y2={bottom} />
        )}
        {drawn.curves.map(({ name, mean, each, dots }, i) => (
          <g key={name} class={`curve c${i % COLOURS}`}>
            {each.map((path, j) => (
              <path key={j} class="single" d={path} />
            ))}
            <path class="mean" d={mean} />
            {dots.map(({ x, y }) => (
              <circle key={x} cx={x} cy={y} r={3} />
            ))}
          </g>
        ))}
        {groups.map(({ name, mean }, i) => (
          <Legend
            key={name}
            name={name}
            value={at === undefined ? mean.at(-1) : nearest(mean, at)}
            of={of}
            xName={xName}
            width={width}
            y={HEIGHT + LEGEND * (i + 0.5)}
            colour={i % COLOURS}
          />
        ))}
      </svg>
    </div>
  );
}

interface LegendProps {
  readonly name: string;
  readonly value: Points[number] | undefined;
  readonly of: Measure;
  readonly xName: string;
  readonly width: number;
  readonly y: number;
  readonly colour: number;
}

/** The name of a line, and its number where one points: at first the last one. */
function Legend({ name, value, of, xName, width, y, colour }: LegendProps) {
  const left = width < 560 ? 0 : margin.left;
  const right = Math.min(width, left + 470);
  const letters = Math.floor((right - left - 200) / 8);
  return (
    <g class={`curve legend c${colour}`}>
      <path class="mean" d={`M${left},${y}h22`} />
      <text x={left + 32} y={y} dominant-baseline="central">
        {name.length > letters ? `${name.slice(0, Math.max(6, letters - 1))}…` : name}
      </text>
      {value && (
        <text class="value" x={right} y={y} text-anchor="end" dominant-baseline="central">
          {value[1].toFixed(of.decimals)}
          {"  "}
          <tspan>{words.at(xName, shortNumber(value[0]))}</tspan>
        </text>
      )}
    </g>
  );
}

const shortNumber = (value: number): string =>
  value.toLocaleString("en", { maximumFractionDigits: Number.isInteger(value) ? 0 : 1 });
