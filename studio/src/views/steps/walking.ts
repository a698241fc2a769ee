/** What the walk shows: its numbers, the choice, the station, and the way back. */
import { batch, computed, effect, signal } from "@preact/signals";
import { card, fault, messageOf, model } from "../../model/client.ts";
import type { AskedWalk, Walk } from "../../model/steps.ts";
import { show, view } from "../../state/store.ts";
import type { View } from "../../state/view.ts";
import { decoded, follow } from "../translate/translation.ts";
import type { Jump } from "./equation.ts";
import type { Choice } from "./sheet.ts";
import { type StationName, stationNames } from "./station-names.ts";
import { namesIn, stationOf } from "./stations.ts";

export const walked = signal<Walk | undefined>(undefined);

export const choice = computed((): Choice => {
  const { head, query, key, component } = view.value;
  const walk = walked.value;
  const within = (index: number, size: number | undefined): number =>
    Math.min(index, Math.max(0, (size ?? 1) - 1));
  return {
    head: within(typeof head === "number" ? head : 0, walk?.heads),
    query: within(query, walk?.rows.reads.length),
    key: within(key, walk?.columns.length),
    component,
  };
});

export const names = computed(() => (walked.value ? namesIn(walked.value, choice.value) : []));

/** The station of the view, or the last before it that this walk has. */
export const current = computed((): StationName => {
  const { station } = view.value;
  const reached = names.value.filter((name) => stationNames.indexOf(name) <= station);
  return reached.at(-1) ?? names.value[0] ?? "tokens";
});

export const station = computed(() =>
  walked.value ? stationOf(walked.value, current.value, choice.value) : undefined,
);

/** Cells that one came from by way of equations. */
export interface Passed {
  readonly name: string;
  readonly view: Choice & Pick<View, "station" | "attention" | "block">;
}
export const trail = signal<readonly Passed[]>([]);

export function goTo(name: StationName): void {
  trail.value = [];
  show({ station: stationNames.indexOf(name) });
}

/** @param by  1 for the next station, -1 for the one before. @returns whether there is one */
export function step(by: 1 | -1): boolean {
  const next = names.value[names.value.indexOf(current.value) + by];
  if (next) goTo(next);
  return next !== undefined;
}

/** Follows a number to where it was computed. */
export function jump({ station: to, ...where }: Jump): void {
  const name = station.value?.equation.name ?? "";
  const { attention, block } = view.value;
  const here = { ...choice.value, attention, block, station: stationNames.indexOf(current.value) };
  trail.value = [...trail.value, { name, view: here }].slice(-8);
  show({ station: stationNames.indexOf(to), ...where });
}

export function back(): void {
  const last = trail.value.at(-1);
  if (!last) return;
  trail.value = trail.value.slice(0, -1);
  show(last.view);
}

const isWalkable = computed(() => card.value?.task === "translate" && card.value.kind === "transformer");

/** What was translated, and by which model: a new text or model has no translation yet. */
const translated = computed(() => ({ of: decoded.value, text: view.peek().text, by: card.peek() }));

/** What the walk depends on, so that a step along the stations asks for nothing. */
const asked = computed((): string => {
  const { attention, block, intervene, off } = view.value;
  // The model's own translation, as it was before anything was changed.
  const { of: found, text: source, by } = translated.value;
  const best = (found?.without ?? found)?.hypotheses[0];
  if (!best || !isWalkable.value || by !== card.value) return "";
  const side = attention === "encoder" ? "encoder" : "decoder";
  const places = Object.keys(card.value?.heads ?? {}).filter((place) => place.startsWith(side));
  const last = Math.max(...places.map((place) => Number(place.split(".")[1])));
  const layer = Math.min(block, last);
  return JSON.stringify({ model: by?.name, source, ids: best.ids, attention, layer, intervene, off });
});

const answered = signal("");
/** Whether the numbers are those of what is asked. */
export const isFresh = computed(() => answered.value === asked.value);

/** Follows the translation and the view with a new walk. @returns a function that ends it */
export function followWalk(): () => void {
  let turn = 0;
  const decoding = follow();
  const walking = effect(() => {
    const question = asked.value;
    const mine = ++turn;
    if (question === "") return;
    model.walk(JSON.parse(question) as AskedWalk).then(
      (walk) => {
        if (mine !== turn) return;
        batch(() => {
          walked.value = walk;
          answered.value = question;
        });
      },
      (error) => {
        if (mine === turn) fault.value = messageOf(error);
      },
    );
  });
  return () => {
    decoding();
    walking();
  };
}
