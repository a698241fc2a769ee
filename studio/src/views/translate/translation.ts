/** What the translate view shows, computed whenever what it depends on changes. */
import { batch, computed, effect, signal } from "@preact/signals";
import { proxy } from "comlink";
import type { NextCandidate, WrittenSoFar } from "heed/inspect";
import type { PhrasebookPair } from "heed/phrasebook";
import { card, model } from "../../model/client.ts";
import { newest } from "../../model/newest.ts";
import { knownPairs } from "../../model/phrasebook.ts";
import type { Read, Translated, Why } from "../../model/reading.ts";
import { searchTree } from "../../pictures/search-tree.ts";
import { show, view } from "../../state/store.ts";

export const decoded = signal<Translated | undefined>(undefined);
/** What is written so far of the translation that is being decoded; undefined once it is whole. */
export const growing = signal<WrittenSoFar | undefined>(undefined);
export const reading = signal<Read | undefined>(undefined);
/** Why the looked at word and not its rival; undefined until it is measured. */
export const why = signal<Why | undefined>(undefined);
/** Tokens of a sentence from which on it is only measured why on request: the model runs once for each, or more often. */
const LONG = 128;
/** The long translation of which it was requested. */
const requested = signal<Translated | undefined>(undefined);
export const requestWhy = (): void => {
  requested.value = decoded.peek();
};
/** How many tokens the sentence has, where it is not measured yet because it is so long. */
export const longForWhy = computed(() => {
  const length = decoded.value?.sourceTokens.length ?? 0;
  return length > LONG && requested.value !== decoded.value ? length : undefined;
});
/** The sentence as the phrasebook has it; undefined for one that is not in it. */
export const known = signal<PhrasebookPair | undefined>(undefined);
/** Parts that the open model can be run without. */
export const parts = signal<readonly string[]>([]);

/** The places of attention over the source: decoder.0.cross, … */
export const crossPlaces = computed(() => {
  const places = Object.keys(card.value?.heads ?? {});
  return places.filter((place) => place.endsWith("cross"));
});

/** Those that are read: one, or all for their mean. */
export const readPlaces = computed((): readonly string[] => {
  const places = crossPlaces.value;
  const { layer } = view.value;
  if (layer === -2) return places;
  const one = places[layer < 0 ? places.length - 1 : Math.min(layer, places.length - 1)];
  return one === undefined ? [] : [one];
});

/** The search as a tree. */
export const tree = computed(() => (decoded.value ? searchTree(decoded.value) : []));

export const best = computed(() => decoded.value?.hypotheses[0]);

/** The step of training that is shown: where it can be seen and chosen. */
export const stepShown = computed(() => (view.value.view === "heads" ? view.value.step : -1));

/** The written word that is looked at; undefined for none. */
export const looked = computed(() => {
  const { place } = view.value;
  return best.value && place >= 0 && place < best.value.tokens.length ? place : undefined;
});

/** What could have been written at a place, likeliest first, without what was. */
export function rivalsAt(place: number): readonly NextCandidate[] {
  const found = decoded.value;
  if (!found) return [];
  const node = tree.value.find(({ column, isChosen }) => column === place && isChosen);
  const written = best.value?.tokens[place];
  const hypothesis = found.trace[place]?.hypotheses[node?.rank ?? 0];
  return (hypothesis?.next ?? []).filter(({ token }) => token !== written);
}

export const rivals = computed(() => (looked.value === undefined ? [] : rivalsAt(looked.value)));

export const rival = computed(
  () => rivals.value.find(({ token }) => token === view.value.rival) ?? rivals.value[0],
);

/** Decodes on from another token at a place. */
export function force(place: number, token: string): void {
  show({ forced: [...(best.peek()?.tokens.slice(0, place) ?? []), token], place, rival: "" });
}

/** What was asked for last, and of which model. */
let answered: { readonly card: unknown; readonly asked: string } | undefined;

/** Whether there is something to translate: the text may have been deleted in the meantime. */
const isAsked = (): boolean => card.peek()?.task === "translate" && view.peek().text.trim() !== "";
const isStill = matchMedia("(prefers-reduced-motion: reduce)");

const translateSoon = newest(
  async (isWanted) => {
    const { text, beam, forced, intervene, off } = view.peek();
    const asked = {
      source: text,
      beam,
      prefix: [...forced],
      intervene: [...intervene],
      off: [...off],
      step: stepShown.peek(),
    };
    const onStep = (step: WrittenSoFar): boolean => {
      const goesOn = isWanted() && isAsked();
      if (goesOn && !step.isWithout && !isStill.matches) growing.value = step;
      return goesOn;
    };
    try {
      return await model.translate(asked, proxy(onStep));
    } catch (error) {
      // Nothing went wrong: it was ended because there is no text any more.
      if (!isAsked()) return undefined;
      if (isWanted()) {
        growing.value = undefined;
        answered = undefined;
      }
      throw error;
    }
  },
  (answer) =>
    batch(() => {
      growing.value = undefined;
      if (isAsked()) decoded.value = answer;
    }),
);

const readSoon = newest(
  async () => {
    const found = decoded.peek();
    const { head, evidence, row } = view.peek();
    const places = [...readPlaces.peek()];
    if (!found?.hypotheses[0] || places.length === 0) return undefined;
    const { source, intervene, off } = found.asked;
    return model.read({
      source,
      ids: [...found.hypotheses[0].ids],
      places,
      head: typeof head === "number" ? head : undefined,
      kind: evidence,
      row,
      intervene,
      off,
    });
  },
  (answer) => {
    reading.value = answer;
  },
);

const whySoon = newest(
  async () => {
    const [found, step, other, place] = [
      decoded.peek(),
      looked.peek(),
      rival.peek(),
      crossPlaces.peek().at(-1),
    ];
    if (!found?.hypotheses[0] || step === undefined || !other || place === undefined) return undefined;
    return model.why({
      source: found.asked.source,
      ids: [...found.hypotheses[0].ids],
      place,
      step,
      against: other.token,
      kind: view.peek().why,
      intervene: found.asked.intervene,
      off: found.asked.off,
    });
  },
  (answer) => {
    why.value = answer;
  },
);

const findSoon = newest(
  () => knownPairs().find(view.peek().text),
  (answer) => {
    known.value = answer;
  },
);

const askedNow = (): string => {
  const { text, beam, forced, intervene, off } = view.value;
  return JSON.stringify([text, beam, forced, intervene, off, stepShown.value]);
};

/** Begins to follow the view and the model. @returns a function that ends it */
export function follow(): () => void {
  const ends = [
    effect(() => {
      const asked = askedNow();
      const isReady = card.value?.task === "translate" && view.value.text.trim() !== "";
      // Another tab asks for the same translation.
      const isKnown = decoded.peek() && answered?.card === card.value && answered?.asked === asked;
      if (isReady && isKnown) return;
      answered = isReady ? { card: card.value, asked } : undefined;
      if (isReady) translateSoon();
      else {
        decoded.value = undefined;
        growing.value = undefined;
      }
    }),
    effect(() => {
      const { head, evidence, row } = view.value;
      void [head, evidence, row, readPlaces.value];
      if (decoded.value) readSoon();
      else reading.value = undefined;
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** Follows what the translate view alone shows. @returns a function that ends it */
export function followWords(): () => void {
  const ends = [
    follow(),
    effect(() => {
      if (card.value?.task === "translate")
        void model.parts().then((all) => {
          parts.value = all;
        });
    }),
    effect(() => {
      void [decoded.value, looked.value, view.value.why, rival.value];
      if (looked.value === undefined || longForWhy.value) why.value = undefined;
      else whySoon();
    }),
    effect(() => {
      // The phrasebook is made in seconds, so only after what is waited for.
      if (reading.value && view.value.text !== "") findSoon();
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
