/** What happens to a text around a model that knows single sentences: cut, translated, put together again. */
import type { GlossaryTerm } from "../../decoding/glossary-term.ts";
import { wordShares } from "../../decoding/word-shares.ts";
import { type Calibration, confidenceOfTokens } from "../../evaluation/calibration.ts";
import type { Span } from "../../text/sentences.ts";
import type { Hypothesis, Translating, TranslatingOptions } from "../translating.ts";
import { translateHtml } from "./translate-html.ts";
import { type TranslatedSentence, translateSentences } from "./translate-sentences.ts";
import { linksOf, type WordLink } from "./word-links.ts";

export interface TextOptions extends Pick<TranslatingOptions, "beam" | "signal" | "deadline"> {
  /** Code of the text's language, by whose rules sentences are found. Default "en". */
  readonly language?: string | undefined;
  /** How many other translations to give, fewer where there are fewer. Default 0. */
  readonly alternatives?: number | undefined;
  /** Words that translations must use. Default: none. */
  readonly glossary?: readonly GlossaryTerm[] | undefined;
  /** Whether the model can say where it looked. Default true. */
  readonly isAttentive?: boolean | undefined;
  /** What the text is. Default "text". */
  readonly format?: "text" | "html" | undefined;
  /** Give the words that belong together; for a model with attention. Default false. */
  readonly alignment?: boolean | undefined;
  /** How likely a translation with a score is right. Default: not known, and no confidence is given. */
  readonly calibration?: Calibration | undefined;
}

export interface TextTranslation {
  readonly text: string;
  /** Best first, all different and different from `text`. */
  readonly alternatives: readonly string[];
  /** Of a plain text, not of HTML. */
  readonly sentences?: readonly SentenceTranslation[];
  /** The share of the sentences that can be expected to be right, 0 to 1, weighted by length. With `calibration`. */
  readonly confidence?: number;
}

/** A sentence; places are characters (UTF-16) of the whole texts. */
export interface SentenceTranslation {
  readonly source: Span;
  readonly target: Span;
  /** How likely it is right, 0 to 1. With `calibration`. */
  readonly confidence?: number;
  /** Present when the first translation went in circles and was made again. */
  readonly isRepaired?: true;
  /** Terms of the glossary that the model could not be brought to use; absent where there are none. */
  readonly missingTerms?: readonly string[];
  /** Which words belong together. Only when asked for, and where words could be told apart. */
  readonly links?: readonly WordLink[];
}

/**
 * Translates a text of any length. White space and line breaks between sentences stay as they are.
 *
 * @throws as `Translating.translate`.
 */
export async function translateText(
  model: Translating,
  text: string,
  {
    format = "text",
    alternatives = 0,
    isAttentive = true,
    alignment: isAligned = false,
    calibration,
    ...rest
  }: TextOptions,
): Promise<TextTranslation> {
  const hasTerms = (rest.glossary ?? []).length > 0;
  const alignment = isAttentive && (isAligned || hasTerms);
  if (format === "html") {
    const documents = await translateHtml(model, text, { ...rest, nBest: alternatives + 1, isAttentive });
    return bestAndOthers(documents);
  }
  const sentences = await translateSentences(model, text, { ...rest, nBest: alternatives + 1, alignment });
  const all = Array.from({ length: alternatives + 1 }, (_, n) => joined(text, sentences, n));
  const { places } = all[0] as Joined;
  const described = sentences.map((sentence, i) => ({
    ...describe(sentence, places[i] as Span, isAligned),
    ...(calibration ? { confidence: confidenceIn(sentence, calibration) } : {}),
  }));
  return {
    ...bestAndOthers(all.map(({ whole }) => whole)),
    sentences: described,
    ...(calibration ? { confidence: meanConfidence(described) } : {}),
  };
}

const confidenceIn = ({ hypotheses }: TranslatedSentence, calibration: Calibration): number =>
  confidenceOfTokens((hypotheses[0] as Hypothesis).logProbabilities, calibration);

/** 1 for a text without sentences, of which nothing can be wrong. */
function meanConfidence(sentences: readonly SentenceTranslation[]): number {
  const lengthOf = ({ source }: SentenceTranslation): number => source.to - source.from;
  const total = sentences.reduce((sum, sentence) => sum + lengthOf(sentence), 0);
  if (total === 0) return 1;
  return sentences.reduce((sum, each) => sum + (each.confidence ?? 0) * lengthOf(each), 0) / total;
}

function bestAndOthers([text = "", ...others]: readonly string[]): Pick<
  TextTranslation,
  "text" | "alternatives"
> {
  return { text, alternatives: [...new Set(others)].filter((other) => other !== text) };
}

interface Joined {
  readonly whole: string;
  readonly places: readonly Span[];
}

/** The text with its sentences replaced by their n-th translations, or their last where there are fewer. */
function joined(text: string, sentences: readonly TranslatedSentence[], n: number): Joined {
  let whole = "";
  let at = 0;
  const places = sentences.map(({ place, hypotheses }) => {
    whole += text.slice(at, place.from);
    at = place.to;
    const from = whole.length;
    whole += (hypotheses[n] ?? hypotheses.at(-1))?.text ?? "";
    return { from, to: whole.length };
  });
  return { whole: whole + text.slice(at), places };
}

function describe(
  { place, source, sourceTokens, hypotheses, isRepaired, missingTerms }: TranslatedSentence,
  target: Span,
  isAligned: boolean,
): SentenceTranslation {
  const best = hypotheses[0] as Hypothesis;
  const shares = isAligned ? wordShares(source, sourceTokens, best) : undefined;
  const links = shares && linksOf(source, best.text, shares).map((link) => moved(link, place, target));
  return {
    source: place,
    target,
    ...(isRepaired ? { isRepaired } : {}),
    ...(missingTerms ? { missingTerms } : {}),
    ...(links ? { links } : {}),
  };
}

/** A link from within a sentence, in the whole texts. */
const moved = (link: WordLink, source: Span, target: Span): WordLink => ({
  source: { from: link.source.from + source.from, to: link.source.to + source.from },
  target: { from: link.target.from + target.from, to: link.target.to + target.from },
});
