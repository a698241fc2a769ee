import { heedError } from "../errors.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { lengthPenalty } from "./hypothesis.ts";
import type { Scorer } from "./scorer.ts";
import { cutTo } from "./translated-text.ts";
import type { TranslatorOptions } from "./translator-options.ts";

export interface ForcedText {
  readonly source: string;
  readonly target: string;
  /** Log probability, </s> included, over length penalty. */
  readonly score: number;
  readonly logProbability: number;
  /** The target's pieces, the last </s>, and the log probability of each. */
  readonly tokens: readonly string[];
  readonly logProbabilities: readonly number[];
}

/** How likely given translations are. @throws ERR_DATA for one that is longer than the model writes. */
export async function scoreTexts(
  pairs: readonly { readonly source: string; readonly target: string }[],
  scorer: Scorer,
  { source, target, maxLength, alpha = 0.6, lengthPenalty: kind = "gnmt" }: TranslatorOptions,
): Promise<ForcedText[]> {
  const ids = pairs.map((pair) => ({
    source: cutTo(maxLength, source.encode(pair.source), source),
    target: fitting(target, pair.target, maxLength),
  }));
  const found = await scorer.score(ids);
  return pairs.map((pair, i) => {
    const logProbabilities = Array.from(found[i]?.logProbabilities ?? []);
    const logProbability = logProbabilities.reduce((a, b) => a + b, 0);
    const score = logProbability / lengthPenalty(logProbabilities.length, alpha, kind);
    const tokens = (ids[i]?.target ?? []).map((id) => target.token(id));
    return { source: pair.source, target: pair.target, score, logProbability, tokens, logProbabilities };
  });
}

/** Ids of a translation to score: nothing of it may be left out. */
function fitting(tokenizer: Tokenizer, text: string, maxLength: number): number[] {
  const ids = tokenizer.encode(text);
  if (ids.length <= maxLength) return ids;
  const cause = `a translation has ${ids.length} tokens, more than the model's ${maxLength}`;
  throw heedError("ERR_DATA", { where: "target", cause });
}
