import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { text } from "../../text.ts";
import { Maths } from "./maths.tsx";
import type { StationName } from "./station-names.ts";
import { back, current, goTo, names, step, trail } from "./walking.ts";

const words = text.steps;
const PAUSE = 4000;
const playing = signal(false);

const groups: readonly (readonly [keyof typeof words.groups, readonly StationName[]])[] = [
  ["input", ["tokens", "embedding", "positions", "sum", "stream", "memory", "normBefore"]],
  ["scores", ["query", "key", "value", "products", "scaled", "masked", "weights"]],
  ["mixing", ["weighted", "head", "heads", "output"]],
  ["block", ["residual", "normMiddle", "inner", "activated", "outer", "residualEnd", "normEnd"]],
];

/** All stations in a row, and the buttons that walk along it. */
export function Stepper() {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!playing.value) return;
    const timer = setInterval(() => {
      if (!step(1)) playing.value = false;
    }, PAUSE);
    return () => clearInterval(timer);
  }, [playing.value]);
  useEffect(() => {
    const box = list.current;
    const pill = box?.querySelector<HTMLElement>("[aria-current]");
    if (box && pill)
      box.scrollLeft = pill.offsetLeft - box.offsetLeft - (box.clientWidth - pill.clientWidth) / 2;
  }, [current.value]);
  const at = names.value.indexOf(current.value);
  const last = trail.value.at(-1);
  return (
    <div class="stepper">
      <div class="stepper-buttons">
        <button type="button" aria-label={words.previous} disabled={at <= 0} onClick={() => step(-1)}>
          ←
        </button>
        <button
          type="button"
          class="play"
          onClick={() => {
            playing.value = !playing.value;
          }}
        >
          {playing.value ? words.pause : words.play}
        </button>
        <button
          type="button"
          aria-label={words.next}
          disabled={at >= names.value.length - 1}
          onClick={() => step(1)}
        >
          →
        </button>
        <button type="button" class="quiet back" disabled={!last} onClick={back}>
          {words.back} {last ? <Maths of={last.name} /> : "…"}
        </button>
      </div>
      <div class="stations" ref={list} role="group" aria-label={words.stepper}>
        {groups.map(([group, members]) => (
          <div class="station-group" key={group}>
            <span class="group-name">{words.groups[group]}</span>
            <ol>
              {members
                .filter((name) => names.value.includes(name))
                .map((name) => (
                  <li key={name}>
                    <button
                      type="button"
                      class="pill"
                      data-station={name}
                      aria-current={name === current.value ? "step" : undefined}
                      onClick={() => goTo(name)}
                    >
                      <Maths of={words.stations[name][0]} />
                    </button>
                  </li>
                ))}
            </ol>
          </div>
        ))}
      </div>
    </div>
  );
}
