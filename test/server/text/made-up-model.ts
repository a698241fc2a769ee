/** A translator without a model, for what must hold whatever one says: it reverses words, loses some and looks anywhere. */
import type { Hypotheses, Translating } from "../../../src/server/translating.ts";

/** @param draw  Draws from [0, 1). */
export function madeUpModel(draw: () => number, isAttentive = true): Translating {
  const translated = (source: string, alignment: boolean): Hypotheses => {
    const words = source.split(/\s+/);
    const written = words.toReversed().filter((_, i) => i === 0 || draw() < 0.8);
    const sourceTokens = [...words.map((word) => `▁${word}`), "</s>"];
    const tokens = written.map((word) => `▁${word}`);
    const attentionTokens = [...tokens, "</s>"];
    const attention = attentionTokens.map(() => sourceTokens.map(() => draw() ** 4));
    const common = { text: written.join(" "), score: -1, tokens, logProbabilities: tokens.map(() => -0.1) };
    const hypothesis = alignment && isAttentive ? { ...common, attention, attentionTokens } : common;
    return { source, sourceTokens, hypotheses: [hypothesis] };
  };
  return {
    maxLength: 64,
    translate: async (sentences, { alignment = false }) =>
      sentences.map((sentence) => translated(sentence, alignment)),
  };
}
