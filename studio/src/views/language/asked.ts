/** What the language model view shows, computed whenever what it depends on changes. */
import { computed, effect, signal } from "@preact/signals";
import { draw, nextTokens } from "heed/decoding";
import { card, model } from "../../model/client.ts";
import type { Expected } from "../../model/language.ts";
import { newest } from "../../model/newest.ts";
import { show, view } from "../../state/store.ts";

export const expected = signal<Expected | undefined>(undefined);
export const isWriting = signal(false);

export const places = computed(() => Object.keys(card.value?.heads ?? {}));
export const place = computed(() => {
  const { layer } = view.value;
  return places.value[layer < 0 ? places.value.length - 1 : Math.min(layer, places.value.length - 1)] ?? "";
});

/** How a token is drawn. An address can hold any number. */
export const drawing = computed(() => {
  const { temperature, topK, topP } = view.value;
  const within = (value: number, most: number): number => Math.min(most, Math.max(0, Number(value) || 0));
  return {
    temperature: within(temperature, 2),
    topK: Math.floor(within(topK, Number.MAX_SAFE_INTEGER)),
    topP: within(topP, 1),
  };
});

/** The distribution that a token is drawn from, as temperature, top k and top p leave it. */
export const drawn = computed(() => {
  const { temperature, topK, topP } = drawing.value;
  const logits = expected.value?.logits;
  if (!logits) return undefined;
  return nextTokens(logits, { temperature, topK: topK === 0 ? Infinity : topK, topP });
});

export interface ListedToken {
  readonly id: number;
  readonly token: string;
  /** As the model has it, at a temperature of 1. */
  readonly own: number;
  /** To be drawn; 0 where it was cut. */
  readonly probability: number;
  readonly cut: "topK" | "topP" | undefined;
}

/** The likeliest next tokens, those that were cut among them. */
export const listed = computed((): readonly ListedToken[] => {
  const found = expected.value;
  const now = drawn.value;
  if (!found || !now) return [];
  const { temperature, topK } = drawing.value;
  const own = ownProbabilities(found.logits);
  const kept = new Map(now.ids.map((id, i) => [id, now.probabilities[i] as number]));
  return found.likeliest.map(({ id, token }, i) => {
    const probability = kept.get(id) ?? 0;
    const isByCount = (topK > 0 && i >= topK) || temperature === 0;
    return {
      id,
      token,
      own: own(id),
      probability,
      cut: kept.has(id) ? undefined : isByCount ? "topK" : "topP",
    };
  });
});

/** What the model gives the tokens that are kept, before any change. */
export const keptMass = computed(() => {
  const found = expected.value;
  if (!found || !drawn.value) return 0;
  const own = ownProbabilities(found.logits);
  return drawn.value.ids.reduce((sum, id) => sum + own(id), 0);
});

/** softmax, one at a time. */
function ownProbabilities(logits: Float32Array): (id: number) => number {
  const top = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const total = logits.reduce((sum, value) => sum + Math.exp(value - top), 0);
  return (id) => Math.exp((logits[id] as number) - top) / total;
}

export const write = (token: string): void => show({ forced: [...view.peek().forced, token] });

/** Draws the next token and writes it. */
export function drawOne(): void {
  const found = expected.peek();
  const now = drawn.peek();
  if (!found || !now) return;
  const id = draw(now, Math.random());
  const name = found.likeliest.find((one) => one.id === id)?.token;
  if (name !== undefined) write(name);
  else void model.tokenOf(id).then(write);
}

const expectSoon = newest(
  () => {
    const { text, forced, head } = view.peek();
    return model.expected({
      source: text,
      written: [...forced],
      place: place.peek(),
      head: typeof head === "number" ? head : undefined,
    });
  },
  (answer) => {
    expected.value = answer;
  },
);

/** One token is written in this time at least, in ms. */
const PACE = 250;

/** Begins to follow the view and the model. @returns a function that ends it */
export function followLanguage(): () => void {
  const asking = effect(() => {
    const { text, forced, head } = view.value;
    void [text, forced, head, place.value];
    if (card.value?.task === "generate") expectSoon();
    else expected.value = undefined;
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const writing = effect(() => {
    if (!isWriting.value || !expected.value) return;
    clearTimeout(timer);
    timer = setTimeout(() => isWriting.peek() && drawOne(), PACE);
  });
  return () => {
    isWriting.value = false;
    clearTimeout(timer);
    asking();
    writing();
  };
}
