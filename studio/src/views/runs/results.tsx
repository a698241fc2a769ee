import { useRef } from "preact/hooks";
import type { ComparedRuns, Measure } from "../../model/compare.ts";
import type { Which } from "../../model/pair.ts";
import { intervalDots } from "../../pictures/interval-dots.ts";
import { textWidth } from "../../pictures/text-width.ts";
import { useRoom } from "../../room.ts";
import { SaveButtons } from "../../save-buttons.tsx";
import { show } from "../../state/store.ts";
import { text } from "../../text.ts";
import { measure, openableNames, pair } from "./asked.ts";
import { RunsTable } from "./table.tsx";

const words = text.runs;

/** What the kept models of all runs reached: a picture with intervals over seeds, and the tables of `heed runs`. */
export function Results({ compared }: { readonly compared: ComparedRuns }) {
  const { tables, notes } = compared;
  return (
    <section class="panel results" aria-labelledby="results">
      <h2 id="results">{words.results}</h2>
      <p class="note">{notes.kept}</p>
      <Intervals compared={compared} />
      {tables.groups && <RunsTable title={words.groups} table={tables.groups} name="groups" />}
      {notes.interval && <p class="note">{notes.interval}</p>}
      {tables.runs.rows.length > 0 && (
        <RunsTable title={words.runs} table={tables.runs} name="runs" extra={Pick} />
      )}
      {tables.others.rows.length > 0 && (
        <RunsTable title={words.others} table={tables.others} name="not-compared" extra={Pick} />
      )}
    </section>
  );
}

/** The score that is looked at, or where that is none of a kept model, the one that groups are ordered by. */
function shownScore({ measures, score, groups }: ComparedRuns): Measure | undefined {
  const isKnown = (key: string): boolean => groups.some(({ valid }) => key in valid);
  const key = [measure.value?.key ?? "", score].find(isKnown);
  return measures.find((one) => one.key === key);
}

function Intervals({ compared }: { readonly compared: ComparedRuns }) {
  const { place, room } = useRoom();
  const picture = useRef<HTMLDivElement>(null);
  const of = shownScore(compared);
  const groups = compared.groups.flatMap(({ name, valid }) => {
    const found = valid[of?.key ?? ""];
    if (!found) return [];
    const { mean, half, n, values } = found;
    return [{ name, mean, half, n, values }];
  });
  if (!of || groups.length === 0) return null;
  const written = (value: number): string => value.toFixed(of.decimals);
  const texts = groups.map(({ mean, half, n }) => {
    const interval = half === undefined ? written(mean) : `${written(mean)} ± ${written(half)}`;
    return `${interval}, n = ${n}`;
  });
  const widest = (all: readonly string[]): number =>
    all.reduce((most, one) => Math.max(most, textWidth(one, FONT)), 0);
  const drawn = intervalDots(groups, {
    width: room,
    names: widest(groups.map(({ name }) => name)),
    texts: widest(texts),
  });
  const rows = (): (string | number)[][] => [
    ["group", of.name, "half of the 95 % interval", "n", "values"],
    ...groups.map(({ name, mean, half, n, values }) => [name, mean, half ?? "", n, values.join(" ")]),
  ];
  return (
    <div class="intervals">
      <div class="controls">
        <h3>{words.reached(of.name)}</h3>
        <SaveButtons
          picture={picture}
          about={words.reached(of.name)}
          name={`results-${of.key}`}
          rows={rows}
        />
      </div>
      <div ref={place}>
        <div ref={picture}>
          {room > 0 && (
            <svg width={room} height={drawn.height} role="img" aria-label={words.intervalsPicture(of.name)}>
              {drawn.ticks.map(({ at, label }) => (
                <g key={label}>
                  <line class="rule" x1={at} x2={at} y1={4} y2={drawn.bottom} />
                  <text class="tick" x={at} y={drawn.bottom + 16} text-anchor="middle">
                    {label}
                  </text>
                </g>
              ))}
              <text class="axis" x={drawn.right} y={drawn.bottom + 36} text-anchor="end">
                {[of.name, of.unit].filter(Boolean).join(", ")} →
              </text>
              {drawn.rows.map(({ name, shown, nameAt, y, mean, bar, rings }, i) => (
                <g key={name}>
                  <text class="name" {...nameAt} dominant-baseline="central">
                    {shown}
                    <title>{name}</title>
                  </text>
                  {bar && <line class="bar" x1={bar[0]} x2={bar[1]} y1={y} y2={y} />}
                  {rings.map((x, j) => (
                    <circle key={j} class="ring" cx={x} cy={y} r={3.5} />
                  ))}
                  <circle class="dot" cx={mean} cy={y} r={5} />
                  <text class="value" x={room} y={y} text-anchor="end" dominant-baseline="central">
                    {texts[i]}
                  </text>
                </g>
              ))}
            </svg>
          )}
        </div>
      </div>
      <p class="note">{words.intervalsKey}</p>
    </div>
  );
}

const FONT = '14px system-ui, "Segoe UI", "Noto Sans", sans-serif';

/** Chooses a run as one of the two below. */
function Pick({ name }: { readonly name: string }) {
  if (!openableNames.value.includes(name)) return <span class="note">{words.noModel}</span>;
  const sides: readonly Which[] = ["first", "second"];
  return (
    <span class="pick">
      {sides.map((which) => (
        <button
          type="button"
          key={which}
          class={which}
          aria-pressed={pair.value[which] === name}
          aria-label={words.pick(words.sides[which], name)}
          onClick={() => show({ [which]: name })}
        >
          {words.sides[which]}
        </button>
      ))}
    </span>
  );
}
