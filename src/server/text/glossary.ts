/** Makes translations use given words for given words. */
import type { Span } from "../../text/sentences.ts";
import type { Hypotheses, Hypothesis, Translating, TranslatingOptions } from "../translating.ts";
import { type WordShares, wordShares, wordsOf } from "./word-links.ts";

export interface GlossaryTerm {
  /** Words of the source; capitals do not matter. */
  readonly source: string;
  /** Forms, any of which will do. */
  readonly targets: readonly string[];
}

/** A translation, and which terms it still lacks. */
export type Glossed = Hypotheses & { readonly missing: readonly GlossaryTerm[] };

/** A way to write a term: what the translation begins with, and the form that this ends with. */
interface Attempt {
  readonly prefix: string;
  readonly form: string;
}

const escaped = (text: string): string => text.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The place of words in a text, as whole words. */
export function placeOfTerm(text: string, term: string): Span | undefined {
  const words = escaped(term).replace(/\s+/g, "\\s+");
  const found = new RegExp(`(?<![\\p{L}\\p{M}\\p{N}])${words}(?![\\p{L}\\p{M}\\p{N}])`, "iu").exec(text);
  return found ? { from: found.index, to: found.index + found[0].length } : undefined;
}

const has = (text: string, { targets }: GlossaryTerm): boolean =>
  targets.some((form) => placeOfTerm(text, form) !== undefined);

/** The terms that a sentence has. */
export const termsIn = (sentence: string, glossary: readonly GlossaryTerm[]): GlossaryTerm[] =>
  glossary.filter(({ source }) => placeOfTerm(sentence, source) !== undefined);

/**
 * A translation with all terms that the model could be brought to use. Where one is missing, the translation is made again
 * from where its words went, and from one word before, beginning with each of the forms; the most probable result counts.
 * So the words before a term may not fit it (its article, for example), while all after it do; forms with several words
 * ("la voiture") mend that.
 *
 * @throws as `Translating.translate`.
 */
export async function withTerms(
  model: Translating,
  first: Hypotheses,
  terms: readonly GlossaryTerm[],
  options: Omit<TranslatingOptions, "constraints">,
): Promise<Glossed> {
  let best = first;
  let fixed = 0;
  const missing: GlossaryTerm[] = [];
  for (let left = terms; ; ) {
    const text = best.hypotheses[0]?.text ?? "";
    const wanted = left.filter((term) => !missing.includes(term) && !has(text, term));
    if (wanted.length === 0) return { ...best, missing };
    const placed = wanted.map((term) => ({ term, word: wordBefore(best, term, fixed) }));
    const next = placed.reduce((a, b) => (b.word < a.word ? b : a));
    const attempts = attemptsAt(text, next.word, fixed, next.term);
    const found = await model.translate(
      attempts.map(() => first.source),
      { ...options, constraints: attempts.map(({ prefix }) => ({ prefix })) },
    );
    const chosen = likeliest(found, attempts);
    if (chosen === undefined) missing.push(next.term);
    else {
      best = found[chosen] as Hypotheses;
      fixed = wordsOf((attempts[chosen] as Attempt).prefix).length;
    }
    left = terms;
  }
}

/** The translation with the highest score that has its form as whole words. */
function likeliest(found: readonly Hypotheses[], attempts: readonly Attempt[]): number | undefined {
  const scores = found.map(({ hypotheses }, i) => {
    const { text = "", score = -Infinity } = hypotheses[0] ?? {};
    return placeOfTerm(text, (attempts[i] as Attempt).form) ? score : -Infinity;
  });
  const best = Math.max(...scores);
  return best === -Infinity ? undefined : scores.indexOf(best);
}

function attemptsAt(text: string, word: number, fixed: number, { targets }: GlossaryTerm): Attempt[] {
  const words = wordsOf(text);
  const cuts = [...new Set([word, Math.max(fixed, word - 1)])];
  return cuts.flatMap((cut) => {
    const before = text.slice(0, words[cut - 1]?.to ?? 0);
    return targets.map((form) => ({ prefix: before === "" ? form : `${before} ${form}`, form }));
  });
}

/** Before which word of the translation a term goes: the first that mostly comes from it, else the one that most does. */
function wordBefore(translation: Hypotheses, { source: term }: GlossaryTerm, fixed: number): number {
  const { source, sourceTokens, hypotheses } = translation;
  const best = hypotheses[0] as Hypothesis;
  const shares: WordShares | undefined = wordShares(source, sourceTokens, best);
  const place = placeOfTerm(source, term);
  const words = wordsOf(source);
  const inTerm = words.map(({ from, to }) => place !== undefined && from < place.to && place.from < to);
  const count = wordsOf(best.text).length;
  if (!shares) {
    const at = inTerm.indexOf(true) / Math.max(1, words.length);
    return Math.max(fixed, Math.min(count, Math.round(at * count)));
  }
  const sums = shares.map((row) => row.reduce((sum, share, i) => sum + (inTerm[i] ? share : 0), 0));
  const free = sums.slice(fixed);
  const mostly = free.findIndex((sum) => sum > 1 / 2);
  const at = mostly >= 0 ? mostly : free.indexOf(Math.max(...free));
  return Math.min(count, fixed + Math.max(0, at));
}
