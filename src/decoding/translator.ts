import { isBlank } from "../text/blank.ts";
import { type AttendedHypothesis, rankByCoverage, withAttention } from "./coverage.ts";
import { planDecoding } from "./decoding-plan.ts";
import { type ForcedText, scoreTexts } from "./forced-text.ts";
import type { Describe } from "./glossed-search.ts";
import type { Hypothesis } from "./hypothesis.ts";
import { checkSources, searchInBatches } from "./in-batches.ts";
import { openScorer, type Scorer } from "./scorer.ts";
import { closeLater } from "./sessions.ts";
import { blankTranslation, readSource, type Translation, translationOf } from "./translated-text.ts";
import { openSearch } from "./translation-search.ts";
import type { TranslatorOptions } from "./translator-options.ts";

export interface Translator {
  /** Translates sentences; results are in the same order. Blank sentences stay blank. */
  translate(sentences: readonly string[]): Promise<Translation[]>;
  /**
   * Translates sentences given as ids that end with </s>; results are in the same order. Attention, the coverage penalty,
   * the replacement of unknown words and a glossary apply to `translate` only.
   *
   * @throws ERR_USAGE for a sentence that is empty, too long for the model or has ids outside the vocabulary.
   */
  translateIds(sources: readonly ArrayLike<number>[]): Promise<Hypothesis[][]>;
  /** Forced decoding: scores given translations. */
  score(pairs: readonly { readonly source: string; readonly target: string }[]): Promise<ForcedText[]>;
  close(): void;
}

/**
 * A translator over frozen weights: two sessions and a search. Attention and scoring open another session each when
 * first needed.
 *
 * @throws ERR_USAGE for an option outside its range or one that the model does not support.
 */
export async function openTranslator(options: TranslatorOptions): Promise<Translator> {
  const { source, maxLength, best = 1, signal } = options;
  const isWanted = signal && ((): boolean => !signal.aborted);
  const search = await openSearch({ ...options, isWanted }, planDecoding(options));
  const scorers = openScorers(options);
  const describe: Describe = async (read, hypotheses, attention) => {
    const asked = { ...options, attention };
    const sources = read.map(({ ids }) => ids);
    const attended = await attend(sources, hypotheses, scorers, asked);
    return read.map((source, i) => translationOf(source, attended[i] ?? [], asked));
  };
  const { glossary } = options;
  // Loaded when it is needed: most pages have no glossary.
  const glossed =
    glossary && (await import("./glossed-search.ts")).glossedSearch({ ...options, glossary }, describe);

  const translate = async (sentences: readonly string[]): Promise<Translation[]> => {
    const read = sentences.flatMap((text) => (isBlank(text) ? [] : [readSource(text, options)]));
    const hypotheses = await searchInBatches(
      read.map(({ ids }) => ids),
      search.search,
      options,
    );
    const found = glossed
      ? await glossed.gloss(read, hypotheses)
      : await describe(read, hypotheses, options.attention ?? false);
    const translations = found.values();
    return sentences.map((text) =>
      isBlank(text) ? blankTranslation(text, best) : (translations.next().value as Translation),
    );
  };
  return {
    translate,
    translateIds: async (sources) => {
      checkSources(sources, source, maxLength);
      return searchInBatches(sources, search.search, options);
    },
    score: async (pairs) => scoreTexts(pairs, await scorers.plain(), options),
    close: () => {
      search.close();
      glossed?.close();
      scorers.close();
    },
  };
}

interface Scorers {
  readonly plain: () => Promise<Scorer>;
  /** A scorer that also returns attention. */
  readonly attending: () => Promise<Scorer>;
  readonly close: () => void;
}

/** Forced decoding, opened on first use. */
function openScorers({
  engine,
  model,
  weights,
  quantize,
  source,
  target,
  session,
}: TranslatorOptions): Scorers {
  const [padding, start] = [source.special.pad, target.special.bos];
  const common = { engine, model, weights, quantize, padding, start, ...(session ? { session } : {}) };
  let plain: Promise<Scorer> | undefined;
  let attending: Promise<Scorer> | undefined;
  return {
    plain: () => {
      plain ??= openScorer(common);
      return plain;
    },
    attending: () => {
      attending ??= openScorer({ ...common, attention: true });
      return attending;
    },
    close: () => {
      for (const scorer of [plain, attending]) closeLater(scorer);
    },
  };
}

/**
 * Adds attention to hypotheses if an option needs it: by forced decoding, so that the search never pays for it. A
 * coverage penalty ranks them again.
 */
async function attend(
  sources: readonly (readonly number[])[],
  hypotheses: readonly (readonly Hypothesis[])[],
  scorers: Scorers,
  { attention, replaceUnknowns, coveragePenalty = 0, best = 1, target }: TranslatorOptions,
): Promise<AttendedHypothesis[][]> {
  const isCopying = replaceUnknowns && hypotheses.flat().some(({ ids }) => ids.includes(target.special.unk));
  if (!attention && !isCopying && coveragePenalty === 0)
    return hypotheses.map((list) => list.map((hypothesis) => ({ hypothesis })));
  const pairs = hypotheses.flatMap((list, i) =>
    list.map(({ ids }) => ({ source: sources[i] ?? [], target: ids })),
  );
  const scorer = await scorers.attending();
  const attended = withAttention(hypotheses, await scorer.score(pairs));
  if (coveragePenalty === 0) return attended;
  return attended.map((list) => rankByCoverage(list, coveragePenalty).slice(0, best));
}
