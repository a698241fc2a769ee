/** What the runs view shows: all listed runs beside each other, and two of them with their models. */
import { computed, effect, signal } from "@preact/signals";
import { proxy } from "comlink";
import { listed, model } from "../../model/client.ts";
import { type ComparedRuns, logs, type RunTexts } from "../../model/compare.ts";
import { fault, messageOf } from "../../model/fault.ts";
import { folderAt, holdsModel, type Place, textIn } from "../../model/files.ts";
import type { HeadScores } from "../../model/head-scores.ts";
import type { ShownHeads } from "../../model/heads.ts";
import { newest } from "../../model/newest.ts";
import type { OpenedSide, Which } from "../../model/pair.ts";
import { view } from "../../state/store.ts";

export const compared = signal<ComparedRuns | undefined>(undefined);

/** What is measured, of what can be; at first the loss on validation data. */
export const measure = computed(() => {
  const measures = compared.value?.measures ?? [];
  return measures.find(({ key }) => key === view.value.curve) ?? measures.find(({ key }) => key === "loss");
});

/** Runs whose model can be opened, by name. */
const openable = computed(
  () => new Map(listed.value.places.filter(holdsModel).map((place) => [place.name, place])),
);
export const openableNames = computed(() => [...openable.value.keys()]);

/** The two runs: those that the view names, or the best two groups' first ones. */
export const pair = computed((): Readonly<Record<Which, string | undefined>> => {
  const names = [
    ...(compared.value?.groups.flatMap(({ runs }) => runs.slice(0, 1)) ?? []),
    ...(compared.value?.groups.flatMap(({ runs }) => runs.slice(1)) ?? []),
    ...openable.value.keys(),
  ].filter((name) => openable.value.has(name));
  const chosen = (name: string): string | undefined => (openable.value.has(name) ? name : undefined);
  const first = chosen(view.value.first) ?? names.find((name) => name !== view.value.second);
  return { first, second: chosen(view.value.second) ?? names.find((name) => name !== first) };
});

/** Lines that are translated at a time. */
const MOST_LINES = 8;

/** The sentences: one a line. */
export const sentences = computed(() =>
  view.value.text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(0, MOST_LINES),
);

/** A run with what it makes of the sentences. */
export interface Side extends OpenedSide {
  readonly name: string;
  readonly translations: readonly { readonly text: string; readonly logProbability: number }[];
  /** Of the first sentence. */
  readonly heads: readonly ShownHeads[];
  readonly ids: readonly number[];
  readonly source: string;
}

export const sides: Readonly<Record<Which, { value: Side | undefined }>> = {
  first: signal<Side | undefined>(undefined),
  second: signal<Side | undefined>(undefined),
};
export const scores = signal<Readonly<Partial<Record<Which, HeadScores>>>>({});
/** Forward passes done, while heads are being scored. */
export const scoring = signal<{ readonly done: number; readonly total: number } | undefined>(undefined);

const compareSoon = newest(
  async () => {
    const { places } = listed.peek();
    return model.compare(await Promise.all(places.map(textsOf)));
  },
  (answer) => {
    compared.value = answer;
  },
);

async function textsOf(place: Place): Promise<RunTexts> {
  const found = await Promise.all(logs.map(async (file) => [file, await textIn(place, file)] as const));
  const texts = Object.fromEntries(
    found.filter((each): each is readonly [string, string] => each[1] !== undefined),
  );
  return { name: place.name, texts, ...(place.trainer ? { trainer: place.trainer } : {}) };
}

const sideSoon = (which: Which): (() => Promise<void>) => {
  let open: { readonly place: Place; readonly side: OpenedSide } | undefined;
  return newest(
    async (): Promise<Side | undefined> => {
      const place = openable.peek().get(pair.peek()[which] ?? "");
      const lines = sentences.peek();
      const [source] = lines;
      if (!place || source === undefined) return undefined;
      if (open?.place !== place) {
        open = undefined;
        open = { place, side: await model.openSide(which, await folderAt(place)) };
      }
      const { side } = open;
      const plain = { intervene: [], off: [] };
      const translations: { text: string; logProbability: number; ids: readonly number[] }[] = [];
      if (side.task === "translate")
        for (const line of lines) {
          const asked = { source: line, beam: view.peek().beam, prefix: [], ...plain };
          const [best] = (await model.translateSide(which, asked)).hypotheses;
          translations.push(best ?? { text: "", logProbability: Number.NaN, ids: [] });
        }
      const ids = [...(translations[0]?.ids ?? [])];
      const heads = side.hasHeads ? await model.headsSide(which, { source, ids, step: -1, ...plain }) : [];
      return { ...side, name: place.name, translations, heads, ids, source };
    },
    (answer) => {
      if (answer?.name !== sides[which].value?.name) scores.value = {};
      sides[which].value = answer;
    },
  );
};
const soon = { first: sideSoon("first"), second: sideSoon("second") };

/** Sentences of the phrasebook that heads are scored on. */
export const SENTENCES = 24;

/** Asks for the scores of the heads of both runs. */
export async function scoreBoth(): Promise<void> {
  const asked = { first: sides.first.value, second: sides.second.value };
  const isStale = (): boolean =>
    (["first", "second"] as const).some((which) => sides[which].value?.name !== asked[which]?.name);
  try {
    for (const which of ["first", "second"] as const) {
      const side = asked[which];
      if (!side?.hasHeads || isStale()) continue;
      scoring.value = { done: 0, total: 0 };
      const { source, ids } = side;
      const found = await model.surveySide(
        which,
        { source, ids: [...ids], step: -1, sentences: SENTENCES, contrasts: 0 },
        proxy((done: number, total: number) => {
          scoring.value = { done, total };
        }),
      );
      if (!isStale()) scores.value = { ...scores.value, [which]: found };
    }
  } catch (error) {
    fault.value = messageOf(error);
  } finally {
    scoring.value = undefined;
  }
}

/** Compares whatever is listed, and opens the two runs that are chosen. @returns a function that ends it */
export function followRuns(): () => void {
  const ends = [
    effect(() => {
      if (listed.value.places.length > 0) void compareSoon();
      else compared.value = undefined;
    }),
    ...(["first", "second"] as const).map((which) => {
      const name = computed(() => pair.value[which]);
      return effect(() => {
        void [name.value, sentences.value, view.value.beam, openable.value];
        if (compared.value) void soon[which]();
      });
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
