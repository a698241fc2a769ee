import { makeBatch } from "../../data/batches.ts";
import { chunks } from "../../data/chunks.ts";
import { translationObjective } from "../../models/objective.ts";
import { build } from "../../nn/layer.ts";
import { compile } from "../../runtime/compile.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { HostTensor } from "../../runtime/state.ts";
import { type LossShare, type LossSums, sumLoss } from "../mean-loss.ts";
import type { SentencePair } from "./pairs.ts";
import { encodePair, fittingPairs, pairFeeds } from "./pairs.ts";
import type { DescribedTranslator } from "./task.ts";

const BATCH = 32;

/**
 * How well a translator predicts references, given their sources: the sums of
 *
 *   perplexity = exp(-1/N Σ log p(y_i | y_<i, x)) over the N target tokens, the ends of sentences included
 *
 * It depends on the vocabulary: only runs with the same tokenizer can be compared.
 *
 * @param share  Which batches to count. Default: all.
 * @throws ERR_DATA when every pair is longer than the model has positions for; otherwise such pairs are left out.
 */
export async function translatorLoss(
  {
    config,
    model,
    tokenizers,
    weights,
  }: DescribedTranslator & { readonly weights: ReadonlyMap<string, HostTensor> },
  engine: Engine,
  pairs: readonly SentencePair[],
  share?: LossShare,
): Promise<{ sums: LossSums; leftOut: number }> {
  const fitting = await fittingPairs(pairs, tokenizers, config, "the test set");
  const { negativeLogLikelihood, tokens } = translationObjective(build(model).call, 0);
  const program = await compile({ engine, constants: weights, outputs: { negativeLogLikelihood, tokens } });
  const examples = fitting.map((pair) => encodePair(pair, tokenizers));
  const lengthOf = (i: number): number => examples[i]?.target.length ?? 0;
  const byLength = examples.map((_, i) => i).sort((a, b) => lengthOf(a) - lengthOf(b));
  const batches = chunks(byLength, BATCH).map((chosen) =>
    pairFeeds(makeBatch(examples, chosen, tokenizers.target.special)),
  );
  const sums = (await sumLoss(program, batches, share)) as LossSums;
  program.close();
  return { sums, leftOut: pairs.length - fitting.length };
}
