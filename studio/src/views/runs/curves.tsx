import { useRef } from "preact/hooks";
import type { ComparedRuns, Measure } from "../../model/compare.ts";
import { type CurveGroup, overTime, type Points, timeUnit } from "../../pictures/run-curves.ts";
import { useRoom } from "../../room.ts";
import { SaveButtons } from "../../save-buttons.tsx";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { measure } from "./asked.ts";
import { CurvesPicture } from "./curves-picture.tsx";
import { Scroll } from "./scroll.tsx";

const words = text.runs;
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
        <SaveButtons
          picture={picture}
          about={`${words.curves}: ${of.name}`}
          name={`curves-${of.key}`}
          rows={() => rowsOf(compared, of)}
        />
      </div>
      <div ref={place}>
        <div ref={picture}>
          {room > 0 && <CurvesPicture groups={groups} of={of} width={room} xName={words.axis[along](unit)} />}
        </div>
      </div>
      <Numbers compared={compared} of={of} />
    </section>
  );
}

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
  return [["group", "run", "step", "seconds, mean of the group", of.name], ...rows];
}
