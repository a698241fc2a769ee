/** What happens to a text around a model that knows single sentences: cut, translated, put together again. */
import type { Span } from "../../text/sentences.ts";
import type { Hypothesis, Translating, TranslatingOptions } from "../translating.ts";
import { type TranslatedSentence, translateSentences } from "./translate-sentences.ts";
import { linksOf, type WordLink, wordShares } from "./word-links.ts";

export interface TextOptions extends Pick<TranslatingOptions, "beam" | "signal" | "deadline"> {
  /** Code of the text's language, by whose rules sentences are found. Default "en". */
  readonly language?: string | undefined;
  /** How many other translations to give, fewer where there are fewer. Default 0. */
  readonly alternatives?: number | undefined;
  /** Give the words that belong together; for a model with attention. Default false. */
  readonly alignment?: boolean | undefined;
}

export interface TextTranslation {
  readonly text: string;
  /** Best first, all different and different from `text`. */
  readonly alternatives: readonly string[];
  readonly sentences: readonly SentenceTranslation[];
}

/** A sentence; places are characters (UTF-16) of the whole texts. */
export interface SentenceTranslation {
  readonly source: Span;
  readonly target: Span;
  /** Present when the first translation went in circles and was made again. */
  readonly isRepaired?: true;
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
  { alternatives = 0, alignment = false, ...options }: TextOptions,
): Promise<TextTranslation> {
  const sentences = await translateSentences(model, text, { ...options, nBest: alternatives + 1, alignment });
  const [best, ...others] = Array.from({ length: alternatives + 1 }, (_, n) => joined(text, sentences, n));
  const { whole, places } = best as Joined;
  return {
    text: whole,
    alternatives: [...new Set(others.map((other) => other.whole))].filter((other) => other !== whole),
    sentences: sentences.map((sentence, i) => describe(sentence, places[i] as Span)),
  };
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
  { place, source, sourceTokens, hypotheses, isRepaired }: TranslatedSentence,
  target: Span,
): SentenceTranslation {
  const best = hypotheses[0] as Hypothesis;
  const shares = wordShares(source, sourceTokens, best);
  const links = shares && linksOf(source, best.text, shares).map((link) => moved(link, place, target));
  return { source: place, target, ...(isRepaired ? { isRepaired } : {}), ...(links ? { links } : {}) };
}

/** A link from within a sentence, in the whole texts. */
const moved = (link: WordLink, source: Span, target: Span): WordLink => ({
  source: { from: link.source.from + source.from, to: link.source.to + source.from },
  target: { from: link.target.from + target.from, to: link.target.to + target.from },
});
