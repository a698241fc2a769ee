import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ComparedRuns, Measure } from "../../model/compare.ts";
import {
  type CurveGroup,
  room as margin,
  nearest,
  overTime,
  type Points,
  runCurves,
  timeUnit,
} from "../../pictures/run-curves.ts";
import { useRoom } from "../../room.ts";
import { SaveButtons } from "../../save-buttons.tsx";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { measure } from "./asked.ts";
import { Scroll } from "./scroll.tsx";

const words = text.runs;
/** Of the plot, and of a line of the legend below it. */
const [HEIGHT, LEGEND] = [300, 24] as const;
/** More lines are hard to tell apart. */
const MOST = 8;

/** Learning curves of all groups, against steps or time. */
export function Curves({ compared }: { readonly compared: ComparedRuns }) {
  const { place, room } = useRoom();
  const picture = useRef<HTMLDivElement>(null);
  const of = measure.value;
  if (!of) return null;
  const { along } = view.value;
  const { groups, unit } = shownGroups(compared, of.key, along);
  return (
    <section class="panel curves" aria-labelledby="curves">
      <h2 id="curves">{words.curves}</h2>
      <p class="note">{compared.notes.curves}</p>
      <div class="controls">
        <label>
          {words.measure}
          <select value={of.key} onChange={(event) => show({ curve: event.currentTarget.value })}>
            {compared.measures.map(({ key, name }) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.along}
          <select
            value={along}
            onChange={(event) => show({ along: event.currentTarget.value === "time" ? "time" : "step" })}
          >
            <option value="step">{words.alongs.step}</option>
            <option value="time">{words.alongs.time}</option>
          </select>
        </label>
        <SaveButtons picture={picture} name={`curves-${of.key}`} rows={() => rowsOf(compared, of)} />
      </div>
      <div ref={place}>
        <div ref={picture}>
          {room > 0 && <Picture groups={groups} of={of} width={room} xName={words.axis[along](unit)} />}
        </div>
      </div>
      <Numbers compared={compared} of={of} />
    </section>
  );
}

interface PictureProps {
  readonly groups: readonly CurveGroup[];
  readonly of: Measure;
  readonly width: number;
  readonly xName: string;
}

function Picture({ groups, of, width, xName }: PictureProps) {
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
          <g key={name} class={`curve c${i % MOST}`}>
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
            colour={i % MOST}
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

/** The best groups' curves of a measure, against what is chosen. */
function shownGroups(
  { groups }: ComparedRuns,
  key: string,
  along: "step" | "time",
): { readonly groups: readonly CurveGroup[]; readonly unit: string } {
  const drawn = groups.filter(({ curves }) => (curves[key]?.mean.length ?? 0) > 0).slice(0, MOST);
  const longest = Math.max(0, ...drawn.map(({ elapsed }) => elapsed.at(-1)?.[1] ?? 0));
  const unit = timeUnit(longest);
  return {
    unit: unit.name,
    groups: drawn.map(({ name, isFinished, curves, elapsed }) => {
      const placed = (points: Points): Points =>
        along === "step"
          ? points
          : overTime(points, elapsed).map(([x, value]) => [x / unit.seconds, value] as const);
      const { mean = [], each = [] } = curves[key] ?? {};
      return {
        name: isFinished ? name : words.unfinished(name),
        mean: placed(mean),
        each: each.length > 1 ? each.map(placed) : [],
      };
    }),
  };
}

const MOST_ROWS = 60;

/** The curves as a table: a row for each step, a column for each group. */
function Numbers({ compared, of }: { readonly compared: ComparedRuns; readonly of: Measure }) {
  const groups = compared.groups.filter(({ curves }) => (curves[of.key]?.mean.length ?? 0) > 0);
  const columns = groups.map(({ curves }) => new Map(curves[of.key]?.mean));
  const steps = [...new Set(columns.flatMap((column) => [...column.keys()]))].toSorted((a, b) => a - b);
  const every = Math.ceil(steps.length / MOST_ROWS);
  return (
    <details>
      <summary>{words.curvesTable(of.name)}</summary>
      <Scroll label={words.curvesTable(of.name)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.alongs.step}</th>
              {groups.map(({ name }) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {steps
              .filter((_, i) => i % every === 0 || i === steps.length - 1)
              .map((step) => (
                <tr key={step}>
                  <th scope="row" class="number">
                    {step.toLocaleString("en")}
                  </th>
                  {columns.map((column, i) => (
                    <td key={groups[i]?.name} class="number">
                      {column.get(step)?.toFixed(of.decimals) ?? "–"}
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </Scroll>
      {every > 1 && <p class="note">{words.thinned(every)}</p>}
    </details>
  );
}

/** All numbers, for a file. */
function rowsOf({ groups }: ComparedRuns, of: Measure): (string | number)[][] {
  const rows = groups.flatMap(({ name, runs, curves, elapsed }) =>
    (curves[of.key]?.each ?? []).flatMap((points, i) => {
      const times = overTime(points, elapsed);
      return points.map(([step, value], j) => [name, runs[i] ?? "", step, times[j]?.[0] ?? "", value]);
    }),
  );
  return [["group", "run", "step", "seconds", of.name], ...rows];
}
