/** Makes translations use given words for given words. */
import type { Span } from "../text/sentences.ts";
import type { GlossaryTerm } from "./glossary-term.ts";
import type { Translation } from "./translated-text.ts";
import { wordShares, wordsOf } from "./word-shares.ts";

/** A way to write a term of a sentence: what the translation begins with, and the form that this ends with. */
export interface TermAttempt {
  /** The index of the sentence. */
  readonly sentence: number;
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

const LETTERS = /[\p{L}\p{M}\p{N}]+/gu;
/** Equal for what differs in capitals only. */
const folded = (word: string): string => word.toLowerCase().toUpperCase();

/** Finds the terms that a sentence has; of thousands, only those whose first word it has are looked for. */
export function termFinder(glossary: readonly GlossaryTerm[]): (sentence: string) => GlossaryTerm[] {
  const first = glossary.map(({ source }) => folded(source.match(LETTERS)?.[0] ?? ""));
  return (sentence) => {
    if (glossary.length === 0) return [];
    const words = new Set(["", ...(sentence.match(LETTERS) ?? []).map(folded)]);
    return glossary.filter(
      ({ source }, i) => words.has(first[i] as string) && placeOfTerm(sentence, source) !== undefined,
    );
  };
}

/** The terms that a text has none of the forms of. */
export const termsNotIn = (text: string, terms: readonly GlossaryTerm[]): GlossaryTerm[] =>
  terms.filter(({ targets }) => targets.every((form) => placeOfTerm(text, form) === undefined));

/** A sentence on its way to having its terms. */
interface Glossing<T> {
  readonly index: number;
  readonly terms: readonly GlossaryTerm[];
  best: T;
  /** Words at its beginning that stay. */
  fixed: number;
  readonly missing: GlossaryTerm[];
}

/**
 * Translations with all terms that the model could be brought to use. Where one is missing, the sentence is translated again
 * from where its words went, and from one word before, beginning with each of the forms; the most probable result counts.
 * So the words before a term may not fit it (its article, for example), while all after it do; forms with several words
 * ("la voiture") mend that.
 *
 * @param first  Translations without a glossary; with attention, if the model has any.
 * @param terms  The terms of each sentence, as `termFinder` finds them.
 * @param again  Translates a sentence with a given beginning; undefined when the model cannot write that.
 * @returns the translations, in the same order, with `missingTerms` where some could not be used.
 */
export async function withTerms<T extends Translation>(
  first: readonly T[],
  terms: readonly (readonly GlossaryTerm[])[],
  again: (attempts: readonly TermAttempt[]) => Promise<readonly (T | undefined)[]>,
): Promise<T[]> {
  const all = first.map(
    (best, index): Glossing<T> => ({ index, terms: terms[index] ?? [], best, fixed: 0, missing: [] }),
  );
  for (;;) {
    const tried = all.flatMap((each) => {
      const next = nextTerm(each);
      return next ? [{ each, term: next.term, attempts: attemptsAt(each, next.word, next.term) }] : [];
    });
    if (tried.length === 0) return all.map(({ best, missing }) => markedWith(best, missing));
    const found = (await again(tried.flatMap(({ attempts }) => attempts))).values();
    for (const { each, term, attempts } of tried) {
      const own = attempts.map((attempt) => ({
        ...attempt,
        translation: found.next().value as T | undefined,
      }));
      const chosen = likeliest(own);
      if (chosen?.translation) {
        each.best = chosen.translation;
        each.fixed = wordsOf(chosen.prefix).length;
      } else each.missing.push(term);
    }
  }
}

function markedWith<T extends Translation>(translation: T, missing: readonly GlossaryTerm[]): T {
  const missingTerms = missing.map(({ source }) => source);
  return missing.length === 0 ? translation : { ...translation, missingTerms };
}

/** Of the terms that are still to be written the one that comes first, and before which word of the translation. */
function nextTerm<T extends Translation>({
  best,
  terms,
  fixed,
  missing,
}: Glossing<T>): { readonly term: GlossaryTerm; readonly word: number } | undefined {
  const wanted = termsNotIn(best.hypotheses[0]?.text ?? "", terms).filter((term) => !missing.includes(term));
  if (wanted.length === 0) return undefined;
  const placed = wanted.map((term) => ({ term, word: wordBefore(best, term, fixed) }));
  return placed.reduce((a, b) => (b.word < a.word ? b : a));
}

type Tried<T> = TermAttempt & { readonly translation: T | undefined };

/** The translation with the highest score that has its form as whole words. */
function likeliest<T extends Translation>(tried: readonly Tried<T>[]): Tried<T> | undefined {
  const scores = tried.map(({ translation, form }) => {
    const { text = "", score = -Infinity } = translation?.hypotheses[0] ?? {};
    return placeOfTerm(text, form) ? score : -Infinity;
  });
  const best = Math.max(...scores);
  return best === -Infinity ? undefined : tried[scores.indexOf(best)];
}

function attemptsAt<T extends Translation>(
  { index, best, fixed }: Glossing<T>,
  word: number,
  { targets }: GlossaryTerm,
): TermAttempt[] {
  const text = best.hypotheses[0]?.text ?? "";
  const words = wordsOf(text);
  const cuts = [...new Set([word, Math.max(fixed, word - 1)])];
  return cuts.flatMap((cut) => {
    const before = text.slice(0, words[cut - 1]?.to ?? 0);
    return targets.map((form) => ({
      sentence: index,
      prefix: before === "" ? form : `${before} ${form}`,
      form,
    }));
  });
}

/** Before which word of the translation a term goes: the first that mostly comes from it, else the one that most does. */
function wordBefore(
  { source, sourceTokens, hypotheses: [best] }: Translation,
  { source: term }: GlossaryTerm,
  fixed: number,
): number {
  if (!best) return fixed;
  const place = placeOfTerm(source, term);
  const words = wordsOf(source);
  const inTerm = words.map(({ from, to }) => place !== undefined && from < place.to && place.from < to);
  const count = wordsOf(best.text).length;
  const shares = wordShares(source, sourceTokens, best);
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
