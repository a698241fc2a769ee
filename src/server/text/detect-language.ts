/** The language of a text, among those that can be translated from. */
export interface Detected {
  /** Code of ISO 639, one of those that were asked about. */
  readonly language: string;
  /** 0 to 100: the share of the language among those asked about, less where another language fits better. */
  readonly confidence: number;
}

/** Codes of languages that the detector does not tell apart from another. */
const sameAs: Readonly<Record<string, string>> = { nb: "no", nn: "no" };

/** The detector's scores are similarities, near to each other; powers of them are more like probabilities. */
const POWER = 8;

/**
 * The likeliest of `languages` for a text. Where nothing speaks for any of them it is the first, with confidence 0. Loads
 * its tables, of 1 MB, when it is first called.
 *
 * @param languages  Codes of ISO 639; at least one. Only the part before a hyphen is looked at.
 */
export async function detectLanguage(text: string, languages: readonly string[]): Promise<Detected> {
  const { eld } = await import("eld/extrasmall");
  const scores = eld.detect(text).getScores();
  const scoreOf = (code: string): number => {
    const language = code.split("-")[0] as string;
    return (scores[sameAs[language] ?? language] ?? 0) ** POWER;
  };
  const all = languages.map(scoreOf);
  const best = Math.max(0, ...all);
  const language = languages[all.indexOf(best)] ?? languages[0] ?? "";
  if (best === 0) return { language, confidence: 0 };
  const share = best / all.reduce((sum, score) => sum + score, 0);
  const fit = best / Math.max(...Object.values(scores)) ** POWER;
  return { language, confidence: Math.round(100 * share * fit) };
}
