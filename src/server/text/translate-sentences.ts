/** Translates sentences as one batch, and again where a translation is not acceptable. */
import { type TermAttempt, termFinder, withTerms } from "../../decoding/glossary.ts";
import type { GlossaryTerm } from "../../decoding/glossary-term.ts";
import type { Span } from "../../text/sentences.ts";
import { sentencesOf } from "../../text/sentences.ts";
import { Fault } from "../fault.ts";
import type { Hypotheses, Hypothesis, Translating, TranslatingOptions } from "../translating.ts";
import { isStuck } from "./repetition.ts";

export interface SentencesOptions extends Pick<TranslatingOptions, "beam" | "signal" | "deadline"> {
  /** Code of the language of the text. */
  readonly language?: string | undefined;
  /** Hypotheses of each sentence. */
  readonly nBest: number;
  readonly alignment: boolean;
  /** Words that translations must use. They are found by attention, which `alignment` gives. */
  readonly glossary?: readonly GlossaryTerm[] | undefined;
}

/** A sentence of a text and what it became. */
export interface TranslatedSentence {
  readonly place: Span;
  readonly source: string;
  readonly sourceTokens: readonly string[];
  /** Best first; at least one. */
  readonly hypotheses: readonly Hypothesis[];
  /** Present when the first translation went in circles, and a second one was made in which nothing occurs twice. */
  readonly isRepaired?: true;
  /** Terms of the glossary that the model could not be brought to use; absent where there are none. */
  readonly missingTerms?: readonly string[];
}

/** Bytes of a sentence for each token that a model reads: a guess, corrected where it is wrong. */
const BYTES = 2;

/** No sequence of so many tokens occurs twice in the second translation of what went in circles. */
const NGRAM = 3;

/**
 * The sentences of a text, translated. Those that are longer than the model reads are cut at clause marks.
 *
 * @throws as `Translating.translate`.
 */
export async function translateSentences(
  model: Translating,
  text: string,
  options: SentencesOptions,
): Promise<TranslatedSentence[]> {
  const { language = "en" } = options;
  const places = sentencesOf(text, { language, most: BYTES * model.maxLength });
  return glossed(model, await translatePlaces(model, text, places, options), options);
}

async function translatePlaces(
  model: Translating,
  text: string,
  places: readonly Span[],
  options: SentencesOptions,
): Promise<TranslatedSentence[]> {
  if (places.length === 0) return [];
  const found = await unstuck(
    model,
    places.map(({ from, to }) => text.slice(from, to)),
    options,
  );
  const parts = await Promise.all(
    found.map(async (each, i): Promise<TranslatedSentence[]> => {
      const place = places[i] as Span;
      const smaller = each.isCut ? halved(text, place, options.language) : [];
      if (smaller.length > 1) return translatePlaces(model, text, smaller, options);
      const { source, sourceTokens, hypotheses, isRepaired } = each;
      return [{ place, source, sourceTokens, hypotheses, ...(isRepaired ? { isRepaired } : {}) }];
    }),
  );
  return parts.flat();
}

/** A sentence in parts of at most half its bytes. */
function halved(text: string, { from, to }: Span, language = "en"): Span[] {
  const sentence = text.slice(from, to);
  const most = Math.max(1, Math.floor(new TextEncoder().encode(sentence).length / 2));
  return sentencesOf(sentence, { language, most }).map((span) => ({
    from: from + span.from,
    to: from + span.to,
  }));
}

type Checked = Hypotheses & { readonly isRepaired?: true };

/** With the terms of the glossary that each sentence has. */
async function glossed(
  model: Translating,
  sentences: TranslatedSentence[],
  { language: _, glossary = [], ...options }: SentencesOptions,
): Promise<TranslatedSentence[]> {
  if (glossary.length === 0) return sentences;
  const termsIn = termFinder(glossary);
  const terms = sentences.map(({ source }) => termsIn(source));
  const translate = (attempts: readonly TermAttempt[]): Promise<readonly Hypotheses[]> =>
    model.translate(
      attempts.map(({ sentence }) => (sentences[sentence] as TranslatedSentence).source),
      { ...options, constraints: attempts.map(({ prefix }) => ({ prefix })) },
    );
  /** One that cannot be written is not to cost the others. */
  const alone = async (attempt: TermAttempt): Promise<Hypotheses | undefined> =>
    (await translate([attempt]).catch(nothingIfRefused))?.[0];
  return withTerms(sentences, terms, async (attempts) => {
    const all = await translate(attempts).catch(nothingIfRefused);
    const found = all ?? (await Promise.all(attempts.map(alone)));
    return attempts.map(({ sentence }, i) => {
      const [before, now] = [sentences[sentence] as TranslatedSentence, found[i]];
      return now && { ...before, sourceTokens: now.sourceTokens, hypotheses: now.hypotheses };
    });
  });
}

function nothingIfRefused(error: unknown): undefined {
  if (!(error instanceof Fault) || error.status !== 400) throw error;
}

/** Translates once more what goes in circles, and drops alternatives that do. */
async function unstuck(
  model: Translating,
  sentences: readonly string[],
  { language: _, glossary: __, ...options }: SentencesOptions,
): Promise<Checked[]> {
  const found = await model.translate(sentences, options);
  const loops = ({ sourceTokens }: Hypotheses, { tokens }: Hypothesis): boolean =>
    isStuck(sourceTokens, tokens);
  const stuck = [...found.keys()].filter((i) => {
    const each = found[i] as Hypotheses;
    return loops(each, each.hypotheses[0] as Hypothesis);
  });
  const again =
    stuck.length === 0
      ? []
      : await model.translate(
          stuck.map((i) => sentences[i] as string),
          { ...options, constraints: stuck.map(() => ({ noRepeatNgram: NGRAM })) },
        );
  return found.map((each, i) => {
    const repaired = again[stuck.indexOf(i)];
    if (repaired) return { ...repaired, isRepaired: true };
    return {
      ...each,
      hypotheses: each.hypotheses.filter((hypothesis, n) => n === 0 || !loops(each, hypothesis)),
    };
  });
}
