import { isBlank } from "../text/blank.ts";
import { besideForced, type Looked, rankByCoverage } from "./coverage.ts";
import { planDecoding } from "./decoding-plan.ts";
import { type ForcedText, scoreTexts } from "./forced-text.ts";
import type { Hypothesis } from "./hypothesis.ts";
import { checkSources, searchInBatches } from "./in-batches.ts";
import { openScorer, type Scorer } from "./scorer.ts";
import { closeLater } from "./sessions.ts";
import { blankTranslation, readSource, type Translation, translationOf } from "./translated-text.ts";
import { openSearch } from "./translation-search.ts";
import type { TranslatorOptions } from "./translator-options.ts";

export interface Translator {
  /** Translates sentences; the results stand in their order. Blank ones stay blank. */
  translate(sentences: readonly string[]): Promise<Translation[]>;
  /**
   * Translates sentences given as ids that end with </s>; the results stand in their order. Attention, coverage and copied
   * words are of `translate` alone.
   *
   * @throws ERR_USAGE for a sentence longer than the model reads.
   */
  translateIds(sources: readonly ArrayLike<number>[]): Promise<Hypothesis[][]>;
  /** Forced decoding: how likely given translations are. */
  score(pairs: readonly { readonly source: string; readonly target: string }[]): Promise<ForcedText[]>;
  close(): void;
}

/**
 * A translator over frozen weights: two sessions and a search. What asks for attention, or scores given translations,
 * opens a third when it is first needed.
 *
 * @throws ERR_USAGE for an option outside its range, and for one that the model cannot honour.
 */
export async function openTranslator(options: TranslatorOptions): Promise<Translator> {
  const { source, maxLength, best = 1 } = options;
  const search = await openSearch(options, planDecoding(options));
  const scorers = openScorers(options);

  const translate = async (sentences: readonly string[]): Promise<Translation[]> => {
    const asked = sentences.flatMap((text) => (isBlank(text) ? [] : [readSource(text, options)]));
    const sources = asked.map(({ ids }) => ids);
    const found = await searchInBatches(sources, search, options);
    const looked = await lookedAt(sources, found, scorers, options);
    const translations = asked.map((one, i) => translationOf(one, looked[i] ?? [], options)).values();
    return sentences.map((text) =>
      isBlank(text) ? blankTranslation(text, best) : (translations.next().value as Translation),
    );
  };
  return {
    translate,
    translateIds: async (sources) => {
      checkSources(sources, source, maxLength);
      return searchInBatches(sources, search, options);
    },
    score: async (pairs) => scoreTexts(pairs, await scorers.plain(), options),
    close: () => {
      search.close();
      scorers.close();
    },
  };
}

interface Scorers {
  readonly plain: () => Promise<Scorer>;
  /** One that also says what was looked at. */
  readonly looking: () => Promise<Scorer>;
  readonly close: () => void;
}

/** Forced decoding, opened when it is first needed. */
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
  let looking: Promise<Scorer> | undefined;
  return {
    plain: () => {
      plain ??= openScorer(common);
      return plain;
    },
    looking: () => {
      looking ??= openScorer({ ...common, attention: true });
      return looking;
    },
    close: () => {
      for (const each of [plain, looking]) closeLater(each);
    },
  };
}

/**
 * Hypotheses and, where an option reads it, what they looked at: by forced decoding, so that the search never pays for
 * it. With a coverage penalty they are ranked anew.
 */
async function lookedAt(
  sources: readonly (readonly number[])[],
  found: readonly (readonly Hypothesis[])[],
  scorers: Scorers,
  { attention, replaceUnknowns, coveragePenalty = 0, best = 1, target }: TranslatorOptions,
): Promise<Looked[][]> {
  const isCopying = replaceUnknowns && found.flat().some(({ ids }) => ids.includes(target.special.unk));
  if (!attention && !isCopying && coveragePenalty === 0)
    return found.map((all) => all.map((hypothesis) => ({ hypothesis })));
  const pairs = found.flatMap((all, i) => all.map(({ ids }) => ({ source: sources[i] ?? [], target: ids })));
  const looked = besideForced(found, await (await scorers.looking()).score(pairs));
  if (coveragePenalty === 0) return looked;
  return looked.map((all) => rankByCoverage(all, coveragePenalty).slice(0, best));
}
