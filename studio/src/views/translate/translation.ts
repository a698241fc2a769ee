/** What the translate view shows, computed whenever what it depends on changes. */
import { computed, effect, signal } from "@preact/signals";
import type { DecodedOn, Matrix } from "heed/inspect";
import { card, fault, messageOf, model } from "../../model/client.ts";
import { view } from "../../state/store.ts";

export const decoded = signal<DecodedOn | undefined>(undefined);

/** What is read and written, and how much of each went into each. */
export interface Reading {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly weights: Matrix;
  /** "decoder.1.cross, head 3" */
  readonly where: string;
}
export const reading = signal<Reading | undefined>(undefined);

/** The places of attention over the source: decoder.0.cross, … */
export const crossPlaces = computed(() => {
  const places = Object.keys(card.value?.heads ?? {});
  return places.filter((place) => place.endsWith("cross"));
});

export const crossPlace = computed(() => {
  const places = crossPlaces.value;
  const { layer } = view.value;
  return places[layer < 0 ? places.length - 1 : Math.min(layer, places.length - 1)];
});

/** Runs the newest of several questions: answers to older ones are dropped. */
function newest<T>(ask: () => Promise<T>, take: (answer: T) => void): () => void {
  let turn = 0;
  let pending: Promise<unknown> = Promise.resolve();
  return () => {
    const mine = ++turn;
    // One after the other: a worker that is busy must not collect a queue of keystrokes.
    pending = pending.then(async () => {
      if (mine !== turn) return;
      try {
        const answer = await ask();
        if (mine !== turn) return;
        fault.value = "";
        take(answer);
      } catch (error) {
        if (mine === turn) fault.value = messageOf(error);
      }
    });
  };
}

const decodeSoon = newest(
  () => {
    const { text, beam, forced, intervene, off } = view.peek();
    return model.decode(text, { beam, best: beam, prefix: [...forced], intervene: [...intervene] }, [...off]);
  },
  (answer) => {
    decoded.value = answer;
  },
);

const readSoon = newest(
  async () => {
    const best = decoded.peek()?.hypotheses[0];
    const place = crossPlace.peek();
    const { text, head, evidence, row } = view.peek();
    if (!best || !place) return undefined;
    return model.read({
      source: text,
      ids: [...best.ids],
      place,
      head: typeof head === "number" ? head : undefined,
      kind: evidence,
      row,
      intervene: [...view.peek().intervene],
      off: [...view.peek().off],
    });
  },
  (answer) => {
    reading.value = answer;
  },
);

/** Begins to follow the view and the model. @returns a function that ends it */
export function follow(): () => void {
  const decoding = effect(() => {
    const { text, beam, forced, intervene, off } = view.value;
    const isReady = card.value?.task === "translate" && text.trim() !== "";
    void [beam, forced, intervene, off];
    if (isReady) decodeSoon();
    else decoded.value = undefined;
  });
  const looking = effect(() => {
    const { head, evidence, row } = view.value;
    void [head, evidence, row, crossPlace.value];
    if (decoded.value) readSoon();
  });
  return () => {
    decoding();
    looking();
  };
}
