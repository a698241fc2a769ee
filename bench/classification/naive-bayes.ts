import type { LabelledText } from "../../src/data/corpus-reader.ts";

/**
 * Multinomial naive Bayes over the white-space words of a text: which words occur and how often, and nothing of their
 * order. Counts are smoothed by 1; words never seen in training are passed over.
 *
 *   answer(text) = argmax_label  log P(label) + Σ_words log (count(word, label) + 1) / (words(label) + vocabulary)
 *
 * @see Manning, Raghavan & Schütze 2008, Fig. 13.2 - https://nlp.stanford.edu/IR-book/html/htmledition/naive-bayes-text-classification-1.html
 */
export function naiveBayes(train: readonly LabelledText[]): (text: string) => string {
  const vocabulary = new Set(train.flatMap(({ text }) => wordsOf(text)));
  const scorers = [...new Set(train.map(({ label }) => label))].map((label) => {
    const texts = train.filter((one) => one.label === label);
    const words = texts.flatMap(({ text }) => wordsOf(text));
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    const prior = Math.log(texts.length / train.length);
    const likelihood = (word: string): number =>
      Math.log(((counts.get(word) ?? 0) + 1) / (words.length + vocabulary.size));
    return {
      label,
      score: (seen: readonly string[]) => seen.reduce((sum, word) => sum + likelihood(word), prior),
    };
  });
  return (text) => {
    const seen = wordsOf(text).filter((word) => vocabulary.has(word));
    const scored = scorers.map(({ label, score }) => ({ label, value: score(seen) }));
    return scored.reduce((best, one) => (one.value > best.value ? one : best)).label;
  };
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean);
