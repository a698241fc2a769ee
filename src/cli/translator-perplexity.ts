import { makeBatch } from "../data/batches.ts";
import { build } from "../nn/layer.ts";
import { compile } from "../runtime/compile.ts";
import type { Engine } from "../runtime/engine.ts";
import { fittingPairs } from "../training/corpus.node.ts";
import { translationObjective } from "../training/objective.ts";
import type { TranslatorRun } from "../training/open-run.node.ts";
import { meanLoss } from "../training/task.ts";
import { chunks, encodePair, pairFeeds, type SentencePair } from "../training/translation.ts";

const BATCH = 32;

/**
 * How uncertain a translator is of references, given their sources and each token those before it:
 *
 *   perplexity = exp(-1/N Σ log p(y_i | y_<i, x)) over the N target tokens, the ends of sentences included
 *
 * It depends on the vocabulary: only runs that cut text alike can be compared.
 *
 * @throws ERR_DATA when every pair is longer than the model has positions for; pairs that are stay out.
 */
export async function translatorPerplexity(
  { config, model, tokenizers, weights }: TranslatorRun,
  engine: Engine,
  pairs: readonly SentencePair[],
): Promise<{ perplexity: number; leftOut: number }> {
  const fitting = fittingPairs(pairs, tokenizers, config, "the test set");
  const { negativeLogLikelihood, tokens } = translationObjective(build(model).call, 0);
  const program = await compile({ engine, constants: weights, outputs: { negativeLogLikelihood, tokens } });
  const examples = fitting.map((pair) => encodePair(pair, tokenizers));
  const lengthOf = (i: number): number => examples[i]?.target.length ?? 0;
  const byLength = examples.map((_, i) => i).sort((a, b) => lengthOf(a) - lengthOf(b));
  const batches = chunks(byLength, BATCH).map((chosen) =>
    pairFeeds(makeBatch(examples, chosen, tokenizers.target.special)),
  );
  const loss = (await meanLoss(program, batches)) as number;
  program.close();
  return { perplexity: Math.exp(loss), leftOut: pairs.length - fitting.length };
}
