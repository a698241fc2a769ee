import { heedError } from "../errors.ts";
import { type Tokenizer, writtenIds } from "../text/tokenizer.ts";
import { lengthPenalty } from "./hypothesis.ts";
import type { Scorer } from "./scorer.ts";
import { readSource } from "./translated-text.ts";
import type { TranslatorOptions } from "./translator-options.ts";

export interface ForcedText {
  readonly source: string;
  readonly target: string;
  /** Log probability, </s> included, divided by the length penalty. */
  readonly score: number;
  readonly logProbability: number;
  /** The target's pieces, ending with </s>, and the log probability of each. */
  readonly tokens: readonly string[];
  readonly logProbabilities: readonly number[];
  /** Present when the source was cut to the `maxLength` tokens that the model reads. */
  readonly isCut?: true;
}

/** Scores given translations. @throws ERR_DATA for one longer than the model can write. */
export async function scoreTexts(
  pairs: readonly { readonly source: string; readonly target: string }[],
  scorer: Scorer,
  options: TranslatorOptions,
): Promise<ForcedText[]> {
  const { target, maxLength, alpha = 0.6, lengthPenalty: kind = "gnmt" } = options;
  const ids = pairs.map((pair) => ({
    source: readSource(pair.source, options),
    target: encodeWhole(target, pair.target, maxLength),
  }));
  const scores = await scorer.score(ids.map(({ source, target }) => ({ source: source.ids, target })));
  return pairs.map((pair, i) => {
    const logProbabilities = Array.from(scores[i]?.logProbabilities ?? []);
    const logProbability = logProbabilities.reduce((a, b) => a + b, 0);
    const score = logProbability / lengthPenalty(logProbabilities.length, alpha, kind);
    const tokens = (ids[i]?.target ?? []).map((id) => target.token(id));
    const scored = {
      source: pair.source,
      target: pair.target,
      score,
      logProbability,
      tokens,
      logProbabilities,
    };
    return ids[i]?.source.isCut ? { ...scored, isCut: true } : scored;
  });
}

/** Ids of a translation to score, which must not be cut. */
function encodeWhole(tokenizer: Tokenizer, text: string, maxLength: number): number[] {
  const ids = writtenIds(tokenizer, text);
  if (ids.length <= maxLength) return ids;
  const cause = `a translation has ${ids.length} tokens, more than the model's limit of ${maxLength}`;
  throw heedError("ERR_DATA", { where: "target", cause });
}
