/** What the heads view shows, computed whenever what it depends on changes. */

import { computed, effect, signal } from "@preact/signals";
import { proxy } from "comlink";
import { card, fault, messageOf, model } from "../../model/client.ts";
import type { HeadScores } from "../../model/head-scores.ts";
import type { Judged, ShownHeads } from "../../model/heads.ts";
import { newest } from "../../model/newest.ts";
import { show, view } from "../../state/store.ts";
import { decoded, follow, stepShown } from "../translate/translation.ts";

/** Sentences of the phrasebook that heads are scored on. */
export const SENTENCES = 24;
/** Pairs of sentences for each feature, as many as `heed heads` takes. */
const CONTRASTS = 24;

export const shown = signal<readonly ShownHeads[]>([]);
/** The translation of the model as training left it, while a step is shown. */
export const atEnd = signal<string | undefined>(undefined);
export const judged = signal<Judged | undefined>(undefined);
export const scores = signal<HeadScores | undefined>(undefined);
/** Forward passes done, while heads are being scored. */
export const scoring = signal<
  { readonly done: number; readonly total: number; readonly isFeatures: boolean } | undefined
>(undefined);

/** One head of one attention. */
export interface Head {
  readonly place: string;
  readonly head: number;
}

/** As the address of the page has it: `decoder.1.cross/2`. */
export const headName = ({ place, head }: Head): string => `${place}/${head}`;

function headOf(name: string): Head | undefined {
  const [place = "", head] = name.split("/");
  const attention = shown.value.find((one) => one.place === place);
  const isThere = attention && head !== undefined && Number(head) < attention.heads;
  return isThere ? { place, head: Number(head) } : undefined;
}

/** The head that is enlarged; at first the first of the last cross-attention. */
export const enlarged = computed((): Head | undefined => {
  const last = shown.value.findLast(({ place }) => place.endsWith("cross")) ?? shown.value.at(-1);
  return headOf(view.value.enlarged) ?? (last && { place: last.place, head: 0 });
});
export const overlaid = computed((): Head | undefined => headOf(view.value.overlay));

/** The tap of a head's output: what it is switched off at. */
const outputOf = (place: string): string => `${place}.heads`;

export const isOff = ({ place, head }: Head): boolean =>
  view.value.intervene.some((one) => one.at === outputOf(place) && one.head === head && one.scale === 0);

/** How many heads are switched off. */
export const offCount = computed(
  () => view.value.intervene.filter(({ at, scale }) => at.endsWith(".heads") && scale === 0).length,
);

export function switchHead({ place, head }: Head): void {
  const at = outputOf(place);
  const others = view.value.intervene.filter((one) => !(one.at === at && one.head === head));
  show({ intervene: isOff({ place, head }) ? others : [...others, { at: at as never, head, scale: 0 }] });
}

export const switchAllOn = (): void =>
  show({
    intervene: view.value.intervene.filter(({ at, scale }) => !(at.endsWith(".heads") && scale === 0)),
  });

/** The tokens that are written: now, and without what was changed. */
const idsOf = (which: "now" | "before"): readonly number[] => {
  if (card.value?.task !== "translate") return [];
  const { hypotheses = [] } =
    (which === "before" ? decoded.value?.without : undefined) ?? decoded.value ?? {};
  return hypotheses[0]?.ids ?? [];
};

const headsSoon = newest(
  () => {
    const { text: source, intervene, off, step } = view.peek();
    return model.heads({ source, ids: [...idsOf("now")], step, intervene: [...intervene], off: [...off] });
  },
  (answer) => {
    shown.value = answer;
  },
);

const judgeSoon = newest(
  async () => {
    const { text: source, intervene, off, step } = view.peek();
    if (offCount.peek() === 0) return undefined;
    const ids = [...idsOf("before")];
    return model.judge({ source, ids, step, intervene: [...intervene], off: [...off] });
  },
  (answer) => {
    judged.value = answer;
  },
);

const atEndSoon = newest(
  async () => {
    const { text: source, beam, forced, intervene, off } = view.peek();
    const prefix = [...forced];
    return model.translate({ source, beam, prefix, intervene: [...intervene], off: [...off] });
  },
  ({ hypotheses }) => {
    atEnd.value = hypotheses[0]?.text;
  },
);

/**
 * Asks for the scores of all heads: first the loss without each, which takes seconds, then what features need it, which takes
 * longer. How far it is stands in `scoring`.
 */
export async function scoreHeads(): Promise<void> {
  const of = card.peek();
  const { step } = view.peek();
  const isPhrasebook = of?.task === "translate";
  try {
    for (const contrasts of isPhrasebook ? [0, CONTRASTS] : [0]) {
      scoring.value = { done: 0, total: 0, isFeatures: contrasts > 0 };
      const asked = {
        source: view.peek().text,
        ids: [...idsOf("now")],
        step,
        sentences: SENTENCES,
        contrasts,
      };
      const found = await model.survey(
        asked,
        proxy((done: number, total: number) => {
          scoring.value = { done, total, isFeatures: contrasts > 0 };
        }),
      );
      if (card.peek() !== of || view.peek().step !== step) return;
      scores.value = found;
      // On one text there are no pairs of sentences to tell apart.
      if (found.about === "text") return;
    }
  } catch (error) {
    fault.value = messageOf(error);
  } finally {
    scoring.value = undefined;
  }
}

/** Whether the translation is that of the step that is shown. */
const isTranslated = (): boolean => decoded.value?.asked.step === stepShown.value;

/** Reads the weights of all heads whenever the text, or what was changed, is another. @returns a function that ends it */
export function followHeads(): () => void {
  const decoding = follow();
  let of = { card: card.peek(), step: view.peek().step };
  const reading = effect(() => {
    const { text, intervene, off, step } = view.value;
    const opened = card.value;
    if (opened !== of.card || step !== of.step) scores.value = undefined;
    if (opened !== of.card) shown.value = [];
    of = { card: opened, step };
    void [intervene, off];
    const isReady = opened?.task === "translate" ? isTranslated() : text.trim() !== "";
    if (!opened || !isReady || Object.keys(opened.heads).length === 0) return;
    headsSoon();
    judgeSoon();
    if (opened.task === "translate" && step >= 0) atEndSoon();
    else atEnd.value = undefined;
  });
  return () => {
    decoding();
    reading();
  };
}
